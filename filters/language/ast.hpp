// SPDX-License-Identifier: Apache-2.0
// The checked syntax tree of one filter: what the parser makes, what the compiler, the printer and the tests
// read.
//
// Thread: any; values.
// Shape:  nodes refer to each other by index. Every test says which field, which side and which values hold,
// in one
//         normal form: comparators and lists are ranges, addresses and prefixes are nets. So a new primitive
//         is a new row of fields.hpp and needs nothing here.
// Limits: see parser.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/flow/address.hpp"
#include "dataplane/flow/result.hpp"

namespace filters::language {

// Closed: low and high belong to it.
struct Range {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    friend auto operator<=>(const Range&, const Range&) = default;
};

// Addresses a with (a & mask) == address. A net is IPv4 when it fixes the 96 bits that mark mapped IPv4 (see
// flow::IpAddress), so no IPv6 net, not even ::/0, takes an IPv4 address, and the other way round.
struct Net {
    flow::IpAddress address{};
    flow::IpAddress mask{};

    // Host bits of `a` are cleared. `bits` counts in the 128-bit form.
    [[nodiscard]] static Net prefix(const flow::IpAddress& a, unsigned bits) noexcept;
    // Any bits of an IPv4 address; both in host byte order.
    [[nodiscard]] static Net v4_mask(std::uint32_t address, std::uint32_t mask) noexcept;

    [[nodiscard]] bool is_v4() const noexcept;
    [[nodiscard]] bool contains(const flow::IpAddress& a) const noexcept;
    // Leading bits that count, in the 128-bit form; -1 when the mask has holes.
    [[nodiscard]] int prefix_bits() const noexcept;

    friend auto operator<=>(const Net&, const Net&) = default;
};

enum class Side : std::uint8_t {
    either,  // source side or destination side; also of fields with one side only
    source,
    destination,
    both,  // source side and destination side
};

// How a text test asks.
enum class TextMatch : std::uint8_t {
    equal,
    contains,
    regex,
    present,  // the row has it and it is not empty; `text` is empty
};

struct Test {
    std::size_t field = 0;     // row of fields()
    Side side = Side::either;  // sided fields only
    // Which of them are filled: Operand in fields.hpp.
    std::vector<Range> ranges{};  // numbers, flags, MACs, times: the values that hold, sorted and apart; empty = none
    std::vector<Net> nets{};      // addresses: sorted, no two equal
    std::string text{};           // texts; ident: the source; country: two letters in upper case; flags: the letters
    TextMatch match = TextMatch::equal;
    bool caseless = false;
    flow::Place place{};  // of the value; `file` is empty in the filter's own text, else the included file
};

enum class NodeKind : std::uint8_t { any, test, negation, conjunction, disjunction };

struct Node {
    NodeKind kind = NodeKind::any;
    std::uint32_t first = 0;  // test: index into tests; else: its operands are children[first, first + count)
    std::uint32_t count = 0;
};

struct Ast {
    std::vector<Node> nodes{};
    std::vector<std::uint32_t> children{};  // node indexes; lower than that of the node they belong to
    std::vector<Test> tests{};
    std::uint32_t root = 0;
};

// The normal form: one spelling for each meaning, brackets only where needed, and it parses back to an equal
// tree.
[[nodiscard]] std::string print(const Ast& ast);
[[nodiscard]] std::string print(const Test& test);

}  // namespace filters::language
