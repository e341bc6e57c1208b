// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/exporter_books.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "control/completeness.hpp"
#include "control/http/api/series_question.hpp"

namespace api {
namespace {

#define X(name, text) #name,
constexpr std::array kNames{FLOW_EXPORTER_COUNTS(X)};
#undef X

struct Step {
    bool booked = false;
    flow::ExporterCounts counts{};
    control::Completeness sum{};
    double in_us = 0;

    void add(flow::Protocol protocol, const flow::ExporterCounts& more) {
        booked = true;
        counts.add(more);
        sum.add(protocol, more);
        in_us += control::lost_in_us(more);
    }
    [[nodiscard]] std::array<std::uint64_t, kNames.size()> numbers() const {
#define X(name, text) counts.name,
        return {FLOW_EXPORTER_COUNTS(X)};
#undef X
    }
};

struct Question {
    std::uint32_t exporter = 0;
    flow::Protocol protocol{};
    control::TimeSpan span{};
    std::uint32_t step_s = 0;
};

tl::unexpected<http::Response> bad(const std::string& detail) {
    return tl::unexpected(problem(422, "bad_argument", detail));
}

Answered<Question> read(const control::Status& status, const http::Request& request, std::uint64_t now_s) {
    const auto id = exporter_id(status, request.at.at("id"));
    if (!id) return tl::unexpected(id.error());
    const auto span =
        control::parse_time_span(text(request, "from", "-1d"), text(request, "to", "now"), now_s, "from", "to");
    if (!span) return bad(span.error().text());
    const auto resolution = control::parse_resolution(text(request, "resolution", "auto"), "resolution");
    if (!resolution) return bad(resolution.error().text());
    const auto points = number(request, "points", 1000, kMostPoints);
    if (!points) return bad(points.error().text());
    if (*resolution != 0 && *resolution < store::kBookSeconds)
        return bad("resolution " + std::to_string(*resolution) + "s: books are kept in steps of 5m");
    Question out{*id, status.exporters[*id].key.protocol, {}, *resolution};
    if (out.step_s == 0)
        out.step_s =
            std::max(store::kBookSeconds, control::Retention::kResolution_s[fitting_resolution(*span, *points)]);
    out.span = whole_steps(*span, out.step_s);
    if ((out.span.to_s - out.span.from_s) / out.step_s > kMostPoints)
        return tl::unexpected(problem(422, "too_large",
                                      "these are more than " + std::to_string(kMostPoints) +
                                          " steps: ask for a shorter time or a coarser resolution"));
    return out;
}

Json values_json(const std::vector<Step>& steps) {
    Json out = Json::object();
    for (const char* name : kNames) out[name] = Json::array();
    Json before = Json::array(), in_us = Json::array(), completeness = Json::array();
    for (const Step& step : steps) {
        const auto numbers = step.numbers();
        for (std::size_t i = 0; i < kNames.size(); ++i)
            out[kNames[i]].push_back(step.booked ? Json(numbers[i]) : Json(nullptr));
        const double missing = step.sum.missing_flows(), ours = std::min(step.in_us, missing);
        before.push_back(step.booked ? Json(std::llround(missing - ours)) : Json(nullptr));
        in_us.push_back(step.booked ? Json(std::llround(ours)) : Json(nullptr));
        completeness.push_back(step.booked ? Json(step.sum.ratio()) : Json(nullptr));
    }
    out["lost_before_us"] = std::move(before);
    out["lost_in_us"] = std::move(in_us);
    out["completeness"] = std::move(completeness);
    return out;
}

}  // namespace

Answered<std::uint32_t> exporter_id(const control::Status& status, const std::string& text) {
    std::uint32_t id = 0;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, id);
    if (parsed.ec != std::errc{} || parsed.ptr != end || id >= status.exporters.size())
        return tl::unexpected(
            problem(404, "not_found", "there is no exporter " + text + ": GET /api/v1/exporters lists them"));
    return id;
}

http::Response exporter_books(Common& common, const http::Request& request, std::uint64_t now_s) {
    const auto question = read(*common.status.get(), request, now_s);
    if (!question) return question.error();
    const control::TimeSpan& span = question->span;
    const std::uint32_t step_s = question->step_s;
    std::vector<Step> steps((span.to_s - span.from_s) / step_s);
    std::uint32_t newest_s = 0;
    const auto done = common.readers.with([&](const store::Reader& reader) -> flow::Result<void> {
        const auto commit_ms = reader.last_commit_ms();
        if (!commit_ms) return tl::unexpected(commit_ms.error());
        newest_s = newest_step(*commit_ms, span, step_s);
        return reader.visit_books(span.from_s, span.to_s, std::array{question->exporter}, [&](const store::Book& book) {
            steps[(book.start_s - span.from_s) / step_s].add(question->protocol, book.counts);
        });
    });
    if (!done) return problem(503, "no_data", done.error().text());
    return json({{"id", question->exporter},
                 {"from_s", span.from_s},
                 {"to_s", span.to_s},
                 {"resolution_s", step_s},
                 {"newest_s", newest_s},
                 {"values", values_json(steps)}});
}

}  // namespace api
