// SPDX-License-Identifier: Apache-2.0
// NetFlow v1, v5 and v7: a header, then records that are always the same; so each record is a template like any other.
#include <algorithm>
#include <span>

#include "dataplane/decode/protocols.hpp"

namespace decode {
namespace {

constexpr std::size_t kHeader1 = 16;
constexpr std::size_t kHeader5 = 24;
constexpr std::size_t kHeader7 = 24;

// The records in element numbers of v9, which were made from them; 210 is padding.
constexpr Field kFields1[]{{0, 8, 4}, {0, 12, 4}, {0, 15, 4}, {0, 10, 2}, {0, 14, 2}, {0, 2, 4},
                           {0, 1, 4}, {0, 22, 4}, {0, 21, 4}, {0, 7, 2},  {0, 11, 2}, {0, 210, 2},
                           {0, 4, 1}, {0, 5, 1},  {0, 6, 1},  {0, 210, 7}};
constexpr Field kFields5[]{{0, 8, 4},  {0, 12, 4}, {0, 15, 4}, {0, 10, 2}, {0, 14, 2},  {0, 2, 4},  {0, 1, 4},
                           {0, 22, 4}, {0, 21, 4}, {0, 7, 2},  {0, 11, 2}, {0, 210, 1}, {0, 6, 1},  {0, 4, 1},
                           {0, 5, 1},  {0, 16, 2}, {0, 17, 2}, {0, 9, 1},  {0, 13, 1},  {0, 210, 2}};
// A switch sends zeros in the fields that its flow mask leaves out, so its flags "which fields are invalid" add nothing.
// The last four bytes are the router whose work the switch took over: not the next hop, and nfdump does not keep it either.
constexpr Field kFields7[]{{0, 8, 4},  {0, 12, 4}, {0, 15, 4}, {0, 10, 2}, {0, 14, 2},  {0, 2, 4},  {0, 1, 4},
                           {0, 22, 4}, {0, 21, 4}, {0, 7, 2},  {0, 11, 2}, {0, 210, 1}, {0, 6, 1},  {0, 4, 1},
                           {0, 5, 1},  {0, 16, 2}, {0, 17, 2}, {0, 9, 1},  {0, 13, 1},  {0, 210, 6}};

Identity identify(flow::Bytes payload, std::size_t header, std::uint32_t domain) noexcept {
    if (payload.size() < header) return {.outcome = flow::Outcome::too_short};
    return {.domain = domain};
}

RecordContext context_of_header(const Work& work, std::uint32_t sampling) noexcept {
    const std::uint8_t* header = work.datagram.payload.data();
    RecordContext context = context_of(work);
    context.export_ms = flow::load_be32(header + 8) * 1000ull + flow::load_be32(header + 12) / 1'000'000;
    context.uptime_ms = flow::load_be32(header + 4);
    context.has_uptime = true;
    context.sampling = sampling;
    return context;
}

// How many records the header tells of, having decoded those that are there.
std::uint32_t decode_records(const Work& work, const CopyPlan& plan, std::size_t header,
                             const RecordContext& context) noexcept {
    const std::uint32_t told = flow::load_be16(work.datagram.payload.data() + 2);
    if (work.left_out) return told;
    const flow::Bytes rest = work.datagram.payload.subspan(header);
    const auto count = std::min(told, static_cast<std::uint32_t>(rest.size() / plan.record_bytes()));
    plan.run(rest.first(static_cast<std::size_t>(count) * plan.record_bytes()), context, work.writer, work.ledger);
    if (told > count) work.ledger.skip(flow::Skip::missing_records, told - count);
    return told;
}

// v5 and v7 count flows at the same place.
void see_flows(const Work& work, const RecordContext& context, std::uint32_t told) noexcept {
    const std::uint32_t number = flow::load_be32(work.datagram.payload.data() + 16);
    work.state.sequence.see(number, told, context.uptime_ms, work.datagram.received_ms, work.counts);
}

}  // namespace

Identity identify_netflow1(flow::Bytes payload) noexcept {
    return identify(payload, kHeader1, 0);
}

Identity identify_netflow5(flow::Bytes payload) noexcept {
    if (payload.size() < kHeader5) return {.outcome = flow::Outcome::too_short};
    return identify(payload, kHeader5, flow::load_be16(payload.data() + 20));  // engine type and id
}

Identity identify_netflow7(flow::Bytes payload) noexcept {
    return identify(payload, kHeader7, 0);
}

void decode_netflow1(const Work& work) noexcept {
    static const CopyPlan plan = CopyPlan::compile(kFields1, flow::Protocol::netflow1);
    decode_records(work, plan, kHeader1, context_of_header(work, 0));
}

void decode_netflow5(const Work& work) noexcept {
    static const CopyPlan plan = CopyPlan::compile(kFields5, flow::Protocol::netflow5);
    const std::uint32_t sampling = flow::load_be16(work.datagram.payload.data() + 22) & 0x3fff;  // above it: the mode
    // v5 always tells: 0 is "not sampled".
    const RecordContext context = context_of_header(work, sampling == 0 ? 1 : sampling);
    see_flows(work, context, decode_records(work, plan, kHeader5, context));
}

void decode_netflow7(const Work& work) noexcept {
    static const CopyPlan plan = CopyPlan::compile(kFields7, flow::Protocol::netflow7);
    const RecordContext context = context_of_header(work, 0);
    see_flows(work, context, decode_records(work, plan, kHeader7, context));
}

}  // namespace decode
