// SPDX-License-Identifier: Apache-2.0
// Whether a filter and a window can hold in a block at all, or hold for all of it, without looking at a row.
//
// Thread: a Plan is read by all; a Planner belongs to one thread.
// Shape:  never too sure: what cannot be ruled out may be. Zones are asked first; Bloom filters only of what they leave.
// Limits: kMostAsked addresses of a test are looked up in Bloom filters; of tests with more only the zones are asked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "filters/program/outline.hpp"
#include "store/query/block_facts.hpp"
#include "store/query/scan.hpp"

namespace store::query {

inline constexpr std::size_t kMostAsked = 256;

// What rules a block out. The later, the more had to be asked.
enum class RuledOutBy : std::uint8_t { nothing, absent, zones, addresses };

// What is known of a test for the rows of a block.
struct Truth {
    bool may_hold = true;                        // for some row
    bool may_fail = true;                        // for some row
    RuledOutBy by = RuledOutBy::nothing;         // why it cannot hold
    RuledOutBy always_by = RuledOutBy::nothing;  // why it cannot fail

    [[nodiscard]] Truth opposite() const noexcept { return {may_fail, may_hold, always_by, by}; }
};

class Plan {
  public:
    // nullptr: everything is asked for. `outline` must outlive the plan.
    Plan(const filters::program::Outline* outline, const Window& window);

    // The filter asks for the number of a row: all rows must be seen, in order, by one thread.
    [[nodiscard]] bool counts_rows() const noexcept { return counts_rows_; }
    [[nodiscard]] const Window& window() const noexcept { return window_; }

  private:
    friend class Planner;
    // Nets of a feed in order of their first address.
    struct Nets {
        std::vector<flow::IpAddress> last{};      // the last address of each
        std::vector<flow::IpAddress> furthest{};  // the largest of `last` up to and with each
        bool asks_filter = false;                 // Bloom filters are worth asking
    };

    const filters::program::Outline* outline_;
    Window window_;
    std::vector<std::vector<Nets>> nets_{};  // by predicate and feed
    bool asks_filters_ = false;
    bool counts_rows_ = false;
};

class Planner {
  public:
    // How often a predicate was asked of blocks, and what ruled it out.
    struct Tally {
        std::uint64_t asked = 0, absent = 0, zones = 0, addresses = 0;
    };

    explicit Planner(const Plan& plan);

    [[nodiscard]] Truth filter(const BlockFacts& facts);
    [[nodiscard]] Truth window(const BlockFacts& facts) const noexcept;
    // By predicate, over all calls of filter().
    [[nodiscard]] const std::vector<Tally>& tallies() const noexcept { return tallies_; }

  private:
    using Outline = filters::program::Outline;
    struct Known {
        std::uint64_t round = 0;  // for which it holds
        Truth truth{};
    };
    [[nodiscard]] Truth ask(const BlockFacts& facts);
    [[nodiscard]] Truth edge(filters::program::Edge edge, const BlockFacts& facts);
    [[nodiscard]] Truth operation(const filters::program::Operation& operation, const BlockFacts& facts);
    [[nodiscard]] Truth predicate(filters::program::PredicateId id, const BlockFacts& facts) const;
    [[nodiscard]] Truth numbers(const filters::program::NumberFeed& feed, const BlockFacts& facts) const;
    template <class Holds>
    [[nodiscard]] Truth exporters(const BlockFacts& facts, Holds holds) const;
    [[nodiscard]] Truth exporter_numbers(const filters::program::NumberFeed& feed, const BlockFacts& facts) const;
    [[nodiscard]] Truth exporter_nets(const filters::program::NetFeed& feed, const BlockFacts& facts) const;
    [[nodiscard]] Truth nets(const filters::program::NetFeed& feed, const Plan::Nets& bounds,
                             const BlockFacts& facts) const;

    const Plan& plan_;
    std::uint64_t round_ = 0;
    bool ask_filters_ = false;
    std::vector<Known> known_{};                          // by node
    std::vector<filters::program::PredicateId> asked_{};  // in this round
    std::vector<Tally> tallies_{};
};

// The tallies of all threads in words, a sentence each for what ruled out any block.
[[nodiscard]] std::vector<std::string> notes_of(const filters::program::Outline& outline,
                                                const std::vector<Planner::Tally>& tallies);

}  // namespace store::query
