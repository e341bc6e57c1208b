// SPDX-License-Identifier: Apache-2.0
// Flow samples, compact and expanded, and samples of discarded packets: one row each.
#include "dataplane/decode/header_row.hpp"
#include "dataplane/decode/sflow_parts.hpp"

namespace decode::sflow {
namespace {

using flow::Column;
using flow::Counter;
using flow::Cursor;
using flow::FlowBatch;
using flow::present_bit;
using flow::Skip;

// Text that one sample may take in the arena: packet, user, host, URL, AS path and communities.
constexpr std::uint32_t kMostText = kMaxPayload + 5 * 1024;

// "No interface": the device itself sent or took the packet.
constexpr std::uint32_t kLocal = 0x3fffffff, kLocalExpanded = 0xffffffff;
enum Format : std::uint32_t { kIndex = 0, kDiscarded = 1, kSeveral = 2 };

struct Interface {
    std::uint32_t format = kIndex;
    std::uint32_t value = 0;

    [[nodiscard]] std::uint32_t index() const noexcept {
        return format != kIndex || value == kLocal || value == kLocalExpanded ? 0 : value;
    }
};

struct SampleHeader {
    std::uint32_t number = 0;
    std::uint32_t source_class = 0, source_index = 0;
    std::uint32_t rate = 1;
    std::uint32_t drops = 0;
    Interface input{}, output{};
    std::uint32_t reason = 0;  // discarded packets
    std::uint32_t records = 0;
};

// Two bits of format, 30 of value.
Interface read_interface(Cursor& at, SampleForm form) noexcept {
    const std::uint32_t first = at.u32();
    if (form == SampleForm::discarded) return {kIndex, first};
    if (form == SampleForm::compact) return {first >> 30, first & 0x3fffffff};
    return {first, at.u32()};
}

SampleHeader read_header(Cursor& at, SampleForm form) noexcept {
    SampleHeader h;
    h.number = at.u32();
    h.source_class = at.u32();
    if (form == SampleForm::compact) {  // eight bits of class, 24 of index
        h.source_index = h.source_class & 0xffffff;
        h.source_class >>= 24;
    } else {
        h.source_index = at.u32();
    }
    if (form != SampleForm::discarded) {
        h.rate = at.u32();
        at.skip(4);  // pool of packets that could have been sampled
    }
    h.drops = at.u32();
    h.input = read_interface(at, form);
    h.output = read_interface(at, form);
    if (form == SampleForm::discarded) h.reason = at.u32();
    h.records = at.u32();
    return h;
}

// RFC 7270 section 4.12 for sFlow's reasons: below 256 codes of ICMP unreachable, above those of the drop structures.
std::uint8_t forwarding_status(std::uint32_t reason) noexcept {
    enum : std::uint8_t { kUnknown = 128, kAcl = 129, kUnroutable = 131, kAdjacency = 132, kFragmentation = 133 };
    enum : std::uint8_t { kBadLength = 136, kBadTtl = 137, kPolicer = 138, kRed = 139, kReversePath = 140 };
    switch (reason) {
        case 0:
        case 1:
        case 5:
        case 6:
        case 7:
        case 8:
        case 11:
        case 12:
        case 269:  // blackhole route
        case 281:  // not routable
            return kUnroutable;
        case 9:
        case 10:
        case 13:
        case 14:
        case 15:
        case 258:
            return kAcl;
        case 4:
        case 262:
            return kFragmentation;
        case 257:
            return kBadTtl;
        case 260:
            return kRed;
        case 261:
            return kPolicer;
        case 275:  // corrupted IP header
            return kBadLength;
        case 279:
        case 292:  // neighbour not resolved, or a black hole
            return kAdjacency;
        case 280:
        case 302:
            return kReversePath;
        default:
            return kUnknown;
    }
}

// Where the packet came in and went out, or why it did not.
void take_header(const SampleHeader& h, SampleForm form, Sample& sample) noexcept {
    FlowBatch& b = sample.batch;
    const std::uint32_t row = sample.row;
    const std::uint32_t input = h.input.index(), output = h.output.index();
    b.input_if[row] = input;
    b.output_if[row] = output;
    sample.present = present_bit(Column::input_if) | present_bit(Column::output_if);
    const bool of_port = h.source_class == 0 && input != output;
    b.direction[row] = of_port && h.source_index == output ? 1 : 0;
    if (of_port && (h.source_index == input || h.source_index == output)) {
        sample.present |= present_bit(Column::direction);
    }
    sample.rate = h.rate;
    sample.discarded = form == SampleForm::discarded || h.output.format == kDiscarded;
    b.forwarding_status[row] = 0;
    if (!sample.discarded) return;
    const std::uint32_t reason = form == SampleForm::discarded ? h.reason : h.output.value;
    b.forwarding_status[row] = forwarding_status(reason);
    b.drop_reason[row] = static_cast<std::uint16_t>(std::min(reason, 0xffffu));
    sample.present |= present_bit(Column::forwarding_status) | present_bit(Column::drop_reason);
}

// Common columns hold zero where no record brought them.
void clear_absent(const Sample& sample) noexcept {
    FlowBatch& b = sample.batch;
    const std::uint32_t row = sample.row;
    const auto absent = [present = sample.present](Column c) { return (present & present_bit(c)) == 0; };
    if (absent(Column::src_addr)) {
        b.src_addr[row] = b.dst_addr[row] = {};
        b.proto[row] = b.tos[row] = b.family[row] = 0;
    }
    if (absent(Column::src_port)) b.src_port[row] = b.dst_port[row] = 0;
    if (absent(Column::tcp_flags)) b.tcp_flags[row] = 0;
    if (absent(Column::next_hop)) b.next_hop[row] = {};
    if (absent(Column::src_mask)) b.src_mask[row] = b.dst_mask[row] = 0;
    if (absent(Column::src_as)) b.src_as[row] = b.dst_as[row] = 0;
}

// The rate in force: what the configuration says of the exporter, what the sample tells, what is assumed where it does not.
// A packet that was discarded is not one of many.
std::uint32_t rate_of(const Sample& sample, SampleForm form) noexcept {
    const ExporterRule& rule = *sample.work.datagram.rule;
    if (form == SampleForm::discarded) return 1;
    if (rule.sampling != 0) return rule.sampling;
    return sample.rate != 0 ? sample.rate : rule.default_sampling;
}

void book(const Sample& sample, std::uint32_t rate) noexcept {
    flow::Ledger& l = sample.work.ledger;
    ++l[Counter::records_seen];
    ++l[Counter::records_flow];
    ++l[Counter::flows_decoded];
    if (sample.discarded) ++l[Counter::flows_discarded];
    if (rate == 0) {
        ++l[Counter::flows_unknown_rate];
    } else {
        sample.work.counts.sampling = rate;
    }
}

// The row is one: its last columns, and it counts.
void close_row(Sample& sample, SampleForm form) noexcept {
    finish_records(sample);
    FlowBatch& b = sample.batch;
    const std::uint32_t row = sample.row;
    const Datagram& datagram = sample.work.datagram;
    sample.present |= present_bit(Column::in_bytes) | present_bit(Column::in_packets);
    if (!sample.header.empty()) sample.present |= write_payload(sample.header, b, row, sample.work.ledger);
    clear_absent(sample);
    const std::uint32_t rate = rate_of(sample, form);
    b.in_bytes[row] = sample.bytes;
    b.in_packets[row] = 1;
    b.first_ms[row] = b.last_ms[row] = datagram.received_ms;
    b.exporter[row] = sample.work.state.id;
    b.sampling[row] = rate;
    b.source[row] = datagram.source;
    b.thinning[row] = datagram.thinning;
    b.present[row] = sample.present;
    b.present_any |= sample.present;
    ++b.rows;
    book(sample, rate);
}

}  // namespace

void decode_flow_sample(flow::Bytes content, SampleForm form, const Work& work, Scratch& scratch) noexcept {
    Cursor at(content);
    const SampleHeader header = read_header(at, form);
    if (!at.ok()) return work.ledger.skip(Skip::bad_sample);
    const SourceCount count = form == SampleForm::discarded ? SourceCount::discards : SourceCount::flows;
    work.counts.announced_drops += work.state.sflow.drops_since(
        source_key(count, header.source_class, header.source_index), header.number, header.drops);
    const bool possible = header.records <= at.left() / kTagBytes;
    Sample sample(work, work.writer.room(kMostText), scratch);
    take_header(header, form, sample);
    const bool whole = walk_records(
        at, header.records, [&sample](std::uint32_t tag, flow::Bytes record) { read_record(tag, record, sample); });
    // With a packet it is a flow, whatever is wrong behind that.
    if (sample.packet != Sample::Packet::none) return close_row(sample, form);
    work.ledger.skip(!possible           ? Skip::sample_limit
                     : !whole            ? Skip::bad_sample
                     : sample.bad_header ? Skip::bad_packet_header
                                         : Skip::no_packet_header);
}

}  // namespace decode::sflow
