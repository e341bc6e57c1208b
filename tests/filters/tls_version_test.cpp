// SPDX-License-Identifier: Apache-2.0
// `payload tls ...`: what hellos say, told by the patterns of the field table.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "filters/program/program.hpp"
#include "tests/support/filter_batch.hpp"
#include "tests/support/hello_builder.hpp"

namespace {

using support::Hello;

std::string taken(const std::string& filter, const flow::FlowBatch& batch) {
    const std::vector<filters::ChannelSpec> channels{{.name = "t/c", .filter = filter}};
    const auto program = filters::Program::compile(channels, filters::Environment::with_sources(1));
    if (!program) return program.error().text();
    std::string out;
    const auto matcher = filters::Matcher::make(**program).value();
    for (const auto& channel : matcher->match(batch)) {
        for (std::uint32_t r = 0; r < batch.rows; ++r) {
            if ((channel.rows[r / 64] >> (r % 64) & 1) != 0) out += (out.empty() ? "" : " ") + std::to_string(r);
        }
    }
    return out;
}

TEST(TlsVersion, IsThatOfTheHello) {
    const std::string hellos[] = {
        Hello{.version = 0x0300, .ciphers = {0x002f}, .extension_block = false}.record(),  // 0
        Hello{.version = 0x0301, .ciphers = {0x002f}}.record(),                            // 1
        Hello{.version = 0x0302, .ciphers = {0x002f}}.record(),                            // 2
        Hello{.version = 0x0303, .ciphers = {0x002f}}.record(),                            // 3
        support::firefox_hello().record(),                                                 // 4
        support::chrome_hello().record(),                                                  // 5
        Hello{.type = 2, .ciphers = {0x1301}, .extensions = {{43, "\x03\x04"}}}.record(),  // 6
        Hello{.type = 2, .version = 0x0301, .ciphers = {0x002f}}.record(),                 // 7
        Hello{.ciphers = {0x1301}, .extensions = {{43, std::string("\x02\x03\x03")}}}
            .record(),                                        // 8: an extension, no 1.3
        Hello{.type = 11, .ciphers = {0x002f}}.record(),      // 9: a certificate
        "\x17" + support::chrome_hello().record().substr(1),  // 10: application data
        "GET / " + support::chrome_hello().record(),          // 11: further behind
        support::chrome_hello().record().substr(0, 8),        // 12: cut before its version
    };
    support::FilterBatch batch;
    for (const std::string& hello : hellos) batch.add({.proto = 6, .payload = hello});
    batch.add({.proto = 6});
    EXPECT_EQ(taken("payload tls defined", *batch), "0 1 2 3 4 5 6 7 8 12");
    EXPECT_EQ(taken("payload ssl version 3.0", *batch), "0");
    EXPECT_EQ(taken("payload tls version 1.0", *batch), "1 7");
    EXPECT_EQ(taken("payload tls version 1.1", *batch), "2");
    EXPECT_EQ(taken("payload tls version 1.2", *batch), "3 4 5 6 8") << "1.3 says 1.2 there, as nfdump has it";
    EXPECT_EQ(taken("payload tls version 1.3", *batch), "4 5 6");
    EXPECT_EQ(taken("payload tls version 1.2 and not payload tls version 1.3", *batch), "3 8");
}

}  // namespace
