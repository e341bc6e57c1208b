// SPDX-License-Identifier: Apache-2.0
// What a record told in several elements: the packet it is about (RFC 7133), and its sampling.
#include <bit>
#include <cmath>
#include <limits>

#include "dataplane/decode/copy_field.hpp"
#include "dataplane/decode/header_row.hpp"

namespace decode {
namespace {

using flow::Column;
using flow::FlowBatch;

std::uint32_t at_most_32_bits(std::uint64_t v) noexcept {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(v, std::numeric_limits<std::uint32_t>::max()));
}

void write_mpls(FlowBatch& batch, std::uint32_t row, flow::Bytes section) noexcept {
    constexpr std::size_t kEntry = 4;  // label, EXP and S bit in the first three
    constexpr std::uint32_t kBottom = 1;
    if (section.size() < kEntry) return;
    open_column(batch, Column::mpls, row);
    flow::MplsStack& stack = batch.mpls[row];
    while (section.size() >= kEntry && stack.count < stack.labels.size()) {
        const auto entry = static_cast<std::uint32_t>(flow::load_be(section.data(), 3));
        stack.labels[stack.count++] = entry;
        if ((entry & kBottom) != 0) return;
        section = section.subspan(kEntry);
    }
}

// Length of the packet on the wire: as told, else as its headers say, else what there is of it.
std::uint64_t packet_bytes(const RecordState& record, const flow::Headers& headers, flow::Bytes section) noexcept {
    if (record.frame_bytes != 0) return record.frame_bytes;
    if (headers.network_bytes != 0) return headers.network_offset + headers.network_bytes;
    return section.size();
}

flow::FirstHeader first_header(const RecordState& record) noexcept {
    if (record.frame.empty()) return flow::FirstHeader::ip;
    // IANA registry, dataLinkFrameType; exporters that tell none send Ethernet.
    return record.frame_type == 2 ? flow::FirstHeader::ieee80211 : flow::FirstHeader::ethernet;
}

}  // namespace

std::uint32_t rate_of_probability(const std::uint8_t* data, std::uint32_t width) noexcept {
    double probability = 0;
    if (width == 4) probability = std::bit_cast<float>(flow::load_be32(data));
    if (width == 8) probability = std::bit_cast<double>(flow::load_be64(data));
    constexpr double kLeast = 1.0 / std::numeric_limits<std::uint32_t>::max();
    if (!(probability >= kLeast && probability <= 1.0)) return 0;  // not a number compares false
    return static_cast<std::uint32_t>(std::lround(1.0 / probability));
}

std::uint32_t sampling_of(const RecordState& r) noexcept {
    if (r.sample_interval != 0) {
        const std::uint64_t sum = r.sample_interval + r.sample_space;
        return at_most_32_bits(sum < r.sample_space ? ~0ull : sum / r.sample_interval);
    }
    if (r.sample_size != 0 && r.sample_population >= r.sample_size) {
        return at_most_32_bits(r.sample_population / r.sample_size);
    }
    return r.sample_rate;
}

void apply_sections(const RecordState& record, bool count, FlowBatch& batch, std::uint32_t row,
                    flow::Ledger& ledger) noexcept {
    write_mpls(batch, row, record.mpls);
    const flow::Bytes section = !record.frame.empty() ? record.frame : record.ip;
    if (section.empty()) return;
    flow::Layers packet;
    if (record.section_offset == 0) {
        packet = flow::parse_layers(section, first_header(record), nesting_of(record.context.inner_headers));
        batch.present[row] |= write_headers(packet, batch, row);
    }
    batch.present[row] |= write_payload(section, batch, row, ledger);
    if (!count) return;
    batch.present[row] |= flow::present_bit(Column::in_packets) | flow::present_bit(Column::in_bytes);
    batch.in_packets[row] = 1;
    batch.in_bytes[row] = packet_bytes(record, packet.headers, section);
}

}  // namespace decode
