// SPDX-License-Identifier: Apache-2.0
// What filling a channel's past means: which series, which time of each, in which steps; or why there is nothing to fill.
//
// Thread: any. Waits a few seconds at most, where a channel was made just now.
// Shape:  a series is filled up to the end of the 10-s bucket in which its newest filter came into use: what follows was counted
//         live. The bucket itself was counted in part, and is made whole. Where a filter was changed, the values of the older
//         one are replaced. A channel of every source has those series, too, that it would have had of sources that are gone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/fill/question.hpp"
#include "control/http/api/world.hpp"

namespace api {

struct FillAsked {
    std::string profile{}, channel{};
    std::optional<std::uint32_t> from_s{}, to_s{};  // nothing: as much as there is
};

struct FillPlan {
    struct Series {
        std::uint32_t id = 0;
        std::uint32_t begun_s = 0;  // the bucket in which it began to be counted live
        std::uint32_t to_s = 0;     // the end of what is filled
    };
    fill::Question question{};
    std::vector<Series> series{};        // one a source of the question
    std::vector<std::string> sources{};  // of the channel, as it was configured
    std::uint32_t from_s = 0, to_s = 0;
};

// `error` and `status` as in api::problem().
struct FillRefusal {
    unsigned status = 0;
    std::string error{}, detail{};
};
[[nodiscard]] tl::expected<FillPlan, FillRefusal> plan_fill(const World& world, const FillAsked& asked);

// Why the channel is not any more what the plan was made for; empty: it is.
[[nodiscard]] std::string outdated(const control::Config& config, const FillAsked& asked, const FillPlan& plan);

}  // namespace api
