// SPDX-License-Identifier: Apache-2.0
// `net-collector series`: totals, classes and a line of the course for each channel.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/series_query.hpp"
#include "control/cli/text.hpp"
#include "control/duration.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using Cells = std::array<flow::Cell, flow::kClasses>;

constexpr std::size_t kSparklineWidth = 40;

flow::Cell all_classes(const Cells& cells) {
    flow::Cell sum;
    for (const flow::Cell& c : cells) {
        sum.flows += c.flows;
        sum.packets += c.packets;
        sum.bytes += c.bytes;
    }
    return sum;
}

Cells total(const Row& row) {
    Cells sum{};
    for (const store::Point& p : row.points) {
        for (std::size_t c = 0; c < flow::kClasses; ++c) {
            sum[c].flows += p.sum[c].flows;
            sum[c].packets += p.sum[c].packets;
            sum[c].bytes += p.sum[c].bytes;
        }
    }
    return sum;
}

void put_cell(Json& out, const flow::Cell& cell) {
    out["flows"] = cell.flows;
    out["packets"] = cell.packets;
    out["bytes"] = cell.bytes;
}

void put_cells(Json& out, const Cells& cells) {
    put_cell(out, all_classes(cells));
    Json& classes = out["classes"];
    for (std::size_t c = 0; c < flow::kClasses; ++c) put_cell(classes[std::string(flow::kClassNames[c])], cells[c]);
}

Json points_json(const Row& row, std::uint32_t resolution_s) {
    Json out = Json::array();
    for (const store::Point& p : row.points) {
        Json one{{"time", p.start_s}};
        put_cells(one, p.sum);
        // Of finer steps a point is its own maximum.
        if (resolution_s > store::kResolutions[store::kMaximumOf].step_s)
            put_cell(one["max_of_300s"], all_classes(p.max));
        out.push_back(std::move(one));
    }
    return out;
}

void print_json(std::ostream& out, const std::vector<Row>& rows, const Span& span, Json head) {
    Json json{{"from", span.from_s}, {"to", span.to_s}, {"resolution_s", span.resolution_s}};
    json.update(head);
    json["series"] = Json::array();
    for (const Row& row : rows) {
        Json one{{"profile", row.profile}, {"channel", row.channel}, {"sources", row.sources}, {"ids", row.ids}};
        put_cells(one, total(row));
        one["points"] = points_json(row, span.resolution_s);
        json["series"].push_back(std::move(one));
    }
    out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

void print_profile(std::ostream& out, std::span<const Row> rows, const Span& span, bool per_source, Style style) {
    std::vector<std::string> headings{"  CHANNEL", ">FLOWS", ">PACKETS", ">BYTES", ">BIT/S",
                                      ">TCP",      ">UDP",   ">ICMP",    ">OTHER", "BYTES OVER TIME"};
    if (per_source) headings.insert(headings.begin() + 1, "SOURCE");
    Table table(headings);
    const double seconds = std::max(1.0, static_cast<double>(span.to_s - span.from_s));
    for (const Row& row : rows) {
        const Cells classes = total(row);
        const flow::Cell all = all_classes(classes);
        std::vector<std::string> cells{"  " + row.channel, scaled(all.flows), scaled(all.packets), scaled(all.bytes),
                                       scaled(static_cast<double>(all.bytes) * 8 / seconds)};
        if (per_source) cells.insert(cells.begin() + 1, row.sources.front());
        for (const flow::Cell& c : classes) cells.push_back(scaled(c.flows));
        cells.push_back(sparkline(row.course, kSparklineWidth));
        table.add(std::move(cells));
    }
    out << '\n' << style.bold(rows.front().profile) << '\n';
    table.print(out, Style{});
}

void print_text(std::ostream& out, const std::vector<Row>& rows, const Span& span, bool per_source, Style style) {
    out << control::time_text(span.from_s) << " to " << control::time_text(span.to_s) << ", in steps of "
        << control::duration_text(span.resolution_s) << "; classes in flows\n";
    for (std::size_t from = 0; from < rows.size();) {
        std::size_t to = from;
        while (to < rows.size() && rows[to].profile == rows[from].profile) ++to;
        print_profile(out, std::span(rows).subspan(from, to - from), span, per_source, style);
        from = to;
    }
}

}  // namespace

void keep(Row& row, std::vector<store::Point> points) {
    row.course.reserve(points.size());
    for (const store::Point& p : points) row.course.push_back(static_cast<double>(all_classes(p.sum).bytes));
    std::erase_if(points, [](const store::Point& p) { return !p.present; });
    points.shrink_to_fit();
    row.points = std::move(points);
}

void print_series(const Context& context, const std::vector<Row>& rows, const Span& span, bool per_source,
                  const Json& head) {
    if (context.json) {
        print_json(context.out, rows, span, head);
    } else {
        print_text(context.out, rows, span, per_source, Style{context.colour});
    }
}

Done show_series(const Context& context, const SeriesQuery& query) {
    if (!query.filter.empty()) return show_filtered_series(context, query);
    auto span = parse_span(query, context.now_s);
    if (!span) return tl::unexpected(span.error());
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto reader = open_data(where->data);
    if (!reader) return tl::unexpected(reader.error());
    const auto catalogue = reader->catalogue();
    if (!catalogue) return failure(Exit::failed, catalogue.error().text());
    auto rows = choose_rows(*catalogue, query);
    if (!rows) return tl::unexpected(rows.error());
    if (span->resolution_s == 0) {
        const auto resolution = choose_resolution(*reader, *rows, *span, where->retention, context.now_s);
        if (!resolution) return tl::unexpected(resolution.error());
        span->resolution_s = *resolution;
    }
    bool anything = false;
    for (Row& row : *rows) {
        auto points = reader->series(row.ids, span->from_s, span->to_s, span->resolution_s);
        if (!points) return failure(Exit::failed, points.error().text());
        keep(row, *std::move(points));
        anything = anything || !row.points.empty();
    }
    print_series(context, *rows, *span, query.per_source, Json::object());
    if (!anything && !context.json) {
        const std::string hint = where_data_is(*reader, *rows, context.now_s);
        context.out << "\nnothing was counted in this time; "
                    << (hint.empty() ? "nothing has been counted yet at all" : hint) << '\n';
    }
    return {};
}

}  // namespace cli
