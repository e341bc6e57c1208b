// SPDX-License-Identifier: Apache-2.0
// What the writers of a line look at: one row with its sums, and how it is to be shown.
//
// Thread: one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "control/query/local_time.hpp"
#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/exporter.hpp"
#include "store/query/aggregate.hpp"

namespace query {

// How records are shown: the same for all of an answer.
struct Style {
    bool plain = false;          // numbers as they are
    bool wide = false;           // IPv6 addresses whole
    bool tag_addresses = false;  // a control-A before each
    const flow::ExporterTable* exporters = nullptr;
};

struct Record {
    const flow::FlowBatch& batch;
    std::uint32_t row;
    const store::query::Sums& sums;
    const Style& style;
    LocalTime& times;
    std::uint64_t number;  // of the record in the answer, from 1

    [[nodiscard]] bool has(flow::Column c) const noexcept { return batch.has(row, c); }
    // The value of a rare column, or T{} where the record has none.
    template <class T, std::size_t N>
    [[nodiscard]] T rare(flow::Column c, const std::array<T, N>& column) const noexcept {
        return has(c) ? column[row] : T{};
    }
    [[nodiscard]] std::string_view text(flow::Column c, const std::array<flow::Text, flow::kBatchRows>& column) const {
        return has(c) ? batch.arena.view(column[row]) : std::string_view{};
    }
    [[nodiscard]] bool is_v6() const noexcept { return batch.family[row] == 6; }
    [[nodiscard]] bool is_icmp() const noexcept { return batch.proto[row] == 1 || batch.proto[row] == 58; }
    // A firewall's or a translator's report, which nfdump tells from a flow.
    [[nodiscard]] bool is_event() const noexcept {
        return has(flow::Column::firewall_event) || has(flow::Column::nat_event);
    }
    [[nodiscard]] std::uint64_t received_ms() const noexcept { return batch.row_received_ms[row]; }
    // Who exported it; a key of zeros where nobody knows.
    [[nodiscard]] flow::ExporterKey exporter() const noexcept {
        const std::uint32_t id = batch.exporter[row];
        if (style.exporters == nullptr || id >= style.exporters->size()) return {};
        return style.exporters->key(id);
    }
    // As filters know it: of sFlow the agent's.
    [[nodiscard]] flow::IpAddress router() const noexcept {
        const flow::ExporterKey key = exporter();
        return key.protocol == flow::Protocol::sflow5 ? key.agent : key.address;
    }
    [[nodiscard]] std::uint32_t exporter_number() const noexcept { return batch.exporter[row] + 1; }
};

// The address's network, `bits` of its own family; whole when 0.
[[nodiscard]] inline flow::IpAddress network_of(const flow::IpAddress& a, bool v6, unsigned bits) noexcept {
    if (bits == 0) return a;
    return flow::masked(a, std::min(128u, (v6 || !a.is_v4() ? 0u : 96u) + bits));
}

}  // namespace query
