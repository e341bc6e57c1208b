// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/fill_plan.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "control/check.hpp"
#include "control/duration.hpp"
#include "store/reader.hpp"

namespace api {
namespace {

using Refused = tl::unexpected<FillRefusal>;

Refused refuse(unsigned status, std::string error, std::string detail) {
    return Refused({status, std::move(error), std::move(detail)});
}
Refused broken(const flow::Error& error) {
    return refuse(500, "failed", error.text());
}

// A filter is dated before the cores use it: those that take over within this time do so in the bucket after.
constexpr std::uint64_t kTakenOver_ms = 3000;
// A channel's series are in the catalogue with the first commit after it was made.
constexpr int kLooks = 20;
constexpr std::chrono::milliseconds kBetweenLooks{200};

const control::ChannelConfig* find_channel(const control::Config& config, const std::string& profile,
                                           const std::string& channel) {
    const auto p = std::ranges::find(config.profiles, profile, &control::ProfileConfig::name);
    if (p == config.profiles.end()) return nullptr;
    const auto c = std::ranges::find(p->channels, channel, &control::ChannelConfig::name);
    return c == p->channels.end() ? nullptr : &*c;
}

std::vector<std::string> sources_of(const control::Config& config, const control::ChannelConfig& channel) {
    if (!channel.sources.empty()) return channel.sources;
    std::vector<std::string> out;
    for (const control::SourceConfig& source : config.sources) out.push_back(source.name);
    return out;
}

class Planner {
  public:
    Planner(const World& world, const FillAsked& asked, const control::Config& config,
            const control::ChannelConfig& channel, const store::Reader& reader)
        : world_(world), asked_(asked), config_(config), channel_(channel), reader_(reader) {}

    tl::expected<FillPlan, FillRefusal> run() {
        plan_.sources = sources_of(config_, channel_);
        if (auto ok = find_series(); !ok) return Refused(ok.error());
        if (auto ok = find_archive(); !ok) return Refused(ok.error());
        if (auto ok = add_former_sources(); !ok) return Refused(ok.error());
        return lay_out();
    }

  private:
    using Done = tl::expected<void, FillRefusal>;

    // The channel's series of its sources, as the catalogue has them; false: not all are there yet.
    flow::Result<bool> look() {
        auto catalogue = reader_.catalogue();
        if (!catalogue) return flow::pass(catalogue);
        series_.clear();
        for (store::StoredSeries& s : *catalogue) {
            if (s.profile == asked_.profile && s.channel == asked_.channel) series_.emplace(s.source, std::move(s));
        }
        return std::ranges::all_of(plan_.sources, [&](const std::string& source) {
            const auto found = series_.find(source);
            return found != series_.end() && !found->second.marks.empty() &&
                   found->second.marks.back().filter == channel_.filter;
        });
    }
    Done find_series() {
        for (int i = 0; i < kLooks; ++i) {
            auto there = look();
            if (!there) return broken(there.error());
            if (*there) break;
            if (i + 1 == kLooks)
                return refuse(503, "busy", "the store has not committed the channel yet: try again in a while");
            std::this_thread::sleep_for(kBetweenLooks);
        }
        for (const std::string& source : plan_.sources) add_series(source, series_.at(source));
        return {};
    }
    void add_series(const std::string& source, const store::StoredSeries& series) {
        const std::uint64_t since_ms = series.marks.back().since_ms;
        const auto bucket_of = [](std::uint64_t ms) {
            const std::uint64_t s = ms / 1000;
            return static_cast<std::uint32_t>(s - s % store::kBucketS);
        };
        plan_.question.sources.push_back(source);
        plan_.series.push_back({series.id, bucket_of(since_ms), bucket_of(since_ms + kTakenOver_ms) + store::kBucketS});
        counts_since_s_ = std::max(counts_since_s_, plan_.series.back().to_s);
    }

    Done find_archive() {
        auto names = reader_.sources();
        if (!names) return broken(names.error());
        names_ = *std::move(names);
        auto segments = reader_.segments(0, counts_since_s_);
        if (!segments) return broken(segments.error());
        for (const store::SegmentEntry& entry : *segments) {
            if (entry.rows == 0 || entry.key.source_id >= names_.size()) continue;
            const auto [at, is_new] = begins_.try_emplace(names_[entry.key.source_id], entry.key.slot_s);
            if (!is_new) at->second = std::min(at->second, entry.key.slot_s);
        }
        return {};
    }
    // A channel of every source would have counted those that are gone, too.
    Done add_former_sources() {
        if (!channel_.sources.empty()) return {};
        for (const auto& [source, begin_s] : begins_) {
            if (config_.find_source(source)) continue;
            const store::SeriesName name{asked_.profile, asked_.channel, source, channel_.filter};
            auto ids = world_.store->series_ids({&name, 1});
            if (!ids) return broken(ids.error());
            plan_.question.sources.push_back(source);
            plan_.series.push_back({ids->front(), counts_since_s_, counts_since_s_});
        }
        return {};
    }

    tl::expected<FillPlan, FillRefusal> lay_out() {
        std::uint32_t begin_s = counts_since_s_;
        for (const std::string& source : plan_.question.sources) {
            const auto found = begins_.find(source);
            if (found != begins_.end()) begin_s = std::min(begin_s, found->second);
        }
        const std::uint64_t now_s = world_.now_ms() / 1000;
        const std::string since = "it counts live since " + control::time_text(counts_since_s_ - store::kBucketS);
        const std::string channel = asked_.profile + "/" + asked_.channel;
        if (begin_s >= counts_since_s_)
            return refuse(409, "nothing_to_fill",
                          "channel " + channel + ": the archive has no flows of its sources from before " + since +
                              "; see [archive] in the configuration");
        plan_.from_s = std::max(asked_.from_s.value_or(begin_s), begin_s);
        plan_.to_s = std::min(asked_.to_s.value_or(counts_since_s_), counts_since_s_);
        if (plan_.from_s >= plan_.to_s)
            return refuse(409, "nothing_to_fill",
                          "channel " + channel + ": nothing of the time asked for can be filled: the archive begins " +
                              control::time_text(begin_s) + ", and " + since);
        plan_.question.stretches =
            fill::stretches(plan_.from_s, plan_.to_s, control::store_retention(config_.retention), now_s);
        if (plan_.question.stretches.empty())
            return refuse(
                409, "nothing_to_fill",
                "channel " + channel + ": series are not kept for so long: see [retention] in the configuration");
        plan_.from_s = plan_.question.stretches.back().from_s;
        plan_.to_s = plan_.question.stretches.front().to_s;
        for (FillPlan::Series& series : plan_.series) series.to_s = std::min(series.to_s, plan_.to_s);
        plan_.question.filter = channel_.filter;
        plan_.question.place = channel_.filter_place;
        return std::move(plan_);
    }

    const World& world_;
    const FillAsked& asked_;
    const control::Config& config_;
    const control::ChannelConfig& channel_;
    const store::Reader& reader_;
    FillPlan plan_{};
    std::map<std::string, store::StoredSeries> series_{};  // of the channel, by source
    std::vector<std::string> names_{};                     // of sources, by id
    std::map<std::string, std::uint32_t> begins_{};        // when the archive begins, by source
    std::uint32_t counts_since_s_ = 0;                     // every series
};

}  // namespace

tl::expected<FillPlan, FillRefusal> plan_fill(const World& world, const FillAsked& asked) {
    if (asked.profile == control::kLiveProfile)
        return refuse(422, "not_allowed",
                      "the profile live counts everything since its sources are there: there is nothing to fill");
    const control::Config config = world.config();
    const control::ChannelConfig* channel = find_channel(config, asked.profile, asked.channel);
    if (channel == nullptr)
        return refuse(404, "not_found",
                      "there is no channel " + asked.profile + "/" + asked.channel + ": GET /profiles lists them");
    auto reader = store::Reader::open(world.data_directory);
    if (!reader) return broken(reader.error());
    return Planner(world, asked, config, *channel, *reader).run();
}

std::string outdated(const control::Config& config, const FillAsked& asked, const FillPlan& plan) {
    const control::ChannelConfig* channel = find_channel(config, asked.profile, asked.channel);
    if (channel == nullptr) return "the channel was deleted or renamed";
    if (channel->filter != plan.question.filter) return "the channel's filter was changed";
    if (sources_of(config, *channel) != plan.sources) return "the channel's sources were changed";
    return {};
}

}  // namespace api
