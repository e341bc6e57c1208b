// SPDX-License-Identifier: Apache-2.0
// Any bytes as a filter: never a crash or a hang; what parses prints to a form that parses to the same; what
// compiles matches what the reference evaluator takes, on a few rows that filters like to talk about.
#include <cstdlib>
#include <string_view>

#include "filters/language/lexer.hpp"
#include "filters/language/parser.hpp"
#include "filters/program/program.hpp"
#include "tests/support/filter_batch.hpp"
#include "tests/support/reference_filter.hpp"

namespace {

support::FilterBatch& rows() {
    static support::FilterBatch batch{
        {.src = "10.1.0.1", .dst = "192.168.1.20", .proto = 6, .src_port = 50000, .dst_port = 80},
        {.src = "10.1.0.1", .dst = "8.8.8.8", .proto = 17, .src_port = 53, .dst_port = 53, .payload = "GET / abc"},
        {.src = "172.16.5.1", .dst = "10.2.0.9", .proto = 1, .dst_port = 769},
        {.src = "2001:db8::1", .dst = "::", .proto = 58, .dst_port = 34304},
        {.proto = 47},
    };
    return batch;
}

void require(bool holds) {
    if (!holds) std::abort();
}

bool has_regex(const filters::language::Ast& ast) {
    for (const auto& test : ast.tests) {
        if (filters::language::fields()[test.field].operand == filters::language::Operand::regex) return true;
    }
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view filter(reinterpret_cast<const char*>(data), size);
    const auto ast = filters::language::parse(filter);
    if (!ast) {
        require(!ast.error().message.empty() && ast.error().place.line != 0);
        require(!filters::language::pointed(filter, ast.error().place).empty());
        return 0;
    }
    const std::string normal = filters::language::print(*ast);
    require(normal.size() > 1'000'000 || filters::language::print(filters::language::parse(normal).value()) == normal);
    const filters::ChannelSpec channel{"fuzz/channel", std::string(filter), {}, {}};
    const auto program = filters::Program::compile(std::span(&channel, 1), filters::Environment::with_sources(1));
    // Patterns may be refused, and the reference's regular expressions are of another kind.
    if (!program || has_regex(*ast)) return 0;
    const auto matcher = filters::Matcher::make(**program).value();
    const auto found = matcher->match(*rows());
    const support::ReferenceFilter reference(*ast, *rows());
    for (std::uint32_t row = 0; row < rows()->rows; ++row) {
        const bool taken = !found.empty() && (found.front().rows[0] >> row & 1) != 0;
        require(taken == reference.holds(row));
    }
    return 0;
}
