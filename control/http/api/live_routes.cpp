// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/live_routes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>
#include <utility>

#include "control/http/api/reply.hpp"

namespace api {
namespace {

constexpr std::size_t kCells = flow::kClasses * 3;  // flows, packets, bytes of each class

std::uint64_t lost_in_us(const flow::Ledger& ledger) {
    return ledger[flow::Counter::flows_lost_ring];
}

bool is_profile(const control::Config& config, const std::string& name) {
    return name == control::kLiveProfile ||
           std::any_of(config.profiles.begin(), config.profiles.end(),
                       [&](const control::ProfileConfig& p) { return p.name == name; });
}

}  // namespace

std::string LiveRoutes::second_text(const control::Status& status, const std::string& profiles,
                                    std::uint32_t at_s) const {
    const std::vector<std::string> listed = names_of(profiles);
    const std::set<std::string_view> wanted(listed.begin(), listed.end());
    // Series of a channel are added up over its sources.
    std::vector<std::pair<std::string_view, std::string_view>> names;
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> places;
    std::unordered_map<std::uint32_t, std::size_t> place_of;
    for (const control::SeriesStatus& s : status.series) {
        if (!wanted.contains(s.profile)) continue;
        const auto [place, is_new] = places.try_emplace({s.profile, s.channel}, names.size());
        if (is_new) names.emplace_back(s.profile, s.channel);
        place_of[s.id] = place->second;
    }
    std::vector<std::array<std::uint64_t, kCells>> cells(names.size());
    std::vector<bool> touched(names.size());
    edge_.visit(at_s, at_s + 1, [&](std::uint32_t, const Edge::Entry& entry) {
        const auto place = place_of.find(entry.series);
        if (place == place_of.end()) return;
        touched[place->second] = true;
        std::uint64_t* to = &cells[place->second][std::size_t{entry.traffic_class} * 3];
        to[0] += entry.cell.flows;
        to[1] += entry.cell.packets;
        to[2] += entry.cell.bytes;
    });
    Json out{{"now_ms", status.now_ms}, {"at_s", at_s}, {"rows", Json::array()}};
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (touched[i])
            out["rows"].push_back({{"profile", names[i].first}, {"channel", names[i].second}, {"cells", cells[i]}});
    }
    out["datagrams"] = grown_[flow::Counter::datagrams_received];
    out["flows"] = grown_[flow::Counter::flows_decoded];
    out["lost"] = lost_in_us(grown_);
    out["busy"] = Json::array();
    for (const control::WorkerStatus& worker : status.workers) out["busy"].push_back(worker.busy_ratio);
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void LiveRoutes::tick() {
    const auto at_s = static_cast<std::uint32_t>(world_.now_ms() / 1000 - 1);
    edge_.take(at_s, world_.store != nullptr ? world_.store->process_series() : common_.status.get()->series_totals);
    const std::vector<std::string> profiles = events_.profiles();
    if (profiles.empty() && generation_ != 0) {
        last_ = {};
        return;
    }
    const auto status = common_.status.get();
    if (const std::uint64_t now = status->generation; std::exchange(generation_, now) != now) {
        const std::string text = "{\"generation\":" + std::to_string(now) + "}";
        events_.greet_with("configuration", text);
        events_.publish("configuration", text);
    }
    const flow::Ledger& ledger = status->process_ledger;
    const bool first = last_[flow::Counter::packets_received] == 0;
    for (std::size_t i = 0; i < flow::Ledger::kSize; ++i)
        grown_.values[i] = first ? 0 : ledger.values[i] - std::min(ledger.values[i], last_.values[i]);
    last_ = ledger;
    for (const std::string& profile : profiles)
        events_.publish_to(profile, "second", second_text(*status, profile, at_s));
}

std::vector<http::Route> LiveRoutes::routes() {
    return {
        {"GET", std::string(kRoot) + "/events", http::Reach::anyone, [this](const http::Request& request) {
             const auto config = common_.config.get();
             std::set<std::string> wanted;  // in one order, so that pages of the same profiles share what is rendered
             for (std::string& name : list(request, "profile")) {
                 if (!is_profile(*config, name)) return no_profile(*config, name);
                 wanted.insert(std::move(name));
             }
             std::string profile;
             for (const std::string& name : wanted) profile += (profile.empty() ? "" : ",") + name;
             const auto last = request.headers.find("last-event-id");
             return events_.open(profile, last == request.headers.end() ? "" : last->second);
         }}};
}

}  // namespace api
