// SPDX-License-Identifier: Apache-2.0
// The API with a made-up daemon behind it and a data directory that the test filled; without a socket.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/http/api/api.hpp"
#include "tests/control/stored_data.hpp"
#include "tests/control/temporary_directory.hpp"

namespace api {

using AnyJson = nlohmann::ordered_json;

class Rig {
  public:
    explicit Rig(store::Store* store = nullptr)
        : api_(std::make_unique<Api>(World{.status = [this] { return ++asked, status; },
                                           .config = [this] { return config; },
                                           .reload = [this] { return reload; },
                                           .log = [this](const std::string& line) { log.push_back(line); },
                                           .store = store,
                                           .data_directory = directory.path().string(),
                                           .command = {},
                                           .now_ms = [this] { return now_ms; }})),
          routes_(api_->routes()) {
        status.started_ms = now_ms - 60'000;
        status.now_ms = now_ms;
    }

    // "/series?profile=zone": the answer, also one that comes later.
    http::Response ask(const std::string& method, const std::string& target, std::string body = {}) {
        http::Request request{
            .method = method, .path = target.substr(0, target.find('?')), .headers = headers, .body = std::move(body)};
        if (const auto mark = target.find('?'); mark != std::string::npos) read_query(target.substr(mark + 1), request);
        for (const http::Route& route : routes_) {
            if (route.method != method || !fits(route.path, kRoot + request.path, request)) continue;
            http::Response out = route.handler(request);
            return out.later ? out.later() : out;
        }
        ADD_FAILURE() << "no route for " << method << ' ' << target;
        return {.status = 404};
    }
    AnyJson get(const std::string& target, unsigned expected = 200) {
        const http::Response answer = ask("GET", target);
        EXPECT_EQ(answer.status, expected) << target << ": " << answer.body;
        EXPECT_EQ(answer.content_type, "application/json") << target;
        return AnyJson::parse(answer.body, nullptr, false);
    }
    void tick() { api_->tick(); }
    [[nodiscard]] const std::vector<http::Route>& routes() const { return routes_; }

    control::TemporaryDirectory directory{};
    std::map<std::string, std::string> headers{};  // of every request
    control::Status status{};
    control::Config config{};
    control::ReloadStatus reload{};
    std::vector<std::string> log{};
    std::uint64_t now_ms = (std::uint64_t{control::kDataStart_s} + 10 * control::kDataBuckets) * 1000;
    std::uint32_t asked = 0;  // how often the status was

  private:
    static void read_query(const std::string& query, http::Request& request) {
        std::size_t at = 0;
        while (at < query.size()) {
            const std::size_t end = std::min(query.find('&', at), query.size());
            const std::string one = query.substr(at, end - at);
            const std::size_t equals = std::min(one.find('='), one.size());
            request.query[one.substr(0, equals)] = equals == one.size() ? "" : one.substr(equals + 1);
            at = end + 1;
        }
    }
    // Parts between slashes are equal or stand for a place.
    static bool fits(std::string_view pattern, std::string_view path, http::Request& request) {
        std::map<std::string, std::string, std::less<>> at;
        while (!pattern.empty() && !path.empty()) {
            const std::string_view a = pattern.substr(1, pattern.substr(1).find('/'));
            const std::string_view b = path.substr(1, path.substr(1).find('/'));
            if (a.starts_with('{'))
                at[std::string(a.substr(1, a.size() - 2))] = b;
            else if (a != b)
                return false;
            pattern.remove_prefix(a.size() + 1);
            path.remove_prefix(b.size() + 1);
        }
        if (!pattern.empty() || !path.empty()) return false;
        request.at = std::move(at);
        return true;
    }

    std::unique_ptr<Api> api_;
    std::vector<http::Route> routes_;
};

// Sources and profiles of control/stored_data.hpp.
inline void configure_stored(control::Config& config) {
    for (const char* name : {"edge", "peer"}) {
        control::SourceConfig& source = config.sources.emplace_back();
        source.name = name;
        source.port = static_cast<std::uint16_t>(2054 + config.sources.size());
        source.colour = config.sources.size() == 1 ? "#111111" : "#222222";
    }
    control::ProfileConfig zone;
    zone.name = "zone";
    zone.version = "v1";
    zone.place.file = "/etc/net-collector/profiles.d/zone.toml";
    control::ChannelConfig dns;
    dns.name = "dns";
    dns.filter = "port 53";
    dns.colour = "#333333";
    dns.above_axis = false;
    dns.order = 1;
    control::ChannelConfig web = dns;
    web.name = "web";
    web.filter = "port 80";
    web.above_axis = true;
    zone.channels = {dns, web};
    config.profiles = {zone};
    config.profiles_dir = "/etc/net-collector/profiles.d";
}

}  // namespace api
