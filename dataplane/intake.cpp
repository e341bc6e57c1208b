// SPDX-License-Identifier: Apache-2.0
#include "dataplane/intake.hpp"

namespace dataplane {

using flow::Counter;

Intake::Intake(flow::ExporterTable& exporters, flow::SpscRing<flow::Tally*>& handover, const IntakeOptions& options)
    : pace_(options.pace),
      desk_(handover, options.core, options.pace),
      archive_(options.archive, options.slots, options.pace),
      match_(desk_, archive_),
      lane_(desk_, options.slots, options.pace, options.match_here ? &match_ : nullptr, archive_),
      decoder_(exporters, lane_) {}

void Intake::use(const Generation& generation) noexcept {
    if (desk_.generation() != nullptr) lane_.close();
    desk_.use(generation);
    lane_.announce(generation);
    decoder_.sources_changed();
    last_port_ = 0;  // sources may have changed
}

Packet Intake::receive(flow::Bytes frame, flow::LinkType link, std::size_t wire_bytes, bool kernel_has_it) noexcept {
    flow::Ledger& l = desk_.tally().ledger;
    ++l[Counter::packets_received];
    l[Counter::packet_bytes] += wire_bytes;
    const Packet packet = read(frame, link);
    ++l[packet.fate];
    if (kernel_has_it && flow::is_no_export(packet.fate)) ++l[Counter::punt_left];
    return packet;
}

Packet Intake::read(flow::Bytes frame, flow::LinkType link) noexcept {
    Packet packet = read_packet(frame, link, *desk_.generation());
    if (packet.fate != flow::PacketFate::whole) return packet;
    // Datagrams of one exporter come in a row: the last answer is often the next one.
    if (packet.exporter != last_exporter_ || packet.port != last_port_) {
        last_source_ = desk_.generation()->sources.find(packet.port, packet.exporter);
        last_exporter_ = packet.exporter;
        last_port_ = packet.port;
    }
    packet.source = last_source_;
    return packet;
}

Packet Intake::read_handed_over(flow::Bytes frame, flow::LinkType link) noexcept {
    Packet packet = read(frame, link);
    if (packet.fate == flow::PacketFate::whole || packet.fate == flow::PacketFate::fragment) [[likely]]
        return packet;
    if (flow::parse_headers(frame, link).fragment) {
        ++ledger()[Counter::fragments_foreign];
        return packet;
    }
    packet.fate = flow::PacketFate::whole;
    packet.source = std::nullopt;
    return packet;
}

std::optional<Intake::Gathered> Intake::gather(flow::Bytes frame, flow::LinkType link,
                                               std::uint64_t received_ms, std::uint32_t clock) noexcept {
    newest_ms_ = received_ms;
    flow::Ledger& l = desk_.tally().ledger;
    auto fragment = read_fragment(frame, flow::parse_headers(frame, link));
    if (!fragment) return ++l[Counter::fragments_bad], std::nullopt;
    // Who may not send us anything must not take the room of those who may.
    if (!desk_.generation()->sources.admits(fragment->src)) return ++l[Counter::fragments_foreign], std::nullopt;
    fragment->clock = clock;
    const auto whole = reassembler_.add(*fragment, received_ms, l);
    if (!whole) return std::nullopt;
    Packet packet = read(whole->frame, link);
    if (packet.fate != flow::PacketFate::whole) {
        l[Counter::fragments_foreign] += whole->fragments;
        return std::nullopt;
    }
    l[Counter::fragments_used] += whole->fragments;
    ++l[Counter::reassembled];
    return Gathered{packet, whole->frame};
}

void Intake::handed_off(const Packet& packet) noexcept {
    if (packet.fate == flow::PacketFate::whole) ++ledger()[Counter::handed_off];
}

void Intake::lost_at_hand_off(const Packet& packet) noexcept {
    if (packet.fate == flow::PacketFate::fragment) {
        ++ledger()[Counter::fragments_handoff_lost];
        return;
    }
    ++ledger()[Counter::handoff_lost];
    decoder_.lost_at_hand_off(datagram_of(packet, newest_ms_), desk_.tally());
}

decode::Datagram Intake::datagram_of(const Packet& packet, std::uint64_t received_ms) noexcept {
    return {.payload = packet.payload,
            .exporter = packet.exporter,
            .exporter_port = packet.exporter_port,
            .received_ms = received_ms,
            .source_id = packet.source->source_id,
            .source = packet.source->source,
            .accepts = packet.source->accepts,
            .rule = packet.source->rule};
}

void Intake::take(const Packet& packet, std::uint64_t received_ms) noexcept {
    newest_ms_ = received_ms;
    if (!packet.source) {
        flow::Ledger& l = desk_.tally().ledger;
        ++l[Counter::datagrams_received];
        l[Counter::datagram_bytes] += packet.payload.size();
        ++l[flow::Outcome::no_source];
        return;
    }
    const std::uint32_t bucket_s = lane_.stamp(received_ms, *desk_.generation());
    desk_.open_bucket(bucket_s, received_ms);  // between datagrams: the tally must not change while one is decoded
    const Fairness::Verdict verdict = fairness_.judge(packet.exporter, *packet.source->rule, received_ms);
    decode::Datagram datagram = datagram_of(packet, received_ms);
    datagram.thinning = verdict.thinning;
    if (verdict.outcome == flow::Outcome::accepted) [[likely]]
        decoder_.decode(datagram, desk_.tally());
    else
        decoder_.leave_out(datagram, verdict.outcome, desk_.tally());
}

void Intake::tick(std::uint64_t now_ms) noexcept {
    fairness_.tick(now_ms);
    const bool due = desk_.due(now_ms);
    // The rows of an open batch belong to the tally's bucket: they go before the tally does.
    if (due || (pace_ == Pace::live && lane_.open_since(now_ms))) lane_.close();
    if (!due) return;
    const std::uint64_t receive_time_ms = pace_ == Pace::live ? now_ms : newest_ms_;
    decoder_.settle(receive_time_ms, false, desk_.tally());
    reassembler_.expire(receive_time_ms, false, ledger());
    desk_.hand_over();
}

void Intake::finish() noexcept {
    lane_.close();
    decoder_.settle(newest_ms_, true, desk_.tally());
    reassembler_.expire(newest_ms_, true, ledger());
    desk_.finish();
}

}  // namespace dataplane
