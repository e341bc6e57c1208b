// SPDX-License-Identifier: Apache-2.0
// Rows of a block while it is built: every column's values one after the other.
//
// Thread: one.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "store/archive/block.hpp"
#include "store/archive/layout.hpp"
#include "store/archive/text_list.hpp"

namespace store::archive {

// Values of one column; its memory grows in steps, up to a full block's, and is kept when it is emptied.
template <class T>
class Values {
  public:
    // Room for `n` more, not yet set.
    [[nodiscard]] T* grow(std::uint32_t n) {
        if (size_ + n > room_) widen(size_ + n);
        T* at = values_.get() + size_;
        size_ += n;
        return at;
    }
    void fill_to(std::uint32_t size) {
        if (size > size_) {
            const std::uint32_t n = size - size_;
            std::uninitialized_value_construct_n(grow(n), n);
        }
    }
    void cut(std::uint32_t size) noexcept { size_ = std::min(size_, size); }
    [[nodiscard]] T& at(std::uint32_t row) noexcept { return values_[row]; }
    [[nodiscard]] std::span<const T> span() const noexcept { return {values_.get(), size_}; }
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t memory() const noexcept { return room_ * sizeof(T); }

  private:
    void widen(std::uint32_t least) {
        std::uint32_t room = room_ == 0 ? kFirstRoom : room_;
        while (room < least) room *= 4;
        auto wider = std::make_unique_for_overwrite<T[]>(room);
        if (size_ != 0) std::memcpy(static_cast<void*>(wider.get()), values_.get(), size_ * sizeof(T));
        values_ = std::move(wider);
        room_ = room;
    }
    static constexpr std::uint32_t kFirstRoom = 256;

    std::unique_ptr<T[]> values_;
    std::uint32_t size_ = 0, room_ = 0;
};

// What stands for a value of a column here: a text is its number in the column's list.
template <class T>
using Kept = std::conditional_t<std::is_same_v<T, flow::Text>, std::uint32_t, T>;

struct BlockBuilder::Columns {
    std::uint32_t rows = 0;
    bool full = false;
    std::vector<PageEntry> pages;
    Values<std::uint64_t> received_ms;
#define X(name, type, what) Values<Kept<type>> name;
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
    std::array<std::unique_ptr<TextCollector>, flow::kColumns> texts;  // made when a row brings one

    // Adds the rows named, until the block is full: how many. `received`: of each row of the batch, or nullptr.
    std::uint32_t add(const flow::FlowBatch& batch, std::span<const std::uint16_t> picked,
                      const std::uint64_t* received);
    void clear();
    [[nodiscard]] std::size_t memory() const noexcept;

  private:
    struct TextColumn {
        std::uint64_t bit = 0;
        const flow::Text* from = nullptr;
        Values<std::uint32_t>* to = nullptr;
        TextCollector* list = nullptr;
    };
    std::uint32_t add_to_pages(const flow::FlowBatch& batch, std::span<const std::uint16_t> picked,
                               const std::uint64_t* received);
    void add_page(std::uint64_t received);
    // The text columns that the batch brings, with room for `n` rows.
    std::span<const TextColumn> bring_texts(const flow::FlowBatch& batch, std::uint32_t n);
    // False: the page has no room for the row's texts.
    bool add_texts(const flow::FlowBatch& batch, std::uint32_t row, std::uint32_t at);

    std::size_t text_bytes_ = 0;    // in all lists
    std::uint32_t page_texts_ = 0;  // bytes on the last page
    std::vector<TextColumn> brought_;
};

}  // namespace store::archive
