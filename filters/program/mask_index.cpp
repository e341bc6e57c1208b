// SPDX-License-Identifier: Apache-2.0
#include "filters/program/mask_index.hpp"

#include <map>
#include <string>
#include <utility>

namespace filters::program {

flow::Result<std::vector<MaskTable>> MaskTable::build(std::span<const MaskedNet> nets) {
    std::vector<language::Range> ranges;  // each net is one value; the feeds point here
    for (const MaskedNet& net : nets) ranges.push_back({net.address, net.address});
    std::map<std::pair<language::Subject, std::uint32_t>, NumberFeeds> feeds;
    for (std::size_t i = 0; i < nets.size(); ++i) {
        feeds[{nets[i].subject, nets[i].mask}].emplace_back(nets[i].predicate, std::span(ranges).subspan(i, 1));
    }
    if (feeds.size() > kMostMasks) {
        return flow::fail("the filters have " + std::to_string(feeds.size()) + " different masks with holes; at most " +
                          std::to_string(kMostMasks) + " are taken: use prefixes");
    }
    std::vector<MaskTable> out;
    for (const auto& [key, list] : feeds) {
        auto table = WideTable::build(key.first, list);
        if (!table) return flow::pass(table);
        out.push_back({key.second, std::move(*table)});
    }
    return out;
}

void MaskTable::run(const AddressInput& input, Marks marks) const noexcept {
    for (std::uint32_t row = 0; row < input.count; ++row) {
        if (!input.has(row)) continue;
        each(input.values[row], [&](PredicateId predicate) { marks.row(predicate, row); });
    }
}

}  // namespace filters::program
