// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/profile_routes.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "control/channel_order.hpp"

namespace api {
namespace {

// When the filter of each channel became what it is.
using Since = std::map<std::pair<std::string_view, std::string_view>, std::uint64_t>;

Since filters_since(const Catalogue& catalogue) {
    Since out;
    for (const store::StoredSeries& s : catalogue) {
        if (s.marks.empty()) continue;
        std::uint64_t& since_ms = out[{s.profile, s.channel}];
        since_ms = std::max(since_ms, s.marks.back().since_ms);
    }
    return out;
}

Json channel_json(const control::ChannelConfig& channel, std::string_view profile, const Since& since) {
    const auto found = since.find({profile, channel.name});
    return {{"name", channel.name},
            {"filter", channel.filter},
            {"colour", channel.colour},
            {"sign", channel.above_axis ? "+" : "-"},
            {"order", channel.order},
            {"sources", channel.sources},
            {"since_ms", found == since.end() ? 0 : found->second}};
}

Json profile_of(const control::ProfileConfig& profile, const control::Config& config, const Since& since) {
    const bool live = profile.name == control::kLiveProfile;
    Json out{{"name", profile.name},
             {"description", profile.description},
             {"group", profile.group},
             {"file", live ? "" : std::filesystem::path(profile.place.file).lexically_relative(config.profiles_dir)},
             {"version", profile.version},
             {"editable", !live && access(config.profiles_dir.c_str(), W_OK) == 0},
             {"channels", Json::array()}};
    for (const control::ChannelConfig& channel : control::drawn_order(profile.channels))
        out["channels"].push_back(channel_json(channel, profile.name, since));
    return out;
}

}  // namespace

Json profiles_json(const control::Config& config, const Catalogue& catalogue) {
    const Since since = filters_since(catalogue);
    Json out = Json::array({profile_of(control::live_profile(config), config, since)});
    for (const control::ProfileConfig& profile : config.profiles) out.push_back(profile_of(profile, config, since));
    return out;
}

Json profile_json(const control::Config& config, const Catalogue& catalogue, std::string_view name) {
    const Since since = filters_since(catalogue);
    if (name == control::kLiveProfile) return profile_of(control::live_profile(config), config, since);
    for (const control::ProfileConfig& profile : config.profiles) {
        if (profile.name == name) return profile_of(profile, config, since);
    }
    return nullptr;
}

std::vector<http::Route> ProfileRoutes::routes() {
    using http::Request;
    const std::string root = kRoot;
    // Without a data directory nothing has been counted yet, and no filter is older than that.
    const auto catalogue = [this] { return common_.catalogue.get()->value_or(Catalogue{}); };
    return {
        {"GET", root + "/profiles", http::Reach::anyone,
         [this, catalogue](const Request&) {
             return http::answer_later(
                 [this, catalogue] { return json(profiles_json(*common_.config.get(), catalogue())); });
         }},
        {"GET", root + "/profiles/{profile}", http::Reach::anyone,
         [this, catalogue](const Request& request) {
             const std::string name = request.at.at("profile");
             return http::answer_later([this, catalogue, name] {
                 const auto config = common_.config.get();
                 const Json out = profile_json(*config, catalogue(), name);
                 return out.is_null() ? no_profile(*config, name) : json(out);
             });
         }},
    };
}

}  // namespace api
