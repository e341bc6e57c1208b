// SPDX-License-Identifier: Apache-2.0
#include "control/series_span.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <vector>

#include "control/config_problems.hpp"
#include "control/duration.hpp"

namespace control {
namespace {

std::string resolution_names() {
    std::string out = "auto";
    for (const store::Resolution& r : store::kResolutions) out += ", " + duration_text(r.step_s);
    return out;
}

}  // namespace

flow::Result<TimeSpan> parse_time_span(const std::string& from, const std::string& to, std::uint64_t now_s,
                                       std::string_view from_name, std::string_view to_name) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    const auto first = parse_time(from, now_s);
    auto end = parse_time(to, now_s);
    if (end && to == "now") ++*end;
    for (const auto& [name, given, value] : {std::tuple(from_name, &from, first), std::tuple(to_name, &to, end)}) {
        if (value && *value <= kMost) continue;
        return flow::fail(std::string(name) + " " + *given +
                          " is no time: write -1h, 2024-05-01T12:30, seconds since 1970, or now");
    }
    if (*first >= *end)
        return flow::fail(std::string(from_name) + " " + from + " is not before " + std::string(to_name) + " " + to);
    return TimeSpan{static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*end)};
}

flow::Result<std::uint32_t> parse_resolution(const std::string& text, std::string_view name) {
    if (text == "auto") return 0;
    for (const store::Resolution& r : store::kResolutions) {
        if (text == duration_text(r.step_s) || text == std::to_string(r.step_s)) return r.step_s;
    }
    return flow::fail(std::string(name) + " " + text + " is none: write one of " + resolution_names());
}

flow::Result<std::size_t> kept_resolution(std::size_t wanted, const TimeSpan& span, const Retention& retention,
                                          std::uint64_t now_s, const HasPoints& has_points) {
    const auto& steps = Retention::kResolution_s;
    std::size_t i = wanted;
    while (i + 1 < steps.size() && now_s > retention.keep_s[i] && span.from_s < now_s - retention.keep_s[i]) {
        const auto kept_from =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(span.to_s, now_s - retention.keep_s[i]));
        const auto here = has_points(span.from_s, kept_from, steps[i]);
        if (!here) return tl::unexpected(here.error());
        if (*here) break;
        const auto coarser = has_points(span.from_s, kept_from, steps[i + 1]);
        if (!coarser) return tl::unexpected(coarser.error());
        if (!*coarser) break;
        ++i;
    }
    return i;
}

std::string no_such_name(std::string_view kind, std::string_view wanted, const std::set<std::string_view>& names,
                         std::string_view otherwise) {
    const std::vector<std::string_view> list(names.begin(), names.end());
    const auto near = nearest(wanted, list);
    const std::string what = "there is no " + std::string(kind) + " \"" + std::string(wanted) + "\"";
    return near.empty() ? what + std::string(otherwise) : what + ": did you mean \"" + std::string(near) + "\"?";
}

}  // namespace control
