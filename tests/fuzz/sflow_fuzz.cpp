// SPDX-License-Identifier: Apache-2.0
// An sFlow datagram of ours with every kind of sample and record, changed: ends in one outcome, the laws hold, and no more rows
// come out than samples fit in. First byte: rule and cut; then pairs of place (two bytes) and value.
#include <cstdlib>
#include <vector>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using support::Bytes;
using support::Writer;

Bytes datagram() {
    const Bytes frame = support::Frame()
                            .ethernet()
                            .ipv4()
                            .udp({.dst = 4789})
                            .payload(Bytes{8, 0, 0, 0, 0, 0, 42, 0})
                            .ethernet()
                            .ipv4()
                            .tcp()
                            .build();
    const auto address = [](const char* a) { return Writer().u32(1).ip(a).bytes(); };
    support::FlowSample full{
        .rate = 100,
        .drops = 3,
        .records = {support::sflow_raw_header({.header = frame}), support::sflow_sampled_ip({}),
                    support::sflow_sampled_ethernet(64, "02:00:00:00:00:01", "02:00:00:00:00:02", 1),
                    support::sflow_switch(1, 2), support::sflow_router("10.0.0.9", 24, 16),
                    support::sflow_gateway({.path = {{2, {1, 2}}, {1, {3}}}, .communities = {4, 5}})}};
    const auto add = [&](std::uint32_t tag, const Bytes& body) {
        full.records.push_back(support::sflow_record(tag, body));
    };
    const Bytes words = Writer().u32(1).opaque(Bytes(5, 'a')).opaque(Bytes(6, 'b'));
    for (const std::uint32_t tag : {1004u, 1005u}) add(tag, words);
    add(1006, Writer().raw(address("10.0.0.8")).u32(1).u32(16u << 12).u32(0));
    add(1007, Writer().raw(address("10.0.0.7")).raw(address("10.0.0.6")));
    add(1012, Writer().u32(2).u32(100).u32(200));
    add(1020, Writer().u32(1).u32(2));
    add(1024, Writer().u32(99).u32(47).ip("10.1.1.1").ip("10.1.1.2").zeros(16));
    add(1028, Writer().u32(14));
    add(1030, Writer().u32(7));
    add(2206, Writer().u32(1).raw(words).raw(words).raw(words));
    return support::Sflow()
        .flow_sample(full)
        .expanded_flow_sample(full)
        .discarded_packet({.records = full.records})
        .counter_sample({.records = {support::sflow_interface_counters(1, 2, 3)}})
        .expanded_counter_sample({.records = {support::sflow_interface_counters(1, 2, 3)}})
        .build();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Bytes kDatagram = datagram();
    static const decode::ExporterRule kInner{.inner_headers = true};
    if (size == 0) return 0;
    Bytes changed = kDatagram;
    for (std::size_t i = 1; i + 2 < size; i += 3) {
        const std::size_t at = (static_cast<std::size_t>(data[i]) << 8 | data[i + 1]) % changed.size();
        changed[at] = data[i + 2];
    }
    if ((data[0] & 2) != 0) changed.resize(changed.size() * data[0] / 256);
    changed.shrink_to_fit();  // so that the sanitizer sees the end
    support::DecodeRig rig;
    rig.take({.payload = changed,
              .exporter = flow::IpAddress::v4(0xc0000201),
              .received_ms = support::DecodeRig::kNow_ms,
              .source_id = 1,
              .rule = (data[0] & 1) != 0 ? &kInner : &decode::kNoRule});
    if (!flow::broken_law(rig.ledger(), true).empty()) std::abort();
    if (rig.writer().rows() > changed.size() / 8 || rig.tally().interfaces.size() > changed.size() / 8) std::abort();
    return 0;
}
