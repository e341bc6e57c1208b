// SPDX-License-Identifier: Apache-2.0
#include "dataplane/intake.hpp"

namespace dataplane {

using flow::Counter;

namespace {
constexpr std::uint64_t kHandOverMs = 1000;
}

Intake::Intake(flow::ExporterTable& exporters, flow::SpscRing<flow::Tally*>& handover, const IntakeOptions& options)
    : pace_(options.pace),
      desk_(handover, options.core, options.pace),
      match_(desk_),
      lane_(desk_, options.slots, options.pace, options.match_here ? &match_ : nullptr),
      decoder_(exporters, lane_) {}

void Intake::use(const Generation& generation) noexcept {
    if (desk_.generation() != nullptr) lane_.close();
    desk_.use(generation);
    lane_.announce(generation);
}

Packet Intake::receive(flow::Bytes frame, decode::LinkType link, std::size_t wire_bytes) noexcept {
    flow::Ledger& l = desk_.tally().ledger;
    ++l[Counter::packets_received];
    l[Counter::packet_bytes] += wire_bytes;
    const Packet packet = read_packet(frame, link, *desk_.generation());
    ++l[packet.fate];
    return packet;
}

void Intake::take(const Packet& packet, std::uint64_t received_ms) noexcept {
    newest_ms_ = received_ms;
    const auto source = desk_.generation()->sources.find(packet.port, packet.exporter);
    if (!source) {
        flow::Ledger& l = desk_.tally().ledger;
        ++l[Counter::datagrams_received];
        l[Counter::datagram_bytes] += packet.payload.size();
        ++l[flow::Outcome::no_source];
        return;
    }
    const std::uint32_t bucket_s = lane_.stamp(received_ms, *desk_.generation());
    desk_.open_bucket(bucket_s, received_ms);  // between datagrams: the tally must not change while one is decoded
    decoder_.decode({.payload = packet.payload,
                     .exporter = packet.exporter,
                     .received_ms = received_ms,
                     .source_id = source->source_id,
                     .source = source->source,
                     .accepts = source->accepts},
                    desk_.tally());
}

void Intake::tick(std::uint64_t now_ms) noexcept {
    if (pace_ == Pace::live && lane_.open_since(now_ms)) lane_.close();
    if (now_ms - handed_over_ms_ < kHandOverMs) return;
    handed_over_ms_ = now_ms;
    decoder_.settle(pace_ == Pace::live ? now_ms : newest_ms_, false, desk_.tally());
    desk_.hand_over();
}

void Intake::finish() noexcept {
    lane_.close();
    decoder_.settle(newest_ms_, true, desk_.tally());
    desk_.finish();
}

}  // namespace dataplane
