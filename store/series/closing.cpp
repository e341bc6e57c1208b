// SPDX-License-Identifier: Apache-2.0
#include "store/series/closing.hpp"

#include <initializer_list>

namespace store {
namespace {

using flow::Counter;
using flow::Ledger;
using flow::PacketFate;
using flow::Skip;

template <class E>
std::uint64_t sum(const Ledger& l, std::initializer_list<E> of) noexcept {
    std::uint64_t all = 0;
    for (const E e : of) all += l[e];
    return all;
}

// What the earlier stage has beyond the later one is given to lost(n); the other way round to raise(n).
template <class Lost, class Raise>
void settle(std::uint64_t earlier, std::uint64_t later, Closing& closing, Lost lost, Raise raise) noexcept {
    if (earlier > later) lost(earlier - later);
    if (later > earlier) {
        raise(later - earlier);
        closing.raised += later - earlier;
    }
}

void close_packets(const Ledger& l, Closing& c) noexcept {
    Ledger& to = c.added;
    const auto raise = [&](PacketFate fate) {
        return [&to, fate](std::uint64_t n) {
            to[fate] += n;
            to[Counter::packets_received] += n;
        };
    };
    const std::uint64_t no_exports =
        sum(l, {PacketFate::not_ip, PacketFate::not_udp, PacketFate::other_port, PacketFate::not_ours});
    settle(
        no_exports, sum(l, {Counter::punted, Counter::punt_dropped, Counter::punt_left}), c,
        [&](std::uint64_t n) { to[Counter::punt_dropped] += c.packets = n; }, raise(PacketFate::not_udp));
    const std::uint64_t ended = sum(l, {Counter::fragments_used, Counter::fragments_expired, Counter::fragments_evicted,
                                        Counter::fragments_overlapping, Counter::fragments_bad,
                                        Counter::fragments_foreign, Counter::fragments_handoff_lost});
    settle(
        l[PacketFate::fragment], ended, c, [&](std::uint64_t n) { to[Counter::fragments_expired] += c.fragments = n; },
        raise(PacketFate::fragment));
    settle(
        l[PacketFate::whole] + l[Counter::reassembled],
        sum(l, {Counter::datagrams_received, Counter::handoff_lost, Counter::datagrams_unwritten}), c,
        [&](std::uint64_t n) { to[Counter::datagrams_unwritten] += c.datagrams = n; }, raise(PacketFate::whole));
}

void close_records(const Ledger& l, Closing& c) noexcept {
    Ledger& to = c.added;
    settle(
        l[Counter::sets_held], sum(l, {Counter::held_replayed, Counter::held_expired, Counter::held_evicted}), c,
        [&](std::uint64_t n) {
            to[Counter::held_expired] += c.sets = n;
            to.skip(Skip::no_template, n);
        },
        [&](std::uint64_t n) { to[Counter::sets_held] += n; });
    settle(
        l[Counter::flows_through],
        sum(l, {Counter::flows_archived, Counter::archive_not_wanted, Counter::archive_off, Counter::archive_shed_busy,
                Counter::archive_shed_disk, Counter::archive_unwritten}),
        c, [&](std::uint64_t n) { to[Counter::archive_unwritten] += c.unarchived = n; },
        [&](std::uint64_t n) { to[Counter::flows_through] += n; });
    settle(
        l[Counter::flows_decoded],
        sum(l, {Counter::flows_through, Counter::flows_lost_ring, Counter::flows_unwritten}) +
            to[Counter::flows_through],
        c, [&](std::uint64_t n) { to[Counter::flows_unwritten] += c.flows = n; },
        [&](std::uint64_t n) {
            to[Counter::flows_decoded] += n;
            to[Counter::records_flow] += n;
            to[Counter::records_seen] += n;
        });
}

}  // namespace

std::string Closing::text() const {
    return "the collector did not end by itself last time; what was in flight then is counted as lost: " +
           std::to_string(datagrams) + " datagrams, " + std::to_string(flows) + " flows, " + std::to_string(sets) +
           " held sets, " + std::to_string(fragments) + " fragments, " + std::to_string(packets) +
           " packets for the kernel; " + std::to_string(unarchived) +
           " flows had not reached the archive; figures raised by " + std::to_string(raised);
}

Closing close_books(const Ledger& totals) noexcept {
    Closing closing;
    close_packets(totals, closing);
    close_records(totals, closing);
    return closing;
}

flow::Ledger LastRun::add(const flow::Ledger& found) noexcept {
    Ledger added = found;
    totals_.add(found);
    if (clean_) return added;
    const Closing again = close_books(totals_);
    for (std::size_t i = 0; i < Ledger::kSize; ++i) {
        added.values[i] += again.added.values[i] - closing_.added.values[i];
    }
    closing_ = again;
    return added;
}

flow::ExporterCounts close_books(const flow::ExporterCounts& totals) noexcept {
    flow::ExporterCounts added;
    const std::uint64_t ended = totals.held_replayed + totals.held_lost;
    if (totals.sets_held > ended) added.held_lost = added.skipped = totals.sets_held - ended;
    return added;
}

}  // namespace store
