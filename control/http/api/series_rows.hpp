// SPDX-License-Identifier: Apache-2.0
// Which series a question means: the channels of the configuration with what the store's catalogue has of them.
//
// Thread: any; values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/http/api/reply.hpp"
#include "control/http/api/shared.hpp"

namespace api {

struct Mark {
    std::uint32_t at_s = 0;
    std::string text{};  // the filter from here on
};

struct SeriesRow {
    std::string profile, channel;
    std::string source{};  // empty: all that were asked for
    std::string colour = "#808080";
    bool above_axis = true;
    std::int32_t order = 0;
    std::vector<std::uint32_t> ids{};    // of the series to be added up
    std::vector<std::string> sources{};  // of each
    std::vector<Mark> marks{};           // changes of the filter, not its beginning
};

struct Selection {
    std::string profile{};                           // empty: all that are configured
    std::vector<std::string> channels{}, sources{};  // empty: all
    bool per_source = false;
};

// In the order in which they are drawn. A channel that is in no file any more is found by its name while its data are kept.
// Otherwise 404: nothing has the name.
[[nodiscard]] Answered<std::vector<SeriesRow>> choose_rows(const control::Config& config, const Catalogue& catalogue,
                                                           const Selection& selection);

}  // namespace api
