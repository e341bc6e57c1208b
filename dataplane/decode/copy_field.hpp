// SPDX-License-Identifier: Apache-2.0
// One step of a copy plan on one row, and the fast form of it over a column. Private to this folder.
//
// Thread: the decoding worker; pure functions on its batch.
#pragma once

#include "dataplane/decode/copy_plan.hpp"

namespace decode {

// Where a column lies in a FlowBatch, and how wide a value is.
struct ColumnPlace {
    std::uint32_t offset;
    std::uint32_t width;
};
[[nodiscard]] ColumnPlace column_place(flow::Column c) noexcept;

// Values of one record that others of its fields need.
struct RecordState {
    const RecordContext& context;
    std::uint64_t init_ms = context.init_ms;  // exporter's start, when the record or the options told it
    std::uint64_t duration_ms = 0;            // length of the flow, likewise
};

// Writes the value at `data` (`width` bytes, checked by the caller to be there) to `row`.
void copy_field(const Step& step, const std::uint8_t* data, std::uint32_t width, flow::FlowBatch& batch,
                std::uint32_t row, RecordState& record, flow::Ledger& ledger) noexcept;

// The same for `count` rows whose records lie `stride` bytes apart. False when there is no fast form: use copy_field.
bool copy_column(const Step& step, const std::uint8_t* first, std::uint32_t stride, std::uint32_t count,
                 flow::FlowBatch& batch, std::uint32_t row, const RecordContext& context) noexcept;

// True when a field of `width` bytes can be this element.
[[nodiscard]] bool fits(const Element& element, std::uint16_t width) noexcept;

[[nodiscard]] constexpr bool is_icmp(std::uint8_t proto) noexcept {
    return proto == 1 || proto == 58;
}

// Uptime arithmetic of NetFlow: 32 bits wide, so that it survives the wrap after 49.7 days; a flow time slightly after
// sysUptime counts as after it, not 49.7 days before.
[[nodiscard]] inline std::uint64_t time_of_uptime(std::uint64_t export_ms, std::uint32_t header,
                                                  std::uint32_t at) noexcept {
    const auto before = static_cast<std::int32_t>(header - at);
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(export_ms) - before);
}

}  // namespace decode
