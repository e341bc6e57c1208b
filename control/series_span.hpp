// SPDX-License-Identifier: Apache-2.0
// Which time, which steps and which names a question about series means: the same words for the command and the API.
//
// Thread: any; values. Errors: sentences for people that say what to write instead.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "control/config.hpp"
#include "dataplane/flow/result.hpp"
#include "store/series/resolution.hpp"

namespace control {

struct TimeSpan {
    std::uint32_t from_s = 0;
    std::uint32_t to_s = 0;  // not included
};
// As control/duration.hpp reads times; "now" as the end takes the second that has begun, too. `from_name`, `to_name`: what
// the arguments are called ("--from", "from").
[[nodiscard]] flow::Result<TimeSpan> parse_time_span(const std::string& from, const std::string& to,
                                                     std::uint64_t now_s, std::string_view from_name,
                                                     std::string_view to_name);

// One of store::kResolutions, as "300" or "5m"; 0 for "auto". `name`: what the argument is called.
[[nodiscard]] flow::Result<std::uint32_t> parse_resolution(const std::string& text, std::string_view name);

// Whether series have points of this resolution in [from_s, to_s).
using HasPoints =
    std::function<flow::Result<bool>(std::uint32_t from_s, std::uint32_t to_s, std::uint32_t resolution_s)>;
// `wanted` (an index into Retention::kResolution_s), or a coarser one where retention has deleted the beginning of the span
// and the coarser one still has it. A replay keeps everything, however old: it looks before it leaps.
[[nodiscard]] flow::Result<std::size_t> kept_resolution(std::size_t wanted, const TimeSpan& span,
                                                        const Retention& retention, std::uint64_t now_s,
                                                        const HasPoints& has_points);

// "there is no channel "dnss": did you mean "dns"?"; `otherwise` stands for the question where no name is near.
[[nodiscard]] std::string no_such_name(std::string_view kind, std::string_view wanted,
                                       const std::set<std::string_view>& names, std::string_view otherwise);

}  // namespace control
