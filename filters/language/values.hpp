// SPDX-License-Identifier: Apache-2.0
// Words -> values: numbers, protocols, addresses, prefixes. What a word means depends on the field before it.
//
// Thread: any; no state.
// Errors: a sentence without place; the parser adds where.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "filters/language/ast.hpp"
#include "filters/language/fields.hpp"

namespace filters::language {

enum class Comparison : std::uint8_t { equal, less, greater, at_most, at_least };

// = == eq < lt > gt <= le >= ge, words in any letter case.
[[nodiscard]] std::optional<Comparison> comparison(std::string_view word) noexcept;

// Decimal, 0x and hex digits, or decimal and one of k m g t (powers of 1000). Nothing when it is no such
// number or does not fit 64 bits.
[[nodiscard]] std::optional<std::uint64_t> number(std::string_view word) noexcept;

// The numbers from 0 to `most` for which `comparison value` holds; none or one range.
[[nodiscard]] std::vector<Range> holding(Comparison comparison, std::uint64_t value, std::uint64_t most);

// A number of `field`, or a name where the field takes one.
[[nodiscard]] flow::Result<std::uint64_t> field_number(const Field& field, std::string_view word);

// Six octets of one or two hex digits between ':' or '-', or three groups of four between '.'; 48 bits.
[[nodiscard]] flow::Result<std::uint64_t> mac(const Field& field, std::string_view word);

// Milliseconds since 1970.
[[nodiscard]] flow::Result<std::uint64_t> time(const Field& field, std::string_view word);

// TCP flags by letter, from the lowest bit on; X stands for the first six.
inline constexpr std::string_view kFlagLetters = "FSRPAUEC";

// The bits of upper-case letters, each at most once. Nothing when it is not that.
[[nodiscard]] std::optional<std::uint8_t> flag_bits(std::string_view letters) noexcept;

// The byte values in which all of `bits` are set.
[[nodiscard]] std::vector<Range> having_bits(std::uint8_t bits);

// Complete address.
[[nodiscard]] flow::Result<Net> address(const Field& field, std::string_view word);

// a/n; IPv4 may leave out trailing octets that n does not reach into: 172.16/12, 10/8.
[[nodiscard]] flow::Result<Net> prefix(const Field& field, std::string_view word);

// a.b.c.d m.m.m.m; any mask.
[[nodiscard]] flow::Result<Net> address_and_mask(const Field& field, std::string_view word, std::string_view mask);

}  // namespace filters::language
