// SPDX-License-Identifier: Apache-2.0
#include "control/query/tags.hpp"

#include "control/query/address_text.hpp"
#include "control/query/shown_text.hpp"

namespace query {

namespace {

constexpr char kAddressMark = '\x01';  // -T

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const std::array<std::span<const Tag>, 3>& tables() noexcept {
    static const std::array<std::span<const Tag>, 3> all = {flow_tags(), rare_tags(), event_tags()};
    return all;
}

}  // namespace

const Tag* find_tag(std::string_view text) noexcept {
    const Tag* best = nullptr;
    for (const std::span<const Tag> table : tables()) {
        for (const Tag& tag : table) {
            if (!text.starts_with(tag.name)) continue;
            if (text.size() > tag.name.size() && is_letter(text[tag.name.size()])) continue;
            if (best == nullptr || tag.name.size() > best->name.size()) best = &tag;
        }
    }
    return best;
}

void write_address(Pen& pen, const Record& r, const flow::IpAddress& address, bool v6) {
    if (r.style.tag_addresses) pen.put(kAddressMark);
    address_column(pen, address, v6, r.style.wide);
}

void write_address_port(Pen& pen, const Record& r, const flow::IpAddress& address, bool v6, std::uint16_t port) {
    write_address(pen, r, address, v6);
    pen.put(reads_as_v6(address, v6) ? '.' : ':');
    pen.number_left(port, 5);
}

void write_text(Pen& pen, std::string_view text) {
    pen.moved_to(write_shown(pen.at(), text.substr(0, kWidestText)));
}

void write_acl_text(Pen& pen, const flow::AclId& id) {
    pen.text("0x");
    pen.hexadecimal(id.acl);
    pen.text("/0x");
    pen.hexadecimal(id.ace);
    pen.text("/0x");
    pen.hexadecimal(id.xace);
}

void write_application_id(Pen& pen, std::uint64_t id) {
    const unsigned selector_bits = id >> 32 == 0 ? 24 : 56;
    pen.number(id >> selector_bits, 2);
    pen.text("..");
    pen.number(id & ((1ull << selector_bits) - 1));
}

void write_mpls_label(Pen& pen, const flow::MplsStack& stack, std::size_t i, std::size_t width) {
    const std::uint32_t entry = i < stack.count ? stack.labels[i] : 0;
    pen.number(entry >> 4 & 0xfffff, width);
    pen.put('-');
    pen.number(entry >> 1 & 7);
    pen.put('-');
    pen.number(entry & 1);
}

}  // namespace query
