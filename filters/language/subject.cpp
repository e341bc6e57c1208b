// SPDX-License-Identifier: Apache-2.0
#include "filters/language/subject.hpp"

#include <array>
#include <string_view>
#include <type_traits>

namespace filters::language {

namespace {

using flow::Column;

template <class Type>
constexpr SubjectKind kind_of_type() noexcept {
    if constexpr (std::is_same_v<Type, flow::IpAddress>) return SubjectKind::address;
    if constexpr (std::is_same_v<Type, flow::Text>) return SubjectKind::text;
    return SubjectKind::number;
}

SubjectKind kind_of_column(Column column) noexcept {
    switch (column) {
#define X(name, type, what) \
    case Column::name:      \
        return kind_of_type<type>();
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case Column::count_:
            break;
    }
    return SubjectKind::number;
}

// Columns that compare as 0 where the record lacks them.
bool is_basic(Column column) noexcept {
    switch (column) {
        case Column::proto:
        case Column::src_port:
        case Column::dst_port:
        case Column::tcp_flags:
        case Column::tos:
        case Column::in_packets:
        case Column::in_bytes:
        case Column::forwarding_status:
            return true;
        default:
            return false;
    }
}

}  // namespace

SubjectKind kind_of(Subject subject) noexcept {
    switch (subject.reading) {
        case Reading::column:
            return kind_of_column(subject.column);
#define X(name, kind, what) \
    case Reading::name:     \
        return SubjectKind::kind;
            FILTER_READINGS(X)
#undef X
    }
    return SubjectKind::number;
}

std::string name_of(Subject subject) {
    std::string_view name;
    switch (subject.reading) {
        case Reading::column:
            return std::string(flow::column_name(subject.column));
#define X(reading, kind, what) \
    case Reading::reading:     \
        name = #reading;       \
        break;
            FILTER_READINGS(X)
#undef X
    }
    switch (subject.reading) {
        case Reading::mpls_label:
        case Reading::mpls_exp:
        case Reading::ingress_acl:
        case Reading::egress_acl:
        case Reading::in_port_block:
            return std::string(name) + std::to_string(subject.index);
        default:
            return std::string(name);
    }
}

std::uint64_t presence_of(Subject subject) noexcept {
    switch (subject.reading) {
        case Reading::column:
            return is_basic(subject.column) ? 0 : flow::present_bit(subject.column);
        case Reading::out_packets:
            return flow::present_bit(Column::out_packets);
        case Reading::out_bytes:
            return flow::present_bit(Column::out_bytes);
        case Reading::mpls_label:
        case Reading::mpls_exp:
        case Reading::mpls_eos:
            return flow::present_bit(Column::mpls);
        case Reading::ingress_acl:
            return flow::present_bit(Column::ingress_acl);
        case Reading::egress_acl:
            return flow::present_bit(Column::egress_acl);
        case Reading::same_ttl:
            return flow::present_bit(Column::min_ttl);
        case Reading::in_port_block:
            return flow::present_bit(Column::port_block_start);
        case Reading::application_bytes:
        case Reading::tls_ja3:
        case Reading::tls_ja4:
        case Reading::tls_server_name:
            return flow::present_bit(Column::payload);
        case Reading::icmp_type:
        case Reading::icmp_code:
        case Reading::packets:
        case Reading::bytes:
        case Reading::flows:
        case Reading::duration_ms:
        case Reading::pps:
        case Reading::bps:
        case Reading::bpp:
        case Reading::count:
        case Reading::exporter_address:
        case Reading::exporter_id:
        case Reading::exporter_version:
        case Reading::engine_type:
        case Reading::engine_id:
            break;
    }
    return 0;
}

}  // namespace filters::language
