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

std::string_view broken_law(const Ledger& l, bool idle) noexcept {
    if (l[Counter::packets_received] != sum(l, 0, kPacketFates)) return "packets.received != sum of packets.fates";
    if (idle && l[PacketFate::whole] != l[Counter::datagrams_received] + l[Counter::handoff_lost]) {
        return "whole datagrams != datagrams.received + datagrams.handoff_lost";
    }
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
    if (idle && l[Counter::flows_decoded] != l[Counter::flows_through] + l[Counter::flows_lost_ring]) {
        return "flows.decoded != flows.through + flows.lost_ring";
    }
    return {};
}

}  // namespace flow
