// SPDX-License-Identifier: Apache-2.0
// Groups by their keys: a hash index of small entries over dense cells, in partitions by hash, so that growth never copies the
// cells, a scan over all is a walk through memory, and threads' tables are merged and spilled a partition at a time.
//
// Thread: one.
// Shape:  a cell is the key (whole words, rest 0) and CellSums behind it. What few groups have lies apart, at the same number:
//         counters of the other direction (CellOut), columns of the first flow (`carried` bytes).
// Limits: memory as GroupMemory and the limit say, but for kFloorBytes that any table may have; 2^27 groups a partition.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "store/query/group_memory.hpp"
#include "store/query/grouping.hpp"

namespace store::query {

inline constexpr unsigned kPartitionBits = 5;
inline constexpr unsigned kPartitions = 1u << kPartitionBits;
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

// A cell by its partition and number: number * kPartitions + partition.
using CellRef = std::uint32_t;
inline constexpr CellRef kNoCell = ~0u;

class GroupTable {
  public:
    struct Limits {
        GroupMemory* memory = nullptr;
        std::uint64_t bytes = ~0ull;
    };
    // `words`: of a key. `carried`: bytes of columns of the first flow.
    [[nodiscard]] static std::unique_ptr<GroupTable> make(std::uint32_t words, std::uint32_t carried, Limits limits);
    virtual ~GroupTable();
    GroupTable(const GroupTable&) = delete;
    GroupTable& operator=(const GroupTable&) = delete;

    // The cells of `count` keys, one behind the other; new ones where there are none, with empty sums. Returns how many it got
    // through: fewer where there was no room for the next one.
    virtual std::size_t find_or_add(const std::uint64_t* keys, const std::uint64_t* hashes, std::size_t count,
                                    CellRef* refs) noexcept = 0;
    // As find_or_add(), but kNoCell where it would be a new one.
    virtual void find(const std::uint64_t* keys, const std::uint64_t* hashes, std::size_t count,
                      CellRef* refs) const noexcept = 0;
    virtual void hash(const std::uint64_t* keys, std::size_t count, std::uint64_t* hashes) const noexcept = 0;

    [[nodiscard]] std::uint32_t words() const noexcept { return words_; }
    [[nodiscard]] std::uint32_t carried_bytes() const noexcept { return carried_; }
    [[nodiscard]] std::uint64_t groups() const noexcept;
    [[nodiscard]] std::uint32_t groups_in(unsigned partition) const noexcept { return parts_[partition].count; }
    [[nodiscard]] static CellRef ref(unsigned partition, std::uint32_t number) noexcept {
        return number << kPartitionBits | partition;
    }
    [[nodiscard]] const std::uint64_t* key(CellRef r) const noexcept {
        return reinterpret_cast<const std::uint64_t*>(cells_[r % kPartitions] +
                                                      std::size_t{r >> kPartitionBits} * stride_);
    }
    [[nodiscard]] CellSums& sums(CellRef r) const noexcept {
        return *reinterpret_cast<CellSums*>(cells_[r % kPartitions] + std::size_t{r >> kPartitionBits} * stride_ +
                                            words_ * 8);
    }
    // Gives every cell room for counters of the other direction. False: no memory.
    [[nodiscard]] bool bring_out() noexcept;
    [[nodiscard]] bool has_out() const noexcept { return has_out_; }
    [[nodiscard]] CellOut& out(CellRef r) const noexcept {
        return reinterpret_cast<CellOut*>(parts_[r % kPartitions].out.data())[r >> kPartitionBits];
    }
    [[nodiscard]] std::byte* carried(CellRef r) const noexcept {
        return parts_[r % kPartitions].carried.data() + std::size_t{r >> kPartitionBits} * carried_;
    }
    // Gives the memory of a partition back; its groups are gone.
    void clear(unsigned partition) noexcept;

  protected:
    GroupTable(std::uint32_t words, std::uint32_t carried, Limits limits) noexcept;

    struct Partition {
        GroupBuffer index{};  // entries of 8 bytes: low half of the hash's middle bits, number + 1 above; 0: free
        GroupBuffer cells{};
        GroupBuffer out{};
        GroupBuffer carried{};
        std::uint32_t count = 0;
        std::uint32_t room = 0;  // cells
        unsigned index_bits = 0;
    };
    // Room for one more cell and its index entry.
    [[nodiscard]] bool make_room(unsigned partition) noexcept;
    [[nodiscard]] std::size_t cell_bytes() const noexcept { return stride_; }

    std::array<Partition, kPartitions> parts_{};
    std::array<std::byte*, kPartitions> cells_{};  // parts_[i].cells.data()

  private:
    [[nodiscard]] bool grow(GroupBuffer& buffer, std::size_t bytes) noexcept;
    [[nodiscard]] bool grow_index(Partition& part) noexcept;

    const std::uint32_t words_;
    const std::uint32_t carried_;
    const std::size_t stride_;
    Limits limits_;
    std::uint64_t own_ = 0;  // bytes taken
    bool has_out_ = false;
};

}  // namespace store::query
