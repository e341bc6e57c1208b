// SPDX-License-Identifier: Apache-2.0
#include "store/query/aggregate.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "store/query/answer_rows.hpp"
#include "store/query/first_flow.hpp"
#include "store/query/group_table.hpp"
#include "store/query/key_plan.hpp"
#include "store/query/row_counters.hpp"

namespace store::query {

namespace {

using flow::FlowBatch;

constexpr std::size_t kMergeCells = 1024;

struct Side {
    KeyPlan narrow, wide;
};

// A group that may be in the answer.
struct Candidate {
    std::uint64_t value, seen;
    std::uint32_t table;
    CellRef ref;
};

}  // namespace

struct Groups::Impl {
    explicit Impl(Grouping g);

    void take_rows(const FlowBatch& batch, std::span<const RowNumber> rows);
    void add(std::uint32_t table, KeyPlan& plan, const FlowBatch& batch, std::span<const RowNumber> rows,
             unsigned side);
    void turn_keys(std::uint32_t table, std::size_t count) noexcept;
    void apply(GroupTable& table, const FlowBatch& batch, std::span<const RowNumber> rows, std::size_t from,
               std::size_t to, unsigned side);
    void add_one(GroupTable& table, const FlowBatch& batch, RowNumber row, CellRef ref, unsigned side, bool turned);
    void merge(GroupTable& into, GroupTable& from);
    void merge_cell(GroupTable& into, CellRef to, const GroupTable& from, CellRef at) const noexcept;
    [[nodiscard]] Sums sums_of(const GroupTable& table, CellRef ref) const noexcept;
    [[nodiscard]] Sums turned_sums_of(std::uint32_t table, CellRef ref) const noexcept;

    Grouping grouping;
    FirstFlow first;
    std::vector<Side> sides{};
    bool split = false;  // narrow and wide keys differ
    std::array<std::unique_ptr<GroupTable>, 2> tables{};
    RowCounters counters{};
    std::uint64_t block = 0;
    std::uint64_t row_base = 0;
    Sums total{};
    std::uint64_t left_out = 0;

    // Of the rows at hand.
    std::vector<std::uint64_t> keys{};
    std::array<std::uint64_t, flow::kBatchRows> hashes{};
    std::array<CellRef, flow::kBatchRows> refs{};
    std::array<std::uint8_t, flow::kBatchRows> turned{};
    std::array<RowNumber, flow::kBatchRows> rows{}, narrow_rows{}, wide_rows{};

    std::vector<Candidate> answer{};
    std::unique_ptr<AnswerRows> printed{};
};

Groups::Impl::Impl(Grouping g)
    : grouping(std::move(g)), first(grouping.parts.empty() ? grouping.carried : flow::ColumnSet{}, grouping.texts) {
    const unsigned count = grouping.every_side && !grouping.parts.empty() ? grouping.parts[0].element->sides() : 1;
    for (unsigned side = 0; side < count; ++side) {
        sides.push_back({KeyPlan(grouping, side, true), KeyPlan(grouping, side, false)});
    }
    split = sides[0].narrow.has_addresses();
    const GroupTable::Limits limits{grouping.memory.get(), grouping.memory_bytes};
    tables[0] = GroupTable::make(sides[0].narrow.words(), first.bytes(), limits);
    tables[1] = GroupTable::make(sides[0].wide.words(), first.bytes(), limits);
    keys.resize(std::size_t{flow::kBatchRows} * std::max(tables[0]->words(), tables[1]->words()));
    printed = std::make_unique<AnswerRows>(grouping, first);
}

namespace {

std::size_t list_rows(const std::uint64_t* bits, std::uint32_t count, RowNumber* out) noexcept {
    std::size_t n = 0;
    for (std::uint32_t word = 0; word * 64 < count; ++word) {
        for (std::uint64_t left = bits[word]; left != 0; left &= left - 1) {
            out[n++] = static_cast<RowNumber>(word * 64 + static_cast<unsigned>(std::countr_zero(left)));
        }
    }
    return n;
}

void add_to_total(Sums& total, const FlowBatch& batch, const RowCounters& counters, std::span<const RowNumber> rows) {
    for (const RowNumber row : rows) {
        total.flows = add_saturated(total.flows, counters.flows == nullptr ? 1 : counters.flows[row]);
        total.in_packets = add_saturated(total.in_packets, counters.in_packets[row]);
        total.in_bytes = add_saturated(total.in_bytes, counters.in_bytes[row]);
        total.first_ms = std::min(total.first_ms, batch.first_ms[row]);
        total.last_ms = std::max(total.last_ms, batch.last_ms[row]);
        if (counters.out_packets == nullptr) continue;
        total.out_packets = add_saturated(total.out_packets, counters.out_packets[row]);
        total.out_bytes = add_saturated(total.out_bytes, counters.out_bytes[row]);
    }
}

}  // namespace

void Groups::Impl::take_rows(const FlowBatch& batch, std::span<const RowNumber> chosen) {
    counters.read(batch, chosen, grouping.raw);
    add_to_total(total, batch, counters, chosen);
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
    const KeyPlan& plan = t == 0 ? sides[0].narrow : sides[0].wide;
    if (!grouping.guess_direction || !is_turned_by_guess(plan, *tables[t], ref)) return out;
    std::swap(out.in_packets, out.out_packets);
    std::swap(out.in_bytes, out.out_bytes);
    return out;
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
    own.left_out += std::exchange(from.left_out, 0);
    const Sums more = std::exchange(from.total, Sums{});
    own.total.flows = add_saturated(own.total.flows, more.flows);
    own.total.in_packets = add_saturated(own.total.in_packets, more.in_packets);
    own.total.in_bytes = add_saturated(own.total.in_bytes, more.in_bytes);
    own.total.out_packets = add_saturated(own.total.out_packets, more.out_packets);
    own.total.out_bytes = add_saturated(own.total.out_bytes, more.out_bytes);
    own.total.first_ms = std::min(own.total.first_ms, more.first_ms);
    own.total.last_ms = std::max(own.total.last_ms, more.last_ms);
}

std::uint64_t Groups::groups() const noexcept {
    return impl_->tables[0]->groups() + impl_->tables[1]->groups();
}
std::uint64_t Groups::left_out() const noexcept {
    return impl_->left_out;
}
const Sums& Groups::total() const noexcept {
    return impl_->total;
}

std::vector<Group> Groups::top(const Ordering& order, std::uint64_t count, const GroupLimits& limits) {
    Impl& own = *impl_;
    own.answer.clear();
    for (std::uint32_t t = 0; t < own.tables.size(); ++t) {
        for (unsigned p = 0; p < kPartitions; ++p) {
            for (std::uint32_t i = 0; i < own.tables[t]->groups_in(p); ++i) {
                const CellRef ref = GroupTable::ref(p, i);
                const Sums sums = own.turned_sums_of(t, ref);
                if (!limits.pass(shown_by(order.order, sums))) continue;
                const std::uint64_t value = value_of(order.order, sums);
                own.answer.push_back(
                    {order.ascending ? value : ~value, Mark::seen(own.tables[t]->sums(ref).mark), t, ref});
            }
        }
    }
    const auto earlier = [](const Candidate& a, const Candidate& b) {
        return a.value != b.value ? a.value < b.value : a.seen < b.seen;
    };
    if (count != 0 && count < own.answer.size()) {
        const auto end = own.answer.begin() + static_cast<std::ptrdiff_t>(count);
        std::partial_sort(own.answer.begin(), end, own.answer.end(), earlier);
        own.answer.erase(end, own.answer.end());
    } else {
        std::sort(own.answer.begin(), own.answer.end(), earlier);
    }
    std::vector<Group> out;
    out.reserve(own.answer.size());
    own.printed->begin();
    for (const Candidate& c : own.answer) {
        const KeyPlan& plan = c.table == 0 ? own.sides[0].narrow : own.sides[0].wide;
        const auto n = own.printed->add({own.tables[c.table].get(), &plan, c.ref, own.turned_sums_of(c.table, c.ref)});
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
