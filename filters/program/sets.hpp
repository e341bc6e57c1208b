// SPDX-License-Identifier: Apache-2.0
// Sets of predicates, each distinct set stored once: what an index gives for a value.
//
// Thread: built by the compiling one; read by all.
// Shape:  set 0 is empty. A head is the predicate itself when the set has one member, else kList | where the
// list of
//         the others begins: its length, then the predicates. Most sets have one member and cost one load.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "filters/program/predicates.hpp"

namespace filters::program {

using SetId = std::uint32_t;

struct Sets {
    static constexpr std::uint32_t kList = 1u << 31;
    std::vector<std::uint32_t> heads{kList};
    std::vector<std::uint32_t> lists{0};

    // Calls visit(predicate) for each member of the set with this head.
    template <class Visit>
    void each(std::uint32_t head, Visit visit) const noexcept {
        if (head < kList) [[likely]] {
            visit(head);
            return;
        }
        const std::uint32_t* list = lists.data() + (head & ~kList);
        for (std::uint32_t i = 1; i <= list[0]; ++i) visit(list[i]);
    }
    // The only member of the set with this head; of a longer set, any predicate: worth fetching at most.
    [[nodiscard]] PredicateId only(std::uint32_t head) const noexcept { return head < kList ? head : 0; }
    [[nodiscard]] std::size_t bytes() const noexcept { return (heads.size() + lists.size()) * sizeof(heads[0]); }
};

class SetBuilder {
  public:
    // `members` sorted, without repeats.
    [[nodiscard]] SetId intern(std::span<const PredicateId> members);
    [[nodiscard]] std::size_t size() const noexcept { return sets_.heads.size(); }
    [[nodiscard]] Sets take() { return std::move(sets_); }

  private:
    Sets sets_;
    std::map<std::vector<PredicateId>, SetId> ids_;
};

}  // namespace filters::program
