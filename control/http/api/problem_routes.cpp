// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/problem_routes.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace api {

Json ProblemRoutes::look() {
    const auto status = common_.status.get();
    const std::vector<Trouble> troubles = find_troubles(*status, watch_.growth(*status));
    Json out = Json::array();
    const std::scoped_lock lock(mutex_);
    std::map<std::string, std::uint64_t> since_ms;
    for (const Trouble& t : troubles) {
        const auto known = since_ms_.find(t.key);
        const std::uint64_t first_ms = known == since_ms_.end() ? status->now_ms : known->second;
        since_ms[t.key] = first_ms;
        Json one{{"severity", severity_name(t.severity)},
                 {"what", t.what},
                 {"advice", t.advice},
                 {"since_ms", t.since_ms != 0 ? t.since_ms : first_ms}};
        if (!t.about.empty()) one["about"] = t.about;
        out.push_back(std::move(one));
    }
    since_ms_ = std::move(since_ms);
    return out;
}

void ProblemRoutes::tick(std::uint64_t now_ms) {
    if (events_.profiles().empty() && !watch_.is_due(now_ms)) return;
    watch_.take(*common_.status.get());
    const std::string now = look().dump(-1, ' ', false, Json::error_handler_t::replace);
    if (now == told_) return;
    told_ = now;
    events_.greet_with("problems", now);
    events_.publish("problems", now);
}

std::vector<http::Route> ProblemRoutes::routes() {
    return {{"GET", std::string(kRoot) + "/problems", http::Reach::anyone,
             [this](const http::Request&) { return http::answer_later([this] { return json(look()); }); }}};
}

}  // namespace api
