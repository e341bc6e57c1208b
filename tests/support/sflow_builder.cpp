// SPDX-License-Identifier: Apache-2.0
#include "tests/support/packet_builder.hpp"

namespace support {

namespace {

std::uint32_t size32(const auto& container) {
    return static_cast<std::uint32_t>(container.size());
}

std::uint32_t compact(const SflowInterface& i) {
    return i.format << 30 | (i.value & 0x3fffffff);
}

std::uint32_t compact_source(std::uint32_t source_class, std::uint32_t index) {
    return source_class << 24 | (index & 0xffffff);
}

void write_records(Writer& out, const std::vector<Bytes>& records, std::optional<std::uint32_t> count) {
    out.u32(count.value_or(size32(records)));
    for (const Bytes& r : records) out.raw(r);
}

}  // namespace

Bytes sflow_record(std::uint32_t format, std::span<const std::uint8_t> body, std::optional<std::uint32_t> length) {
    Writer padded;
    padded.raw(body).zeros((4 - body.size() % 4) % 4);
    return Writer().u32(format).u32(length.value_or(size32(padded.bytes()))).raw(padded.bytes());
}

Bytes sflow_raw_header(const RawHeader& h) {
    Writer body;
    body.u32(h.protocol).u32(h.frame_length != 0 ? h.frame_length : size32(h.header) + h.stripped).u32(h.stripped);
    body.u32(h.header_length.value_or(size32(h.header))).raw(h.header);
    return sflow_record(1, body.bytes());
}

Bytes sflow_sampled_ip(const SampledIp& s) {
    Writer body;
    body.u32(s.length).u32(s.protocol).ip(s.src).ip(s.dst).u32(s.src_port).u32(s.dst_port);
    body.u32(s.tcp_flags).u32(s.tos);
    return sflow_record(ip_bytes(s.src).size() == 4 ? 3 : 4, body.bytes());
}

Bytes sflow_sampled_ethernet(std::uint32_t length, std::string_view src_mac, std::string_view dst_mac,
                             std::uint32_t ether_type) {
    // XDR has no 6-byte type: each address is padded to 8.
    Writer body;
    body.u32(length).mac(src_mac).zeros(2).mac(dst_mac).zeros(2).u32(ether_type);
    return sflow_record(2, body.bytes());
}

Bytes sflow_switch(std::uint32_t src_vlan, std::uint32_t dst_vlan, std::uint32_t src_priority,
                   std::uint32_t dst_priority) {
    return sflow_record(1001, Writer().u32(src_vlan).u32(src_priority).u32(dst_vlan).u32(dst_priority).bytes());
}

Bytes sflow_router(std::string_view next_hop, std::uint32_t src_mask, std::uint32_t dst_mask) {
    const std::uint32_t family = ip_bytes(next_hop).size() == 4 ? 1 : 2;
    return sflow_record(1002, Writer().u32(family).ip(next_hop).u32(src_mask).u32(dst_mask).bytes());
}

Bytes sflow_gateway(const Gateway& g) {
    Writer body;
    body.u32(ip_bytes(g.next_hop).size() == 4 ? 1 : 2).ip(g.next_hop).u32(g.as).u32(g.src_as).u32(g.src_peer_as);
    body.u32(g.segment_count.value_or(size32(g.path)));
    for (const auto& [type, list] : g.path) {
        body.u32(type).u32(size32(list));
        for (const std::uint32_t as : list) body.u32(as);
    }
    body.u32(g.community_count.value_or(size32(g.communities)));
    for (const std::uint32_t community : g.communities) body.u32(community);
    return sflow_record(1003, body.u32(100).bytes());
}

Bytes sflow_interface_counters(std::uint32_t if_index, std::uint64_t in_octets, std::uint64_t out_octets) {
    Writer body;
    body.u32(if_index).u32(6).u64(1'000'000'000).u32(1).u32(3);  // ethernetCsmacd, 1 Gbit/s, full duplex, up
    body.u64(in_octets).zeros(6 * 4).u64(out_octets).zeros(5 * 4).u32(0);
    return sflow_record(1, body.bytes());
}

Sflow& Sflow::flow_sample(const FlowSample& s) {
    Writer body;
    body.u32(s.sequence).u32(compact_source(s.source_class, s.source_index)).u32(s.rate).u32(s.pool).u32(s.drops);
    body.u32(compact(s.input)).u32(compact(s.output));
    write_records(body, s.records, s.record_count);
    return sample(1, body.bytes());
}

Sflow& Sflow::expanded_flow_sample(const FlowSample& s) {
    Writer body;
    body.u32(s.sequence).u32(s.source_class).u32(s.source_index).u32(s.rate).u32(s.pool).u32(s.drops);
    body.u32(s.input.format).u32(s.input.value).u32(s.output.format).u32(s.output.value);
    write_records(body, s.records, s.record_count);
    return sample(3, body.bytes());
}

Sflow& Sflow::counter_sample(const CounterSample& s) {
    Writer body;
    body.u32(s.sequence).u32(compact_source(s.source_class, s.source_index));
    write_records(body, s.records, s.record_count);
    return sample(2, body.bytes());
}

Sflow& Sflow::expanded_counter_sample(const CounterSample& s) {
    Writer body;
    body.u32(s.sequence).u32(s.source_class).u32(s.source_index);
    write_records(body, s.records, s.record_count);
    return sample(4, body.bytes());
}

Sflow& Sflow::discarded_packet(const DiscardedPacket& s) {
    Writer body;
    body.u32(s.sequence).u32(s.source_class).u32(s.source_index).u32(s.drops);
    body.u32(s.input).u32(s.output).u32(s.reason);
    write_records(body, s.records, std::nullopt);
    return sample(5, body.bytes());
}

Sflow& Sflow::sample(std::uint32_t format, std::span<const std::uint8_t> body, std::optional<std::uint32_t> length) {
    samples_.raw(sflow_record(format, body, length));
    ++given_;
    return *this;
}

Sflow& Sflow::raw(std::span<const std::uint8_t> bytes) {
    samples_.raw(bytes);
    return *this;
}

Bytes Sflow::build() const {
    const Bytes agent = ip_bytes(agent_);
    return Writer()
        .u32(version_)
        .u32(agent_type_.value_or(agent.size() == 4 ? 1 : 2))
        .raw(agent)
        .u32(sub_agent_)
        .u32(sequence_)
        .u32(uptime_ms_)
        .u32(count_.value_or(given_))
        .raw(samples_.bytes());
}

}  // namespace support
