// SPDX-License-Identifier: Apache-2.0
#include "control/web.hpp"

#include <chrono>

#include "control/http/assets.hpp"
#include "control/status_json.hpp"

namespace control {

using flow::pass;
using http::Request;
using http::Response;

namespace {

std::uint64_t steady_s() {
    using namespace std::chrono;
    return static_cast<std::uint64_t>(duration_cast<seconds>(steady_clock::now().time_since_epoch()).count());
}

}  // namespace

Web::Web(const Config& config, const std::string& command, Supervisor& supervisor, Log& log)
    : supervisor_(supervisor),
      log_(log),
      captures_([this](const flow::Prefix& exporters) { return supervisor_.capture(exporters); }),
      guard_([&log](const std::string& text) { log.info(text); }, steady_s),
      api_(world(config, command)) {}

api::World Web::world(const Config& config, const std::string& command) {
    return {.status =
                [this] {
                    Status out = supervisor_.status();
                    const std::scoped_lock lock(mutex_);
                    out.reload.http_faults = faults_;
                    if (const auto tls = tls_.get()) out.certificate_ends_s = tls->ends_s;
                    return out;
                },
            .config = [this] { return supervisor_.config(); },
            .reload =
                [this] {
                    ReloadStatus out = supervisor_.reload();
                    out.http_faults = configure();
                    return out;
                },
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
    for (http::Route& route : guard_.routes()) out.push_back(std::move(route));
    out.push_back(http::console_route());
    return out;
}

flow::Result<std::unique_ptr<Web>> Web::open(const Config& config, const std::string& command, Supervisor& supervisor,
                                             Log& log) {
    std::unique_ptr<Web> web(new Web(config, command, supervisor, log));
    if (config.metrics) {
        auto metrics = http::Server::open({*config.metrics}, {}, web->metrics_routes(), {.thread = "metrics"});
        if (!metrics) return pass(metrics);
        web->metrics_ = std::move(*metrics);
    }
    if (auto ok = web->guard_.configure(config.http); !ok) return pass(ok);
    http::Server::Options options{.guard = &web->guard_};
    if (!config.http.certificate.empty()) {
        if (auto ok = web->take_certificate(config.http); !ok) return pass(ok);
        options.tls = &web->tls_;
    }
    auto server = http::Server::open(config.http.listen, {config.socket}, web->routes(), options);
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

flow::Result<void> Web::take_certificate(const HttpConfig& http) {
    auto tls = http::load_tls(http.certificate, http.key);
    if (!tls) return pass(tls);
    tls_.set(*std::move(tls));
    return {};
}

std::vector<std::string> Web::configure() {
    const HttpConfig http = supervisor_.config().http;
    std::vector<std::string> faults;
    if (auto ok = guard_.configure(http); !ok) faults.push_back("who may log in stays as it was: " + ok.error().text());
    if (tls_.get() != nullptr) {
        if (auto ok = take_certificate(http); !ok)
            faults.push_back("the certificate stays as it was: " + ok.error().text());
    }
    for (const std::string& fault : faults) log_.error(fault);
    const std::scoped_lock lock(mutex_);
    faults_ = faults;
    return faults;
}

void Web::announce() const {
    if (metrics_) log_.info("metrics at http://" + metrics_->endpoints().front().text() + "/metrics");
    const std::string scheme = tls_.get() != nullptr ? "https://" : "http://";
    for (const Endpoint& endpoint : server_->endpoints()) log_.info("console at " + scheme + endpoint.text() + "/");
}

}  // namespace control
