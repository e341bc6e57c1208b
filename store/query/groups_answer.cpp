// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "store/query/groups_impl.hpp"
#include "store/query/nfdump_order.hpp"

namespace store::query {

using flow::FlowBatch;

Sums Groups::Impl::sums_of(const GroupTable& table, CellRef ref) const noexcept {
    const CellSums& cell = table.sums(ref);
    Sums out{cell.flows, cell.in_packets, cell.in_bytes, 0, 0, cell.first_ms, cell.last_ms, Mark::flags(cell.mark)};
    if (!table.has_out()) return out;
    const CellOut& other = table.out(ref);
    out.out_packets = other.packets;
    out.out_bytes = other.bytes;
    if (!Mark::turned(cell.mark)) return out;
    std::swap(out.in_packets, out.out_packets);
    std::swap(out.in_bytes, out.out_bytes);
    out.tcp_flags = static_cast<std::uint8_t>(other.flags);
    return out;
}

Sums Groups::Impl::turned_sums_of(const GroupTable& table, std::uint32_t t, CellRef ref) const noexcept {
    Sums out = sums_of(table, ref);
    if (!grouping.guess_direction || !is_turned_by_guess(plan_of(t), table, ref)) return out;
    std::swap(out.in_packets, out.out_packets);
    std::swap(out.in_bytes, out.out_bytes);
    return out;
}

namespace {

// Whether `a` comes first. Values are turned around where small ones come last.
bool comes_first(const GroupCandidate& a, const GroupCandidate& b) noexcept {
    return a.value != b.value ? a.value < b.value : a.seen < b.seen;
}

}  // namespace

// Adds the table's groups to `heap`, whose last in order is in front; at most `count` stay (0: all).
void Groups::Impl::best_of(const GroupTable& table, std::uint32_t t, const Ordering& order, std::uint64_t count,
                           const GroupLimits& limits, std::vector<GroupCandidate>& heap) const {
    const bool up = order.ascending || order.order == Order::none;
    const bool limited = limits.packets.value != 0 || limits.bytes.value != 0;
    for (CellRef ref = 0; ref < table.groups(); ++ref) {
        const Sums sums = turned_sums_of(table, t, ref);
        if (limited && !limits.pass(shown_by(order.order, sums))) continue;
        const std::uint64_t value = value_of(order.order, sums);
        const GroupCandidate candidate{up ? value : ~value, Mark::seen(table.sums(ref).mark), t, ref};
        if (count == 0) {
            heap.push_back(candidate);
            continue;
        }
        if (heap.size() == count) {
            if (!comes_first(candidate, heap.front())) continue;
            std::pop_heap(heap.begin(), heap.end(), comes_first);
            heap.pop_back();
        }
        heap.push_back(candidate);
        std::push_heap(heap.begin(), heap.end(), comes_first);
    }
}

std::uint64_t Groups::Impl::groups() const noexcept {
    std::uint64_t out = 0;
    for (std::size_t t = 0; t < tables.size(); ++t) {
        if (!results[t]) out += tables[t]->groups() + spills[t].groups();
    }
    return out + spilled_groups;
}

// What is still in memory goes to what is on disk, so that each partition is whole there.
void Groups::Impl::gather_spilled(const Ordering& order, std::uint64_t count, const GroupLimits& limits) {
    spilled_groups = 0;
    answer_left_out = 0;
    for (std::uint32_t t = 0; t < tables.size(); ++t) {
        results[t].reset();
        if (!spills[t].any()) continue;
        const std::uint64_t here = tables[t]->groups();
        if (here != 0 && !spills[t].spill(*tables[t], grouping.spill_directory)) {
            answer_left_out += here;
            tables[t]->clear();
        }
        results[t] = new_table(t);
        for (unsigned p = 0; p < GroupSpill::kPartitions; ++p) gather_partition(t, p, order, count, limits);
    }
}

void Groups::Impl::gather_partition(std::uint32_t t, unsigned partition, const Ordering& order, std::uint64_t count,
                                    const GroupLimits& limits) {
    const std::unique_ptr<GroupTable> whole = new_table(t);
    GroupSpill::Reader reader(spills[t], partition, *whole);
    for (;;) {
        const std::vector<CellView>& cells = reader.next();
        if (cells.empty()) break;
        answer_left_out += add_cells(*whole, cells);
    }
    if (reader.failed) ++answer_left_out;
    spilled_groups += whole->groups();
    answer_left_out += add_best(*results[t], *whole, t, order, count, limits);
    // Of what partitions gave only the best of all is wanted.
    constexpr std::uint64_t kMany = 256;
    if (count == 0 || results[t]->groups() < std::max(2 * count, kMany)) return;
    std::unique_ptr<GroupTable> fewer = new_table(t);
    answer_left_out += add_best(*fewer, *results[t], t, order, count, limits);
    results[t] = std::move(fewer);
}

std::uint64_t Groups::Impl::add_best(GroupTable& to, const GroupTable& from, std::uint32_t t, const Ordering& order,
                                     std::uint64_t count, const GroupLimits& limits) {
    std::vector<GroupCandidate> picked;
    best_of(from, t, order, count, limits, picked);
    std::uint64_t no_room = 0;
    for (const GroupCandidate& c : picked) {
        const CellView cell = view(from, c.ref);
        no_room += add_cells(to, {&cell, 1});
    }
    return no_room;
}

// Few groups come as nfdump lists them. False: it has no such groups.
bool Groups::Impl::order_as_nfdump(std::vector<GroupCandidate>& groups, const Ordering& order,
                                   const GroupLimits& limits) const {
    std::sort(groups.begin(), groups.end(),
              [](const GroupCandidate& a, const GroupCandidate& b) { return a.seen < b.seen; });
    std::vector<std::uint32_t> hashes_;
    for (const GroupCandidate& c : groups) {
        const auto* key = reinterpret_cast<const std::byte*>(shown(c.table).key(c.ref));
        const auto hash = nfdump_hash(grouping, plan_of(c.table), key, Mark::turned(shown(c.table).sums(c.ref).mark));
        if (!hash) return false;
        hashes_.push_back(*hash);
    }
    const bool again = !grouping.bidirectional && !groups.empty() && groups.back().seen < last_place;
    std::vector<std::uint32_t> names = bucket_order(hashes_, again);
    std::erase_if(names, [&](std::uint32_t n) {
        const Sums sums = turned_sums_of(shown(groups[n].table), groups[n].table, groups[n].ref);
        return !limits.pass(shown_by(order.order, sums));
    });
    if (order.order == Order::none) {
        std::reverse(names.begin(), names.end());
    } else {
        std::vector<std::uint64_t> values;
        for (const std::uint32_t n : names) values.push_back(groups[n].value);
        sort_as_nfdump(names, values, true);  // values are turned around
    }
    std::vector<GroupCandidate> sorted;
    for (const std::uint32_t n : names) sorted.push_back(groups[n]);
    groups = std::move(sorted);
    return true;
}

std::vector<Group> Groups::top(const Ordering& order, std::uint64_t count, const GroupLimits& limits) {
    Impl& own = *impl_;
    own.answer.clear();
    own.gather_spilled(order, count, limits);
    const bool few = own.groups() < kToldGroups && !own.results[0] && !own.results[1];
    for (std::uint32_t t = 0; t < own.tables.size(); ++t) {
        own.best_of(own.shown(t), t, order, few ? 0 : count, few ? GroupLimits{} : limits, own.answer);
    }
    if (!few || !own.order_as_nfdump(own.answer, order, limits)) {
        if (few) {
            own.answer.clear();
            for (std::uint32_t t = 0; t < own.tables.size(); ++t) {
                own.best_of(own.shown(t), t, order, count, limits, own.answer);
            }
        }
        std::sort(own.answer.begin(), own.answer.end(), comes_first);
    }
    if (count != 0 && count < own.answer.size()) own.answer.resize(count);
    std::vector<Group> out;
    out.reserve(own.answer.size());
    own.printed->begin();
    const std::uint32_t rows = own.printed->rows_a_batch();
    for (const GroupCandidate& c : own.answer) {
        const GroupTable& table = own.shown(c.table);
        const auto n =
            own.printed->add({&table, &own.plan_of(c.table), c.ref, own.turned_sums_of(table, c.table, c.ref)});
        out.push_back({n / rows, n % rows, own.printed->sums(n)});
    }
    return out;
}

const FlowBatch& Groups::keys(std::uint32_t batch) const noexcept {
    return impl_->printed->batch(batch);
}

GroupValue Groups::value(const Group& group) const noexcept {
    return impl_->printed->value(group.batch * impl_->printed->rows_a_batch() + group.row);
}

}  // namespace store::query
