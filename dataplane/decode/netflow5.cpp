// SPDX-License-Identifier: Apache-2.0
// NetFlow v5: 24 bytes of header, then records of 48 bytes, always the same; so the record is a template like any other.
#include <algorithm>
#include <array>

#include "dataplane/decode/protocols.hpp"

namespace decode {
namespace {

constexpr std::size_t kHeader = 24;
constexpr std::size_t kRecord = 48;

// The v5 record in element numbers of v9, which were made from it.
constexpr std::array<Field, 20> kFields{{{0, 8, 4},  {0, 12, 4},  {0, 15, 4}, {0, 10, 2}, {0, 14, 2},
                                         {0, 2, 4},  {0, 1, 4},   {0, 22, 4}, {0, 21, 4}, {0, 7, 2},
                                         {0, 11, 2}, {0, 210, 1}, {0, 6, 1},  {0, 4, 1},  {0, 5, 1},
                                         {0, 16, 2}, {0, 17, 2},  {0, 9, 1},  {0, 13, 1}, {0, 210, 2}}};

const CopyPlan& record_plan() noexcept {
    static const CopyPlan plan = CopyPlan::compile(kFields, flow::Protocol::netflow5);
    return plan;
}

}  // namespace

Identity identify_netflow5(flow::Bytes payload) noexcept {
    if (payload.size() < kHeader) return {.outcome = flow::Outcome::too_short};
    return {.domain = flow::load_be16(payload.data() + 20)};  // engine type and id
}

void decode_netflow5(const Work& work) noexcept {
    const std::uint8_t* header = work.datagram.payload.data();
    const std::uint32_t told = flow::load_be16(header + 2);
    const std::uint32_t uptime_ms = flow::load_be32(header + 4);
    const std::uint32_t sampling = flow::load_be16(header + 22) & 0x3fff;  // the upper two bits are the mode
    const flow::Bytes rest = work.datagram.payload.subspan(kHeader);
    const auto count = std::min(told, static_cast<std::uint32_t>(rest.size() / kRecord));
    const RecordContext context{
        .export_ms = flow::load_be32(header + 8) * 1000ull + flow::load_be32(header + 12) / 1'000'000,
        .uptime_ms = uptime_ms,
        .has_uptime = true,
        .received_ms = work.datagram.received_ms,
        .exporter = work.state.id,
        .sampling = sampling == 0 ? 1 : sampling,  // v5 always tells: 0 is "not sampled"
        .source = work.datagram.source,
    };
    record_plan().run(rest.first(count * kRecord), context, work.writer, work.ledger);
    if (told > count) work.ledger.skip(flow::Skip::missing_records, told - count);
    work.state.sequence.see(flow::load_be32(header + 16), told, uptime_ms, work.datagram.received_ms, work.counts);
}

}  // namespace decode
