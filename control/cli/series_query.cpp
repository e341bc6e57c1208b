// SPDX-License-Identifier: Apache-2.0
#include "control/cli/series_query.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "control/config_problems.hpp"
#include "control/duration.hpp"

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

std::string resolution_names() {
    std::string out = "auto";
    for (const store::Resolution& r : store::kResolutions) out += ", " + control::duration_text(r.step_s);
    return out;
}

// "no channel "dnss": did you mean "dns"?" for whichever of the three names nothing has.
std::string nobody_has(const std::vector<store::StoredSeries>& catalogue, const SeriesQuery& query) {
    const auto missing = [&](const char* kind, const std::string& wanted,
                             std::string store::StoredSeries::*member) -> std::string {
        std::set<std::string_view> names;
        for (const auto& s : catalogue) names.insert(s.*member);
        if (wanted.empty() || names.contains(wanted)) return {};
        const std::vector<std::string_view> list(names.begin(), names.end());
        const auto near = control::nearest(wanted, list);
        return std::string("there is no ") + kind + " \"" + wanted + "\"" +
               (near.empty() ? ": `net-collector profiles` lists what there is"
                             : ": did you mean \"" + std::string(near) + "\"?");
    };
    for (const std::string& text : {missing("profile", query.profile, &store::StoredSeries::profile),
                                    missing("channel", query.channel, &store::StoredSeries::channel),
                                    missing("source", query.source, &store::StoredSeries::source)}) {
        if (!text.empty()) return text;
    }
    return "no series has this profile, channel and source together: `net-collector profiles` lists what "
           "there is";
}

}  // namespace

Outcome<Span> parse_span(const SeriesQuery& query, std::uint64_t now_s) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    const auto from = control::parse_time(query.from, now_s);
    auto to = control::parse_time(query.to, now_s);
    if (to && query.to == "now") ++*to;  // the second that has begun, too
    for (const auto& [option, given, value] :
         {std::tuple("--from", query.from, from), std::tuple("--to", query.to, to)}) {
        if (value && *value <= kMost) continue;
        return failure(Exit::usage, std::string(option) + " " + given +
                                        " is no time: write -1h, 2024-05-01T12:30, seconds since 1970, or now");
    }
    if (*from >= *to) return failure(Exit::usage, "--from " + query.from + " is not before --to " + query.to);
    Span span{static_cast<std::uint32_t>(*from), static_cast<std::uint32_t>(*to), 0};
    if (query.resolution == "auto") return span;
    for (const store::Resolution& r : store::kResolutions) {
        if (query.resolution == control::duration_text(r.step_s) || query.resolution == std::to_string(r.step_s))
            span.resolution_s = r.step_s;
    }
    if (span.resolution_s == 0)
        return failure(Exit::usage,
                       "--resolution " + query.resolution + " is none: write one of " + resolution_names());
    return span;
}

Outcome<std::vector<Row>> choose_rows(const std::vector<store::StoredSeries>& catalogue, const SeriesQuery& query) {
    const auto fits = [](const std::string& wanted, const std::string& name) {
        return wanted.empty() || wanted == name;
    };
    std::vector<Row> rows;
    for (const store::StoredSeries& s : catalogue) {
        if (!fits(query.profile, s.profile) || !fits(query.channel, s.channel) || !fits(query.source, s.source))
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
    // What retention has deleted, coarser series still have. A replay keeps everything, however old: look
    // before leaping.
    while (i + 1 < steps.size() && now_s > retention.keep_s[i] && span.from_s < now_s - retention.keep_s[i]) {
        const auto kept_from =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(span.to_s, now_s - retention.keep_s[i]));
        const auto here = has_points(reader, ids, span.from_s, kept_from, steps[i]);
        if (!here) return failure(Exit::failed, here.error().text());
        if (*here) break;
        const auto coarser = has_points(reader, ids, span.from_s, kept_from, steps[i + 1]);
        if (!coarser) return failure(Exit::failed, coarser.error().text());
        if (!*coarser) break;
        ++i;
    }
    return steps[i];
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
