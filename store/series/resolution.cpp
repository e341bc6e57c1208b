// SPDX-License-Identifier: Apache-2.0
#include "store/series/resolution.hpp"

#include <string>
#include <utility>

namespace store {
namespace {
constexpr std::uint32_t kDayS = 86400;
constexpr std::uint32_t kMostDays = 36500;
std::string name(std::size_t i) {
    return "retention of " + std::to_string(kResolutions[i].step_s) + "-s values";
}
}  // namespace

flow::Result<void> Retention::check() const {
    const auto kept = days();
    for (const auto& [what, given] :
         {std::pair("books", days_books), std::pair("interface counters", days_interfaces)}) {
        if (given != 0 && given <= kMostDays) continue;
        return flow::fail(std::string("retention of ") + what + " is " + std::to_string(given) + " days: give 1 to " +
                          std::to_string(kMostDays) + " days");
    }
    for (std::size_t i = 0; i < kResolutionCount; ++i) {
        const std::string given = name(i) + " is " + std::to_string(kept[i]) + " days: ";
        if (kept[i] == 0 || kept[i] > kMostDays)
            return flow::fail(given + "give 1 to " + std::to_string(kMostDays) + " days");
        if (i + 1 == kResolutionCount) break;
        // A day more than the span: the coarser chunk is made after its span has ended, not at once.
        const std::uint32_t least = kResolutions[i + 1].span_s() / kDayS + 1;
        if (kept[i] < least) {
            return flow::fail(given + "give at least " + std::to_string(least) + ", because the " +
                              std::to_string(kResolutions[i + 1].step_s) + "-s values are made from them");
        }
        if (kept[i] > kept[i + 1]) {
            return flow::fail(given + "give at most as many as for " + std::to_string(kResolutions[i + 1].step_s) +
                              "-s values (" + std::to_string(kept[i + 1]) + ")");
        }
    }
    return {};
}

}  // namespace store
