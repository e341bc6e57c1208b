// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/filter_series.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "control/http/api/members.hpp"
#include "control/http/api/reply.hpp"
#include "control/http/api/series_text.hpp"

namespace api {
namespace {

constexpr std::array<std::string_view, 3> kUnits = {"flows", "packets", "bytes"};
constexpr std::array<std::string_view, 5> kClasses = {"any", "tcp", "udp", "icmp", "other"};
constexpr const char* kColour = "#3b82f6";

template <class Words>
flow::Result<std::string> choice(const http::Request& request, const std::string& name, std::string_view otherwise,
                                 const Words& words) {
    std::string given = text(request, name, otherwise);
    if (std::find(words.begin(), words.end(), given) != words.end()) return given;
    std::string all;
    for (const std::string_view word : words) (all += all.empty() ? "" : ", ") += word;
    return flow::fail(name + "=" + given + " is none of " + all);
}

std::uint64_t value_of(const Json& cells, const SeriesShape& shape) {
    if (shape.traffic_class == "any") return number_in(cells, shape.unit.c_str());
    return number_in(member(member(cells, "classes"), shape.traffic_class.c_str()), shape.unit.c_str());
}

// A value a step; null where no flows can have come yet.
Json values_of(const Json& points, std::uint64_t from_s, std::uint64_t to_s, std::uint64_t step_s,
               std::uint64_t newest_s, const SeriesShape& shape) {
    if (to_s < from_s || (to_s - from_s) / step_s > kMostSteps) return Json::array();
    std::vector<std::uint64_t> sums((to_s - from_s + step_s - 1) / step_s);
    for (const Json& point : points) {
        const auto at = number_in(point, "time");
        if (at >= from_s && at < to_s) sums[(at - from_s) / step_s] = value_of(point, shape);
    }
    Json out = Json::array();
    for (std::size_t i = 0; i < sums.size(); ++i)
        out.push_back(from_s + i * step_s >= newest_s ? Json(nullptr) : Json(sums[i]));
    return out;
}

}  // namespace

flow::Result<SeriesShape> read_shape(const http::Request& request) {
    auto unit = choice(request, "unit", "bytes", kUnits);
    if (!unit) return flow::pass(unit);
    auto traffic_class = choice(request, "class", "any", kClasses);
    if (!traffic_class) return flow::pass(traffic_class);
    return SeriesShape{*std::move(unit), *std::move(traffic_class)};
}

SeriesSteps steps_of(const Job& job) {
    const auto number = [&](const char* name) {
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(number_in(job.series(), name), ~std::uint32_t{0}));
    };
    return {{number("from"), number("to")}, std::max(1u, number("resolution_s"))};
}

Json series_result(const Job& job, const SeriesShape& shape, const std::vector<Gap>& gaps, std::uint64_t now_s) {
    const auto [span, step_s] = steps_of(job);
    const auto [from_s, to_s] = span;
    const std::uint64_t newest_s = std::min<std::uint64_t>(to_s, now_s);
    Json series{{"from_s", from_s},
                {"to_s", to_s},
                {"resolution_s", step_s},
                {"unit", shape.unit},
                {"class", shape.traffic_class},
                {"newest_s", newest_s},
                {"rows", Json::array()},
                {"completeness", gaps_json(gaps)}};
    Json sums{{"flows", 0}, {"packets", 0}, {"bytes", 0}};
    for (const Json& row : list_in(job.series(), "series")) {
        for (auto& [unit, sum] : sums.items()) sum = number_in(row, unit.c_str());
        series["rows"].push_back({{"profile", job.question.profile},
                                  {"channel", "filter"},
                                  {"colour", kColour},
                                  {"sign", "+"},
                                  {"order", 0},
                                  {"values", values_of(list_in(row, "points"), from_s, to_s, step_s, newest_s, shape)},
                                  {"marks", Json::array()}});
    }
    return {
        {"columns", Json::array()},   {"total", 0}, {"offset", 0}, {"rows", Json::array()}, {"sums", std::move(sums)},
        {"series", std::move(series)}};
}

}  // namespace api
