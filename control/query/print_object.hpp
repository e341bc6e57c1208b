// SPDX-License-Identifier: Apache-2.0
// `--json`: one object a line, the same keys from release to release. Times are ISO 8601 in UTC, with milliseconds.
//
// Thread: one.
// Shape:  a record: "type":"record", first, last, received (not of groups), duration_ms, flows, packets, bytes, out_packets, out_bytes, pps,
//         bps, bpp (scaled by sampling and thinning unless --raw), tcp_flags as letters, protocol (its name, when it has one),
//         icmp_type and icmp_code of ICMP, exporter_address, exporter_protocol, exporter_domain; and every column that the
//         record brought, by its name in columns.hpp (addresses as text, MACs with colons, MPLS as an array of {label, exp,
//         bottom}, payload in hexadecimal); but times and counters, which are there already.
//         A statistic: "type":"statistic", element, title, by_protocol, order, count (-n; 0 all), total {flows, packets, bytes}
//         (in + out, what percentages are of), rows: [{value, protocol and protocol_number when by protocol, first, last,
//         duration_ms, flows, flows_percent, packets, packets_percent, bytes, bytes_percent, pps, bps, bpp, in_packets,
//         in_bytes, out_packets, out_bytes}]; packets, bytes and what is made of them are those that the order is about.
//         The summary: "type":"summary", flows, packets, bytes, bps, pps, bpp, first, last, processed, passed, blocks_skipped,
//         bytes_read, system_s, user_s, wall_s, coverage.
#pragma once

#include <string>

#include "control/query/json_text.hpp"
#include "control/query/print.hpp"
#include "control/query/record.hpp"

namespace query {

class ObjectPrinter final : public RecordPrinter {
  public:
    explicit ObjectPrinter(const Style& style) : style_(style) {}
    [[nodiscard]] flow::ColumnSet columns() const override { return flow::ColumnSet::all(); }
    [[nodiscard]] bool received() const override { return true; }
    void header(std::string&) override {}
    void record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                std::string& out) override;
    void footer(std::string&) override {}

  private:
    Style style_;
    LocalTime times_;
};

// "2026-01-15T11:50:00.000Z"
void json_utc(JsonObject& object, std::string_view key, std::uint64_t ms);

}  // namespace query
