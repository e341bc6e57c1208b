// SPDX-License-Identifier: Apache-2.0
// sFlow version 5: the datagram. XDR: every item is a multiple of four bytes, big-endian.
#include "dataplane/decode/sflow_parts.hpp"

namespace decode {
namespace {

using flow::Cursor;
using flow::Skip;
using sflow::SampleForm;

// Tags of samples: enterprise << 12 | format; these are of enterprise 0.
constexpr std::uint32_t kFlowSample = 1, kCounterSample = 2, kFlowSampleExpanded = 3, kCounterSampleExpanded = 4,
                        kDiscardedPacket = 5;

struct Header {
    Identity identity{};
    std::uint32_t number = 0;
    std::uint32_t uptime_ms = 0;
    std::uint32_t samples = 0;
};

// False when it is short or names an unknown kind of address.
bool read_header(Cursor& at, Header& header) noexcept {
    at.skip(4);  // version
    const std::uint32_t kind = at.u32();
    const flow::Bytes agent = at.take(kind == 2 ? 16 : 4);
    if (!at.ok() || kind < 1 || kind > 2) return false;
    header.identity.agent =
        kind == 2 ? flow::IpAddress::v6(agent.data()) : flow::IpAddress::v4(flow::load_be32(agent.data()));
    header.identity.domain = at.u32();
    header.number = at.u32();
    header.uptime_ms = at.u32();
    header.samples = at.u32();
    return at.ok();
}

void decode_sample(std::uint32_t tag, flow::Bytes content, std::uint32_t uptime_ms, const Work& work,
                   sflow::Scratch& scratch) noexcept {
    switch (tag) {
        case kFlowSample:
            return sflow::decode_flow_sample(content, SampleForm::compact, work, scratch);
        case kFlowSampleExpanded:
            return sflow::decode_flow_sample(content, SampleForm::expanded, work, scratch);
        case kDiscardedPacket:
            return sflow::decode_flow_sample(content, SampleForm::discarded, work, scratch);
        case kCounterSample:
        case kCounterSampleExpanded:
            return sflow::decode_counter_sample(content, tag == kCounterSampleExpanded, uptime_ms, work);
        default:
            return work.ledger.skip(Skip::unknown_sample);
    }
}

}  // namespace

Identity identify_sflow5(flow::Bytes payload) noexcept {
    Cursor at(payload);
    Header header;
    if (!read_header(at, header)) {
        header.identity.outcome = at.ok() ? flow::Outcome::bad_length : flow::Outcome::too_short;
    }
    return header.identity;
}

void decode_sflow5(const Work& work) noexcept {
    Cursor at(work.datagram.payload);
    Header header;
    if (!read_header(at, header)) return;  // identify has refused it
    work.state.sequence.see(header.number, 1, header.uptime_ms, work.datagram.received_ms, work.counts);
    if (work.left_out) return;
    const bool possible = header.samples <= at.left() / sflow::kTagBytes;
    sflow::Scratch scratch;
    for (std::uint32_t i = 0; i < header.samples; ++i) {
        if (at.left() < sflow::kTagBytes) {  // promised and not there: how many is not to be believed
            return work.ledger.skip(possible ? Skip::missing_records : Skip::sample_limit);
        }
        const std::uint32_t tag = at.u32();
        const std::uint32_t length = at.u32();
        const flow::Bytes content = at.take(length);
        if (!at.ok()) return work.ledger.skip(Skip::bad_sample);  // the datagram ends inside; the rest is one fault
        decode_sample(tag, content, header.uptime_ms, work, scratch);
        sflow::skip_padding(at, length);
    }
}

}  // namespace decode
