// SPDX-License-Identifier: Apache-2.0
#include "control/query/statistic_value.hpp"

#include <type_traits>

#include "control/query/address_text.hpp"
#include "control/query/names.hpp"
#include "control/query/numbers.hpp"
#include "control/query/tags.hpp"

namespace query {

namespace {

using filters::language::Reading;
using flow::Column;
using store::query::ElementKind;

// A column as T where its type allows it and the row has it; T{} otherwise.
template <class T, class U>
T as(const U& value) noexcept {
    if constexpr (std::is_integral_v<T> && std::is_integral_v<U>) {
        return value;
    } else if constexpr (std::is_same_v<T, U>) {
        return value;
    } else {
        return T{};
    }
}
template <class T>
T column_at(const flow::FlowBatch& batch, std::uint32_t row, Column column) noexcept {
    if (flow::present_bit(column) != 0 && column >= Column::out_bytes && !batch.has(row, column)) return T{};
    switch (column) {
#define X(name, type, what) \
    case Column::name:      \
        return as<T>(batch.name[row]);
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case Column::count_:
            break;
    }
    return T{};
}

std::uint32_t part_of(const flow::AclId& id, std::uint8_t index) noexcept {
    return index == 0 ? id.acl : index == 1 ? id.ace : id.xace;
}

template <class Write>
std::string written(Write&& write) {
    std::array<char, kWidestField> text;
    Pen pen(text.data());
    write(pen);
    return {text.data(), pen.at()};
}

}  // namespace

bool StatisticKey::is_v6() const noexcept {
    const Column c = element.source.reading == Reading::column ? element.source.column : Column::count_;
    const bool of_family =
        c == Column::src_addr || c == Column::dst_addr || c == Column::next_hop || c == Column::bgp_next_hop;
    return reads_as_v6(address(), of_family && batch.family[row] == 6);
}

flow::IpAddress StatisticKey::address() const noexcept {
    if (element.source.reading == Reading::exporter_address) {
        const std::uint32_t id = batch.exporter[row];
        if (style.exporters == nullptr || id >= style.exporters->size()) return {};
        const flow::ExporterKey& key = style.exporters->key(id);
        return key.protocol == flow::Protocol::sflow5 ? key.agent : key.address;
    }
    return column_at<flow::IpAddress>(batch, row, element.source.column);
}

std::uint64_t StatisticKey::number() const noexcept {
    const std::uint8_t index = element.source.index;
    const std::uint16_t port = batch.dst_port[row];
    switch (element.source.reading) {
        case Reading::column:
            return column_at<std::uint64_t>(batch, row, element.source.column);
        case Reading::mpls_label: {
            const auto stack = column_at<flow::MplsStack>(batch, row, Column::mpls);
            return index >= 1 && index <= stack.count ? stack.labels[index - 1u] : 0;
        }
        case Reading::ingress_acl:
            return part_of(column_at<flow::AclId>(batch, row, Column::ingress_acl), index);
        case Reading::egress_acl:
            return part_of(column_at<flow::AclId>(batch, row, Column::egress_acl), index);
        case Reading::icmp_type:
            return port >> 8;
        case Reading::icmp_code:
            return port & 0xff;
        case Reading::exporter_id:
            return batch.exporter[row] + 1;
        default:
            return 0;
    }
}

std::string StatisticKey::text() const {
    const Column c = element.source.reading == Reading::column ? element.source.column : Column::count_;
    switch (c) {
        case Column::client_latency_us:
        case Column::server_latency_us:
        case Column::app_latency_us:
            return written([&](Pen& p) { latency(p, static_cast<std::uint32_t>(number()), 0); });
        case Column::firewall_event:
        case Column::nat_event:
            return std::string(firewall_event_name(static_cast<std::uint8_t>(number())));
        default:
            break;
    }
    switch (element.kind) {
        case ElementKind::address:
            return written([&](Pen& p) { address_text(p, address(), is_v6()); });
        case ElementKind::mac:
            return written([&](Pen& p) { mac_text(p, number()); });
        case ElementKind::mpls: {
            const flow::MplsStack one{.labels = {static_cast<std::uint32_t>(number())}, .count = 1};
            return written([&](Pen& p) { write_mpls_label(p, one, 0, 0); });
        }
        case ElementKind::hexadecimal:
            return written([&](Pen& p) {
                p.text("0x");
                p.hexadecimal(number());
            });
        case ElementKind::text:
            return std::string(batch.arena.view(column_at<flow::Text>(batch, row, c)).substr(0, kWidestText));
        default:
            return std::to_string(number());
    }
}

}  // namespace query
