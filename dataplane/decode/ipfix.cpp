// SPDX-License-Identifier: Apache-2.0
// IPFIX, RFC 7011: 16 bytes of message header, then sets.
#include "dataplane/decode/protocols.hpp"

namespace decode {

namespace {
constexpr std::size_t kHeader = 16;
}

Identity identify_ipfix(flow::Bytes payload) noexcept {
    if (payload.size() < kHeader) return {.outcome = flow::Outcome::too_short};
    const std::uint16_t length = flow::load_be16(payload.data() + 2);
    const bool fits = length >= kHeader && length <= payload.size();
    return {.outcome = fits ? flow::Outcome::accepted : flow::Outcome::bad_length,
            .domain = flow::load_be32(payload.data() + 12)};
}

void decode_ipfix(const Work& work) noexcept {
    const std::uint8_t* header = work.datagram.payload.data();
    RecordContext context = context_of(work);
    context.export_ms = flow::load_be32(header + 4) * 1000ull;
    // The length in the header rules; bytes after it are not part of the message.
    const flow::Bytes message = work.datagram.payload.first(flow::load_be16(header + 2));
    const SetWalk walk = walk_sets(message.subspan(kHeader), 2, 3, context, work);
    // RFC 7011 section 3.1: the sequence counts data records, options data too, that were sent before this message.
    work.state.sequence.see(flow::load_be32(header + 8), walk.data_records, 0, work.datagram.received_ms, work.counts);
    if (!walk.complete) work.state.sequence.lose_track();
}

}  // namespace decode
