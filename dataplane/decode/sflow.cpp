// SPDX-License-Identifier: Apache-2.0
// sFlow version 5 (sflow_version_5.txt): flow samples, compact and expanded. XDR: every item is a multiple of four bytes.
#include "dataplane/decode/protocols.hpp"
#include "dataplane/flow/headers.hpp"

namespace decode {
namespace {

using flow::Column;
using flow::Counter;
using flow::Cursor;
using flow::Headers;
using flow::LinkType;
using flow::Skip;

// Data formats: enterprise << 12 | format.
constexpr std::uint32_t kFlowSample = 1, kCounterSample = 2, kFlowSampleExpanded = 3, kCounterSampleExpanded = 4;
constexpr std::uint32_t kRawHeader = 1, kSampledIpv4 = 3, kSampledIpv6 = 4, kExtendedSwitch = 1001;
constexpr std::uint32_t kLocalInterface = 0x3fffffff;
constexpr std::uint32_t kMaxPayload = 512;

constexpr std::uint32_t kNoVlan = 0xffffffff;

struct Sample {
    std::uint32_t sampling = 0, input = 0, output = 0;
    bool has_packet = false;
    bool bad_header = false;
    Headers headers{};
    flow::Bytes payload{};
    std::uint32_t frame_bytes = 0;
    std::uint32_t src_vlan = kNoVlan,
                  dst_vlan = kNoVlan;  // of extended_switch: the sampled header may have lost its tag
};

// Compact form: two bits of format (0 = interface index), 30 bits of value.
std::uint32_t interface_of(std::uint32_t format, std::uint32_t value) noexcept {
    return format != 0 || value == kLocalInterface ? 0 : value;
}

bool read_sample_header(Cursor& at, bool expanded, Sample& sample, std::uint32_t& records) noexcept {
    at.skip(expanded ? 12 : 8);  // sequence number, source id
    sample.sampling = at.u32();
    at.skip(8);  // sample pool, drops
    if (expanded) {
        const std::uint32_t in_format = at.u32(), in_value = at.u32();
        const std::uint32_t out_format = at.u32(), out_value = at.u32();
        sample.input = interface_of(in_format, in_value);
        sample.output = interface_of(out_format, out_value);
    } else {
        const std::uint32_t in = at.u32(), out = at.u32();
        sample.input = interface_of(in >> 30, in & kLocalInterface);
        sample.output = interface_of(out >> 30, out & kLocalInterface);
    }
    records = at.u32();
    return at.ok();
}

void read_raw_header(Cursor at, Sample& sample) noexcept {
    const std::uint32_t protocol = at.u32();
    const std::uint32_t frame_bytes = at.u32();
    at.skip(4);  // stripped
    const std::uint32_t length = at.u32();
    const flow::Bytes header = at.take(length);
    if (!at.ok() || header.empty()) {
        sample.bad_header = true;
        return;
    }
    // Header protocols of the sFlow specification: 1 Ethernet, 11 IPv4, 12 IPv6.
    const bool ip = protocol == 11 || protocol == 12;
    if (!ip && protocol != 1) return;
    sample.headers = parse_headers(header, ip ? LinkType::raw_ip : LinkType::ethernet);
    sample.bad_header = sample.headers.depth == Headers::Depth::nothing;
    sample.has_packet = !sample.bad_header;
    sample.frame_bytes = frame_bytes;
    sample.payload = header.first(std::min<std::size_t>(header.size(), kMaxPayload));
}

void read_sampled_ip(Cursor at, bool v6, Sample& sample) noexcept {
    Headers h;
    sample.frame_bytes = at.u32();
    h.proto = static_cast<std::uint8_t>(at.u32());
    if (v6) {
        const flow::Bytes src = at.take(16), dst = at.take(16);
        if (!at.ok()) return;
        h.src = flow::IpAddress::v6(src.data());
        h.dst = flow::IpAddress::v6(dst.data());
    } else {
        h.src = flow::IpAddress::v4(at.u32());
        h.dst = flow::IpAddress::v4(at.u32());
    }
    h.src_port = static_cast<std::uint16_t>(at.u32());
    h.dst_port = static_cast<std::uint16_t>(at.u32());
    h.tcp_flags = static_cast<std::uint8_t>(at.u32());
    h.tos = static_cast<std::uint8_t>(at.u32());
    h.family = v6 ? 6 : 4;
    h.depth = Headers::Depth::transport;
    if (!at.ok()) return;
    sample.headers = h;
    sample.has_packet = true;
}

void read_switch(Cursor at, Sample& sample) noexcept {
    const std::uint32_t src = at.u32();
    at.skip(4);  // priority
    const std::uint32_t dst = at.u32();
    if (!at.ok()) return;
    sample.src_vlan = src;
    sample.dst_vlan = dst;
}

// Records of a flow sample; false when their lengths run past it.
bool read_records(Cursor& at, std::uint32_t records, Sample& sample) noexcept {
    for (std::uint32_t i = 0; i < records && at.left() != 0; ++i) {
        const std::uint32_t format = at.u32();
        const std::uint32_t length = at.u32();
        const flow::Bytes content = at.take(length);
        if (!at.ok()) return false;
        if (format == kRawHeader) read_raw_header(Cursor(content), sample);
        if (format == kExtendedSwitch) read_switch(Cursor(content), sample);
        // The raw header, when there is one, tells more than the sampled IP records.
        if (!sample.has_packet && (format == kSampledIpv4 || format == kSampledIpv6)) {
            read_sampled_ip(Cursor(content), format == kSampledIpv6, sample);
        }
        at.skip(std::min<std::size_t>((4 - length % 4) % 4, at.left()));
    }
    return true;
}

void write_link(flow::FlowBatch& batch, std::uint32_t row, const Headers& h, std::uint64_t& present) noexcept {
    if (h.src_mac == 0 && h.dst_mac == 0 && h.ethertype == 0) return;
    batch.in_src_mac[row] = h.src_mac;
    batch.in_dst_mac[row] = h.dst_mac;
    batch.ethertype[row] = h.ethertype;
    present |= flow::present_bit(Column::in_src_mac) | flow::present_bit(Column::in_dst_mac) |
               flow::present_bit(Column::ethertype);
}

void write_vlans(flow::FlowBatch& batch, std::uint32_t row, const Sample& sample, std::uint64_t& present) noexcept {
    constexpr std::uint32_t kMostVlan = 4095;  // more means "not known"
    const std::uint32_t src = sample.headers.has_vlan ? sample.headers.vlan : sample.src_vlan;
    if (src <= kMostVlan) {
        batch.src_vlan[row] = static_cast<std::uint16_t>(src);
        present |= flow::present_bit(Column::src_vlan);
    }
    if (sample.dst_vlan <= kMostVlan) {
        batch.dst_vlan[row] = static_cast<std::uint16_t>(sample.dst_vlan);
        present |= flow::present_bit(Column::dst_vlan);
    }
}

std::uint64_t write_ip(flow::FlowBatch& batch, std::uint32_t row, const Headers& h) noexcept {
    batch.src_addr[row] = h.src;
    batch.dst_addr[row] = h.dst;
    batch.src_port[row] = h.src_port;
    batch.dst_port[row] = h.dst_port;
    batch.proto[row] = h.proto;
    batch.tcp_flags[row] = h.tcp_flags;
    batch.tos[row] = h.tos;
    batch.family[row] = h.family;
    std::uint64_t present = 0;
    if (h.depth >= Headers::Depth::network) {
        present |= flow::present_bit(Column::src_addr) | flow::present_bit(Column::dst_addr) |
                   flow::present_bit(Column::proto) | flow::present_bit(Column::tos);
        batch.min_ttl[row] = batch.max_ttl[row] = h.ttl;
        if (h.ttl != 0) present |= flow::present_bit(Column::min_ttl) | flow::present_bit(Column::max_ttl);
    }
    if (h.depth == Headers::Depth::transport) {
        present |= flow::present_bit(Column::src_port);
        if (h.proto == 6) present |= flow::present_bit(Column::tcp_flags);
    }
    return present;
}

void write_row(const Sample& sample, const Work& work) noexcept {
    flow::FlowBatch& batch = work.writer.room(static_cast<std::uint32_t>(sample.payload.size()));
    const std::uint32_t row = batch.rows++;
    std::uint64_t present = write_ip(batch, row, sample.headers) | flow::present_bit(Column::in_bytes) |
                            flow::present_bit(Column::in_packets) | flow::present_bit(Column::input_if) |
                            flow::present_bit(Column::output_if);
    write_link(batch, row, sample.headers, present);
    write_vlans(batch, row, sample, present);
    batch.in_bytes[row] = sample.frame_bytes;
    batch.in_packets[row] = 1;
    batch.input_if[row] = sample.input;
    batch.output_if[row] = sample.output;
    batch.first_ms[row] = batch.last_ms[row] = work.datagram.received_ms;
    batch.next_hop[row] = {};
    batch.src_as[row] = batch.dst_as[row] = 0;
    batch.src_mask[row] = batch.dst_mask[row] = 0;
    batch.direction[row] = batch.forwarding_status[row] = 0;
    batch.exporter[row] = work.state.id;
    batch.sampling[row] = sample.sampling;
    batch.source[row] = work.datagram.source;
    batch.thinning[row] = 1;
    if (!sample.payload.empty()) {
        const std::string_view bytes(reinterpret_cast<const char*>(sample.payload.data()), sample.payload.size());
        if (!batch.arena.add(bytes, batch.payload[row])) ++work.ledger[Counter::texts_lost];
        present |= flow::present_bit(Column::payload);
    }
    batch.present[row] = present;
    batch.present_any |= present;
}

void decode_flow_sample(Cursor at, bool expanded, const Work& work) noexcept {
    Sample sample;
    std::uint32_t records = 0;
    if (!read_sample_header(at, expanded, sample, records)) return work.ledger.skip(Skip::bad_sample);
    const bool whole = read_records(at, records, sample);
    if (!sample.has_packet) {
        return work.ledger.skip(!whole              ? Skip::bad_sample
                                : sample.bad_header ? Skip::bad_packet_header
                                                    : Skip::no_packet_header);
    }
    write_row(sample, work);
    ++work.ledger[Counter::records_seen];
    ++work.ledger[Counter::records_flow];
    ++work.ledger[Counter::flows_decoded];
}

// Reads the header; false when it is short or names an unknown kind of address.
bool read_header(Cursor& at, Identity& identity, std::uint32_t& number, std::uint32_t& uptime_ms,
                 std::uint32_t& samples) noexcept {
    at.skip(4);  // version
    const std::uint32_t kind = at.u32();
    const flow::Bytes agent = at.take(kind == 2 ? 16 : 4);
    if (!at.ok() || kind < 1 || kind > 2) return false;
    identity.agent = kind == 2 ? flow::IpAddress::v6(agent.data()) : flow::IpAddress::v4(flow::load_be32(agent.data()));
    identity.domain = at.u32();
    number = at.u32();
    uptime_ms = at.u32();
    samples = at.u32();
    return at.ok();
}

}  // namespace

Identity identify_sflow5(flow::Bytes payload) noexcept {
    Cursor at(payload);
    Identity identity;
    std::uint32_t number, uptime_ms, samples;
    if (!read_header(at, identity, number, uptime_ms, samples)) {
        identity.outcome = at.ok() ? flow::Outcome::bad_length : flow::Outcome::too_short;
    }
    return identity;
}

void decode_sflow5(const Work& work) noexcept {
    Cursor at(work.datagram.payload);
    Identity identity;
    std::uint32_t number = 0, uptime_ms = 0, samples = 0;
    if (!read_header(at, identity, number, uptime_ms, samples)) return;  // identify has refused it
    work.state.sequence.see(number, 1, uptime_ms, work.datagram.received_ms, work.counts);
    if (work.left_out) return;
    for (std::uint32_t i = 0; i < samples; ++i) {
        const std::uint32_t format = at.u32();
        const std::uint32_t length = at.u32();
        const flow::Bytes content = at.take(length);
        if (!at.ok()) return work.ledger.skip(Skip::bad_sample);  // the datagram ends inside; the rest is one fault
        switch (format) {
            case kFlowSample:
            case kFlowSampleExpanded:
                decode_flow_sample(Cursor(content), format == kFlowSampleExpanded, work);
                break;
            case kCounterSample:
            case kCounterSampleExpanded:
                ++work.ledger[Counter::records_seen];
                ++work.ledger[Counter::records_counter];
                break;
            default:
                work.ledger.skip(Skip::unknown_sample);
        }
    }
}

}  // namespace decode
