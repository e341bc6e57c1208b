// SPDX-License-Identifier: Apache-2.0
// Any bytes as a filter: never a crash or a hang; what parses prints to a form that parses to the same; what
// compiles matches what the reference evaluator takes, on a few rows that filters like to talk about, under both rules of
// missing fields. Inputs whose first byte is above 0x7f are indexes into the language's words, so that more of them parse.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "filters/language/lexer.hpp"
#include "filters/language/parser.hpp"
#include "filters/program/program.hpp"
#include "tests/support/filter_batch.hpp"
#include "tests/support/reference_filter.hpp"

namespace {

using filters::language::Ast;
using filters::language::Context;
using filters::language::Field;
using filters::language::Missing;
using filters::language::Operand;
using filters::language::Test;
using filters::language::TextMatch;
using flow::Column;

support::FilterBatch& rows() {
    static support::FilterBatch batch{
        {.src = "10.1.0.1", .dst = "192.168.1.20", .proto = 6, .src_port = 50000, .dst_port = 80},
        {.src = "10.1.0.1", .dst = "8.8.8.8", .proto = 17, .src_port = 53, .dst_port = 53, .payload = "GET / abc"},
        {.src = "172.16.5.1", .dst = "10.2.0.9", .proto = 1, .dst_port = 769},
        {.src = "2001:db8::1", .dst = "::", .proto = 58, .dst_port = 34304},
        {.proto = 47},
        {.src = "10.1.0.1",
         .dst = "10.2.0.9",
         .proto = 6,
         .dst_port = 443,
         .more = {{Column::tcp_flags, 18},
                  {Column::in_packets, 8},
                  {Column::in_bytes, 1000},
                  {Column::out_packets, 5},
                  {Column::input_if, 1},
                  {Column::src_as, 65001},
                  {Column::src_vlan, 7},
                  {Column::in_src_mac, 0x001122334455},
                  {Column::nat_src_addr, std::string_view("10.1.2.3")},
                  {Column::nat_src_port, 80},
                  {Column::firewall_event, 3},
                  {Column::firewall_xevent, 1001},
                  {Column::mpls, support::mpls_stack({16001, 16002})},
                  {Column::application, std::string_view("dns")},
                  {Column::user, std::string_view("bob")}}},
    };
    return batch;
}

void require(bool holds) {
    if (!holds) std::abort();
}

// Files that may include each other, and names that resolve.
Context world() {
    Context out;
    out.include = [](std::string_view path, std::string_view /*from*/) -> flow::Result<Context::Included> {
        if (path == "self") return Context::Included{"self", "port 1 or @include self"};
        if (path == "open") return Context::Included{"open", "( port 1 or # \n"};
        if (path == "nets") return Context::Included{"nets", "10.0.0.0/8 ::1"};
        return flow::fail("there is no such file");
    };
    out.resolve = [](std::string_view name) -> flow::Result<std::vector<flow::IpAddress>> {
        if (name.size() > 4) return flow::fail("nobody knows this name");
        return std::vector{flow::IpAddress::v4(0x0a010001), flow::IpAddress::v4(0x08080808)};
    };
    return out;
}

void add_words(std::vector<std::string>& out, std::string_view text) {
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = text.find_first_of("| ");
        if (const std::string word(text.substr(0, end)); std::find(out.begin(), out.end(), word) == out.end()) {
            out.push_back(word);
        }
        if (end != std::string_view::npos) text.remove_prefix(end + 1);
    }
}

// The language's words, and values; a blank apart.
std::vector<std::string> make_words() {
    std::vector<std::string> out;
    add_words(out,
              "and or not ( ) src dst any in [ ] , = == < > <= >= eq i contains matches defined tcp icmp 0 1 3 80 1k");
    add_words(
        out, "10.1.0.1 10/8 ::1 10.0.0.0/8 255.0.255.0 1:2:3:4:5:6 SA X =S 2026 2026-01-31T10:00Z CH 'dns' bob /b.b/i");
    add_words(out,
              "e7d705a3286e19ea42f587b344ee6865 t13d1516h2_8daaf6152771_b186095e22b6 @include self open nets "
              "www # \n 1.2 65536 0x35 && ||");
    for (const Field& field : filters::language::fields()) add_words(out, field.words);
    for (const auto& refusal : filters::language::refusals()) add_words(out, refusal.words);
    for (const Field& field : filters::language::fields()) {
        for (std::size_t i = 0; i < std::min<std::size_t>(2, field.names.size()); ++i)
            add_words(out, field.names[i].name);
    }
    return out;
}

std::string in_words(std::string_view indexes) {
    static const std::vector<std::string> words = make_words();
    require(words.size() <= 256);
    std::string out;
    for (const char c : indexes) out += words[static_cast<unsigned char>(c) % words.size()] + ' ';
    return out;
}

// The reference has neither databases nor regular expressions of the same kind, and takes no hellos apart.
bool is_in_reference(const Test& test) {
    const Field& field = filters::language::fields()[test.field];
    switch (field.operand) {
        case Operand::country:
        case Operand::as_name:
        case Operand::ja3:
        case Operand::ja4:
        case Operand::regex:
        case Operand::pattern:
            return false;
        default:
            break;
    }
    const bool hello = std::any_of(field.subjects.begin(), field.subjects.end(), [](auto subject) {
        return subject.reading == filters::language::Reading::tls_server_name;
    });
    return !hello && test.match != TextMatch::regex;
}

void match(const Ast& ast, const std::string& filter, Missing missing) {
    const filters::ChannelSpec channel{"fuzz/channel", filter, {}, {}};
    auto environment = filters::Environment::with_sources(1);
    environment.missing = missing;
    environment.context = world();
    const auto program = filters::Program::compile(std::span(&channel, 1), environment);
    // Patterns may be refused.
    if (!program) return;
    const auto matcher = filters::Matcher::make(**program).value();
    const auto found = matcher->match(*rows());
    if (!std::all_of(ast.tests.begin(), ast.tests.end(), is_in_reference)) return;
    const support::ReferenceFilter reference(ast, *rows(), {.missing = missing, .sources = environment.sources});
    for (std::uint32_t row = 0; row < rows()->rows; ++row) {
        const bool taken = !found.empty() && (found.front().rows[0] >> row & 1) != 0;
        if (taken == reference.holds(row)) continue;
        std::fprintf(stderr, "fuzz: row %u is %s by: %s\n", row, taken ? "taken" : "left", print(ast).c_str());
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::string filter = size != 0 && data[0] > 0x7f ? in_words(bytes.substr(1)) : std::string(bytes);
    const auto ast = filters::language::parse(filter, world());
    if (!ast) {
        const flow::Place& place = ast.error().place;
        require(!ast.error().message.empty() && place.line != 0);
        require(!place.file.empty() || !filters::language::pointed(filter, place).empty());
        return 0;
    }
    const std::string normal = print(*ast);
    if (normal.size() <= filters::language::kMostFilterBytes) {
        const auto again = filters::language::parse(normal);
        require(again.has_value() && print(*again) == normal);
    }
    match(*ast, filter, Missing::no_match);
    match(*ast, filter, Missing::zero);
    return 0;
}
