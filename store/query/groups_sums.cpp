// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "store/query/groups_impl.hpp"

namespace store::query {

using flow::FlowBatch;

void Groups::Impl::apply(GroupTable& table, const FlowBatch& batch, std::span<const RowNumber> chosen,
                         const CellRef* cells, const std::uint8_t* turns, unsigned side) {
    const bool plain = !table.has_out() && counters.flows == nullptr && !grouping.parts.empty();
    if (plain) {
        apply_plain(table, batch, chosen, cells, side);
        return;
    }
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        if (cells[i] == kNoCell) {
            ++left_out;
        } else {
            apply_one(table, batch, chosen[i], cells[i], side, grouping.bidirectional && turns[i] != 0);
        }
    }
}

// A flow each, nothing in the other direction, nothing kept of the first flow but its family: most rows of most questions.
void Groups::Impl::apply_plain(GroupTable& table, const FlowBatch& batch, std::span<const RowNumber> chosen,
                               const CellRef* cells, unsigned side) noexcept {
    constexpr std::size_t kAhead = 16;
    const bool with_family = !grouping.every_side;
    const std::uint64_t place = Mark::place(block, row_base, side);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        if (i + kAhead < chosen.size() && cells[i + kAhead] != kNoCell) {
            __builtin_prefetch(&table.sums(cells[i + kAhead]), 1);
        }
        if (cells[i] == kNoCell) {
            ++left_out;
            continue;
        }
        const RowNumber row = chosen[i];
        CellSums& sums = table.sums(cells[i]);
        sums.flows = add_saturated(sums.flows, 1);
        sums.in_packets = add_saturated(sums.in_packets, counters.in_packets[row]);
        sums.in_bytes = add_saturated(sums.in_bytes, counters.in_bytes[row]);
        sums.first_ms = std::min(sums.first_ms, batch.first_ms[row]);
        sums.last_ms = std::max(sums.last_ms, batch.last_ms[row]);
        const std::uint64_t mark =
            Mark::make(place + Mark::place(0, row, 0), with_family ? batch.family[row] : 0u, false, 0);
        if (Mark::seen(mark) < Mark::seen(sums.mark)) sums.mark = mark;
    }
}

void Groups::Impl::apply_one(GroupTable& table, const FlowBatch& batch, RowNumber row, CellRef ref, unsigned side,
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

CellView Groups::Impl::view(const GroupTable& table, CellRef ref) const noexcept {
    return {table.key(ref), &table.sums(ref), table.has_out() ? &table.out(ref) : nullptr,
            first.bytes() == 0 ? nullptr : table.carried(ref)};
}

void Groups::Impl::merge_cell(GroupTable& into, CellRef to, const CellView& more) const noexcept {
    CellSums& sums = into.sums(to);
    sums.flows = add_saturated(sums.flows, more.sums->flows);
    sums.in_packets = add_saturated(sums.in_packets, more.sums->in_packets);
    sums.in_bytes = add_saturated(sums.in_bytes, more.sums->in_bytes);
    sums.first_ms = std::min(sums.first_ms, more.sums->first_ms);
    sums.last_ms = std::max(sums.last_ms, more.sums->last_ms);
    const std::uint8_t flags = Mark::flags(sums.mark) | Mark::flags(more.sums->mark);
    if (Mark::seen(more.sums->mark) < Mark::seen(sums.mark)) {
        sums.mark = more.sums->mark;
        if (first.bytes() != 0) std::copy_n(more.carried, first.bytes(), into.carried(to));
    }
    sums.mark |= flags;
    if (more.out == nullptr || !into.has_out()) return;
    CellOut& out = into.out(to);
    out.packets = add_saturated(out.packets, more.out->packets);
    out.bytes = add_saturated(out.bytes, more.out->bytes);
    out.flags |= more.out->flags;
}

void Groups::Impl::merge(std::uint32_t t, GroupTable& from) {
    const std::uint32_t words = from.words();
    for (CellRef begin = 0; begin < from.groups();) {
        const auto count = std::min<std::uint32_t>(flow::kBatchRows, from.groups() - begin);
        for (std::uint32_t i = 0; i < count; ++i)
            std::copy_n(from.key(begin + i), words, &keys[std::size_t{i} * words]);
        from.hash(keys.data(), count, hashes.data());
        tables[t]->fetch_index(hashes.data(), count);
        for (std::uint32_t at = 0; at < count; at += kStep) {
            const std::uint32_t end = std::min<std::uint32_t>(at + kStep, count);
            tables[t]->fetch_cells(hashes.data() + end, std::min<std::uint32_t>(kStep, count - end),
                                   places.data() + end);
            find_cells(t, at, end, from.has_out(), {});
            for (std::uint32_t i = at; i < end; ++i) {
                if (refs[i] == kNoCell) {
                    ++left_out;
                } else {
                    merge_cell(*tables[t], refs[i], view(from, begin + i));
                }
            }
        }
        begin += count;
    }
    from.clear();
}

std::uint64_t Groups::Impl::add_cells(GroupTable& to, std::span<const CellView> cells) {
    std::uint64_t no_room = 0;
    for (const CellView& cell : cells) {
        std::uint64_t hash = 0;
        CellRef ref = kNoCell;
        to.hash(cell.key, 1, &hash);
        if ((cell.out != nullptr && !to.bring_out()) || to.find_or_add(cell.key, &hash, 1, &ref, {}) == 0) {
            ++no_room;
        } else {
            merge_cell(to, ref, cell);
        }
    }
    return no_room;
}

}  // namespace store::query
