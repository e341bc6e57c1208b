// SPDX-License-Identifier: Apache-2.0
// NetFlow v9, RFC 3954: 20 bytes of header, then flow sets. The header's count is wrong on many devices and not used.
#include "dataplane/decode/protocols.hpp"

namespace decode {

namespace {
constexpr std::size_t kHeader = 20;
}

Identity identify_netflow9(flow::Bytes payload) noexcept {
    if (payload.size() < kHeader) return {.outcome = flow::Outcome::too_short};
    return {.domain = flow::load_be32(payload.data() + 16)};  // source id
}

void decode_netflow9(const Work& work) noexcept {
    const std::uint8_t* header = work.datagram.payload.data();
    const std::uint32_t uptime_ms = flow::load_be32(header + 4);
    RecordContext context = context_of(work);
    context.export_ms = flow::load_be32(header + 8) * 1000ull;
    context.uptime_ms = uptime_ms;
    context.has_uptime = true;
    // RFC 3954 section 5.1: the sequence counts export packets.
    work.state.sequence.see(flow::load_be32(header + 12), 1, uptime_ms, work.datagram.received_ms, work.counts);
    walk_sets(work.datagram.payload.subspan(kHeader), 0, 1, context, work);
}

}  // namespace decode
