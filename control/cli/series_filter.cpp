// SPDX-License-Identifier: Apache-2.0
// `net-collector series --filter`: the time series of any filter, counted from the archive.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/confine.hpp"
#include "control/cli/filter_input.hpp"
#include "control/cli/query_world.hpp"
#include "control/cli/series_query.hpp"
#include "control/filter_excerpt.hpp"
#include "control/query/buckets.hpp"
#include "control/query/cancel.hpp"
#include "control/query/coverage.hpp"
#include "control/query/filter.hpp"
#include "control/query/progress.hpp"
#include "control/query/selection.hpp"

namespace cli {
namespace {

struct Asked {
    query::Filter filter;
    query::Selection selection;
    Span span;
};

// The finest steps that are not too many.
std::uint32_t fitting_step(const Span& span) {
    for (const store::Resolution& r : store::kResolutions) {
        if ((span.to_s - span.from_s) / r.step_s <= kMostSteps) return r.step_s;
    }
    return store::kResolutions.back().step_s;
}

Outcome<Span> whole_steps(const SeriesQuery& query, std::uint64_t now_s) {
    auto span = parse_span(query, now_s);
    if (!span) return span;
    if (span->resolution_s == 0) span->resolution_s = fitting_step(*span);
    span->from_s -= span->from_s % span->resolution_s;
    if ((span->to_s - span->from_s) / span->resolution_s > store::Reader::kMaxPoints)
        return failure(Exit::usage, "these are more than " + std::to_string(store::Reader::kMaxPoints) +
                                        " steps: write a coarser --resolution");
    return span;
}

query::BucketPlan plan_of(const SeriesQuery& query, const Asked& asked) {
    query::BucketPlan plan{.from_s = asked.span.from_s, .to_s = asked.span.to_s, .step_s = asked.span.resolution_s};
    if (!query.per_source) return plan;
    for (std::uint32_t i = 0; i < asked.selection.sources.size(); ++i) plan.series_of.push_back(i);
    plan.series = std::max(1u, static_cast<std::uint32_t>(plan.series_of.size()));
    return plan;
}

Outcome<Asked> prepare(const Context& context, const SeriesQuery& query, const store::Reader& reader,
                       const std::string& archive, flow::ExporterTable& exporters) {
    Asked asked{};
    auto span = whole_steps(query, context.now_s);
    if (!span) return tl::unexpected(span.error());
    asked.span = *span;
    const auto config = usable_config(context, !query.profile.empty());
    if (!config) return tl::unexpected(config.error());
    auto sources = reader.sources();
    if (!sources) return failure(Exit::failed, sources.error().text());
    query::Request request;
    request.profile = query.profile;
    request.channels = query.channels;
    request.confined = query.confined;
    query::FilterText text;
    text.text = query.filter;
    auto filter = query::make_filter(
        request, text,
        {.config = config->has_value() ? &**config : nullptr, .sources = *std::move(sources), .exporters = &exporters});
    if (!filter) return tl::unexpected(failure_of(filter.error()));
    asked.filter = *std::move(filter);
    auto selection = query::select_archive(reader, archive, query.sources);
    if (!selection) return tl::unexpected(failure_of(selection.error()));
    asked.selection = *std::move(selection);
    std::erase_if(asked.selection.segments, [&](const store::query::SegmentChoice& choice) {
        return choice.entry.received_to_ms / 1000 < asked.span.from_s ||
               choice.entry.received_from_ms / 1000 >= asked.span.to_s;
    });
    return asked;
}

std::vector<Row> rows_of(const SeriesQuery& query, const Asked& asked, const query::Buckets& buckets,
                         const query::BucketPlan& plan) {
    std::vector<Row> rows;
    for (std::uint32_t i = 0; i < plan.series; ++i) {
        Row row{"archive", "filter", {}, {}, {}, {}};
        if (query.per_source && i < asked.selection.sources.size()) row.sources = {asked.selection.sources[i]};
        if (!query.per_source) row.sources = query.sources.empty() ? asked.selection.sources : query.sources;
        keep(row, buckets.points(i));
        const bool other = query.per_source && !query.sources.empty() &&
                           std::ranges::find(query.sources, row.sources.front()) == query.sources.end();
        if (!other) rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

Done show_filtered_series(const Context& context, const SeriesQuery& query) {
    if (query.confined) {
        if (auto ok = confine(); !ok) return failure(Exit::failed, ok.error().text());
    }
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto reader = open_data(where->data);
    if (!reader) return tl::unexpected(reader.error());
    const std::string archive = archive_of(where->data);
    const auto exporters = std::make_unique<flow::ExporterTable>();
    auto asked = prepare(context, query, *reader, archive, *exporters);
    if (!asked) return tl::unexpected(asked.error());
    const query::BucketPlan plan = plan_of(query, *asked);

    std::uint64_t rows = 0;
    for (const auto& segment : asked->selection.segments) rows += segment.entry.rows;
    const query::Cancel cancel;
    store::query::Options options;
    options.segments = asked->selection.segments;
    options.refresh = query::refreshed(*reader, archive);
    options.program = asked->filter.program.get();
    options.columns = query::Buckets::columns();
    options.received = true;
    options.exporters = exporters.get();
    const query::Effort effort =
        query::effort_for([&] { return daemon_load(where->socket); }, asked->filter.counts_rows ? 1 : 0, rows);
    options.threads = effort.threads;
    options.background = effort.background;
    options.cancelled = &cancel.flag();
    options.progress = [&](const store::query::Progress& p) { query::tell_progress(query.progress, p); };
    options.make_sink = [&](std::size_t) { return std::make_unique<query::Buckets>(plan); };
    auto report = store::query::scan(options);
    if (!report) return failure(Exit::failed, report.error().text());
    auto& buckets = static_cast<query::Buckets&>(*report->sinks.front());
    for (std::size_t i = 1; i < report->sinks.size(); ++i)
        buckets.merge(static_cast<query::Buckets&>(*report->sinks[i]));

    query::tell_end(query.progress, *report);

    query::Coverage coverage = query::coverage_of(*report);
    const store::query::Window window{asked->span.from_s * 1000ull, asked->span.to_s * 1000ull - 1};
    if (auto ok = query::add_books(*reader, asked->selection, window, context.now_s, coverage); !ok)
        return failure(Exit::failed, ok.error().text());
    if (!context.json) context.out << "filter: " << control::harmless(asked->filter.normal) << '\n';
    print_series(context, rows_of(query, *asked, buckets, plan), asked->span, query.per_source,
                 {{"filter", asked->filter.normal}, {"coverage", coverage.json()}});
    if (!coverage.complete()) context.err << "net-collector: " << coverage.text() << '\n';
    if (asked->selection.segments.empty() && !context.json)
        context.out << "\nnothing was archived in this time: `net-collector archive list` tells from when on there is "
                       "something\n";
    return {};
}

}  // namespace cli
