// SPDX-License-Identifier: Apache-2.0
// Numbers that columns have in the archive, for ever: flow::Column may be reordered, files stay.
//
// A new column gets the next free number; a number is never used again. FORMAT.md has the same table.
//
// Thread: any; constant data.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "dataplane/flow/columns.hpp"

namespace store::archive {

// clang-format off
#define ARCHIVE_COLUMNS(X)                                                                                            \
    X(1, src_addr) X(2, dst_addr) X(3, next_hop) X(4, first_ms) X(5, last_ms) X(6, in_bytes) X(7, in_packets)        \
    X(8, present) X(9, exporter) X(10, sampling) X(11, input_if) X(12, output_if) X(13, src_as) X(14, dst_as)        \
    X(15, src_port) X(16, dst_port) X(17, thinning) X(18, proto) X(19, tcp_flags) X(20, tos) X(21, src_mask)         \
    X(22, dst_mask) X(23, direction) X(24, forwarding_status) X(25, family) X(26, out_bytes) X(27, out_packets)      \
    X(28, dst_tos) X(29, src_vlan) X(30, dst_vlan) X(31, in_src_mac) X(32, out_dst_mac) X(33, in_dst_mac)            \
    X(34, out_src_mac) X(35, bgp_next_hop) X(36, prev_as) X(37, next_as) X(38, mpls) X(39, nat_src_addr)             \
    X(40, nat_dst_addr) X(41, nat_src_port) X(42, nat_dst_port) X(43, nat_event) X(44, port_block_start)             \
    X(45, port_block_end) X(46, port_block_step) X(47, port_block_size) X(48, firewall_event)                        \
    X(49, firewall_xevent) X(50, ingress_acl) X(51, egress_acl) X(52, ingress_vrf) X(53, egress_vrf)                 \
    X(54, client_latency_us) X(55, server_latency_us) X(56, app_latency_us) X(57, observation_domain)                \
    X(58, observation_point) X(59, min_ttl) X(60, max_ttl) X(61, ethertype) X(62, flow_label) X(63, end_reason)      \
    X(64, sampler_id) X(65, tunnel_src_addr) X(66, tunnel_dst_addr) X(67, tunnel_proto) X(68, tunnel_key)            \
    X(69, application_id) X(70, application) X(71, user) X(72, input_if_name) X(73, output_if_name) X(74, vrf_name)  \
    X(75, http_host) X(76, http_url) X(77, payload) X(78, flow_count) X(79, flow_id) X(80, event_ms)                 \
    X(81, src_group) X(82, dst_group) X(83, drop_reason) X(84, inner_vlan) X(85, tunnel_type)                        \
    X(86, tunnel_src_port) X(87, tunnel_dst_port) X(88, as_path) X(89, communities)
// clang-format on

inline constexpr std::uint8_t kReceived = 90;  // receive time of each row, ms: no column of flow::Column
inline constexpr std::size_t kStoredIds = 91;  // numbers below this one mean something
inline constexpr std::uint8_t kNotStored = 0;  // `source`: the segment's
inline constexpr auto kNoColumn = flow::Column::count_;

// How values of a column are taken.
enum class Shape : std::uint8_t { number, address, stack, acl, text };

template <class T>
[[nodiscard]] constexpr Shape shape_of() noexcept {
    if constexpr (std::is_same_v<T, flow::IpAddress>) return Shape::address;
    if constexpr (std::is_same_v<T, flow::MplsStack>) return Shape::stack;
    if constexpr (std::is_same_v<T, flow::AclId>) return Shape::acl;
    if constexpr (std::is_same_v<T, flow::Text>) return Shape::text;
    return Shape::number;
}

inline constexpr auto kStoredIdOf = [] {
    std::array<std::uint8_t, flow::kColumns> out{};
#define X(id, name) out[static_cast<std::size_t>(flow::Column::name)] = id;
    ARCHIVE_COLUMNS(X)
#undef X
    return out;
}();
inline constexpr auto kColumnOf = [] {
    std::array<flow::Column, kStoredIds> out{};
    out.fill(kNoColumn);
#define X(id, name) out[id] = flow::Column::name;
    ARCHIVE_COLUMNS(X)
#undef X
    return out;
}();
inline constexpr auto kShapes = [] {
    std::array<Shape, flow::kColumns> out{};
#define X(name, type, what) out[static_cast<std::size_t>(flow::Column::name)] = shape_of<type>();
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
    return out;
}();

[[nodiscard]] constexpr std::uint8_t stored_id(flow::Column c) noexcept {
    return kStoredIdOf[static_cast<std::size_t>(c)];
}
[[nodiscard]] constexpr Shape shape(flow::Column c) noexcept {
    return kShapes[static_cast<std::size_t>(c)];
}

// Every column but `source` has a number, and no two the same one.
static_assert([] {
    std::size_t with_number = 0, numbers = 0;
    for (const std::uint8_t id : kStoredIdOf) with_number += id != kNotStored;
    for (const flow::Column c : kColumnOf) numbers += c != kNoColumn;
    return with_number == flow::kColumns - 1 && numbers == with_number && stored_id(flow::Column::source) == kNotStored;
}());

// Bits of `present` are stored as they are. Whoever moves one makes a new version of the format and translates.
static_assert(flow::present_bit(flow::Column::src_addr) == 1 && flow::present_bit(flow::Column::proto) == 1u << 15);
static_assert(flow::present_bit(flow::Column::out_bytes) == 1u << 16);
static_assert(flow::present_bit(flow::Column::communities) == 1ull << 61 && "see FORMAT.md, presence");

}  // namespace store::archive
