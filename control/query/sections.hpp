// SPDX-License-Identifier: Apache-2.0
// Which groups of fields a record has: nfdump's raw and JSON formats print a group when the record has any of it.
//
// Thread: any.
#pragma once

#include "control/query/record.hpp"

namespace query {

template <class... C>
[[nodiscard]] bool has_any(const Record& r, C... columns) noexcept {
    return (r.batch.present[r.row] & (flow::present_bit(columns) | ...)) != 0;
}

[[nodiscard]] inline bool has_misc(const Record& r) noexcept {
    using flow::Column;
    return has_any(r, Column::input_if, Column::output_if, Column::src_mask, Column::forwarding_status,
                   Column::direction, Column::dst_tos, Column::end_reason);
}
// Counters of the other side, or of flows.
[[nodiscard]] inline bool has_counters(const Record& r) noexcept {
    using flow::Column;
    return has_any(r, Column::out_packets, Column::out_bytes, Column::flow_count) || r.sums.flows != 1 ||
           r.sums.out_packets != 0 || r.sums.out_bytes != 0;
}
[[nodiscard]] inline bool has_vlans(const Record& r) noexcept {
    return has_any(r, flow::Column::src_vlan, flow::Column::dst_vlan);
}
[[nodiscard]] inline bool has_as(const Record& r) noexcept {
    return has_any(r, flow::Column::src_as, flow::Column::dst_as);
}
[[nodiscard]] inline bool has_macs(const Record& r) noexcept {
    using flow::Column;
    return has_any(r, Column::in_src_mac, Column::out_dst_mac, Column::in_dst_mac, Column::out_src_mac);
}
[[nodiscard]] inline bool has_neighbours(const Record& r) noexcept {
    return has_any(r, flow::Column::prev_as, flow::Column::next_as);
}
[[nodiscard]] inline bool has_router(const Record& r) noexcept {
    return r.router() != flow::IpAddress{};
}

}  // namespace query
