// SPDX-License-Identifier: Apache-2.0
#include "store/query/aggregate.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "store/query/groups_impl.hpp"

namespace store::query {

namespace {

using flow::FlowBatch;

constexpr std::size_t kMergeCells = 1024;

}  // namespace

Groups::Impl::Impl(Grouping g)
    : grouping(std::move(g)), first(grouping.parts.empty() ? grouping.carried : flow::ColumnSet{}, grouping.texts) {
    const unsigned count = grouping.every_side && !grouping.parts.empty() ? grouping.parts[0].element->sides() : 1;
    for (unsigned side = 0; side < count; ++side) {
        sides.push_back({KeyPlan(grouping, side, true), KeyPlan(grouping, side, false)});
    }
    grouping.texts->set_limit(grouping.memory_bytes / 4);
    split = sides[0].narrow.has_addresses();
    const GroupTable::Limits limits{grouping.memory.get(), grouping.memory_bytes};
    tables[0] = GroupTable::make(sides[0].narrow.words(), first.bytes(), limits);
    tables[1] = GroupTable::make(sides[0].wide.words(), first.bytes(), limits);
    keys.resize(std::size_t{flow::kBatchRows} * std::max(tables[0]->words(), tables[1]->words()));
    printed = std::make_unique<AnswerRows>(grouping, first);
}

void Groups::Impl::take_rows(const FlowBatch& batch, std::span<const RowNumber> chosen) {
    counters.read(batch, chosen, grouping.raw);
    counters.add_to(total, batch, chosen);
    if (chosen.empty()) return;
    const auto last_side = static_cast<unsigned>(sides.size() - 1);
    last_place = std::max(last_place, Mark::place(block, row_base + chosen.back(), last_side));
    for (unsigned side = 0; side < sides.size(); ++side) {
        std::size_t narrow = chosen.size();
        if (split) {
            narrow = sides[side].narrow.split(batch, chosen, narrow_rows.data(), wide_rows.data());
        } else {
            std::copy(chosen.begin(), chosen.end(), narrow_rows.begin());
        }
        add(0, sides[side].narrow, batch, {narrow_rows.data(), narrow}, side);
        add(1, sides[side].wide, batch, {wide_rows.data(), chosen.size() - narrow}, side);
    }
}

void Groups::Impl::add(std::uint32_t t, KeyPlan& plan, const FlowBatch& batch, std::span<const RowNumber> chosen,
                       unsigned side) {
    if (chosen.empty()) return;
    GroupTable& table = *tables[t];
    const std::uint32_t words = table.words();
    plan.fill(batch, chosen, words, keys.data());
    if (grouping.bidirectional) turn_keys(t, chosen.size());
    const bool wants_out = counters.out_packets != nullptr || grouping.bidirectional;
    const bool room = !wants_out || table.bring_out();
    table.hash(keys.data(), chosen.size(), hashes.data());
    const std::size_t done = room ? table.find_or_add(keys.data(), hashes.data(), chosen.size(), refs.data()) : 0;
    if (done < chosen.size()) {
        table.find(keys.data() + done * words, hashes.data() + done, chosen.size() - done, refs.data() + done);
    }
    apply(table, batch, chosen, 0, chosen.size(), side);
}

// -b: the key of a TCP or UDP flow and that of its reverse become one: the smaller end first.
void Groups::Impl::turn_keys(std::uint32_t t, std::size_t count) noexcept {
    constexpr std::uint8_t kTcp = 6;
    constexpr std::uint8_t kUdp = 17;
    const auto fields = (t == 0 ? sides[0].narrow : sides[0].wide).fields();
    const std::size_t address = fields[0].width;
    const std::size_t ports = 2 * address;
    auto* key = reinterpret_cast<std::byte*>(keys.data());
    for (std::size_t i = 0; i < count; ++i, key += tables[t]->words() * sizeof(std::uint64_t)) {
        const auto proto = static_cast<std::uint8_t>(key[fields[4].at]);
        turned[i] = 0;
        if (proto != kTcp && proto != kUdp) continue;
        const int by_address = std::memcmp(key, key + address, address);
        const int order = by_address != 0 ? by_address : std::memcmp(key + ports, key + ports + 2, 2);
        if (order <= 0) continue;
        turned[i] = 1;
        std::swap_ranges(key, key + address, key + address);
        std::swap_ranges(key + ports, key + ports + 2, key + ports + 2);
    }
}

void Groups::Impl::apply(GroupTable& table, const FlowBatch& batch, std::span<const RowNumber> chosen, std::size_t from,
                         std::size_t to, unsigned side) {
    for (std::size_t i = from; i < to; ++i) {
        if (refs[i] == kNoCell) {
            ++left_out;
            continue;
        }
        add_one(table, batch, chosen[i], refs[i], side, grouping.bidirectional && turned[i] != 0);
    }
}

void Groups::Impl::add_one(GroupTable& table, const FlowBatch& batch, RowNumber row, CellRef ref, unsigned side,
                           bool turn) {
    CellSums& sums = table.sums(ref);
    const std::uint64_t in_packets = counters.in_packets[row];
    const std::uint64_t in_bytes = counters.in_bytes[row];
    const std::uint64_t out_packets = counters.out_packets == nullptr ? 0 : counters.out_packets[row];
    const std::uint64_t out_bytes = counters.out_bytes == nullptr ? 0 : counters.out_bytes[row];
    const std::uint8_t flags = grouping.parts.empty() ? batch.tcp_flags[row] : 0;
    const std::uint8_t family = grouping.every_side ? 0 : batch.family[row];
    sums.flows = add_saturated(sums.flows, counters.flows == nullptr ? 1 : counters.flows[row]);
    sums.in_packets = add_saturated(sums.in_packets, turn ? out_packets : in_packets);
    sums.in_bytes = add_saturated(sums.in_bytes, turn ? out_bytes : in_bytes);
    sums.first_ms = std::min(sums.first_ms, batch.first_ms[row]);
    sums.last_ms = std::max(sums.last_ms, batch.last_ms[row]);
    if (!turn) sums.mark |= flags;
    const std::uint64_t mark =
        Mark::make(Mark::place(block, row_base + row, side), family, turn, Mark::flags(sums.mark));
    if (Mark::seen(mark) < Mark::seen(sums.mark)) {
        sums.mark = mark;
        if (first.bytes() != 0) first.pack(batch, row, table.carried(ref));
    }
    if (!table.has_out()) return;
    CellOut& out = table.out(ref);
    out.packets = add_saturated(out.packets, turn ? in_packets : out_packets);
    out.bytes = add_saturated(out.bytes, turn ? in_bytes : out_bytes);
    if (turn) out.flags |= flags;
}

void Groups::Impl::merge_cell(GroupTable& into, CellRef to, const GroupTable& from, CellRef at) const noexcept {
    CellSums& sums = into.sums(to);
    const CellSums& more = from.sums(at);
    sums.flows = add_saturated(sums.flows, more.flows);
    sums.in_packets = add_saturated(sums.in_packets, more.in_packets);
    sums.in_bytes = add_saturated(sums.in_bytes, more.in_bytes);
    sums.first_ms = std::min(sums.first_ms, more.first_ms);
    sums.last_ms = std::max(sums.last_ms, more.last_ms);
    const std::uint8_t flags = Mark::flags(sums.mark) | Mark::flags(more.mark);
    if (Mark::seen(more.mark) < Mark::seen(sums.mark)) {
        sums.mark = more.mark;
        if (first.bytes() != 0) std::copy_n(from.carried(at), first.bytes(), into.carried(to));
    }
    sums.mark |= flags;
    if (!from.has_out()) return;
    CellOut& out = into.out(to);
    const CellOut& more_out = from.out(at);
    out.packets = add_saturated(out.packets, more_out.packets);
    out.bytes = add_saturated(out.bytes, more_out.bytes);
    out.flags |= more_out.flags;
}

void Groups::Impl::merge(GroupTable& into, GroupTable& from) {
    const bool room = !from.has_out() || into.bring_out();
    const std::uint32_t words = into.words();
    for (unsigned p = 0; p < kPartitions; ++p) {
        for (std::uint32_t begin = 0; begin < from.groups_in(p); begin += kMergeCells) {
            const std::size_t count = std::min<std::size_t>(kMergeCells, from.groups_in(p) - begin);
            for (std::uint32_t i = 0; i < count; ++i) {
                std::copy_n(from.key(GroupTable::ref(p, begin + i)), words, keys.data() + std::size_t{i} * words);
            }
            into.hash(keys.data(), count, hashes.data());
            const std::size_t done = room ? into.find_or_add(keys.data(), hashes.data(), count, refs.data()) : 0;
            into.find(keys.data() + done * words, hashes.data() + done, count - done, refs.data() + done);
            for (std::uint32_t i = 0; i < count; ++i) {
                if (refs[i] == kNoCell) {
                    ++left_out;
                } else {
                    merge_cell(into, refs[i], from, GroupTable::ref(p, begin + i));
                }
            }
        }
        from.clear(p);
    }
}

Groups::Groups(Grouping grouping) : impl_(std::make_unique<Impl>(std::move(grouping))) {}
Groups::~Groups() = default;

void Groups::begin(std::uint64_t block) {
    impl_->block = block;
}

bool Groups::take(const FlowBatch& batch, const std::uint64_t* rows, std::uint32_t count, archive::BlockReader& block,
                  std::uint32_t page) {
    (void)count;
    (void)block;
    add(batch, rows, page);
    return true;
}

void Groups::add(const FlowBatch& batch, const std::uint64_t* rows, std::uint32_t page) {
    Impl& own = *impl_;
    own.row_base = std::uint64_t{page} * flow::kBatchRows;
    own.take_rows(batch, {own.rows.data(), list_rows(rows, batch.rows, own.rows.data())});
}

void Groups::merge(Groups& other) {
    Impl& own = *impl_;
    Impl& from = *other.impl_;
    for (std::size_t t = 0; t < own.tables.size(); ++t) own.merge(*own.tables[t], *from.tables[t]);
    own.last_place = std::max(own.last_place, from.last_place);
    own.left_out += std::exchange(from.left_out, 0);
    store::query::add(own.total, std::exchange(from.total, Sums{}));
}

std::uint64_t Groups::groups() const noexcept {
    return impl_->tables[0]->groups() + impl_->tables[1]->groups();
}
std::uint64_t Groups::left_out() const noexcept {
    return impl_->left_out + impl_->grouping.texts->lost();
}
const Sums& Groups::total() const noexcept {
    return impl_->total;
}

}  // namespace store::query
