// SPDX-License-Identifier: Apache-2.0
#include "store/query/sorted.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "store/query/first_flow.hpp"
#include "store/query/group_memory.hpp"
#include "store/query/group_table.hpp"
#include "store/query/nfdump_order.hpp"
#include "store/query/row_counters.hpp"
#include "store/query/row_list.hpp"

namespace store::query {

namespace {

using flow::Column;
using flow::FlowBatch;

constexpr std::uint32_t kFirstRows = 256;
constexpr std::uint32_t kLeastKept = 4096;  // more than kToldGroups, and sorting out is worth its while

struct Entry {
    std::uint64_t value, place;
    std::uint32_t slot;
};

}  // namespace

struct SortedRows::Impl {
    explicit Impl(Sorting s)
        : sorting(std::move(s)),
          packing(columns_of(sorting), sorting.texts, true),
          received_at((sizeof(Sums) + packing.bytes() + 7) / 8 * 8),
          stride(received_at + (sorting.received ? sizeof(std::uint64_t) : 0)),
          store(stride + 2 * sizeof(Entry)),
          memory(*sorting.memory, sorting.memory_bytes, kFloorBytes),
          keep(sorting.count == 0 ? ~0ull : std::max<std::uint64_t>(sorting.count, kLeastKept)) {
        sorting.texts->set_limit(sorting.memory_bytes / 4);
    }
    ~Impl() { store.release(memory); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    // Smaller goes first.
    [[nodiscard]] std::uint64_t rank(const Sums& sums) const noexcept {
        const std::uint64_t value = value_of(sorting.order.order, sums);
        return sorting.order.order == Order::none || sorting.order.ascending ? value : ~value;
    }
    [[nodiscard]] static bool before(const Entry& a, const Entry& b) noexcept {
        return a.value != b.value ? a.value < b.value : a.place < b.place;
    }
    [[nodiscard]] std::byte* at(std::uint32_t slot) const noexcept { return store.at(slot); }
    // A slot for a row of this rank; kNoCell: none is better off without it.
    [[nodiscard]] std::uint32_t slot_for(const Entry& entry);
    void let_go(std::uint64_t to);
    void sort(std::vector<Entry>& entries_) const;

    Sorting sorting;
    FirstFlow packing;
    std::size_t received_at;  // in a slot, where receive times are kept
    std::size_t stride;
    // Besides the row there are entries for it; they are counted with it.
    CellStore store;
    MemoryShare memory;
    std::uint64_t keep;
    RowCounters counters{};
    std::uint32_t used = 0;  // slots
    std::vector<std::uint32_t> free{};
    std::vector<Entry> entries{};
    Entry worst{~0ull, ~0ull, 0};  // once something was let go: what is not before it is not kept
    std::uint64_t block = 0, left_out = 0, rows_seen = 0;
    Sums total{};
    std::array<RowNumber, flow::kBatchRows> chosen{};
    std::vector<Entry> answer{};
    std::unique_ptr<FlowBatch> printed{};
    std::uint32_t printed_number = ~0u;
};

void SortedRows::Impl::let_go(std::uint64_t to) {
    if (entries.size() <= to) return;
    const auto end = entries.begin() + static_cast<std::ptrdiff_t>(to);
    std::nth_element(entries.begin(), end, entries.end(), before);
    worst = *end;
    for (auto it = end; it != entries.end(); ++it) free.push_back(it->slot);
    entries.erase(end, entries.end());
}

std::uint32_t SortedRows::Impl::slot_for(const Entry& entry) {
    if (!before(entry, worst)) return kNoCell;
    if (entries.size() / 2 >= keep) let_go(keep);
    if (!before(entry, worst)) return kNoCell;
    if (free.empty() && used == store.room() &&
        !store.grow(used + std::clamp(used, kFirstRows, CellStore::kChunk), memory)) {
        const std::uint64_t half = std::max<std::uint64_t>(entries.size() / 2, 1);
        keep = std::min(keep, half);
        let_go(half);
        if (free.empty() || !before(entry, worst)) return kNoCell;
    }
    if (free.empty()) return used++;
    const std::uint32_t slot = free.back();
    free.pop_back();
    return slot;
}

// As printed.
void SortedRows::Impl::sort(std::vector<Entry>& list) const {
    if (list.size() != rows_seen || list.size() >= kToldGroups || sorting.order.order == Order::none) {
        std::sort(list.begin(), list.end(), before);
        return;
    }
    std::sort(list.begin(), list.end(), [](const Entry& a, const Entry& b) { return a.place < b.place; });
    std::vector<std::uint32_t> names(list.size());
    std::vector<std::uint64_t> values(list.size());
    for (std::uint32_t i = 0; i < list.size(); ++i) {
        names[i] = i;
        values[i] = list[i].value;
    }
    sort_as_nfdump(names, values, true);
    std::vector<Entry> sorted;
    for (const std::uint32_t n : names) sorted.push_back(list[n]);
    list = std::move(sorted);
}

flow::ColumnSet columns_of(const Sorting& sorting) {
    flow::ColumnSet out{Column::in_packets, Column::in_bytes, Column::out_packets, Column::out_bytes,
                        Column::first_ms,   Column::last_ms,  Column::flow_count,  Column::present,
                        Column::sampling,   Column::thinning, Column::tcp_flags,   Column::family};
    out.add(sorting.columns);
    return out;
}

SortedRows::SortedRows(Sorting sorting) : impl_(std::make_unique<Impl>(std::move(sorting))) {}
SortedRows::~SortedRows() = default;

void SortedRows::begin(std::uint64_t block) {
    impl_->block = block;
}

bool SortedRows::take(const FlowBatch& batch, const std::uint64_t* rows, std::uint32_t /*count*/,
                      archive::BlockReader& /*block*/, std::uint32_t page) {
    add(batch, rows, page);
    return true;
}

void SortedRows::add(const FlowBatch& batch, const std::uint64_t* rows, std::uint32_t page) {
    Impl& own = *impl_;
    const std::span<const RowNumber> chosen{own.chosen.data(), list_rows(rows, batch.rows, own.chosen.data())};
    own.counters.read(batch, chosen, own.sorting.raw);
    own.counters.add_to(own.total, batch, chosen);
    own.rows_seen += chosen.size();
    for (const RowNumber row : chosen) {
        const Sums sums = own.counters.of(batch, row);
        const std::uint64_t row_in_block = std::uint64_t{page} * flow::kBatchRows + row;
        Entry entry{own.rank(sums), Mark::place(own.block, row_in_block, 0), 0};
        entry.slot = own.slot_for(entry);
        if (entry.slot == kNoCell) continue;
        std::memcpy(own.at(entry.slot), &sums, sizeof sums);
        own.packing.pack(batch, row, own.at(entry.slot) + sizeof sums);
        if (own.sorting.received)
            std::memcpy(own.at(entry.slot) + own.received_at, &batch.row_received_ms[row], sizeof(std::uint64_t));
        own.entries.push_back(entry);
    }
}

void SortedRows::merge(SortedRows& other) {
    Impl& own = *impl_;
    Impl& from = *other.impl_;
    own.keep = std::min(own.keep, from.keep);
    if (Impl::before(from.worst, own.worst)) own.worst = from.worst;
    std::sort(from.entries.begin(), from.entries.end(), Impl::before);
    for (Entry entry : from.entries) {
        const std::uint32_t slot = own.slot_for(entry);
        if (slot == kNoCell) break;
        std::memcpy(own.at(slot), from.at(entry.slot), own.stride);
        entry.slot = slot;
        own.entries.push_back(entry);
    }
    own.rows_seen += std::exchange(from.rows_seen, 0);
    store::query::add(own.total, std::exchange(from.total, Sums{}));
    from.entries.clear();
    from.store.release(from.memory);
    from.free.clear();
    from.used = 0;
}

std::uint64_t SortedRows::left_out() const noexcept {
    return impl_->left_out + impl_->sorting.texts->lost();
}
const Sums& SortedRows::total() const noexcept {
    return impl_->total;
}

std::vector<Group> SortedRows::finish() {
    Impl& own = *impl_;
    // Rows that are not before one that was let go may have been let go too.
    std::erase_if(own.entries, [&](const Entry& e) { return !Impl::before(e, own.worst); });
    own.answer = own.entries;
    own.sort(own.answer);
    const std::uint64_t asked = own.sorting.count == 0 ? own.rows_seen : std::min(own.sorting.count, own.rows_seen);
    if (own.answer.size() > asked) own.answer.resize(asked);
    own.left_out = asked - own.answer.size();
    std::vector<Group> out;
    out.reserve(own.answer.size());
    for (std::uint32_t i = 0; i < own.answer.size(); ++i) {
        Group group{i / kRowsABatch, i % kRowsABatch, {}};
        std::memcpy(&group.sums, own.at(own.answer[i].slot), sizeof group.sums);
        out.push_back(group);
    }
    own.printed_number = ~0u;
    return out;
}

const FlowBatch& SortedRows::batch(std::uint32_t number) noexcept {
    Impl& own = *impl_;
    if (!own.printed) own.printed = std::make_unique<FlowBatch>();
    FlowBatch& batch = *own.printed;
    if (own.printed_number == number) return batch;
    batch.reset();
    const std::size_t from = std::min<std::size_t>(std::size_t{number} * kRowsABatch, own.answer.size());
    const std::size_t to = std::min<std::size_t>(from + kRowsABatch, own.answer.size());
    for (std::size_t i = from; i < to; ++i) {
        const auto row = static_cast<std::uint32_t>(i - from);
        clear_common_columns(batch, row);
        own.packing.unpack(own.at(own.answer[i].slot) + sizeof(Sums), batch, row);
        if (own.sorting.received)
            std::memcpy(&batch.row_received_ms[row], own.at(own.answer[i].slot) + own.received_at,
                        sizeof(std::uint64_t));
        batch.present_any |= batch.present[row];
    }
    batch.rows = static_cast<std::uint32_t>(to - from);
    own.printed_number = number;
    return batch;
}

}  // namespace store::query
