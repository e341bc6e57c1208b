// SPDX-License-Identifier: Apache-2.0
// The distinct texts of one column of a block, while it is built.
//
// Thread: one.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "store/archive/encode.hpp"

namespace store::archive {

class TextCollector {
  public:
    TextCollector() { clear(); }
    void clear();
    // Texts of another arena follow: what was seen at a place is not there any more.
    void begin_batch() noexcept { seen_.fill({}); }
    // The number of the text in the list; 0 is the empty one.
    [[nodiscard]] std::uint32_t find_or_add(const flow::TextArena& arena, flow::Text text);
    // Bytes that this text adds to the page: none where the page has it already.
    [[nodiscard]] std::uint32_t new_bytes(std::uint32_t id, std::uint32_t page) const noexcept {
        return page_of_[id] == page ? 0 : lengths_[id];
    }
    void put_on_page(std::uint32_t id, std::uint32_t page) noexcept { page_of_[id] = page; }

    [[nodiscard]] TextList list() const noexcept { return {lengths_, bytes_}; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.size(); }
    [[nodiscard]] std::size_t memory() const noexcept;

  private:
    struct Seen {
        std::uint32_t offset = 0, length = 0, id = 0;
    };
    [[nodiscard]] std::uint32_t find_or_add(std::string_view text);
    void grow_slots();

    Bytes bytes_;
    std::vector<std::uint32_t> lengths_, page_of_;  // page 0: none yet
    std::vector<std::size_t> offsets_;
    std::vector<std::uint64_t> hashes_;
    std::vector<std::uint32_t> slots_;  // id, 0: free
    std::array<Seen, 256> seen_{};      // by place in the arena: names repeat within a batch
};

}  // namespace store::archive
