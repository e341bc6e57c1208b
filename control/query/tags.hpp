// SPDX-License-Identifier: Apache-2.0
// The tags of `-o fmt:...`: what each prints, under which heading, and of which columns.
//
// Thread: any; constant data.
// Source: nfdump(1) of 1.7.1, widths and headings as Debian's prints them.
#pragma once

#include <span>
#include <string_view>

#include "control/query/pen.hpp"
#include "control/query/record.hpp"
#include "dataplane/flow/column_set.hpp"

namespace query {

// Texts (user, interface, payload ...) are cut here.
inline constexpr std::size_t kWidestText = 4096;

using WriteField = void (*)(Pen&, const Record&);

enum class Shape : std::uint8_t {
    field,
    address,  // 23 characters wider when addresses are printed whole
    text,     // as wide as kWidestText
    times,    // looks at FlowBatch::row_received_ms
};

// Columns that a tag looks at besides those of sums_columns(), which always come.
struct Needs {
    constexpr Needs() = default;
    constexpr Needs(flow::Column a, flow::Column b = kNone, flow::Column c = kNone, flow::Column d = kNone)  // NOLINT
        : columns{a, b, c, d} {}
    static constexpr flow::Column kNone = flow::Column::count_;
    std::array<flow::Column, 4> columns{kNone, kNone, kNone, kNone};
};

struct Tag {
    std::string_view name;
    std::string_view heading;
    WriteField write;
    Shape shape = Shape::field;
    Needs needs{};
};

// The longest tag at the head of `text`, which begins behind the %; nullptr: none. A name ends where no letter follows.
[[nodiscard]] const Tag* find_tag(std::string_view text) noexcept;

// The table, in three parts: what every flow has, what few have, what firewalls and translators report.
[[nodiscard]] std::span<const Tag> flow_tags() noexcept;
[[nodiscard]] std::span<const Tag> rare_tags() noexcept;
[[nodiscard]] std::span<const Tag> event_tags() noexcept;

// Parts that several tags share.
void write_address(Pen& pen, const Record& r, const flow::IpAddress& address, bool v6);
void write_address_port(Pen& pen, const Record& r, const flow::IpAddress& address, bool v6, std::uint16_t port);
// A text from the network: cut at kWidestText, without control characters.
void write_text(Pen& pen, std::string_view text);
// "0x1/0x2/0x3"
void write_acl_text(Pen& pen, const flow::AclId& id);
// "3..1": classification engine and selector (RFC 6759), the upper byte of the element's four, or of its eight.
void write_application_id(Pen& pen, std::uint64_t id);
// "16001-0-1": label, EXP and bottom of stack; entry `i`, 0 = top.
void write_mpls_label(Pen& pen, const flow::MplsStack& stack, std::size_t i, std::size_t width);

}  // namespace query
