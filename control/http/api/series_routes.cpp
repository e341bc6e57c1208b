// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/series_routes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "control/http/api/series_text.hpp"
#include "control/status_json.hpp"

namespace api {
namespace {

// Steps that totals are added up from at most: the finest that the window is exact in.
constexpr std::uint64_t kTotalSteps = 10'000;

http::Response unreadable(const flow::Error& error) {
    return problem(503, "no_data", error.text());
}

std::vector<std::vector<std::uint32_t>> ids_of(const std::vector<SeriesRow>& rows) {
    std::vector<std::vector<std::uint32_t>> out;
    for (const SeriesRow& row : rows) out.push_back(row.ids);
    return out;
}

// The nearest that retention has not deleted.
flow::Result<std::uint32_t> kept(const store::Reader& reader, const std::vector<SeriesRow>& rows,
                                 const control::TimeSpan& span, std::size_t wanted, const control::Retention& retention,
                                 std::uint64_t now_s) {
    const auto ids = ids_of(rows);
    const auto at = control::kept_resolution(
        wanted, span, retention, now_s,
        [&](std::uint32_t from_s, std::uint32_t to_s, std::uint32_t step_s) -> flow::Result<bool> {
            bool any = false;
            const auto done = reader.visit_series(ids, from_s, to_s, step_s,
                                                  [&](std::size_t, std::uint32_t, const auto&) { any = true; });
            if (!done) return tl::unexpected(done.error());
            return any;
        });
    if (!at) return tl::unexpected(at.error());
    return control::Retention::kResolution_s[*at];
}

void add(flow::Cell& to, const flow::Cell& cell) {
    to.flows += cell.flows;
    to.packets += cell.packets;
    to.bytes += cell.bytes;
}

Json cell_json(const flow::Cell& cell) {
    return {{"flows", cell.flows}, {"packets", cell.packets}, {"bytes", cell.bytes}};
}

Json cells_json(const std::array<flow::Cell, flow::kClasses>& cells) {
    flow::Cell any;
    for (const flow::Cell& cell : cells) add(any, cell);
    Json out{{"any", cell_json(any)}};
    for (std::uint32_t c = 0; c < flow::kClasses; ++c) out[std::string(class_name(c))] = cell_json(cells[c]);
    return out;
}

}  // namespace

Answered<std::vector<SeriesRow>> SeriesRoutes::rows_of(const SeriesQuestion& question) {
    const auto catalogue = common_.catalogue.get();
    if (!*catalogue) return tl::unexpected(unreadable(catalogue->error()));
    return choose_rows(*common_.config.get(), **catalogue, question.selection);
}

// As asked for, or where the picture has room for more than steps of 10 s and every second of it is known.
bool SeriesRoutes::is_at_edge(const SeriesQuestion& question) const {
    if (question.resolution_s != 0) return question.resolution_s == kEdgeStep_s;
    const std::uint64_t coarse = (question.span.to_s - question.span.from_s) / control::Retention::kResolution_s[0];
    return 2 * coarse < question.points && knows_seconds(question.span);
}

bool SeriesRoutes::knows_seconds(const control::TimeSpan& span) const {
    const std::uint32_t from_s = edge_.from_s();
    return from_s != 0 && from_s <= span.from_s;
}

void SeriesRoutes::visit_edge(const std::vector<SeriesRow>& rows, const control::TimeSpan& span,
                              const std::function<void(std::size_t, std::uint32_t, const Edge::Entry&)>& use) const {
    std::unordered_map<std::uint32_t, std::vector<std::size_t>> rows_of;  // by series
    for (std::size_t row = 0; row < rows.size(); ++row) {
        for (const std::uint32_t id : rows[row].ids) rows_of[id].push_back(row);
    }
    edge_.visit(span.from_s, span.to_s, [&](std::uint32_t at_s, const Edge::Entry& entry) {
        const auto found = rows_of.find(entry.series);
        if (found == rows_of.end()) return;
        for (const std::size_t row : found->second) use(row, at_s, entry);
    });
}

void SeriesRoutes::read_edge(const SeriesQuestion& question, SeriesValues& out) const {
    visit_edge(out.rows, out.span, [&](std::size_t row, std::uint32_t at_s, const Edge::Entry& entry) {
        const bool wanted = question.traffic_class == kAnyClass || question.traffic_class == entry.traffic_class;
        out.add(row, at_s, wanted ? in_unit(entry.cell, question.unit) : 0);
    });
}

flow::Result<void> SeriesRoutes::choose_steps(const store::Reader& reader, const SeriesQuestion& question,
                                              SeriesValues& out) {
    if (is_at_edge(question)) {
        out.resolution_s = kEdgeStep_s;
        out.span = question.span;
        out.newest_s = std::min(edge_.to_s(), out.span.to_s);
        return {};
    }
    out.resolution_s = question.resolution_s;
    if (out.resolution_s == 0) {
        const auto chosen = kept(reader, out.rows, question.span, fitting_resolution(question.span, question.points),
                                 common_.config.get()->retention, now_s());
        if (!chosen) return tl::unexpected(chosen.error());
        out.resolution_s = *chosen;
    }
    out.span = whole_steps(question.span, out.resolution_s);
    const auto commit_ms = reader.last_commit_ms();
    if (!commit_ms) return tl::unexpected(commit_ms.error());
    out.newest_s = newest_step(*commit_ms, out.span, out.resolution_s);
    return {};
}

flow::Result<void> SeriesRoutes::read(const store::Reader& reader, const SeriesQuestion& question,
                                      SeriesValues& out) const {
    out.values.assign(out.rows.size(), std::vector<std::uint64_t>(out.steps(), SeriesValues::kNothing));
    if (out.resolution_s == kEdgeStep_s) {
        read_edge(question, out);
        return {};
    }
    return reader.visit_series(
        ids_of(out.rows), out.span.from_s, out.span.to_s, out.resolution_s,
        [&](std::size_t row, std::uint32_t start_s, const auto& sums) { out.add(row, start_s, question.value(sums)); });
}

Answered<SeriesValues> SeriesRoutes::values_of(const SeriesQuestion& question) {
    auto rows = rows_of(question);
    if (!rows) return tl::unexpected(rows.error());
    SeriesValues out;
    out.rows = *std::move(rows);
    bool too_many = false;
    const auto done = common_.readers.with([&](const store::Reader& reader) -> flow::Result<void> {
        if (auto ok = choose_steps(reader, question, out); !ok) return ok;
        too_many = out.steps() * std::max<std::size_t>(out.rows.size(), 1) > kMostValues;
        return too_many ? flow::Result<void>{} : read(reader, question, out);
    });
    if (!done) return tl::unexpected(unreadable(done.error()));
    if (!too_many) return out;
    return tl::unexpected(problem(422, "too_large",
                                  std::to_string(out.rows.size()) + " rows of " + std::to_string(out.steps()) +
                                      " steps are more than " + std::to_string(kMostValues) +
                                      " values: ask for a shorter time, a coarser resolution or fewer channels"));
}

http::Response SeriesRoutes::series(const SeriesQuestion& question) {
    const auto values = values_of(question);
    if (!values) return values.error();
    std::vector<std::string> sources;
    for (const SeriesRow& row : values->rows) sources.insert(sources.end(), row.sources.begin(), row.sources.end());
    std::sort(sources.begin(), sources.end());
    sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
    std::vector<Gap> gaps;
    if (!sources.empty()) {
        auto found = losses_.gaps(values->span, values->resolution_s, sources);
        if (!found) return unreadable(found.error());
        gaps = *std::move(found);
    }
    return {.content_type = control::kJsonContentType, .body = series_text(question, *values, gaps)};
}

flow::Result<control::TimeSpan> SeriesRoutes::add_up(const SeriesQuestion& question, const std::vector<SeriesRow>& rows,
                                                     std::vector<ClassCells>& sums) {
    // A slot of a graph that moves each second: whole steps of 10 s would be more than was asked for.
    const std::uint32_t finest_s = control::Retention::kResolution_s[0];
    const bool broken = question.span.from_s % finest_s != 0 || question.span.to_s % finest_s != 0;
    if (question.resolution_s == 0 && broken && knows_seconds(question.span)) {
        visit_edge(rows, question.span, [&](std::size_t row, std::uint32_t, const Edge::Entry& entry) {
            add(sums[row][entry.traffic_class], entry.cell);
        });
        return control::TimeSpan{question.span.from_s,
                                 std::clamp(edge_.to_s(), question.span.from_s, question.span.to_s)};
    }
    control::TimeSpan span;
    const auto done = common_.readers.with([&](const store::Reader& reader) -> flow::Result<void> {
        std::uint32_t step_s = question.resolution_s;
        if (step_s == 0) {
            const auto& steps = control::Retention::kResolution_s;
            std::size_t wanted = 0;
            while (wanted + 1 < steps.size() &&
                   (question.span.to_s - question.span.from_s) / steps[wanted] > kTotalSteps)
                ++wanted;
            const auto chosen = kept(reader, rows, question.span, wanted, common_.config.get()->retention, now_s());
            if (!chosen) return tl::unexpected(chosen.error());
            step_s = *chosen;
        }
        span = whole_steps(question.span, step_s);
        return reader.visit_series(ids_of(rows), span.from_s, span.to_s, step_s,
                                   [&](std::size_t row, std::uint32_t, const ClassCells& cells) {
                                       for (std::size_t c = 0; c < cells.size(); ++c) add(sums[row][c], cells[c]);
                                   });
    });
    if (!done) return tl::unexpected(done.error());
    return span;
}

http::Response SeriesRoutes::totals(const SeriesQuestion& question) {
    if (question.resolution_s == kEdgeStep_s)
        return problem(422, "bad_argument",
                       "resolution 1s is of the moving edge, totals have none: write auto, 10s, 5m ...");
    const auto rows = rows_of(question);
    if (!rows) return rows.error();
    std::vector<ClassCells> sums(rows->size());
    const auto span = add_up(question, *rows, sums);
    if (!span) return unreadable(span.error());
    Json out{{"from_s", span->from_s}, {"to_s", span->to_s}, {"rows", Json::array()}};
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const SeriesRow& row = (*rows)[i];
        out["rows"].push_back({{"profile", row.profile}, {"channel", row.channel}, {"cells", cells_json(sums[i])}});
    }
    return json(out);
}

http::Response SeriesRoutes::peak(const SeriesQuestion& question) {
    const auto values = values_of(question);
    if (!values) return values.error();
    Json out{{"at_s", values->span.from_s}, {"resolution_s", values->resolution_s}, {"value", 0}};
    std::uint64_t highest = 0;
    for (std::size_t step = 0; step < values->steps(); ++step) {
        std::uint64_t sum = 0;
        for (const auto& row : values->values) sum += row[step] == SeriesValues::kNothing ? 0 : row[step];
        if (sum <= highest) continue;
        highest = sum;
        out["at_s"] = values->span.from_s + step * values->resolution_s;
        out["value"] = sum;
    }
    return json(out);
}

http::Handler SeriesRoutes::later(Ask ask) {
    return [this, ask](const http::Request& request) {
        const auto question = read_question(request, now_s());
        if (!question) return question.error();
        return http::answer_later([this, ask, question = *question] { return (this->*ask)(question); });
    };
}

std::vector<http::Route> SeriesRoutes::routes() {
    const std::string root = kRoot;
    return {{"GET", root + "/series", http::Reach::anyone, later(&SeriesRoutes::series)},
            {"GET", root + "/totals", http::Reach::anyone, later(&SeriesRoutes::totals)},
            {"GET", root + "/peak", http::Reach::anyone, later(&SeriesRoutes::peak)}};
}

}  // namespace api
