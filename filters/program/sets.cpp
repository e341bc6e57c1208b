// SPDX-License-Identifier: Apache-2.0
#include "filters/program/sets.hpp"

namespace filters::program {

SetId SetBuilder::intern(std::span<const PredicateId> members) {
    if (members.empty()) return 0;
    const auto [at, fresh] = ids_.try_emplace(std::vector<PredicateId>(members.begin(), members.end()),
                                              static_cast<SetId>(sets_.heads.size()));
    if (!fresh) return at->second;
    if (members.size() == 1) {
        sets_.heads.push_back(members.front());
    } else {
        sets_.heads.push_back(Sets::kList | static_cast<std::uint32_t>(sets_.lists.size()));
        sets_.lists.push_back(static_cast<std::uint32_t>(members.size()));
        sets_.lists.insert(sets_.lists.end(), members.begin(), members.end());
    }
    return at->second;
}

}  // namespace filters::program
