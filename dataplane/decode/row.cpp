// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/row.hpp"

#include <algorithm>
#include <cstring>

namespace decode {
namespace {

using flow::Column;
using flow::FlowBatch;
using flow::present_bit;

constexpr auto kGroups = [] {
    std::array<std::pair<std::size_t, std::size_t>, flow::kColumns> groups{};
    for (std::size_t c = 0; c < flow::kColumns; ++c) {
        std::size_t first = c, last = c;
        while (flow::shares_bit(static_cast<Column>(first))) --first;
        while (last + 1 < flow::kColumns && flow::shares_bit(static_cast<Column>(last + 1))) ++last;
        groups[c] = {first, last};
    }
    return groups;
}();

// Both presence bits change places too.
template <class Array>
void exchange(FlowBatch& batch, std::uint32_t row, Array& a, Column a_column, Array& b, Column b_column) noexcept {
    std::swap(a[row], b[row]);
    const std::uint64_t a_bit = present_bit(a_column), b_bit = present_bit(b_column);
    std::uint64_t& present = batch.present[row];
    const bool had_a = (present & a_bit) != 0, had_b = (present & b_bit) != 0;
    if (had_a == had_b) return;
    present = (present & ~(a_bit | b_bit)) | (had_a ? b_bit : a_bit);
}
#define EXCHANGE(a, b) exchange(batch, row, batch.a, Column::a, batch.b, Column::b)

void mirror_macs(FlowBatch& batch, std::uint32_t row) noexcept {
    const std::uint64_t out = present_bit(Column::out_src_mac) | present_bit(Column::out_dst_mac);
    if ((batch.present[row] & out) == 0) {
        EXCHANGE(in_src_mac, in_dst_mac);  // one observation point: the same link both ways
        return;
    }
    // What left towards the next device comes back from there.
    EXCHANGE(in_src_mac, out_dst_mac);
    EXCHANGE(in_dst_mac, out_src_mac);
}

void mirror_rare(FlowBatch& batch, std::uint32_t row) noexcept {
    mirror_macs(batch, row);
    // One of them alone is not of one side.
    if (batch.has(row, Column::src_vlan) && batch.has(row, Column::dst_vlan)) EXCHANGE(src_vlan, dst_vlan);
    if (batch.has(row, Column::tos) && batch.has(row, Column::dst_tos)) EXCHANGE(tos, dst_tos);
    if (batch.has(row, Column::prev_as)) std::swap(batch.prev_as[row], batch.next_as[row]);
    if (batch.has(row, Column::nat_src_addr)) std::swap(batch.nat_src_addr[row], batch.nat_dst_addr[row]);
    if (batch.has(row, Column::nat_src_port)) std::swap(batch.nat_src_port[row], batch.nat_dst_port[row]);
    if (batch.has(row, Column::ingress_vrf)) std::swap(batch.ingress_vrf[row], batch.egress_vrf[row]);
    if (batch.has(row, Column::input_if_name)) std::swap(batch.input_if_name[row], batch.output_if_name[row]);
    if (batch.has(row, Column::src_group)) std::swap(batch.src_group[row], batch.dst_group[row]);
    if (batch.has(row, Column::tunnel_src_addr)) std::swap(batch.tunnel_src_addr[row], batch.tunnel_dst_addr[row]);
    if (batch.has(row, Column::tunnel_type)) std::swap(batch.tunnel_src_port[row], batch.tunnel_dst_port[row]);
}

}  // namespace

std::pair<std::size_t, std::size_t> columns_of_bit(Column c) noexcept {
    return kGroups[static_cast<std::size_t>(c)];
}

void clear_column(FlowBatch& batch, Column c, std::uint32_t row, std::uint32_t count) noexcept {
    const std::uint32_t width = column_place(c).width;
    std::memset(column<std::byte>(batch, c, 0) + static_cast<std::size_t>(row) * width, 0,
                static_cast<std::size_t>(count) * width);
}

void open_column(FlowBatch& batch, Column c, std::uint32_t row) noexcept {
    if ((batch.present[row] & present_bit(c)) != 0 || present_bit(c) == 0) return;
    batch.present[row] |= present_bit(c);
    if (static_cast<std::size_t>(c) < flow::kCommonColumns) return;  // these are never undefined
    const auto [first, last] = columns_of_bit(c);
    for (std::size_t other = first; other <= last; ++other) clear_column(batch, static_cast<Column>(other), row, 1);
}

void mirror_row(FlowBatch& batch, std::uint32_t row) noexcept {
    EXCHANGE(src_addr, dst_addr);
    EXCHANGE(input_if, output_if);
    EXCHANGE(src_as, dst_as);
    std::swap(batch.src_mask[row], batch.dst_mask[row]);
    // Type and code are no port; they stay unless the record tells those of the other direction.
    if (!is_icmp(batch.proto[row])) std::swap(batch.src_port[row], batch.dst_port[row]);
    batch.next_hop[row] = {};
    mirror_rare(batch, row);
    batch.present[row] &= ~(present_bit(Column::next_hop) | present_bit(Column::bgp_next_hop));
}

}  // namespace decode
