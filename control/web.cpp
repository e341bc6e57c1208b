// SPDX-License-Identifier: Apache-2.0
#include "control/web.hpp"

#include <chrono>

#include "control/http/assets.hpp"
#include "control/http/assets.hpp"
#include "control/status_json.hpp"

namespace control {

using flow::pass;
using http::Request;
using http::Response;

Web::Web(const Config& config, const std::string& command, Supervisor& supervisor, Log& log)
    : supervisor_(supervisor),
      log_(log),
      captures_([this](const flow::Prefix& exporters) { return supervisor_.capture(exporters); }),
      api_(world(config, command)) {}

api::World Web::world(const Config& config, const std::string& command) {
    return {.status = [this] { return supervisor_.status(); },
            .config = [this] { return supervisor_.config(); },
            .reload = [this] { return supervisor_.reload(); },
            .log = [this](const std::string& text) { log_.info(text); },
            .store = supervisor_.store(),
            .data_directory = config.data,
            .command = command,
            .now_ms =
                [] {
                    using namespace std::chrono;
                    const auto now = system_clock::now().time_since_epoch();
                    return static_cast<std::uint64_t>(duration_cast<milliseconds>(now).count());
                }};
}

std::vector<http::Route> Web::metrics_routes() {
    return {{"GET", "/metrics", http::Reach::anyone,
             [this](const Request&) {
                 return Response{200, kMetricsContentType, render_metrics(supervisor_.status(), labels_)};
             }},
            {"GET", "/", http::Reach::anyone, [](const Request&) {
                 return Response{200, "text/plain; charset=utf-8", "net-collector: metrics are at /metrics\n"};
             }}};
}

std::vector<http::Route> Web::routes() {
    std::vector<http::Route> out = api_.routes();
    out.push_back({"GET", kCapturePath, http::Reach::unix_socket,
                   [this](const Request& request) { return captures_.begin(request); }, http::Role::admin});
    out.push_back(
        {"GET", kCaptureCountsPath, http::Reach::unix_socket, [this](const Request&) { return captures_.counts(); }});
    out.push_back(http::console_route());
    return out;
}

flow::Result<std::unique_ptr<Web>> Web::open(const Config& config, const std::string& command, Supervisor& supervisor,
                                             Log& log) {
    std::unique_ptr<Web> web(new Web(config, command, supervisor, log));
    if (config.metrics) {
        auto metrics = http::Server::open({*config.metrics}, {}, web->metrics_routes());
        if (!metrics) return pass(metrics);
        web->metrics_ = std::move(*metrics);
    }
    auto server = http::Server::open(config.http.listen, {config.socket}, web->routes());
    if (!server) return pass(server);
    web->server_ = std::move(*server);
    return web;
}

void Web::serve() {
    if (metrics_) metrics_->serve();
    server_->serve();
}

void Web::tick() {
    api_.tick();
}

void Web::announce() const {
    if (metrics_) log_.info("metrics at http://" + metrics_->endpoints().front().text() + "/metrics");
    for (const Endpoint& endpoint : server_->endpoints()) log_.info("console at http://" + endpoint.text() + "/");
}

}  // namespace control
