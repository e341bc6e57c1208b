// SPDX-License-Identifier: Apache-2.0
#include "store/series/clock.hpp"

#include <algorithm>

namespace store {
namespace {
std::string hours(std::uint64_t ms) {
    return std::to_string((ms + LeapGuard::kLeapMs / 2) / LeapGuard::kLeapMs) + " h";
}
}  // namespace

void LeapGuard::observe(std::uint64_t wall_ms, std::uint64_t steady_ms) {
    const std::uint64_t steady_step = observed_ ? steady_ms - last_steady_ms_ : 0;
    const std::uint64_t expected = last_wall_ms_ + steady_step;
    const bool forward = wall_ms >= expected;
    const std::uint64_t leap = forward ? wall_ms - expected : expected - wall_ms;
    const bool is_new = !observed_ && last_wall_ms_ == 0;
    if (!is_new && leap > kLeapMs) {
        waits_ms_ = kDeletionWaitS * 1000;
        if (observed_) {
            what_ = "the clock leapt " + hours(leap) + (forward ? " forward" : " back");
        } else if (forward) {
            what_ = "the collector was stopped for " + hours(leap) + ", or the clock leapt meanwhile";
        } else {
            what_ = "the clock is " + hours(leap) + " behind the newest data";
        }
    } else {
        waits_ms_ -= std::min(waits_ms_, steady_step);
    }
    observed_ = true;
    last_wall_ms_ = wall_ms;
    last_steady_ms_ = steady_ms;
}

std::string LeapGuard::text() const {
    if (!deletion_waits()) return {};
    return (what_.empty() ? std::string("the clock leapt") : what_) + ": old data is kept for another " +
           hours(waits_ms_) + ", check the time";
}

}  // namespace store
