// SPDX-License-Identifier: Apache-2.0
// What a TextTable said of texts seen before, so that a text that repeats is looked at once.
//
// Thread: one core. What it holds belongs to one TextTable: it is made and dropped with the Program's Matcher.
// Shape:  a hash table of sets of kWays texts; a new text takes the place of one not asked for lately. Of a batch, the
//         places of texts in the arena are remembered too, so that most rows cost one compare. Texts at other places are
//         asked for 64 rows at once: memory is waited for together, not text by text.
// Memory: bounded: 7.5 MB of texts and 1 MB of lists of ids, of which pages never touched cost nothing; when the lists
//         are full, all is forgotten.
// Limits: texts above kLongestKnown bytes are looked at each time. kMostIds ids a text.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "dataplane/flow/columns.hpp"
#include "dataplane/flow/result.hpp"
#include "filters/text/text_table.hpp"

namespace filters::text {

class KnownTexts {
  public:
    static constexpr std::size_t kSets = 8192;
    static constexpr std::size_t kWays = 7;
    static constexpr std::size_t kMostTexts = kSets * kWays;
    static constexpr std::size_t kLongestKnown = 120;
    static constexpr std::size_t kListed = 256 * 1024;
    static constexpr std::size_t kMostIds = kListed - 1;

    [[nodiscard]] static flow::Result<KnownTexts> make();

    // What was found: one id, kNone, or kList | where in lists_ their count stands, and then they.
    using Found = std::uint32_t;

    // Another batch: places in the arena mean other texts.
    void next_batch() noexcept {
        if (++batch_ >> kBatchBits != 0) {
            places_.fill({});
            batch_ = 1;
        }
    }
    // Of up to 64 rows: those whose texts have one id, have several, and are not known, which ids() is to be asked for.
    // The others have none. Without a branch on what is found, which no processor would foresee.
    struct Recalled {
        std::uint64_t unknown = 0;
        std::uint32_t ones = 0, manys = 0;
        std::array<std::uint8_t, 64> one, many;
        std::array<Found, 64> found;  // by row
    };
    // Of texts[i] for each bit i of `rows`, in the batch's arena.
    void recall(const flow::Text* texts, std::uint64_t rows, const char* arena, Recalled& out) noexcept;
    // What was found of one of `many`; valid until the next call of another ids().
    [[nodiscard]] std::span<const std::uint32_t> ids(const Found& found) const noexcept {
        if (found < kList) return {&found, 1};
        if (found == kNone) return {};
        const std::uint32_t* counted = lists_.get() + (found & ~kList);
        return {counted + 1, *counted};
    }
    // Ids that hold for the text at `at` of the batch's arena, which begins at `arena`. Valid until the next call.
    [[nodiscard]] std::span<const std::uint32_t> ids(flow::Text at, const char* arena, const TextTable& table,
                                                     Scratch& scratch) noexcept {
        const std::uint64_t key = key_of(at);
        Place& place = place_of(at);
        if (place.key != key) {
            const Found found = find({arena + at.offset, at.length}, table, scratch);
            place = {key, found};
        }
        return ids(place.found);
    }
    // Of a text that lies elsewhere.
    [[nodiscard]] std::span<const std::uint32_t> ids(std::string_view text, const TextTable& table,
                                                     Scratch& scratch) noexcept {
        elsewhere_ = find(text, table, scratch);
        return ids(elsewhere_);
    }

    // Texts that were looked at because they were not known. Those of them of which not all ids are known, because
    // Hyperscan refused or there were too many.
    [[nodiscard]] std::uint64_t looked_at() const noexcept { return looked_at_; }
    [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

  private:
    static constexpr unsigned kPlaceBits = 11;
    static constexpr unsigned kLengthBits = 20;
    static constexpr unsigned kBatchBits = 64 - 2 * kLengthBits;
    static constexpr Found kList = 1u << 31;
    static constexpr Found kNone = ~0u;

    struct Place {
        std::uint64_t key;  // key_of
        Found found;
    };
    struct alignas(64) Set {
        std::array<std::uint32_t, kWays> tags;
        std::uint32_t asked_for;                 // a bit a way, since all of them were set
        std::array<std::uint32_t, kWays> slots;  // 0 = free
        std::uint32_t unused;
    };
    struct Slot {
        std::uint32_t length;
        Found found;
        std::array<char, kLongestKnown> text;
    };
    static_assert(sizeof(Slot) == 128);
    struct Free {
        void operator()(void* memory) const noexcept { std::free(memory); }
    };
    template <class T>
    using Memory = std::unique_ptr<T[], Free>;

    KnownTexts() = default;
    // Unlike that of any other place and batch.
    [[nodiscard]] std::uint64_t key_of(flow::Text at) const noexcept {
        return std::uint64_t{batch_} << (2 * kLengthBits) | std::uint64_t{at.offset} << kLengthBits | at.length;
    }
    // New texts lie behind one another, and so do their places.
    [[nodiscard]] Place& place_of(flow::Text at) noexcept { return places_[at.offset / 16 % places_.size()]; }
    // The ways whose tags are like it, a bit each.
    [[nodiscard]] static std::uint32_t alike(const Set& set, std::uint32_t tag) noexcept;
    [[nodiscard]] static bool holds(const Slot& slot, std::string_view text) noexcept;
    [[nodiscard]] Found find(std::string_view text, const TextTable& table, Scratch& scratch) noexcept;
    [[nodiscard]] Found look_at(std::string_view text, const TextTable& table, Scratch& scratch) noexcept;
    void remember(std::string_view text, Found found, std::uint64_t hash) noexcept;
    [[nodiscard]] std::uint32_t slot_for(Set& set, std::uint32_t tag) noexcept;
    void forget() noexcept;

    std::array<Place, std::size_t{1} << kPlaceBits> places_{};  // by where in the arena
    Memory<Set> sets_{};
    Memory<Slot> slots_{};  // slot 0 is never used
    std::uint32_t slots_used_ = 1;
    Memory<std::uint32_t> lists_{};
    std::size_t listed_ = 0;
    Found elsewhere_ = kNone;
    std::uint32_t batch_ = 1;
    std::uint64_t looked_at_ = 0;
    std::uint64_t failures_ = 0;
};

}  // namespace filters::text
