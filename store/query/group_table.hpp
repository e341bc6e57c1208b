// SPDX-License-Identifier: Apache-2.0
// Groups by their keys: a hash index of small entries over dense cells, so that growth never copies cells and a walk over all
// of them is a walk through memory. New groups cost one line of the index that is not in the cache, known ones two; both are
// fetched ahead.
//
// Thread: one.
// Shape:  a cell is the key (whole words, rest 0) and CellSums behind it; cells are numbered as they came. What few tables
//         have lies apart, at the same number: counters of the other direction (CellOut), columns of the first flow (`carried`
//         bytes).
// Limits: memory as GroupMemory and the limit say, but for kFloorBytes that any table may have; 2^31 groups.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "store/query/group_memory.hpp"
#include "store/query/grouping.hpp"

namespace store::query {

inline constexpr std::uint64_t kFloorBytes = 256 * 1024;

// Where a row was seen, in the order of the scan, and what is known of a group's first flow. Smaller is earlier.
struct Mark {
    static constexpr unsigned kFlagBits = 8, kFamilyBits = 2;
    static constexpr unsigned kSeenShift = kFlagBits + kFamilyBits + 1;
    static constexpr std::uint64_t kNever = ~0ull << kSeenShift;
    // Rows of a block are told apart to 4 million, its sides to 4.
    [[nodiscard]] static std::uint64_t place(std::uint64_t block, std::uint64_t row, unsigned side) noexcept {
        return block << 24 | row << 2 | side;
    }
    // `family`: 4, 6 or 0. `turned`: -b: the flow runs against the direction that the key is kept in.
    [[nodiscard]] static std::uint64_t make(std::uint64_t seen, unsigned family, bool turned, unsigned flags) noexcept {
        return seen << kSeenShift | (turned ? 1ull << (kFlagBits + kFamilyBits) : 0) |
               static_cast<std::uint64_t>(family >> 1 & 3) << kFlagBits | flags;
    }
    [[nodiscard]] static std::uint64_t seen(std::uint64_t mark) noexcept { return mark >> kSeenShift; }
    [[nodiscard]] static bool turned(std::uint64_t mark) noexcept {
        return (mark >> (kFlagBits + kFamilyBits) & 1) != 0;
    }
    [[nodiscard]] static unsigned family(std::uint64_t mark) noexcept {
        const auto half = static_cast<unsigned>(mark >> kFlagBits & 3);
        return half == 0 ? 0 : half * 2;
    }
    [[nodiscard]] static std::uint8_t flags(std::uint64_t mark) noexcept { return static_cast<std::uint8_t>(mark); }
};

struct CellSums {
    std::uint64_t flows, in_packets, in_bytes, first_ms, last_ms, mark;
};
struct CellOut {
    std::uint64_t packets, bytes, flags;
};

// What is kept of a group, wherever it lies.
struct CellView {
    const std::uint64_t* key = nullptr;
    const CellSums* sums = nullptr;
    const CellOut* out = nullptr;  // nullptr: 0
    const std::byte* carried = nullptr;
};

using CellRef = std::uint32_t;
inline constexpr CellRef kNoCell = ~0u;

// Things of one size, numbered, in chunks that never move. Their memory is counted as it is used.
class CellStore {
  public:
    static constexpr unsigned kChunkBits = 15;
    static constexpr std::uint32_t kChunk = 1u << kChunkBits;

    explicit CellStore(std::size_t bytes_each) noexcept : each_(bytes_each) {}
    [[nodiscard]] std::byte* at(CellRef r) const noexcept {
        return chunks_[r >> kChunkBits].data() + std::size_t{r & (kChunk - 1)} * each_;
    }
    [[nodiscard]] std::uint32_t room() const noexcept { return room_; }
    // Room for at least `count`. False: no memory.
    [[nodiscard]] bool grow(std::uint32_t count, MemoryShare& memory) noexcept;
    void release(MemoryShare& memory) noexcept;

  private:
    std::size_t each_;
    std::uint32_t room_ = 0;  // counted
    std::vector<GroupPages> chunks_{};
};

// Where in the index keys were looked for, so that they need not be looked for from the beginning again.
struct IndexPlaces {
    const std::uint32_t* at = nullptr;  // nullptr: nowhere yet
    std::uint32_t generation = 0;       // of the index
};

class GroupTable {
  public:
    // `words`: of a key. `carried`: bytes of columns of the first flow.
    [[nodiscard]] static std::unique_ptr<GroupTable> make(std::uint32_t words, std::uint32_t carried,
                                                          GroupMemory& memory, std::uint64_t limit_bytes,
                                                          std::uint64_t floor_bytes = kFloorBytes);
    virtual ~GroupTable();
    GroupTable(const GroupTable&) = delete;
    GroupTable& operator=(const GroupTable&) = delete;

    virtual void hash(const std::uint64_t* keys, std::size_t count, std::uint64_t* hashes) const noexcept = 0;
    // Begins to fetch what find_or_add() will look at for these hashes.
    virtual void fetch_index(const std::uint64_t* hashes, std::size_t count) const noexcept = 0;
    // `places`: what it found, of this generation().
    virtual void fetch_cells(const std::uint64_t* hashes, std::size_t count, std::uint32_t* places) const noexcept = 0;
    // The cells of `count` keys, one behind the other; new ones where there are none, with empty sums. Returns how many it got
    // through: fewer where there was no room for the next one.
    virtual std::size_t find_or_add(const std::uint64_t* keys, const std::uint64_t* hashes, std::size_t count,
                                    CellRef* refs, IndexPlaces places) noexcept = 0;
    // As find_or_add(), but kNoCell where it would be a new one.
    virtual void find(const std::uint64_t* keys, const std::uint64_t* hashes, std::size_t count,
                      CellRef* refs) const noexcept = 0;

    [[nodiscard]] std::uint32_t words() const noexcept { return words_; }
    [[nodiscard]] std::uint32_t carried_bytes() const noexcept { return carried_bytes_; }
    [[nodiscard]] std::uint32_t groups() const noexcept { return count_; }
    // Another one whenever entries of the index go to other places.
    [[nodiscard]] std::uint32_t generation() const noexcept { return generation_; }
    [[nodiscard]] const std::uint64_t* key(CellRef r) const noexcept {
        return reinterpret_cast<const std::uint64_t*>(cells_.at(r));
    }
    [[nodiscard]] CellSums& sums(CellRef r) const noexcept {
        return *reinterpret_cast<CellSums*>(cells_.at(r) + words_ * sizeof(std::uint64_t));
    }
    // Gives every cell room for counters of the other direction. False: no memory.
    [[nodiscard]] bool bring_out() noexcept;
    [[nodiscard]] bool has_out() const noexcept { return has_out_; }
    [[nodiscard]] CellOut& out(CellRef r) const noexcept { return *reinterpret_cast<CellOut*>(out_.at(r)); }
    [[nodiscard]] std::byte* carried(CellRef r) const noexcept { return carried_.at(r); }
    [[nodiscard]] std::size_t cell_bytes() const noexcept { return words_ * sizeof(std::uint64_t) + sizeof(CellSums); }
    // Gives all memory back; the groups are gone.
    void clear() noexcept;

  protected:
    GroupTable(std::uint32_t words, std::uint32_t carried, GroupMemory& memory, std::uint64_t limit_bytes,
               std::uint64_t floor_bytes) noexcept;
    // Room for one more cell and its index entry.
    [[nodiscard]] bool make_room() noexcept;
    [[nodiscard]] bool is_tight() const noexcept {
        return std::uint64_t{count_} * 4 >= (3ull << index_bits_) || count_ == cells_.room();
    }

    CellStore cells_, out_, carried_;
    GroupPages index_{};  // entries of 8 bytes: upper half of the hash, number + 1 above; 0: free
    unsigned index_bits_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t generation_ = 0;

  private:
    [[nodiscard]] bool grow_index() noexcept;

    const std::uint32_t words_;
    const std::uint32_t carried_bytes_;
    MemoryShare memory_;
    bool has_out_ = false;
};

}  // namespace store::query
