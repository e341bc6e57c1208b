// SPDX-License-Identifier: Apache-2.0
#include "store/archive/rows.hpp"

#include <algorithm>

namespace store::archive {

namespace {

using flow::Column;
using flow::FlowBatch;
using flow::kArenaBytes;

constexpr bool is_common(Column c) noexcept {
    return static_cast<std::size_t>(c) < flow::kCommonColumns;
}

// Values of a column of the rows picked: neighbours, as a rule.
template <class T>
void copy(const T* from, std::span<const std::uint16_t> picked, T* to) noexcept {
    const std::size_t n = picked.size();
    if (static_cast<std::size_t>(picked.back() - picked.front()) + 1 == n) {
        std::memcpy(static_cast<void*>(to), from + picked.front(), n * sizeof(T));
        return;
    }
    for (std::size_t i = 0; i < n; ++i) to[i] = from[picked[i]];
}

// Only where the row has it: elsewhere nothing is there to be read.
template <class T>
void copy_present(const T* from, const std::uint64_t* present, std::uint64_t bit, std::span<const std::uint16_t> picked,
                  T* to) noexcept {
    for (std::size_t i = 0; i < picked.size(); ++i) {
        if ((present[picked[i]] & bit) != 0) {
            to[i] = from[picked[i]];
        } else {
            to[i] = T{};
        }
    }
}

}  // namespace

void BlockBuilder::Columns::add_page(std::uint64_t received) {
    pages.push_back({0, 0, 0, received});
    page_texts_ = 0;
}

std::span<const BlockBuilder::Columns::TextColumn> BlockBuilder::Columns::bring_texts(const FlowBatch& batch,
                                                                                      std::uint32_t n) {
    brought_.clear();
    const auto bring = [&]<class T>(Column column, const std::array<T, flow::kBatchRows>& from, auto& to) {
        if constexpr (std::is_same_v<T, flow::Text>) {
            const std::uint64_t bit = flow::present_bit(column);
            if ((batch.present_any & bit) == 0) return;
            auto& list = texts[static_cast<std::size_t>(column)];
            if (list == nullptr) list = std::make_unique<TextCollector>();
            list->begin_batch();
            to.fill_to(rows);
            (void)to.grow(n);
            brought_.push_back({bit, from.data(), &to, list.get()});
        }
    };
#define X(name, type, what) bring(Column::name, batch.name, name);
    FLOW_RARE_COLUMNS(X)
#undef X
    return brought_;
}

bool BlockBuilder::Columns::add_texts(const FlowBatch& batch, std::uint32_t row, std::uint32_t at) {
    const auto page = static_cast<std::uint32_t>(pages.size());
    const bool alone = pages.back().rows == 0;
    std::uint32_t bytes = page_texts_;
    for (const TextColumn& column : brought_) {
        const flow::Text text = (batch.present[row] & column.bit) != 0 ? column.from[row] : flow::Text{};
        const std::size_t before = column.list->bytes();
        std::uint32_t id = column.list->find_or_add(batch.arena, text);
        text_bytes_ += column.list->bytes() - before;
        const std::uint32_t more = column.list->new_bytes(id, page);
        if (bytes + more > kArenaBytes) {
            if (!alone) return false;
            id = 0;
        } else {
            bytes += more;
        }
        column.to->at(at) = id;
    }
    for (const TextColumn& column : brought_) column.list->put_on_page(column.to->at(at), page);
    page_texts_ = bytes;
    return true;
}

std::uint32_t BlockBuilder::Columns::add_to_pages(const FlowBatch& batch, std::span<const std::uint16_t> picked,
                                                  const std::uint64_t* received) {
    const auto texts_brought = bring_texts(batch, static_cast<std::uint32_t>(picked.size()));
    for (std::uint32_t i = 0; i < picked.size();) {
        const std::uint64_t received_here = received == nullptr ? batch.received_ms : received[picked[i]];
        if (pages.empty() || pages.back().rows == flow::kBatchRows) add_page(received_here);
        if (texts_brought.empty()) {
            const std::uint32_t n =
                std::min(static_cast<std::uint32_t>(picked.size()) - i, flow::kBatchRows - pages.back().rows);
            pages.back().rows += n;
            i += n;
            continue;
        }
        if (text_bytes_ >= kBlockTextBytes) return i;
        if (!add_texts(batch, picked[i], rows + i)) {
            add_page(received_here);
            continue;
        }
        ++pages.back().rows;
        ++i;
    }
    return static_cast<std::uint32_t>(picked.size());
}

std::uint32_t BlockBuilder::Columns::add(const FlowBatch& batch, std::span<const std::uint16_t> picked,
                                         const std::uint64_t* received) {
    const std::uint32_t n = add_to_pages(batch, picked, received);
    for (const TextColumn& column : brought_) column.to->cut(rows + n);
    if (n == 0) return 0;
    picked = picked.first(n);
    const auto column = [&]<class T>(Column which, const std::array<T, flow::kBatchRows>& from, auto& to) {
        if constexpr (std::is_same_v<T, flow::Text>) {
            return;
        } else if (is_common(which)) {
            copy(from.data(), picked, to.grow(n));
        } else if (const std::uint64_t bit = flow::present_bit(which); (batch.present_any & bit) != 0) {
            to.fill_to(rows);
            copy_present(from.data(), batch.present.data(), bit, picked, to.grow(n));
        }
    };
#define X(name, type, what) column(Column::name, batch.name, name);
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
    if (received == nullptr) {
        std::fill_n(received_ms.grow(n), n, batch.received_ms);
    } else {
        copy(received, picked, received_ms.grow(n));
    }
    rows += n;
    full = rows == kBlockRows || text_bytes_ >= kBlockTextBytes;
    return n;
}

void BlockBuilder::Columns::clear() {
    rows = 0;
    full = false;
    text_bytes_ = 0;
    pages.clear();
    received_ms.cut(0);
#define X(name, type, what) name.cut(0);
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
    for (auto& list : texts) {
        if (list != nullptr) list->clear();
    }
}

std::size_t BlockBuilder::Columns::memory() const noexcept {
    std::size_t bytes = received_ms.memory();
#define X(name, type, what) bytes += name.memory();
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
    for (const auto& list : texts) bytes += list == nullptr ? 0 : list->memory();
    return bytes;
}

}  // namespace store::archive
