// SPDX-License-Identifier: Apache-2.0
#include "store/query/aggregate.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "store/query/groups_impl.hpp"

namespace store::query {

namespace {

using flow::FlowBatch;

// Groups of a key of 16 bits, all there can be.
constexpr std::uint64_t kSmallBytes = 12 * 1024 * 1024;

}  // namespace

Groups::Impl::Impl(Grouping g)
    : grouping(std::move(g)), first(grouping.parts.empty() ? grouping.carried : flow::ColumnSet{}, grouping.texts) {
    const unsigned count = grouping.every_side && !grouping.parts.empty() ? grouping.parts[0].element->sides() : 1;
    for (unsigned side = 0; side < count; ++side) {
        sides.push_back({KeyPlan(grouping, side, true), KeyPlan(grouping, side, false)});
    }
    grouping.texts->set_limit(grouping.memory_bytes / 4);
    split = sides[0].narrow.has_addresses();
    for (std::uint32_t t = 0; t < tables.size(); ++t) {
        tables[t] = new_table(t);
    }
    keys.resize(std::size_t{flow::kBatchRows} * std::max(tables[0]->words(), tables[1]->words()));
    printed = std::make_unique<AnswerRows>(grouping, first);
}

std::unique_ptr<GroupTable> Groups::Impl::new_table(std::uint32_t t) const {
    const std::uint64_t floor = plan_of(t).bytes() <= sizeof(std::uint16_t) ? kSmallBytes : kFloorBytes;
    return GroupTable::make(plan_of(t).words(), first.bytes(), *grouping.memory, grouping.memory_bytes, floor);
}

void Groups::Impl::take_rows(const FlowBatch& batch, std::span<const RowNumber> chosen) {
    if (chosen.empty()) return;
    counters.read(batch, chosen, grouping.raw);
    counters.add_to(total, batch, chosen);
    const auto last_side = static_cast<unsigned>(sides.size() - 1);
    last_place = std::max(last_place, Mark::place(block, row_base + chosen.back(), last_side));
    for (unsigned side = 0; side < sides.size(); ++side) {
        KeyPlan& plan = sides[side].narrow;
        if (const void* small = plan.small_values(batch); small != nullptr) {
            if (plan.bytes() == 1) add_small(static_cast<const std::uint8_t*>(small), batch, chosen, side);
            if (plan.bytes() == 2) add_small(static_cast<const std::uint16_t*>(small), batch, chosen, side);
        } else if (!split || plan.all_narrow(batch, chosen)) {
            add(0, plan, batch, chosen, side);
        } else {
            const std::size_t narrow = plan.split(batch, chosen, narrow_rows.data(), wide_rows.data());
            add(0, plan, batch, {narrow_rows.data(), narrow}, side);
            add(1, sides[side].wide, batch, {wide_rows.data(), chosen.size() - narrow}, side);
        }
    }
}

// What is looked up is fetched two steps ahead, what is found there one.
void Groups::Impl::add(std::uint32_t t, KeyPlan& plan, const FlowBatch& batch, std::span<const RowNumber> chosen,
                       unsigned side) {
    if (chosen.empty()) return;
    GroupTable& table = *tables[t];
    const std::size_t count = chosen.size();
    plan.fill(batch, chosen, table.words(), keys.data());
    if (grouping.bidirectional) turn_keys(t, count);
    table.hash(keys.data(), count, hashes.data());
    const bool wants_out = counters.out_packets != nullptr || grouping.bidirectional;
    const auto step_at = [&](std::size_t from) { return std::min(kStep, count - std::min(from, count)); };
    table.fetch_index(hashes.data(), std::min(2 * kStep, count));
    std::uint32_t next = table.generation();
    table.fetch_cells(hashes.data(), step_at(0), places.data());
    for (std::size_t from = 0; from < count; from += kStep) {
        const std::size_t step = step_at(from);
        table.fetch_index(hashes.data() + from + 2 * kStep, step_at(from + 2 * kStep));
        const std::size_t ahead = std::min(from + kStep, count);
        const IndexPlaces known{places.data() + from, std::exchange(next, table.generation())};
        table.fetch_cells(hashes.data() + ahead, step_at(ahead), places.data() + ahead);
        find_cells(t, from, from + step, wants_out, known);
        apply(table, batch, chosen.subspan(from, step), refs.data() + from, turned.data() + from, side);
    }
}

void Groups::Impl::find_cells(std::uint32_t t, std::size_t from, std::size_t to, bool wants_out, IndexPlaces known) {
    GroupTable& table = *tables[t];
    const std::uint32_t words = table.words();
    const auto found_all = [&] {
        if (wants_out && !table.bring_out()) return false;
        return table.find_or_add(keys.data() + from * words, hashes.data() + from, to - from, refs.data() + from,
                                 known) == to - from;
    };
    if (found_all()) return;
    // Nothing of these rows has been added yet: what is there may go.
    if (spills[t].spill(table, grouping.spill_directory) && found_all()) return;
    table.find(keys.data() + from * words, hashes.data() + from, to - from, refs.data() + from);
}

// A small key's table never runs out of room: kSmallBytes.
template <class Value>
void Groups::Impl::add_small(const Value* values, const FlowBatch& batch, std::span<const RowNumber> chosen,
                             unsigned side) {
    const std::uint32_t words = tables[0]->words();
    if (direct.empty()) direct.resize(std::size_t{1} << (8 * sizeof(Value)), kNoCell);
    const bool wants_out = counters.out_packets != nullptr;
    if (wants_out) (void)tables[0]->bring_out();
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        const Value value = values[chosen[i]];
        refs[i] = direct[value];
        if (refs[i] != kNoCell) continue;
        std::fill_n(keys.data() + i * words, words, 0);
        keys[i * words] = value;
        tables[0]->hash(keys.data() + i * words, 1, hashes.data() + i);
        find_cells(0, i, i + 1, wants_out, {});
        direct[value] = refs[i];
    }
    apply(*tables[0], batch, chosen, refs.data(), nullptr, side);
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
    for (std::uint32_t t = 0; t < own.tables.size(); ++t) {
        own.merge(t, *from.tables[t]);
        own.spills[t].take_over(from.spills[t]);
    }
    from.direct.clear();
    own.last_place = std::max(own.last_place, from.last_place);
    own.left_out += std::exchange(from.left_out, 0);
    store::query::add(own.total, std::exchange(from.total, Sums{}));
}

std::uint64_t Groups::groups() const noexcept {
    return impl_->groups();
}
std::uint64_t Groups::left_out() const noexcept {
    return impl_->left_out + impl_->answer_left_out + impl_->grouping.texts->lost();
}
const Sums& Groups::total() const noexcept {
    return impl_->total;
}

}  // namespace store::query
