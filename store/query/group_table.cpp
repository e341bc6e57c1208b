// SPDX-License-Identifier: Apache-2.0
#include "store/query/group_table.hpp"

#include <algorithm>
#include <cstring>

namespace store::query {

namespace {

constexpr unsigned kFirstIndexBits = 6;
constexpr std::uint32_t kMostCells = 1u << (32 - kPartitionBits);
constexpr unsigned kTagBits = 32;

unsigned partition_of(std::uint64_t hash) noexcept {
    return static_cast<unsigned>(hash >> (64 - kPartitionBits));
}
// The bits below the partition's; the upper ones of them say the place in the index, so that a larger one is filled in order.
std::uint32_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> (64 - kPartitionBits - kTagBits));
}
constexpr std::uint64_t entry_of(std::uint32_t tag, std::uint32_t number) noexcept {
    return static_cast<std::uint64_t>(number + 1) << kTagBits | tag;
}

template <std::uint32_t kWords>
class Table final : public GroupTable {
  public:
    Table(std::uint32_t carried, Limits limits) noexcept : GroupTable(kWords, carried, limits) {}

    void hash(const std::uint64_t* keys, std::size_t count, std::uint64_t* hashes) const noexcept override {
        for (std::size_t i = 0; i < count; ++i) {
            std::uint64_t h = 0x9e3779b97f4a7c15ull;
            for (std::uint32_t w = 0; w < kWords; ++w) {
                h = (h ^ keys[i * kWords + w]) * 0xff51afd7ed558ccdull;
                h ^= h >> 32;
            }
            h *= 0xc4ceb9fe1a85ec53ull;
            hashes[i] = h ^ h >> 29;
        }
    }

    std::size_t find_or_add(const std::uint64_t* keys, const std::uint64_t* hashes, std::size_t count,
                            CellRef* refs) noexcept override {
        for (std::size_t i = 0; i < count; ++i) {
            const unsigned p = partition_of(hashes[i]);
            Partition& part = parts_[p];
            std::uint64_t* free = nullptr;
            std::uint32_t number = look_up(part, p, keys + i * kWords, tag_of(hashes[i]), free);
            if (number == kNoCell) {
                if (part.count + 1 > part.room || is_tight(part)) {
                    if (!make_room(p)) return i;
                    (void)look_up(part, p, keys + i * kWords, tag_of(hashes[i]), free);
                }
                number = part.count++;
                *free = entry_of(tag_of(hashes[i]), number);
                add_cell(p, number, keys + i * kWords);
            }
            refs[i] = ref(p, number);
        }
        return count;
    }

    void find(const std::uint64_t* keys, const std::uint64_t* hashes, std::size_t count,
              CellRef* refs) const noexcept override {
        for (std::size_t i = 0; i < count; ++i) {
            const unsigned p = partition_of(hashes[i]);
            std::uint64_t* free = nullptr;
            const std::uint32_t number = look_up(parts_[p], p, keys + i * kWords, tag_of(hashes[i]), free);
            refs[i] = number == kNoCell ? kNoCell : ref(p, number);
        }
    }

  private:
    static constexpr std::size_t kStride = kWords * 8 + sizeof(CellSums);

    [[nodiscard]] static bool is_tight(const Partition& part) noexcept {
        return std::uint64_t{part.count} * 4 >= (3ull << part.index_bits);
    }
    // The number of the key's cell, or kNoCell and where its entry belongs.
    [[nodiscard]] std::uint32_t look_up(const Partition& part, unsigned p, const std::uint64_t* key, std::uint32_t tag,
                                        std::uint64_t*& free) const noexcept {
        if (part.room == 0) return kNoCell;
        auto* index = reinterpret_cast<std::uint64_t*>(part.index.data());
        const std::uint32_t mask = static_cast<std::uint32_t>((1ull << part.index_bits) - 1);
        for (std::uint32_t at = tag >> (kTagBits - part.index_bits);; at = (at + 1) & mask) {
            const std::uint64_t entry = index[at];
            if (entry == 0) {
                free = index + at;
                return kNoCell;
            }
            if (static_cast<std::uint32_t>(entry) != tag) continue;
            const auto number = static_cast<std::uint32_t>(entry >> kTagBits) - 1;
            if (std::memcmp(cells_[p] + number * kStride, key, kWords * 8) == 0) return number;
        }
    }
    void add_cell(unsigned p, std::uint32_t number, const std::uint64_t* key) noexcept {
        std::byte* cell = cells_[p] + number * kStride;
        std::memcpy(cell, key, kWords * 8);
        *reinterpret_cast<CellSums*>(cell + kWords * 8) = {0, 0, 0, ~0ull, 0, Mark::kNever};
    }
};

}  // namespace

GroupTable::GroupTable(std::uint32_t words, std::uint32_t carried, Limits limits) noexcept
    : words_(words), carried_(carried), stride_(words * sizeof(std::uint64_t) + sizeof(CellSums)), limits_(limits) {}

GroupTable::~GroupTable() {
    for (unsigned p = 0; p < kPartitions; ++p) clear(p);
}

std::unique_ptr<GroupTable> GroupTable::make(std::uint32_t words, std::uint32_t carried, Limits limits) {
    if (words <= 2) return std::make_unique<Table<2>>(carried, limits);
    if (words <= 6) return std::make_unique<Table<6>>(carried, limits);
    if (words <= 16) return std::make_unique<Table<16>>(carried, limits);
    return std::make_unique<Table<64>>(carried, limits);
}

std::uint64_t GroupTable::groups() const noexcept {
    std::uint64_t out = 0;
    for (const Partition& part : parts_) out += part.count;
    return out;
}

bool GroupTable::grow(GroupBuffer& buffer, std::size_t bytes) noexcept {
    if (bytes <= buffer.bytes()) return true;
    const std::size_t more = bytes - buffer.bytes();
    const bool small = own_ + more <= kFloorBytes;
    if (limits_.memory != nullptr) {
        if (small) {
            limits_.memory->take(more);
        } else if (!limits_.memory->take(more, limits_.bytes)) {
            return false;
        }
    }
    const std::size_t before = buffer.bytes();
    if (!buffer.grow(bytes)) {
        if (limits_.memory != nullptr) limits_.memory->give_back(more);
        return false;
    }
    const std::size_t grown = buffer.bytes() - before;
    if (limits_.memory != nullptr && grown > more) limits_.memory->take(grown - more);
    own_ += grown;
    return true;
}

bool GroupTable::grow_index(Partition& part) noexcept {
    const unsigned bits = part.index_bits == 0 ? kFirstIndexBits : part.index_bits + 1;
    GroupBuffer larger;
    if (!grow(larger, sizeof(std::uint64_t) << bits)) return false;
    const auto* from = reinterpret_cast<const std::uint64_t*>(part.index.data());
    auto* to = reinterpret_cast<std::uint64_t*>(larger.data());
    const std::uint32_t mask = static_cast<std::uint32_t>((1ull << bits) - 1);
    const std::size_t entries = part.index.bytes() == 0 ? 0 : 1ull << part.index_bits;
    for (std::size_t i = 0; i < entries; ++i) {
        if (from[i] == 0) continue;
        std::uint32_t at = static_cast<std::uint32_t>(from[i]) >> (kTagBits - bits);
        while (to[at] != 0) at = (at + 1) & mask;
        to[at] = from[i];
    }
    const std::size_t old = part.index.bytes();
    part.index = std::move(larger);
    larger.release();
    own_ -= old;
    if (limits_.memory != nullptr) limits_.memory->give_back(old);
    part.index_bits = bits;
    return true;
}

bool GroupTable::make_room(unsigned partition) noexcept {
    Partition& part = parts_[partition];
    if (part.count >= kMostCells - 1) return false;
    if (part.index_bits == 0 || std::uint64_t{part.count} * 4 >= (3ull << part.index_bits)) {
        if (!grow_index(part)) return false;
    }
    if (part.count < part.room) return true;
    const std::uint32_t room = part.room == 0 ? 16 : part.room < (1u << 12) ? part.room * 2 : part.room + part.room / 2;
    if (!grow(part.cells, room * stride_)) return false;
    if (carried_ != 0 && !grow(part.carried, std::size_t{room} * carried_)) return false;
    if (has_out_ && !grow(part.out, room * sizeof(CellOut))) return false;
    part.room = room;
    cells_[partition] = part.cells.data();
    return true;
}

bool GroupTable::bring_out() noexcept {
    if (has_out_) return true;
    for (Partition& part : parts_) {
        if (!grow(part.out, part.room * sizeof(CellOut))) return false;
    }
    has_out_ = true;
    return true;
}

void GroupTable::clear(unsigned partition) noexcept {
    Partition& part = parts_[partition];
    for (GroupBuffer* buffer : {&part.index, &part.cells, &part.out, &part.carried}) {
        own_ -= buffer->bytes();
        if (limits_.memory != nullptr) limits_.memory->give_back(buffer->bytes());
        buffer->release();
    }
    part.count = part.room = 0;
    part.index_bits = 0;
    cells_[partition] = nullptr;
}

}  // namespace store::query
