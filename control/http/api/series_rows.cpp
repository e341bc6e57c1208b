// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/series_rows.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "control/channel_order.hpp"
#include "control/series_span.hpp"

namespace api {
namespace {

constexpr const char* kListed = ": GET /api/v1/profiles lists what there is";

bool is_among(const std::vector<std::string>& names, const std::string& name) {
    return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

http::Response nobody(std::string_view kind, std::string_view wanted, const std::set<std::string_view>& names) {
    return problem(404, "not_found", control::no_such_name(kind, wanted, names, kListed));
}

// The profiles asked for, as they are configured; one that only the catalogue knows has no channels.
Answered<std::vector<control::ProfileConfig>> choose_profiles(const control::Config& config, const Catalogue& catalogue,
                                                              const std::string& name) {
    std::vector<control::ProfileConfig> all{control::live_profile(config)};
    all.insert(all.end(), config.profiles.begin(), config.profiles.end());
    if (name.empty()) return all;
    std::set<std::string_view> names;
    for (const control::ProfileConfig& profile : all) {
        if (profile.name == name) return std::vector{profile};
        names.insert(profile.name);
    }
    for (const store::StoredSeries& s : catalogue) names.insert(s.profile);
    if (!names.contains(name)) return tl::unexpected(nobody("profile", name, names));
    control::ProfileConfig gone;
    gone.name = name;
    return std::vector{std::move(gone)};
}

std::vector<SeriesRow> configured_rows(const std::vector<control::ProfileConfig>& profiles,
                                       const std::vector<std::string>& channels) {
    std::vector<SeriesRow> rows;
    for (const control::ProfileConfig& profile : profiles) {
        for (const control::ChannelConfig& channel : control::drawn_order(profile.channels)) {
            if (!is_among(channels, channel.name)) continue;
            rows.push_back({.profile = profile.name,
                            .channel = channel.name,
                            .colour = channel.colour,
                            .above_axis = channel.above_axis,
                            .order = channel.order});
        }
    }
    return rows;
}

// Those that are asked for by name, or whose whole profile is gone.
void add_unconfigured(const Catalogue& catalogue, const std::vector<control::ProfileConfig>& profiles,
                      const Selection& selection, std::vector<SeriesRow>& rows) {
    for (const control::ProfileConfig& profile : profiles) {
        if (selection.channels.empty() && !profile.channels.empty()) continue;
        for (const store::StoredSeries& s : catalogue) {
            if (s.profile != profile.name || !is_among(selection.channels, s.channel)) continue;
            const bool known = std::any_of(rows.begin(), rows.end(), [&](const SeriesRow& row) {
                return row.profile == s.profile && row.channel == s.channel;
            });
            if (!known) rows.push_back({.profile = s.profile, .channel = s.channel});
        }
    }
}

void add_marks(const store::StoredSeries& series, std::vector<Mark>& marks) {
    for (std::size_t i = 1; i < series.marks.size(); ++i) {
        Mark mark{static_cast<std::uint32_t>(series.marks[i].since_ms / 1000), series.marks[i].filter};
        const bool known = std::any_of(marks.begin(), marks.end(), [&](const Mark& other) {
            return other.text == mark.text && other.at_s / 10 == mark.at_s / 10;  // of another source
        });
        if (!known) marks.push_back(std::move(mark));
    }
    std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.at_s < b.at_s; });
}

void add_series(const Catalogue& catalogue, const std::vector<std::string>& sources, std::vector<SeriesRow>& rows) {
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> places;
    for (std::size_t i = 0; i < rows.size(); ++i) places[{rows[i].profile, rows[i].channel}] = i;
    for (const store::StoredSeries& s : catalogue) {
        const auto place = places.find({s.profile, s.channel});
        if (place == places.end() || !is_among(sources, s.source)) continue;
        SeriesRow& row = rows[place->second];
        row.ids.push_back(s.id);
        row.sources.push_back(s.source);
        add_marks(s, row.marks);
    }
}

std::vector<SeriesRow> apart(const std::vector<SeriesRow>& rows) {
    std::vector<SeriesRow> out;
    for (const SeriesRow& row : rows) {
        for (std::size_t i = 0; i < row.ids.size(); ++i) {
            SeriesRow& one = out.emplace_back(row);
            one.source = row.sources[i];
            one.ids = {row.ids[i]};
            one.sources = {row.sources[i]};
        }
    }
    return out;
}

}  // namespace

Answered<std::vector<SeriesRow>> choose_rows(const control::Config& config, const Catalogue& catalogue,
                                             const Selection& selection) {
    const auto profiles = choose_profiles(config, catalogue, selection.profile);
    if (!profiles) return tl::unexpected(profiles.error());
    std::set<std::string_view> sources;
    for (const control::SourceConfig& source : config.sources) sources.insert(source.name);
    for (const store::StoredSeries& s : catalogue) sources.insert(s.source);
    for (const std::string& wanted : selection.sources) {
        if (!sources.contains(wanted)) return tl::unexpected(nobody("source", wanted, sources));
    }
    std::vector<SeriesRow> rows = configured_rows(*profiles, selection.channels);
    add_unconfigured(catalogue, *profiles, selection, rows);
    std::set<std::string_view> channels;
    for (const SeriesRow& row : rows) channels.insert(row.channel);
    for (const std::string& wanted : selection.channels) {
        if (channels.contains(wanted)) continue;
        const std::vector<SeriesRow> all = configured_rows(*profiles, {});
        for (const SeriesRow& row : all) channels.insert(row.channel);
        return tl::unexpected(nobody("channel", wanted, channels));
    }
    add_series(catalogue, selection.sources, rows);
    return selection.per_source ? apart(rows) : rows;
}

}  // namespace api
