// SPDX-License-Identifier: Apache-2.0
#include "control/cli/series_query.hpp"

#include <algorithm>
#include <set>

#include "control/duration.hpp"
#include "control/series_span.hpp"

namespace cli {
namespace {

std::vector<std::uint32_t> all_ids(const std::vector<Row>& rows) {
    std::vector<std::uint32_t> ids;
    for (const Row& row : rows) ids.insert(ids.end(), row.ids.begin(), row.ids.end());
    return ids;
}

flow::Result<bool> has_points(const store::Reader& reader, const std::vector<std::uint32_t>& ids, std::uint32_t from_s,
                              std::uint32_t to_s, std::uint32_t resolution_s) {
    auto points = reader.series(ids, from_s, to_s, resolution_s);
    if (!points) return flow::pass(points);
    return std::any_of(points->begin(), points->end(), [](const store::Point& p) { return p.present; });
}

// "no channel "dnss": did you mean "dns"?" for whichever of the three names nothing has.
std::string nobody_has(const std::vector<store::StoredSeries>& catalogue, const SeriesQuery& query) {
    const auto missing = [&](const char* kind, const std::vector<std::string>& asked,
                             std::string store::StoredSeries::*member) -> std::string {
        std::set<std::string_view> names;
        for (const auto& s : catalogue) names.insert(s.*member);
        const auto unknown = std::ranges::find_if(asked, [&](const auto& name) { return !names.contains(name); });
        if (unknown == asked.end()) return {};
        return control::no_such_name(kind, *unknown, names, ": `net-collector profiles` lists what there is");
    };
    std::vector<std::string> profile;
    if (!query.profile.empty()) profile.push_back(query.profile);
    for (const std::string& text : {missing("profile", profile, &store::StoredSeries::profile),
                                    missing("channel", query.channels, &store::StoredSeries::channel),
                                    missing("source", query.sources, &store::StoredSeries::source)}) {
        if (!text.empty()) return text;
    }
    return "no series has this profile, channel and source together: `net-collector profiles` lists what "
           "there is";
}

}  // namespace

Outcome<Span> parse_span(const SeriesQuery& query, std::uint64_t now_s) {
    const auto times = control::parse_time_span(query.from, query.to, now_s, "--from", "--to");
    if (!times) return failure(Exit::usage, times.error().text());
    const auto resolution = control::parse_resolution(query.resolution, "--resolution");
    if (!resolution) return failure(Exit::usage, resolution.error().text());
    return Span{times->from_s, times->to_s, *resolution};
}

Outcome<std::vector<Row>> choose_rows(const std::vector<store::StoredSeries>& catalogue, const SeriesQuery& query) {
    const auto fits = [](const std::vector<std::string>& wanted, const std::string& name) {
        return wanted.empty() || std::ranges::find(wanted, name) != wanted.end();
    };
    std::vector<Row> rows;
    for (const store::StoredSeries& s : catalogue) {
        if ((!query.profile.empty() && query.profile != s.profile) || !fits(query.channels, s.channel) ||
            !fits(query.sources, s.source))
            continue;
        auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) {
            return r.profile == s.profile && r.channel == s.channel &&
                   (!query.per_source || r.sources.front() == s.source);
        });
        if (row == rows.end()) row = rows.insert(rows.end(), Row{s.profile, s.channel, {}, {}, {}, {}});
        row->sources.push_back(s.source);
        row->ids.push_back(s.id);
    }
    if (rows.empty()) return failure(Exit::no_data, nobody_has(catalogue, query));
    // `live` first, then by name; channels stay in the order they were made in.
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        const bool a_live = a.profile == control::kLiveProfile;
        const bool b_live = b.profile == control::kLiveProfile;
        return a_live != b_live ? a_live : a.profile < b.profile;
    });
    return rows;
}

Outcome<std::uint32_t> choose_resolution(const store::Reader& reader, const std::vector<Row>& rows, const Span& span,
                                         const control::Retention& retention, std::uint64_t now_s) {
    const auto& steps = control::Retention::kResolution_s;
    std::size_t i = 0;
    while (i + 1 < steps.size() && (span.to_s - span.from_s) / steps[i] > kMostSteps) ++i;
    const auto ids = all_ids(rows);
    const auto kept = control::kept_resolution(i, {span.from_s, span.to_s}, retention, now_s,
                                               [&](std::uint32_t from_s, std::uint32_t to_s, std::uint32_t step_s) {
                                                   return has_points(reader, ids, from_s, to_s, step_s);
                                               });
    if (!kept) return failure(Exit::failed, kept.error().text());
    return steps[*kept];
}

std::string where_data_is(const store::Reader& reader, const std::vector<Row>& rows, std::uint64_t now_s) {
    constexpr std::uint32_t kDay = 86400;
    const auto points = reader.series(all_ids(rows), 0, static_cast<std::uint32_t>(now_s) + kDay, kDay);
    if (!points) return {};
    const auto last = std::find_if(points->rbegin(), points->rend(), [](const store::Point& p) { return p.present; });
    if (last == points->rend()) return {};
    return "the newest data is of " + control::time_text(last->start_s).substr(0, 10) + ": try --from " +
           std::to_string(last->start_s) + " --to " + std::to_string(last->start_s + kDay);
}

}  // namespace cli
