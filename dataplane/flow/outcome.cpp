// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/outcome.hpp"

#include <numeric>

namespace flow {

LedgerName ledger_name(std::size_t i) noexcept {
    static constexpr std::array<LedgerName, Ledger::kSize> kNames{{
#define X(name, text) {"packets.fates." #name, text},
        FLOW_PACKET_FATES(X)
#undef X
#define X(name, text) {"datagrams.outcomes." #name, text},
            FLOW_OUTCOMES(X)
#undef X
#define X(name, text) {"records.skipped." #name, text},
                FLOW_SKIPS(X)
#undef X
#define X(name, path, text) {path, text},
                    FLOW_COUNTERS(X)
#undef X
    }};
    return kNames[i];
}

namespace {
std::uint64_t sum(const Ledger& l, std::size_t from, std::size_t count) noexcept {
    const auto first = l.values.begin() + static_cast<std::ptrdiff_t>(from);
    return std::accumulate(first, first + static_cast<std::ptrdiff_t>(count), std::uint64_t{0});
}
}  // namespace

namespace {

// Laws between cores: each hands over in its own second, so they hold when nothing is in flight.
std::string_view broken_idle_law(const Ledger& l) noexcept {
    if (l[PacketFate::not_ip] + l[PacketFate::not_udp] + l[PacketFate::other_port] + l[PacketFate::not_ours] !=
        l[Counter::punted] + l[Counter::punt_dropped] + l[Counter::punt_left]) {
        return "packets that are no exports != punt.passed + punt.dropped + punt.left_to_kernel";
    }
    if (l[PacketFate::fragment] != l[Counter::fragments_used] + l[Counter::fragments_expired] +
                                       l[Counter::fragments_evicted] + l[Counter::fragments_overlapping] +
                                       l[Counter::fragments_bad] + l[Counter::fragments_foreign] +
                                       l[Counter::fragments_handoff_lost]) {
        return "packets.fates.fragment != fragments.used + expired + evicted + overlapping + bad + foreign + "
               "handoff_lost";
    }
    if (l[PacketFate::whole] + l[Counter::reassembled] !=
        l[Counter::datagrams_received] + l[Counter::handoff_lost] + l[Counter::datagrams_unwritten]) {
        return "whole + reassembled datagrams != datagrams.received + handoff_lost + unwritten";
    }
    if (l[Counter::sets_held] != l[Counter::held_replayed] + l[Counter::held_expired] + l[Counter::held_evicted]) {
        return "held.sets != held.replayed + held.expired + held.evicted";
    }
    if (l[Counter::flows_decoded] !=
        l[Counter::flows_through] + l[Counter::flows_lost_ring] + l[Counter::flows_unwritten]) {
        return "flows.decoded != flows.through + flows.lost_ring + flows.unwritten";
    }
    if (l[Counter::flows_through] != l[Counter::flows_archived] + l[Counter::archive_not_wanted] +
                                         l[Counter::archive_off] + l[Counter::archive_shed_busy] +
                                         l[Counter::archive_shed_disk] + l[Counter::archive_unwritten]) {
        return "flows.through != archive.archived + not_wanted + off + shed_busy + shed_disk + unwritten";
    }
    return {};
}

}  // namespace

std::string_view broken_law(const Ledger& l, bool idle) noexcept {
    if (l[Counter::packets_received] != sum(l, 0, kPacketFates)) return "packets.received != sum of packets.fates";
    if (l[Counter::datagrams_received] != sum(l, kPacketFates, kOutcomes)) {
        return "datagrams.received != sum of datagrams.outcomes";
    }
    if (l[Counter::records_seen] != l[Counter::records_flow] + l[Counter::records_option] +
                                        l[Counter::records_counter] + sum(l, kPacketFates + kOutcomes, kSkips)) {
        return "records.seen != decoded + options + counters + skipped";
    }
    if (l[Counter::flows_decoded] != l[Counter::records_flow] + l[Counter::flows_extra]) {
        return "flows.decoded != records.decoded + flows.extra";
    }
    if (l[Skip::no_template] < l[Counter::held_expired] + l[Counter::held_evicted]) {
        return "records.skipped.no_template < held.expired + held.evicted";
    }
    return idle ? broken_idle_law(l) : std::string_view{};
}

}  // namespace flow
