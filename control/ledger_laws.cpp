// SPDX-License-Identifier: Apache-2.0
#include "control/ledger_laws.hpp"

#include <numeric>

namespace control {
namespace {

using flow::Counter;
using flow::Ledger;
using flow::PacketFate;
using flow::Skip;

template <class... Terms>
std::vector<std::size_t> terms(Terms... term) {
    return {Ledger::index(term)...};
}

// All values of one list.
std::vector<std::size_t> list(std::size_t first, std::size_t count) {
    std::vector<std::size_t> out(count);
    std::iota(out.begin(), out.end(), first);
    return out;
}

std::vector<std::size_t> joined(std::vector<std::size_t> a, const std::vector<std::size_t>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

std::vector<Law> make_laws() {
    constexpr std::size_t kOutcomes = flow::kPacketFates, kSkips = kOutcomes + flow::kOutcomes;
    using Kind = Law::Kind;
    return {
        {"packets", "packets received = sum of their fates", Kind::exact, terms(Counter::packets_received),
         list(0, flow::kPacketFates)},
        {"kernel", "no exports = passed to the kernel + dropped + left to it", Kind::in_flight,
         terms(PacketFate::not_ip, PacketFate::not_udp, PacketFate::other_port, PacketFate::not_ours),
         terms(Counter::punted, Counter::punt_dropped, Counter::punt_left)},
        {"fragments", "fragments = used + expired + evicted + overlapping + bad + foreign + lost", Kind::in_flight,
         terms(PacketFate::fragment),
         terms(Counter::fragments_used, Counter::fragments_expired, Counter::fragments_evicted,
               Counter::fragments_overlapping, Counter::fragments_bad, Counter::fragments_foreign,
               Counter::fragments_handoff_lost)},
        {"datagrams", "whole + reassembled = at a decoder + lost at hand-off + unwritten", Kind::in_flight,
         terms(PacketFate::whole, Counter::reassembled),
         terms(Counter::datagrams_received, Counter::handoff_lost, Counter::datagrams_unwritten)},
        {"outcomes", "datagrams at a decoder = sum of their outcomes", Kind::exact, terms(Counter::datagrams_received),
         list(kOutcomes, flow::kOutcomes)},
        {"held", "sets held = replayed + expired + evicted", Kind::in_flight, terms(Counter::sets_held),
         terms(Counter::held_replayed, Counter::held_expired, Counter::held_evicted)},
        {"no_template", "sets without a template >= held sets expired + evicted", Kind::at_least,
         terms(Skip::no_template), terms(Counter::held_expired, Counter::held_evicted)},
        {"records", "records = flow + option + counter records + skipped", Kind::exact, terms(Counter::records_seen),
         joined(terms(Counter::records_flow, Counter::records_option, Counter::records_counter),
                list(kSkips, flow::kSkips))},
        {"flows", "flows = flow records + further flows in them", Kind::exact, terms(Counter::flows_decoded),
         terms(Counter::records_flow, Counter::flows_extra)},
        {"through", "flows = through + lost for want of a batch + unwritten", Kind::in_flight,
         terms(Counter::flows_decoded),
         terms(Counter::flows_through, Counter::flows_lost_ring, Counter::flows_unwritten)},
        {"archive", "flows through = archived + not wanted + while off + shed + unwritten", Kind::in_flight,
         terms(Counter::flows_through),
         terms(Counter::flows_archived, Counter::archive_not_wanted, Counter::archive_off, Counter::archive_shed_busy,
               Counter::archive_shed_disk, Counter::archive_unwritten)},
    };
}

std::uint64_t sum(const Ledger& ledger, const std::vector<std::size_t>& of) noexcept {
    std::uint64_t out = 0;
    for (const std::size_t i : of) out += ledger.values[i];
    return out;
}

}  // namespace

std::span<const Law> laws() {
    static const std::vector<Law> kLaws = make_laws();
    return kLaws;
}

Balance weigh(const Law& law, const Ledger& ledger) noexcept {
    return {sum(ledger, law.left), sum(ledger, law.right)};
}

bool holds(const Law& law, const Ledger& ledger, bool idle) noexcept {
    const Balance balance = weigh(law, ledger);
    switch (law.kind) {
        case Law::Kind::exact:
            return balance.left == balance.right;
        case Law::Kind::in_flight:
            return !idle || balance.left == balance.right;
        case Law::Kind::at_least:
            return balance.left >= balance.right;
    }
    return false;
}

}  // namespace control
