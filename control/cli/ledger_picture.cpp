// SPDX-License-Identifier: Apache-2.0
#include "control/cli/ledger_picture.hpp"

#include <algorithm>

namespace cli {
namespace {

using flow::Counter;
using flow::Ledger;
using flow::Outcome;
using flow::PacketFate;
using Role = PictureLine::Role;

std::string help(std::size_t value) {
    return std::string(flow::ledger_name(value).help);
}

void leaves(Picture& picture, const Ledger& ledger, std::size_t value) {
    picture.leaves(ledger.values[value], help(value));
}

template <class E>
void loss(Picture& picture, const Ledger& ledger, E value, const std::string& unknown_for = {}) {
    picture.leaves(ledger[value], help(Ledger::index(value)));
    picture.is_loss(unknown_for);
}

void lost_part(Picture& picture, const Ledger& ledger, Counter counter) {
    picture.part(ledger[counter], help(Ledger::index(counter)));
    picture.is_loss();
}

void no_exports(Picture& picture, const Ledger& ledger) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < flow::kPacketFates; ++i) {
        const auto fate = static_cast<PacketFate>(i);
        if (!flow::is_no_export(fate)) continue;
        sum += ledger[fate];
        leaves(picture, ledger, i);
    }
    const std::uint64_t told = ledger[Counter::punted] + ledger[Counter::punt_dropped] + ledger[Counter::punt_left];
    picture.part(sum, "no exports to us in all; of these");
    picture.keep();
    picture.part(ledger[Counter::punt_left], "left to the kernel, which has them already");
    picture.part(ledger[Counter::punted], "passed to the kernel");
    picture.part(ledger[Counter::punt_dropped], "dropped: beyond what the kernel is given");
    picture.is_loss();
    picture.in_flight(Role::part, sum, told, "on their way to the kernel");
}

void fragments(Picture& picture, const Ledger& ledger) {
    leaves(picture, ledger, Ledger::index(PacketFate::fragment));
    picture.keep();
    picture.part(ledger[Counter::fragments_used], "became datagrams");
    picture.part(ledger[Counter::fragments_foreign], "of datagrams that are no exports to us");
    std::uint64_t told = ledger[Counter::fragments_used] + ledger[Counter::fragments_foreign];
    for (const Counter c : {Counter::fragments_expired, Counter::fragments_evicted, Counter::fragments_overlapping,
                            Counter::fragments_bad, Counter::fragments_handoff_lost}) {
        lost_part(picture, ledger, c);
        told += ledger[c];
    }
    picture.in_flight(Role::part, ledger[PacketFate::fragment], told, "waiting for the others of their datagram");
}

void packets(Picture& picture, const Ledger& ledger, const CannotTell& unknown) {
    picture.stage(ledger[Counter::packets_received] + ledger[Counter::port_missed] + ledger[Counter::port_no_mbuf] +
                      ledger[Counter::port_errors],
                  "packets at the devices");
    loss(picture, ledger, Counter::port_missed, unknown.missed);
    loss(picture, ledger, Counter::port_no_mbuf, unknown.no_buffer);
    loss(picture, ledger, Counter::port_errors, unknown.errors);
    picture.stage(ledger[Counter::packets_received], "packets received");
    no_exports(picture, ledger);
    fragments(picture, ledger);
    for (std::size_t i = 0; i < flow::kPacketFates; ++i) {
        const auto fate = static_cast<PacketFate>(i);
        if (fate == PacketFate::whole || fate == PacketFate::fragment || flow::is_no_export(fate)) continue;
        if (fate == PacketFate::cut_short)
            loss(picture, ledger, fate);
        else
            leaves(picture, ledger, i);
    }
}

void datagrams(Picture& picture, const Ledger& ledger) {
    picture.stage(ledger[PacketFate::whole], "datagrams in one packet");
    picture.joins(ledger[Counter::reassembled], help(Ledger::index(Counter::reassembled)));
    loss(picture, ledger, Counter::handoff_lost);
    leaves(picture, ledger, Ledger::index(Counter::datagrams_unwritten));
    picture.is_loss();
    picture.in_flight(
        Role::leaves, ledger[PacketFate::whole] + ledger[Counter::reassembled],
        ledger[Counter::datagrams_received] + ledger[Counter::handoff_lost] + ledger[Counter::datagrams_unwritten],
        "in flight between workers");
    picture.stage(ledger[Counter::datagrams_received], "datagrams at a decoder");
    for (std::size_t i = 0; i < flow::kOutcomes; ++i) {
        const auto outcome = static_cast<Outcome>(i);
        if (outcome == Outcome::accepted) continue;
        leaves(picture, ledger, Ledger::index(outcome));
        if (outcome == Outcome::thinned || outcome == Outcome::over_limit) picture.is_loss();
    }
    picture.stage(ledger[Outcome::accepted], "datagrams accepted");
    leaves(picture, ledger, Ledger::index(Counter::sets_held));
    picture.keep();
    picture.part(ledger[Counter::held_replayed], "decoded when their template came");
    lost_part(picture, ledger, Counter::held_expired);
    lost_part(picture, ledger, Counter::held_evicted);
    picture.in_flight(Role::part, ledger[Counter::sets_held],
                      ledger[Counter::held_replayed] + ledger[Counter::held_expired] + ledger[Counter::held_evicted],
                      "still waiting for their template");
}

void records_and_flows(Picture& picture, const Ledger& ledger) {
    picture.stage(ledger[Counter::records_seen], "records in them");
    picture.leaves(ledger[Counter::records_option], "option records: sampling rates, names and the like");
    picture.leaves(ledger[Counter::records_counter], "counter samples of interfaces");
    constexpr std::size_t kSkips = flow::kPacketFates + flow::kOutcomes;
    for (std::size_t i = kSkips; i < kSkips + flow::kSkips; ++i) leaves(picture, ledger, i);
    picture.joins(ledger[Counter::flows_extra], help(Ledger::index(Counter::flows_extra)));
    picture.stage(ledger[Counter::flows_decoded], "flows decoded");
    loss(picture, ledger, Counter::flows_lost_ring);
    loss(picture, ledger, Counter::flows_unwritten);
    picture.in_flight(
        Role::leaves, ledger[Counter::flows_decoded],
        ledger[Counter::flows_through] + ledger[Counter::flows_lost_ring] + ledger[Counter::flows_unwritten],
        "in flight to match and store");
    picture.stage(ledger[Counter::flows_through], "flows through, matched and tallied");
}

void archive(Picture& picture, const Ledger& ledger) {
    std::uint64_t told = ledger[Counter::flows_archived];
    for (const Counter c : {Counter::archive_not_wanted, Counter::archive_off}) {
        leaves(picture, ledger, Ledger::index(c));
        told += ledger[c];
    }
    for (const Counter c : {Counter::archive_shed_busy, Counter::archive_shed_disk, Counter::archive_unwritten}) {
        loss(picture, ledger, c);
        told += ledger[c];
    }
    picture.in_flight(Role::leaves, ledger[Counter::flows_through], told, "on their way to the disk");
    picture.stage(ledger[Counter::flows_archived], help(Ledger::index(Counter::flows_archived)));
}

}  // namespace

Picture ledger_picture(const Ledger& ledger, const CannotTell& unknown) {
    Picture picture;
    packets(picture, ledger, unknown);
    datagrams(picture, ledger);
    records_and_flows(picture, ledger);
    archive(picture, ledger);
    return picture;
}

Picture exporter_picture(const flow::ExporterCounts& c) {
    Picture picture;
    const auto lost = [&](std::uint64_t value, const char* name) {
        picture.leaves(value, name);
        picture.is_loss();
    };
    picture.stage(c.datagrams + c.refused + c.thinned + c.handoff_lost, "datagrams that came");
    lost(c.handoff_lost, "lost on the way to the worker that owns the exporter");
    lost(c.thinned, "left out on purpose: thinned, or over the exporter's limit");
    picture.leaves(c.refused, "refused: not to be decoded");
    picture.stage(c.datagrams, "datagrams accepted");
    picture.leaves(c.sets_held, "data sets that came before their template");
    picture.keep();
    picture.part(c.held_replayed, "decoded when their template came");
    picture.part(c.held_lost, "never decoded: no template in time, or no room");
    picture.is_loss();
    picture.in_flight(Role::part, c.sets_held, c.held_replayed + c.held_lost, "still waiting for their template");
    picture.stage(c.records + c.options + c.counters + c.skipped, "records in them");
    picture.leaves(c.options, "option records: sampling rates, names and the like");
    picture.leaves(c.counters, "counter samples of interfaces");
    picture.leaves(c.skipped, "not decoded: `net-collector ledger` tells the reasons");
    picture.joins(c.flows - std::min(c.flows, c.records), "flows beyond one a record");
    picture.stage(c.flows, "flows decoded");
    lost(c.flows_lost, "lost because no batch slot was free");
    picture.in_flight(Role::leaves, c.flows, c.flows_through + c.flows_lost, "in flight to match and store");
    picture.stage(c.flows_through, "flows through, matched and tallied");
    return picture;
}

}  // namespace cli
