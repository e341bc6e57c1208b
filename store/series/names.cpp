// SPDX-License-Identifier: Apache-2.0
#include "store/series/names.hpp"

#include <algorithm>

namespace store {
namespace {

constexpr std::size_t kLongestName = 255;

flow::Result<void> check(const std::string& name, const char* what) {
    if (name.empty()) return flow::fail(std::string("a series has a ") + what + " without a name: give it one");
    if (name.size() <= kLongestName) return {};
    return flow::fail(std::string(what) + " \"" + name.substr(0, 32) + "...\" has " + std::to_string(name.size()) +
                      " bytes: choose a name of at most " + std::to_string(kLongestName));
}
flow::Result<void> check(const SeriesName& name) {
    if (auto sound = check(name.profile, "profile"); !sound) return sound;
    if (auto sound = check(name.channel, "channel"); !sound) return sound;
    return check(name.source, "source");
}
std::string text(const SeriesName& name) {
    return name.profile + "/" + name.channel + "/" + name.source;
}

}  // namespace

Names::Names(std::vector<StoredSeries> series, std::vector<std::string> sources)
    : series_(std::move(series)), sources_(std::move(sources)) {
    for (StoredSeries& s : series_) {
        series_id_.emplace(key(s), s.id);
        if (s.marks.size() > 1) s.marks.erase(s.marks.begin(), s.marks.end() - 1);
    }
    for (std::uint32_t id = 0; id < sources_.size(); ++id) source_id_.emplace(sources_[id], id);
}

flow::Result<std::vector<std::uint32_t>> Names::series_ids(std::span<const SeriesName> names, std::uint64_t now_ms,
                                                           Inbox& inbox) {
    for (const SeriesName& name : names) {
        if (auto sound = check(name); !sound) return flow::pass(sound);
    }
    std::vector<std::uint32_t> ids;
    ids.reserve(names.size());
    for (const SeriesName& name : names) {
        const auto [found, is_new] = series_id_.try_emplace(key(name), static_cast<std::uint32_t>(series_.size()));
        const std::uint32_t id = found->second;
        ids.push_back(id);
        if (is_new) series_.push_back({id, name.profile, name.channel, name.source, {}});
        auto& marks = series_[id].marks;
        if (!marks.empty() && marks.back().filter == name.filter) continue;
        marks.assign(1, {now_ms, name.filter});
        inbox.series.push_back(series_[id]);
    }
    return ids;
}

flow::Result<std::vector<std::uint32_t>> Names::source_ids(std::span<const std::string> names, Inbox& inbox) {
    for (const std::string& name : names) {
        if (auto sound = check(name, "source"); !sound) return flow::pass(sound);
    }
    std::vector<std::uint32_t> ids;
    for (const std::string& name : names) {
        const auto [found, is_new] = source_id_.try_emplace(name, static_cast<std::uint32_t>(sources_.size()));
        ids.push_back(found->second);
        if (!is_new) continue;
        sources_.push_back(name);
        inbox.sources.emplace_back(found->second, name);
    }
    return ids;
}

void Names::rename(StoredSeries& series, const Key& to, Inbox& inbox) {
    series_id_.erase(key(series));
    std::tie(series.profile, series.channel, series.source) = to;
    series_id_.emplace(to, series.id);
    inbox.series.push_back(series);
}

flow::Result<void> Names::rename_series(const SeriesName& from, const SeriesName& to, Inbox& inbox) {
    if (auto sound = check(to); !sound) return sound;
    const auto found = series_id_.find(key(from));
    if (found == series_id_.end())
        return flow::fail("series " + text(from) + " cannot be renamed: there is none of that name");
    if (series_id_.contains(key(to))) {
        return flow::fail("series " + text(from) + " cannot be renamed: " + text(to) +
                          " exists already, choose another name");
    }
    rename(series_[found->second], key(to), inbox);
    return {};
}

flow::Result<void> Names::rename_source(const std::string& from, const std::string& to, Inbox& inbox) {
    if (auto sound = check(to, "source"); !sound) return sound;
    const auto found = source_id_.find(from);
    if (found == source_id_.end())
        return flow::fail("source " + from + " cannot be renamed: there is none of that name");
    const bool taken = source_id_.contains(to) || std::any_of(series_.begin(), series_.end(),
                                                              [&](const StoredSeries& s) { return s.source == to; });
    if (taken)
        return flow::fail("source " + from + " cannot be renamed: " + to + " exists already, choose another name");
    const std::uint32_t id = found->second;
    source_id_.erase(found);
    source_id_.emplace(to, id);
    sources_[id] = to;
    inbox.sources.emplace_back(id, to);
    for (StoredSeries& s : series_) {
        if (s.source == from) rename(s, {s.profile, s.channel, to}, inbox);
    }
    return {};
}

// A name that no file can give, so that the series does not come back with another channel.
std::string Names::retired(const StoredSeries& series, std::uint64_t now_ms) const {
    const std::string dated = series.channel + "@" + std::to_string(now_ms / 1000);
    std::string out = dated;
    for (int n = 2; series_id_.contains({series.profile, out, series.source}); ++n)
        out = dated + "-" + std::to_string(n);
    return out;
}

void Names::rename_channel(const ChannelRename& wanted, std::uint64_t now_ms, Inbox& inbox, FormerNames& former) {
    const auto move = [&](StoredSeries& series, const Key& to) {
        former.all.insert(former.all.begin(), {series.id, series.profile, series.channel, series.source});
        rename(series, to, inbox);
    };
    for (StoredSeries& series : series_) {
        const bool meant = series.profile == wanted.from_profile &&
                           (wanted.from_channel.empty() || series.channel == wanted.from_channel);
        const Key to{wanted.to_profile, wanted.to_channel.empty() ? series.channel : wanted.to_channel, series.source};
        if (!meant || to == key(series)) continue;
        if (const auto other = series_id_.find(to); other != series_id_.end()) {
            StoredSeries& earlier = series_[other->second];
            move(earlier, {earlier.profile, retired(earlier, now_ms), earlier.source});
        }
        move(series, to);
    }
}

void Names::take_back(const FormerNames& former, Inbox& inbox) {
    for (const auto& [id, profile, channel, source] : former.all)
        rename(series_[id], {profile, channel, source}, inbox);
}

}  // namespace store
