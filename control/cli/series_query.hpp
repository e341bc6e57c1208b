// SPDX-License-Identifier: Apache-2.0
// What `net-collector series` asks the store: which series, which span of time, which steps.
//
// Thread: one.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "control/cli/commands.hpp"

namespace cli {

// Steps that a row of figures is shown in at most, when the resolution is chosen for the operator.
inline constexpr std::uint32_t kMostSteps = 400;

struct Span {
    std::uint32_t from_s = 0;
    std::uint32_t to_s = 0;  // not included
    std::uint32_t resolution_s = 0;
};

// Several series shown as one: a channel over its sources, or one source of it.
struct Row {
    std::string profile, channel;
    std::vector<std::string> sources;
    std::vector<std::uint32_t> ids;
    std::vector<store::Point> points;  // those where something was counted
    std::vector<double> course;        // bytes of every step
};

// From and to in seconds; resolution 0 when "auto". Failure: Exit::usage.
[[nodiscard]] Outcome<Span> parse_span(const SeriesQuery& query, std::uint64_t now_s);
// Rows without points, in the order of the catalogue. Failure: Exit::no_data when nothing has such a name.
[[nodiscard]] Outcome<std::vector<Row>> choose_rows(const std::vector<store::StoredSeries>& catalogue,
                                                    const SeriesQuery& query);
// The finest resolution with at most kMostSteps steps that still has the beginning of the span.
[[nodiscard]] Outcome<std::uint32_t> choose_resolution(const store::Reader& reader, const std::vector<Row>& rows,
                                                       const Span& span, const control::Retention& retention,
                                                       std::uint64_t now_s);
// Where the newest points are, as advice for a span without any; empty when there are none at all.
[[nodiscard]] std::string where_data_is(const store::Reader& reader, const std::vector<Row>& rows, std::uint64_t now_s);

// Keeps of all points what is shown: a day in steps of 10 s is 8,640 points a row, nearly all of them empty.
void keep(Row& row, std::vector<store::Point> points);
// `head`: members of the JSON object besides span and series.
void print_series(const Context& context, const std::vector<Row>& rows, const Span& span, bool per_source,
                  const nlohmann::ordered_json& head);

// `series --filter`: out of the archive.
[[nodiscard]] Done show_filtered_series(const Context& context, const SeriesQuery& query);

}  // namespace cli
