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

Sums Groups::Impl::turned_sums_of(std::uint32_t t, CellRef ref) const noexcept {
    Sums out = sums_of(*tables[t], ref);
    if (!grouping.guess_direction || !is_turned_by_guess(plan_of(t), *tables[t], ref)) return out;
    std::swap(out.in_packets, out.out_packets);
    std::swap(out.in_bytes, out.out_bytes);
    return out;
}

// All groups, in no order.
std::vector<GroupCandidate> Groups::Impl::all(const Ordering& order) const {
    std::vector<GroupCandidate> out;
    out.reserve(tables[0]->groups() + tables[1]->groups());
    for (std::uint32_t t = 0; t < tables.size(); ++t) {
        for (unsigned p = 0; p < kPartitions; ++p) {
            for (std::uint32_t i = 0; i < tables[t]->groups_in(p); ++i) {
                const CellRef ref = GroupTable::ref(p, i);
                const Sums sums = turned_sums_of(t, ref);
                out.push_back({value_of(order.order, sums), Mark::seen(tables[t]->sums(ref).mark), t, ref});
            }
        }
    }
    return out;
}

// Few groups come as nfdump lists them. False: it has no such groups.
bool Groups::Impl::order_as_nfdump(std::vector<GroupCandidate>& groups, const Ordering& order,
                                   const GroupLimits& limits) const {
    std::sort(groups.begin(), groups.end(),
              [](const GroupCandidate& a, const GroupCandidate& b) { return a.seen < b.seen; });
    std::vector<std::uint32_t> hashes_;
    for (const GroupCandidate& c : groups) {
        const auto* key = reinterpret_cast<const std::byte*>(tables[c.table]->key(c.ref));
        const auto hash = nfdump_hash(grouping, plan_of(c.table), key, Mark::turned(tables[c.table]->sums(c.ref).mark));
        if (!hash) return false;
        hashes_.push_back(*hash);
    }
    const bool again = !grouping.bidirectional && !groups.empty() && groups.back().seen < last_place;
    std::vector<std::uint32_t> names = bucket_order(hashes_, again);
    std::erase_if(names, [&](std::uint32_t n) { return !passes(groups[n], order, limits); });
    if (order.order == Order::none) {
        std::reverse(names.begin(), names.end());
    } else {
        std::vector<std::uint64_t> values;
        for (const std::uint32_t n : names) values.push_back(groups[n].value);
        sort_as_nfdump(names, values, order.ascending);
    }
    std::vector<GroupCandidate> sorted;
    for (const std::uint32_t n : names) sorted.push_back(groups[n]);
    groups = std::move(sorted);
    return true;
}

bool Groups::Impl::passes(const GroupCandidate& c, const Ordering& order, const GroupLimits& limits) const {
    return limits.pass(shown_by(order.order, turned_sums_of(c.table, c.ref)));
}

std::vector<Group> Groups::top(const Ordering& order, std::uint64_t count, const GroupLimits& limits) {
    Impl& own = *impl_;
    own.answer = own.all(order);
    if (own.answer.size() >= kToldGroups || !own.order_as_nfdump(own.answer, order, limits)) {
        std::erase_if(own.answer, [&](const GroupCandidate& c) { return !own.passes(c, order, limits); });
        const auto earlier = [&](const GroupCandidate& a, const GroupCandidate& b) {
            if (a.value != b.value) return order.ascending ? a.value < b.value : a.value > b.value;
            return a.seen < b.seen;
        };
        const std::size_t wanted = count == 0 ? own.answer.size() : std::min<std::size_t>(count, own.answer.size());
        std::partial_sort(own.answer.begin(), own.answer.begin() + static_cast<std::ptrdiff_t>(wanted),
                          own.answer.end(), earlier);
    }
    if (count != 0 && count < own.answer.size())
        own.answer.erase(own.answer.begin() + static_cast<std::ptrdiff_t>(count), own.answer.end());
    std::vector<Group> out;
    out.reserve(own.answer.size());
    own.printed->begin();
    for (const GroupCandidate& c : own.answer) {
        const auto n = own.printed->add(
            {own.tables[c.table].get(), &own.plan_of(c.table), c.ref, own.turned_sums_of(c.table, c.ref)});
        out.push_back({n / own.printed->rows_a_batch(), n % own.printed->rows_a_batch(), own.printed->sums(n)});
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
