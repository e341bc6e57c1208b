// SPDX-License-Identifier: Apache-2.0
// What filters on texts take, row by row, through the whole of language and program.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "filters/program/program.hpp"
#include "filters/program/text_index.hpp"
#include "tests/support/filter_batch.hpp"
#include "tests/support/hello_builder.hpp"

namespace {

using filters::ChannelSpec;
using filters::Environment;
using filters::Matcher;
using filters::Program;
using filters::language::Missing;
using filters::language::Reading;
using filters::language::Subject;
using flow::Column;
using support::FilterBatch;
using namespace std::string_literals;

// Rows of `batch` that the filter takes, as "0 2 5", asked twice: what is remembered must say the same.
std::string taken(const std::string& filter, const flow::FlowBatch& batch, Missing missing = Missing::no_match) {
    const std::vector<ChannelSpec> channels{{.name = "t/c", .filter = filter}};
    Environment environment = Environment::with_sources(1);
    environment.missing = missing;
    const auto program = Program::compile(channels, environment);
    if (!program) return program.error().text();
    const auto matcher = Matcher::make(**program);
    if (!matcher) return matcher.error().text();
    std::string out;
    for (int turn = 0; turn < 2; ++turn) {
        std::string rows;
        for (const auto& channel : (*matcher)->match(batch)) {
            for (std::uint32_t r = 0; r < flow::kBatchRows; ++r) {
                if ((channel.rows[r / 64] >> (r % 64) & 1) != 0) rows += (rows.empty() ? "" : " ") + std::to_string(r);
            }
        }
        EXPECT_TRUE(turn == 0 || rows == out) << filter;
        out = rows;
    }
    EXPECT_EQ((*matcher)->text_failures(), 0u);
    return out;
}

struct Case {
    std::string filter;
    std::string rows;  // whatever the rule for missing values: no pattern takes an empty text
};

void expect(const flow::FlowBatch& batch, const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        EXPECT_EQ(taken(c.filter, batch), c.rows) << c.filter;
        EXPECT_EQ(taken(c.filter, batch, Missing::zero), c.rows) << c.filter << ", missing is zero";
    }
}

TEST(TextMatch, AsksColumnsOfText) {
    FilterBatch batch;
    batch.scribble();
    batch.add({.more = {{Column::application, "web-browsing"}, {Column::user, "ACME\\jane"}}});              // 0
    batch.add({.more = {{Column::application, "ssl"}, {Column::vrf_name, "customer-7"}}});                   // 1
    batch.add({.more = {{Column::http_host, "www.Example.com"}, {Column::http_url, "/a/b?id=7"}}});          // 2
    batch.add({.more = {{Column::http_host, "example.org"}}});                                               // 3
    batch.add({.more = {{Column::input_if_name, "xe-0/0/1"}, {Column::output_if_name, "ge-1/0/0"}}});        // 4
    batch.add({.more = {{Column::input_if_name, "ge-1/0/0"}}});                                              // 5
    batch.add({});                                                                                           // 6
    batch.add({.more = {{Column::application, ""}, {Column::http_host, std::string_view("a\0b.com", 7)}}});  // 7
    batch.add({.more = {{Column::application, "SSL"}, {Column::as_path, "64500 64501"}}});                   // 8
    const std::vector<Case> cases = {
        {"application = ssl", "1"},
        {"application ssl", "1"},
        {"not application = ssl", "0 2 3 4 5 6 7 8"},
        {"application contains s", "0 1"},
        {"application matches /^ssl$/", "1"},
        {"application matches /^ssl$/i", "1 8"},
        {"host = 'WWW.example.COM'", "2"},
        {"host contains example", "2 3"},
        {"host matches /example\\.(com|org)$/", "2 3"},
        {"host matches /^a\\x00b/", "7"},
        {"url contains 'id='", "2"},
        {"user = 'ACME\\jane'", "0"},
        {"interface 'ge-1/0/0'", "4 5"},
        {"in interface 'ge-1/0/0'", "5"},
        {"out interface 'ge-1/0/0'", "4"},
        {"interface matches /^(xe|ge)-/ and not interface contains '1/0/0'", ""},
        {"in interface matches /^xe-/ and out interface matches /^ge-/", "4"},
        {"vrf customer-7", "1"},
        {"application = ssl or vrf customer-7 or host contains org", "1 3"},
    };
    expect(*batch, cases);
}

std::string tcp_packet(std::string_view payload) {
    return std::string("\x45\0", 2) + support::number(payload.size() + 40, 2) + std::string(5, '\0') + '\x06' +
           std::string(10, '\1') + std::string(12, 't') + '\x50' + std::string(7, 't') + std::string(payload);
}

TEST(TextMatch, AsksTlsHellosInPayload) {
    const std::string firefox = tcp_packet(support::firefox_hello().record());
    const std::string chrome = tcp_packet(support::chrome_hello().record());
    const std::string server = tcp_packet(
        support::Hello{.type = 2, .version = 0x0301, .ciphers = {0x002f}, .extensions = {{0xff01, "\0"s}}}.record());
    const std::string cut = firefox.substr(0, 260);
    std::string udp = firefox;
    udp[9] = '\x11';
    FilterBatch batch;
    batch.scribble();
    batch.add({.proto = 6, .payload = firefox});                                // 0
    batch.add({.proto = 6, .payload = chrome});                                 // 1
    batch.add({.proto = 6, .payload = server});                                 // 2
    batch.add({.proto = 6, .payload = cut});                                    // 3
    batch.add({.proto = 17, .payload = udp});                                   // 4
    batch.add({.proto = 6, .payload = "GET / HTTP/1.1"});                       // 5
    batch.add({.proto = 6});                                                    // 6
    batch.add({.proto = 6, .more = {{Column::http_host, "www.example.org"}}});  // 7
    batch.add({.proto = 6, .payload = support::firefox_hello().record()});      // 8: without headers
    const std::vector<Case> cases = {
        {"payload ja3 579ccef312d18482fc42e2b822ca2430", "0 8"},
        {"payload ja3 579CCEF312D18482FC42E2B822CA2430", "0 8"},
        {"payload ja3 4192c0a946c5bd9b544b4656d9f624a4", "2"},
        {"payload ja3 defined", "0 1 2 8"},
        {"not payload ja3 defined", "3 4 5 6 7"},
        {"payload ja4 t13d1516h2_8daaf6152771_e5627efa2ab1", "1"},
        {"payload ja4 defined", "0 1 8"},
        {"payload tls sni mozilla", "0 3 8"},
        {"sni = www.example.org", "1 7"},
        {"sni matches /^(www|contile)\\./", "0 1 3 7 8"},
        {"payload content 'contile' and payload ja3 defined", "0 8"},
        {"payload content 'contile' and not payload ja3 defined", "3 4"},
    };
    expect(*batch, cases);
}

// The language has no word for an empty text, but what is asked of one holds for missing ones under the older rule.
TEST(TextMatch, MissingTextsHoldNothingUnderEitherRule) {
    FilterBatch batch;
    batch.scribble();
    for (int i = 0; i < 70; ++i) batch.add({});
    batch.set(1, {Column::vrf_name, ""});
    batch.set(2, {Column::vrf_name, "x"});
    for (const Missing missing : {Missing::no_match, Missing::zero}) {
        filters::program::PredicateSet predicates;
        for (const auto column : {Subject(Column::vrf_name), Subject(Reading::tls_ja3)}) {
            filters::program::Predicate predicate;
            predicate.texts.push_back({column, {.kind = filters::text::PatternKind::equal}});
            static_cast<void>(predicates.intern(std::move(predicate)));
        }
        Environment environment;
        environment.missing = missing;
        const auto indexes = filters::program::build_texts(predicates, environment);
        ASSERT_TRUE(indexes);
        filters::program::TextScan scan;
        ASSERT_TRUE(scan.fit(indexes->indexes));
        std::vector<std::uint64_t> bits(2 * filters::program::kWords);
        std::vector<std::uint32_t> words(2);
        std::vector<std::uint8_t> touched(2);
        scan.run(*batch, {bits.data(), words.data(), touched.data()});
        EXPECT_EQ(bits[0], 2u);
        EXPECT_EQ(bits[1], 0u);
        EXPECT_EQ(bits[filters::program::kWords], 0u);
    }
}

// Full batches, rows with and without text in any order, more different texts than places are remembered for.
TEST(TextMatch, TakesTheSameRowsInFullBatches) {
    const std::vector<ChannelSpec> channels{{.name = "t/odd", .filter = "host matches /[13579]\\.example$/"},
                                            {.name = "t/77", .filter = "host contains 77"},
                                            {.name = "t/none", .filter = "not host contains ."},
                                            {.name = "t/one", .filter = "host = h12.example"}};
    const auto program = Program::compile(channels, Environment::with_sources(1));
    ASSERT_TRUE(program) << program.error().text();
    const auto matcher = Matcher::make(**program);
    ASSERT_TRUE(matcher);
    for (std::uint32_t round = 0; round < 6; ++round) {
        FilterBatch batch;
        std::vector<std::vector<std::uint32_t>> expected(4);
        const std::uint32_t rows = round % 2 == 0 ? flow::kBatchRows : 100 + round * 37;
        for (std::uint32_t r = 0; r < rows; ++r) {
            const std::uint32_t n = r * (round + 1) % (round < 3 ? 40 : 3001);
            if (r % 7 == 3) {
                batch.add({});
                expected[2].push_back(r);
                continue;
            }
            const std::string name = "h" + std::to_string(n) + ".example";
            batch.add({.more = {{Column::http_host, std::string_view(name)}}});
            if (n % 2 == 1) expected[0].push_back(r);
            if (name.find("77") != std::string::npos) expected[1].push_back(r);
            if (n == 12) expected[3].push_back(r);
        }
        std::vector<std::vector<std::uint32_t>> found(4);
        for (const auto& channel : (*matcher)->match(*batch)) {
            for (std::uint32_t r = 0; r < flow::kBatchRows; ++r) {
                if ((channel.rows[r / 64] >> (r % 64) & 1) != 0) found[channel.channel].push_back(r);
            }
        }
        EXPECT_EQ(found, expected) << round;
    }
}

// The same is asked of both interfaces: one table serves both.
TEST(TextMatch, ColumnsThatAreAskedTheSameShareATable) {
    const std::vector<ChannelSpec> channels{{.name = "t/a", .filter = "interface matches /^ge-/"},
                                            {.name = "t/b", .filter = "interface contains 0/1"},
                                            {.name = "t/c", .filter = "vrf contains 0/1"}};
    const auto program = Program::compile(channels, Environment::with_sources(1));
    ASSERT_TRUE(program) << program.error().text();
    EXPECT_EQ((*program)->figures().text_patterns, 3u);
    EXPECT_EQ((*program)->figures().indexes,
              (std::vector<std::string>{"input_if_name+output_if_name patterns", "vrf_name patterns"}));
}

}  // namespace
