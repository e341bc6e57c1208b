// SPDX-License-Identifier: Apache-2.0
#include "dataplane/generation.hpp"

#include <algorithm>
#include <random>

namespace dataplane {

flow::Result<void> Generation::make_kits(std::size_t decoders, std::size_t matchers) {
    std::random_device seeds;
    for (std::size_t core = 0; core < decoders + matchers; ++core) {
        auto kit = std::make_unique<CoreKit>();
        const bool matches = core >= decoders || matchers == 0;
        if (matches) {
            auto matcher = filters::Matcher::make(*program);
            if (!matcher) return flow::pass(matcher);
            kit->matcher = std::move(*matcher);
            kit->archive = ArchiveChoice(archive, seeds());
        }
        for (std::size_t i = 0; i < kTalliesPerCore; ++i) {
            kit->tallies.push_back(std::make_unique<flow::Tally>(matches ? series : no_series, kit->home));
            if (!kit->home.push(kit->tallies.back().get())) return flow::fail("more tallies than their ring holds");
        }
        kits.push_back(std::move(kit));
    }
    return {};
}

bool Generation::let_go() const noexcept {
    return std::all_of(kits.begin(), kits.end(), [](const auto& kit) { return kit->all_home(); });
}

}  // namespace dataplane
