// SPDX-License-Identifier: Apache-2.0
// Counter samples: what a device's interfaces counted, told every half minute or so. No flows.
#include "dataplane/decode/sflow_parts.hpp"

namespace decode::sflow {
namespace {

using flow::Counter;
using flow::Cursor;
using flow::InterfaceSample;

constexpr std::uint32_t kGenericInterface = 1;
constexpr std::size_t kGenericBytes = 88;
// Counts that a device does not keep are all ones.
constexpr std::uint32_t kNotCounted = 0xffffffff;

std::uint64_t count32(Cursor& at) noexcept {
    const std::uint32_t v = at.u32();
    return v == kNotCounted ? InterfaceSample::kNotCounted : v;
}

// The structure if_counters, kGenericBytes of it.
InterfaceSample read_interface(flow::Bytes content, std::uint32_t uptime_ms, const Work& work) noexcept {
    Cursor at(content);
    InterfaceSample s;
    s.exporter = work.state.id;
    s.received_ms = work.datagram.received_ms;
    s.uptime_ms = uptime_ms;
    s.index = at.u32();
    s.type = at.u32();
    s.speed = at.u64();
    s.direction = at.u32();
    s.status = at.u32();
    s.in_octets = at.u64();  // 64 bits of ones are kNotCounted as they are
    s.in_unicast = count32(at);
    s.in_multicast = count32(at);
    s.in_broadcast = count32(at);
    s.in_discards = count32(at);
    s.in_errors = count32(at);
    s.in_unknown_protocols = count32(at);
    s.out_octets = at.u64();
    s.out_unicast = count32(at);
    s.out_multicast = count32(at);
    s.out_broadcast = count32(at);
    s.out_discards = count32(at);
    s.out_errors = count32(at);
    return s;
}

void keep(const InterfaceSample& sample, const Work& work) noexcept {
    if (work.tally.interfaces.size() == flow::Tally::kMostLearned) {
        ++work.ledger[Counter::options_refused];
        return;
    }
    work.tally.interfaces.push_back(sample);
}

}  // namespace

void decode_counter_sample(flow::Bytes sample, bool expanded, std::uint32_t uptime_ms, const Work& work) noexcept {
    Cursor at(sample);
    at.skip(expanded ? 12 : 8);  // sequence number, source
    const std::uint32_t told = at.u32();
    bool interface_read = false, fits = true;
    const bool whole = at.ok() && walk_records(at, told, [&](std::uint32_t tag, flow::Bytes content) {
                           if (tag != kGenericInterface || interface_read) return;
                           fits = content.size() >= kGenericBytes;
                           if (!fits) return;
                           keep(read_interface(content, uptime_ms, work), work);
                           interface_read = true;
                       });
    if (!interface_read && !(whole && fits)) return work.ledger.skip(flow::Skip::bad_sample);
    ++work.ledger[Counter::records_seen];
    ++work.ledger[Counter::records_counter];
}

}  // namespace decode::sflow
