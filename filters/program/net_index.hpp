// SPDX-License-Identifier: Apache-2.0
// Indexes over address columns: address -> predicates of all nets that contain it.
//
// Thread: built by the compiling one; read by all.
// Shape:  every distinct prefix is a node that knows the next wider prefix around it and its own predicates.
// A lookup
//         finds the narrowest node; the walk outwards reports the rest, so nested lists cost no memory.
//         IPv4: v4_prefixes.hpp. IPv6: a hash table for each length in
//         use, longest first; those over 32 bits are asked only when a bit of the first 32 bits' hash says
//         that it can be worth it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "filters/program/marks.hpp"
#include "filters/program/sets.hpp"
#include "filters/program/v4_prefixes.hpp"

namespace filters::program {

using NetFeeds = std::vector<std::pair<PredicateId, std::span<const language::Net>>>;

struct V6Prefixes {
    struct Slot {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        PrefixNode node = 0;  // 0 = free
    };
    struct Length {
        unsigned bits = 0;
        std::uint64_t high_mask = 0;
        std::uint64_t low_mask = 0;
        std::uint64_t slot_mask = 0;
        std::vector<Slot> slots{};
    };
    std::vector<Length> lengths{};                // longest first
    std::array<std::uint64_t, 1024> long_bits{};  // by hash of the first 32 bits: a prefix over 32 bits begins so

    struct Entry {
        flow::IpAddress address;
        unsigned bits;
        PrefixNode node;
    };
    void build(std::span<const Entry> entries);
    [[nodiscard]] bool empty() const noexcept { return lengths.empty(); }
    [[nodiscard]] PrefixNode find(std::uint64_t high, std::uint64_t low) const noexcept;
};

// An address column of a batch. A row without the bit has no address: common columns hold zeros there, which are no IPv4
// address, rare ones anything.
struct AddressInput {
    const flow::IpAddress* values = nullptr;
    const std::uint64_t* present = nullptr;
    std::uint64_t bit = 0;
    std::uint32_t count = 0;
    bool rare = false;

    [[nodiscard]] bool has(std::uint32_t row) const noexcept { return (present[row] & bit) != 0; }
};

// One address column.
struct PrefixTable {
    struct Hit {
        std::uint32_t row;
        PrefixNode node;  // on the way there: V4Prefixes::entry
    };
    struct Scratch {
        std::array<Hit, flow::kBatchRows> hits;
        std::array<std::uint16_t, flow::kBatchRows> not_v4;
    };

    language::Subject subject{};
    std::vector<PrefixNode> outer{};     // of each node: the next wider prefix with predicates
    std::vector<std::uint32_t> heads{};  // of each node: its own predicates' set
    Sets sets{};
    V4Prefixes v4{};
    V6Prefixes v6{};

    [[nodiscard]] static PrefixTable build(language::Subject subject, const NetFeeds& feeds);
    void run(const AddressInput& input, Scratch& scratch, Marks marks) const noexcept;
    // Calls visit(predicate) for every predicate of every net that contains `address`.
    template <class Visit>
    void each(const flow::IpAddress& address, Visit visit) const noexcept {
        each_of(node_of(address), visit);
    }
    [[nodiscard]] bool answers_like(const PrefixTable& other) const noexcept;
    [[nodiscard]] std::size_t bytes() const noexcept;

  private:
    static constexpr std::size_t kBlock = 64;  // rows looked up at once
    static constexpr std::size_t kAhead = 12;  // hits whose bitmaps are fetched before they are written

    [[nodiscard]] std::size_t list_others(const AddressInput& input, Scratch& scratch) const noexcept;
    [[nodiscard]] std::size_t run_v4(const AddressInput& input, Scratch& scratch, Marks marks) const noexcept;
    void mark(std::span<const Hit> hits, Marks marks) const noexcept;
    // The bitmaps of so many predicates do not stay in the first cache.
    [[nodiscard]] bool marks_far() const noexcept { return outer.size() > 256; }
    [[nodiscard]] PrefixNode node_of(const flow::IpAddress& address) const noexcept;
    template <class Visit>
    void each_of(PrefixNode node, Visit visit) const noexcept {
        for (; node != 0; node = outer[node]) sets.each(heads[node], visit);
    }
};

}  // namespace filters::program
