// SPDX-License-Identifier: Apache-2.0
#include "store/query/group_table.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "store/archive/hash_secret.hpp"

namespace store::query {

namespace {

constexpr unsigned kFirstIndexBits = 10;
constexpr std::uint32_t kMostCells = 1u << 31;
constexpr std::uint32_t kFirstCells = 256;
constexpr unsigned kTagBits = 32;

// Its upper bits say the place in the index, so that a larger index is filled in order.
std::uint32_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> (64 - kTagBits));
}
constexpr std::uint64_t entry_of(std::uint32_t tag, std::uint32_t number) noexcept {
    return static_cast<std::uint64_t>(number + 1) << kTagBits | tag;
}
constexpr std::uint32_t number_of(std::uint64_t entry) noexcept {
    return static_cast<std::uint32_t>(entry >> kTagBits) - 1;
}

__extension__ using Wide = unsigned __int128;
std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    const Wide product = Wide{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <std::uint32_t kWords>
class Table final : public GroupTable {
    static_assert(kWords % 2 == 0);

  public:
    Table(std::uint32_t carried, GroupMemory& memory, std::uint64_t limit_bytes, std::uint64_t floor_bytes) noexcept
        : GroupTable(kWords, carried, memory, limit_bytes, floor_bytes) {}

    void hash(const std::uint64_t* keys, std::size_t count, std::uint64_t* hashes) const noexcept override {
        const archive::HashSecret secret = archive::kHashSecret;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint64_t* key = keys + i * kWords;
            std::uint64_t h = 0;
            for (std::uint32_t w = 0; w < kWords; w += 2)
                h = mix(key[w] ^ secret.first ^ h, key[w + 1] ^ secret.second);
            hashes[i] = mix(h, secret.odd);
        }
    }

    void fetch_index(const std::uint64_t* hashes, std::size_t count) const noexcept override {
        if (index_bits_ == 0) return;
        const auto* index = reinterpret_cast<const std::uint64_t*>(index_.data());
        for (std::size_t i = 0; i < count; ++i) __builtin_prefetch(index + place_of(tag_of(hashes[i])), 1);
    }
    void fetch_cells(const std::uint64_t* hashes, std::size_t count, std::uint32_t* places) const noexcept override {
        if (index_bits_ == 0) return;
        const auto* index = reinterpret_cast<const std::uint64_t*>(index_.data());
        const std::size_t mask = (std::size_t{1} << index_bits_) - 1;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t tag = tag_of(hashes[i]);
            std::size_t at = place_of(tag);
            while (index[at] != 0 && static_cast<std::uint32_t>(index[at]) != tag) at = (at + 1) & mask;
            places[i] = static_cast<std::uint32_t>(at);
            if (index[at] == 0) continue;
            const std::byte* cell = cells_.at(number_of(index[at]));
            __builtin_prefetch(cell, 1);
            if constexpr (kWords > 2) __builtin_prefetch(cell + kWords * 8, 1);
        }
    }

    std::size_t find_or_add(const std::uint64_t* keys, const std::uint64_t* hashes, std::size_t count, CellRef* refs,
                            IndexPlaces places) noexcept override {
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint64_t* key = keys + i * kWords;
            const std::uint32_t tag = tag_of(hashes[i]);
            std::uint64_t* free = nullptr;
            const bool known = places.at != nullptr && places.generation == generation_;
            refs[i] = look_up(key, tag, known ? places.at[i] : place_of(tag), free);
            if (refs[i] != kNoCell) continue;
            if (is_tight()) {
                if (!make_room()) return i;
                (void)look_up(key, tag, place_of(tag), free);
            }
            refs[i] = count_++;
            *free = entry_of(tag, refs[i]);
            std::byte* cell = cells_.at(refs[i]);
            std::memcpy(cell, key, kWords * 8);
            *reinterpret_cast<CellSums*>(cell + kWords * 8) = {0, 0, 0, ~0ull, 0, Mark::kNever};
        }
        return count;
    }

    void find(const std::uint64_t* keys, const std::uint64_t* hashes, std::size_t count,
              CellRef* refs) const noexcept override {
        std::uint64_t* free = nullptr;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t tag = tag_of(hashes[i]);
            refs[i] = look_up(keys + i * kWords, tag, place_of(tag), free);
        }
    }

  private:
    [[nodiscard]] std::size_t place_of(std::uint32_t tag) const noexcept {
        return std::uint64_t{tag} >> (kTagBits - index_bits_);
    }
    // The number of the key's cell, or kNoCell and where its entry belongs. `at`: where to begin.
    [[nodiscard]] CellRef look_up(const std::uint64_t* key, std::uint32_t tag, std::size_t at,
                                  std::uint64_t*& free) const noexcept {
        if (index_bits_ == 0) return kNoCell;
        auto* index = reinterpret_cast<std::uint64_t*>(index_.data());
        const std::size_t mask = (std::size_t{1} << index_bits_) - 1;
        for (;; at = (at + 1) & mask) {
            const std::uint64_t entry = index[at];
            if (entry == 0) {
                free = index + at;
                return kNoCell;
            }
            if (static_cast<std::uint32_t>(entry) != tag) continue;
            if (std::memcmp(cells_.at(number_of(entry)), key, kWords * 8) == 0) return number_of(entry);
        }
    }
};

}  // namespace

bool CellStore::grow(std::uint32_t count, MemoryShare& memory) noexcept {
    if (count <= room_) return true;
    if (!memory.take((count - room_) * each_)) return false;
    while (chunks_.size() << kChunkBits < count) {
        GroupPages pages;
        if (!pages.map(kChunk * each_, !chunks_.empty())) {
            memory.give_back((count - room_) * each_);
            return false;
        }
        chunks_.push_back(std::move(pages));
    }
    room_ = count;
    return true;
}

void CellStore::release(MemoryShare& memory) noexcept {
    memory.give_back(room_ * each_);
    room_ = 0;
    chunks_.clear();
}

GroupTable::GroupTable(std::uint32_t words, std::uint32_t carried, GroupMemory& memory, std::uint64_t limit_bytes,
                       std::uint64_t floor_bytes) noexcept
    : cells_(words * sizeof(std::uint64_t) + sizeof(CellSums)),
      out_(sizeof(CellOut)),
      carried_(carried),
      words_(words),
      carried_bytes_(carried),
      memory_(memory, limit_bytes, floor_bytes) {}

GroupTable::~GroupTable() {
    clear();
}

std::unique_ptr<GroupTable> GroupTable::make(std::uint32_t words, std::uint32_t carried, GroupMemory& memory,
                                             std::uint64_t limit_bytes, std::uint64_t floor_bytes) {
    if (words <= 2) return std::make_unique<Table<2>>(carried, memory, limit_bytes, floor_bytes);
    if (words <= 6) return std::make_unique<Table<6>>(carried, memory, limit_bytes, floor_bytes);
    if (words <= 16) return std::make_unique<Table<16>>(carried, memory, limit_bytes, floor_bytes);
    return std::make_unique<Table<64>>(carried, memory, limit_bytes, floor_bytes);
}

bool GroupTable::grow_index() noexcept {
    const unsigned bits = index_bits_ == 0 ? kFirstIndexBits : index_bits_ + 1;
    const std::size_t bytes = sizeof(std::uint64_t) << bits;
    if (!memory_.take(bytes)) return false;
    GroupPages larger;
    if (!larger.map(bytes, true)) {
        memory_.give_back(bytes);
        return false;
    }
    const std::size_t entries = index_bits_ == 0 ? 0 : std::size_t{1} << index_bits_;
    const auto* from = reinterpret_cast<const std::uint64_t*>(index_.data());
    auto* to = reinterpret_cast<std::uint64_t*>(larger.data());
    const std::size_t mask = (std::size_t{1} << bits) - 1;
    for (std::size_t i = 0; i < entries; ++i) {
        if (from[i] == 0) continue;
        std::size_t at = static_cast<std::uint32_t>(from[i]) >> (kTagBits - bits);
        while (to[at] != 0) at = (at + 1) & mask;
        to[at] = from[i];
    }
    index_ = std::move(larger);
    ++generation_;
    index_bits_ = bits;
    memory_.give_back(entries * sizeof(std::uint64_t));
    return true;
}

bool GroupTable::make_room() noexcept {
    if (count_ >= kMostCells) return false;
    if (index_bits_ == 0 || std::uint64_t{count_} * 4 >= (3ull << index_bits_)) {
        if (!grow_index()) return false;
    }
    if (count_ < cells_.room()) return true;
    const std::uint32_t more = std::clamp(count_, kFirstCells, CellStore::kChunk);
    if (has_out_ && !out_.grow(count_ + more, memory_)) return false;
    if (carried_bytes_ != 0 && !carried_.grow(count_ + more, memory_)) return false;
    return cells_.grow(count_ + more, memory_);
}

bool GroupTable::bring_out() noexcept {
    if (has_out_) return true;
    has_out_ = out_.grow(cells_.room(), memory_);
    return has_out_;
}

void GroupTable::clear() noexcept {
    cells_.release(memory_);
    out_.release(memory_);
    carried_.release(memory_);
    if (index_bits_ != 0) memory_.give_back(sizeof(std::uint64_t) << index_bits_);
    index_ = GroupPages();
    index_bits_ = 0;
    ++generation_;
    count_ = 0;
}

}  // namespace store::query
