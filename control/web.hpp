// SPDX-License-Identifier: Apache-2.0
// What the daemon serves over HTTP: metrics on a port and a thread of their own, console and API on [http] and, the same,
// on the Unix socket.
//
// Thread: the main thread. The supervisor must outlive it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "control/capture_stream.hpp"
#include "control/http/api/api.hpp"
#include "control/http/guard.hpp"
#include "control/http/server.hpp"
#include "control/http/tls.hpp"
#include "control/log.hpp"
#include "control/metrics.hpp"
#include "control/supervisor.hpp"

namespace control {

class Web {
  public:
    // Opens every socket of `config`. `command`: path of net-collector, for queries.
    [[nodiscard]] static flow::Result<std::unique_ptr<Web>> open(const Config& config, const std::string& command,
                                                                 Supervisor& supervisor, Log& log);
    // Answers from now on, with the privileges that the caller has. Once.
    void serve();
    // Each second.
    void tick();
    // What the configuration says now, after a reload, and the files that it names; any thread. What of them is faulty, a sentence
    // each, is logged and shown by the API until the next time; what was in use instead of it stays.
    std::vector<std::string> configure();
    // Where it listens, for people.
    void announce() const;

  private:
    Web(const Config& config, const std::string& command, Supervisor& supervisor, Log& log);
    [[nodiscard]] api::World world(const Config& config, const std::string& command);
    [[nodiscard]] flow::Result<void> take_certificate(const HttpConfig& http);
    [[nodiscard]] std::vector<http::Route> metrics_routes();
    [[nodiscard]] std::vector<http::Route> routes();

    Supervisor& supervisor_;
    Log& log_;
    http::TlsInUse tls_;
    std::mutex mutex_;
    std::vector<std::string> faults_;  // of the last configure(); guarded by mutex_
    ExporterLabels labels_;
    CaptureRoutes captures_;
    http::Guard guard_;
    api::Api api_;
    std::unique_ptr<http::Server> metrics_, server_;  // the first to go
};

}  // namespace control
