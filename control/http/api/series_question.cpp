// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/series_question.hpp"

#include <algorithm>

namespace api {
namespace {

// Cores hand their tallies over each second and the store commits each second: what is older is on disk.
constexpr std::uint64_t kUnderWay_s = 2;

tl::unexpected<http::Response> bad(const std::string& detail) {
    return tl::unexpected(problem(422, "bad_argument", detail));
}

template <std::size_t N>
std::string joined(const std::array<std::string_view, N>& names) {
    std::string out;
    for (const std::string_view name : names) out += (out.empty() ? "" : ", ") + std::string(name);
    return out;
}

}  // namespace

std::string_view class_name(std::uint32_t traffic_class) noexcept {
    return traffic_class < flow::kClasses ? flow::kClassNames[traffic_class] : "any";
}

std::uint64_t SeriesQuestion::value(const std::array<flow::Cell, flow::kClasses>& sums) const noexcept {
    if (traffic_class < flow::kClasses) return in_unit(sums[traffic_class], unit);
    std::uint64_t out = 0;
    for (const flow::Cell& cell : sums) out += in_unit(cell, unit);
    return out;
}

Answered<SeriesQuestion> read_question(const http::Request& request, std::uint64_t now_s) {
    SeriesQuestion out;
    out.selection = {.profile = text(request, "profile"),
                     .channels = list(request, "channel"),
                     .sources = list(request, "source"),
                     .per_source = false};
    const std::string per_source = text(request, "per_source", "false");
    if (per_source != "true" && per_source != "false") return bad("per_source=" + per_source + " is not true or false");
    out.selection.per_source = per_source == "true";

    const auto span =
        control::parse_time_span(text(request, "from", "-1h"), text(request, "to", "now"), now_s, "from", "to");
    if (!span) return bad(span.error().text());
    out.span = *span;
    if (const std::string resolution = text(request, "resolution", "auto"); resolution == "1" || resolution == "1s") {
        out.resolution_s = kEdgeStep_s;
    } else {
        const auto parsed = control::parse_resolution(resolution, "resolution");
        if (!parsed) return bad(parsed.error().text() + ", or 1s for the last 15 minutes");
        out.resolution_s = *parsed;
    }
    const auto points = number(request, "points", out.points, kMostPoints);
    if (!points) return bad(points.error().text());
    out.points = std::max<std::uint64_t>(*points, 1);

    const std::string unit = text(request, "unit", "bytes");
    const auto found = std::find(kUnitNames.begin(), kUnitNames.end(), unit);
    if (found == kUnitNames.end()) return bad("unit=" + unit + " is none of " + joined(kUnitNames));
    out.unit = static_cast<Unit>(found - kUnitNames.begin());
    const std::string named = text(request, "class", "any");
    const auto at = std::find(flow::kClassNames.begin(), flow::kClassNames.end(), named);
    if (at == flow::kClassNames.end() && named != "any")
        return bad("class=" + named + " is none of any, " + joined(flow::kClassNames));
    out.traffic_class = static_cast<std::uint32_t>(at - flow::kClassNames.begin());
    return out;
}

std::size_t fitting_resolution(const control::TimeSpan& span, std::uint64_t points) noexcept {
    std::size_t i = control::Retention::kResolution_s.size() - 1;
    const std::uint64_t length_s = span.to_s - span.from_s;
    while (i > 0 && 2 * (length_s / control::Retention::kResolution_s[i]) < points) --i;
    return i;
}

control::TimeSpan whole_steps(const control::TimeSpan& span, std::uint32_t step_s) noexcept {
    const std::uint64_t to_s = (std::uint64_t{span.to_s} + step_s - 1) / step_s * step_s;
    const std::uint64_t last_s = ~std::uint32_t{0} - ~std::uint32_t{0} % step_s;
    return {span.from_s - span.from_s % step_s, static_cast<std::uint32_t>(std::min(to_s, last_s))};
}

std::uint32_t newest_step(std::uint64_t commit_ms, const control::TimeSpan& span, std::uint32_t step_s) noexcept {
    const std::uint64_t whole_s = commit_ms / 1000 - std::min(commit_ms / 1000, kUnderWay_s);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(whole_s - whole_s % step_s, span.to_s));
}

}  // namespace api
