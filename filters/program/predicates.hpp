// SPDX-License-Identifier: Apache-2.0
// The distinct questions that all filters of a Program ask of a flow, each numbered once.
//
// Thread: the compiling one.
// Shape:  a predicate holds for a row when any of its feeds does. `port 53` is one predicate with two feeds,
// one a
//         column; each feed is answered by that column's index.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "filters/language/ast.hpp"
#include "filters/language/subject.hpp"
#include "filters/text/pattern_db.hpp"

namespace filters::program {

using PredicateId = std::uint32_t;

// Ranges and nets: sorted, disjoint or at least different; each subject at most once.
struct NumberFeed {
    language::Subject subject{};
    std::vector<language::Range> ranges{};
    friend auto operator<=>(const NumberFeed&, const NumberFeed&) = default;
};
struct NetFeed {
    language::Subject subject{};
    std::vector<language::Net> nets{};
    friend auto operator<=>(const NetFeed&, const NetFeed&) = default;
};
struct TextFeed {
    language::Subject subject{};
    text::Pattern pattern{};
    friend auto operator<=>(const TextFeed&, const TextFeed&) = default;
};

struct Predicate {
    std::vector<NumberFeed> numbers{};
    std::vector<NetFeed> nets{};
    std::vector<TextFeed> texts{};

    void add(language::Subject subject, std::span<const language::Range> ranges);
    void add(language::Subject subject, std::span<const language::Net> nets);
    // Sorts what was added and takes out what is there twice. Once, after the last add().
    void settle();
    // Nothing can hold.
    [[nodiscard]] bool empty() const noexcept { return numbers.empty() && nets.empty() && texts.empty(); }
    // A rough guess at the share of flows it holds for, 0 to 1: which operand of an AND to look at first.
    [[nodiscard]] double share() const;

    friend auto operator<=>(const Predicate&, const Predicate&) = default;
};

class PredicateSet {
  public:
    // The number of `predicate`, which is that of an equal one given before.
    [[nodiscard]] PredicateId intern(Predicate predicate);
    // From now on it asks nothing. After the last intern().
    void forget(PredicateId id) noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }
    [[nodiscard]] const Predicate& operator[](PredicateId id) const noexcept { return *list_[id]; }

  private:
    std::map<Predicate, PredicateId> ids_;
    std::vector<const Predicate*> list_;  // keys of ids_, whose addresses stay; what is forgotten: an empty one
};

}  // namespace filters::program
