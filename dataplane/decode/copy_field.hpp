// SPDX-License-Identifier: Apache-2.0
// One step of a copy plan on one row, and the fast form of it over a column. Private to this folder.
//
// Thread: the decoding worker; pure functions on its batch.
#pragma once

#include "dataplane/decode/copy_plan.hpp"
#include "dataplane/decode/row.hpp"

namespace decode {

// What one record told beside its columns, for when all of it is read.
struct RecordState {
    const RecordContext& context;
    std::uint64_t init_ms = context.init_ms;  // exporter's start, when the record or the options told it
    std::uint64_t duration_ms = 0;            // length of the flow
    std::uint64_t reverse_delay_ms = 0;       // from the first packet to the first in reverse direction
    // Sampling in the record itself: `interval` of every interval + space packets, or size of every population.
    std::uint64_t sample_interval = 0, sample_space = 0, sample_size = 0, sample_population = 0;
    std::uint32_t sample_rate = 0;  // from a probability
    // Pieces of a packet (RFC 7133): `offset` bytes of it are left out before them.
    flow::Bytes frame{}, ip{}, mpls{};
    std::uint64_t frame_bytes = 0, section_offset = 0, frame_type = 0;
};

// Writes the value at `data` (`width` bytes, checked by the caller to be there and to suit the step) to `row`.
void copy_field(const Step& step, const std::uint8_t* data, std::uint32_t width, flow::FlowBatch& batch,
                std::uint32_t row, RecordState& record, flow::Ledger& ledger) noexcept;

// The same for `count` rows whose records lie `stride` bytes apart. False when there is no fast form: use copy_field.
bool copy_column(const Step& step, const std::uint8_t* first, std::uint32_t stride, std::uint32_t count,
                 flow::FlowBatch& batch, std::uint32_t row, const RecordContext& context) noexcept;

// How many bytes a field of this element may have.
struct Widths {
    std::uint16_t least;
    std::uint16_t most;
    [[nodiscard]] constexpr bool hold(std::uint32_t width) const noexcept { return width >= least && width <= most; }
};
[[nodiscard]] Widths widths_of(const Element& element) noexcept;

// Conversions whose value needs other fields of its record, or a text: such a plan runs row by row.
[[nodiscard]] bool needs_rows(Conversion conversion) noexcept;
// Kept in RecordState, or read by itself (lists): fills no column.
[[nodiscard]] constexpr bool is_kept(Conversion c) noexcept {
    return c >= Conversion::init_ms;
}
// Writes its column in every row.
[[nodiscard]] bool always_writes(Conversion conversion) noexcept;
[[nodiscard]] constexpr bool is_text(Conversion c) noexcept {
    return c == Conversion::text || c == Conversion::nbar_text || c == Conversion::bytes;
}
[[nodiscard]] constexpr bool is_list(Conversion c) noexcept {
    return c == Conversion::basic_list || c == Conversion::sub_template_list ||
           c == Conversion::sub_template_multi_list;
}
[[nodiscard]] constexpr bool is_section(Conversion c) noexcept {
    return c == Conversion::frame_section || c == Conversion::ip_section || c == Conversion::mpls_section;
}

// 1 in n of a float32 or float64 probability (RFC 7011 section 6.2 lets the second be sent as the first); 0: nonsense.
[[nodiscard]] std::uint32_t rate_of_probability(const std::uint8_t* data, std::uint32_t width) noexcept;
// The flow's sampling rate from what the record told in several elements; 0: nothing.
[[nodiscard]] std::uint32_t sampling_of(const RecordState& record) noexcept;

// Headers of the packet sections of a record into its row, and its counters when `count` (the template has none): one
// packet. Comes before the steps that write columns: what the record itself tells wins.
void apply_sections(const RecordState& record, bool count, flow::FlowBatch& batch, std::uint32_t row,
                    flow::Ledger& ledger) noexcept;

// Uptime arithmetic of NetFlow: 32 bits wide, so that it survives the wrap after 49.7 days; a flow time slightly after
// sysUptime counts as after it, not 49.7 days before.
[[nodiscard]] inline std::uint64_t time_of_uptime(std::uint64_t export_ms, std::uint32_t header,
                                                  std::uint32_t at) noexcept {
    const auto before = static_cast<std::int32_t>(header - at);
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(export_ms) - before);
}

}  // namespace decode
