// SPDX-License-Identifier: Apache-2.0
// GET /problems: what is wrong now, since when, and what to do; changes go to the event streams, too.
//
// Thread: tick() by the daemon's main thread; routes by the server's.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "control/http/api/events.hpp"
#include "control/http/api/reply.hpp"
#include "control/http/api/shared.hpp"
#include "control/http/api/troubles.hpp"

namespace api {

class ProblemRoutes {
  public:
    ProblemRoutes(Common& common, Events& events, ExporterWatch& watch)
        : common_(common), events_(events), watch_(watch) {}

    [[nodiscard]] std::vector<http::Route> routes();
    // Each second; looks every ten, or when somebody listens.
    void tick(std::uint64_t now_ms);

  private:
    [[nodiscard]] Json look();

    Common& common_;
    Events& events_;
    ExporterWatch& watch_;
    std::mutex mutex_;
    std::map<std::string, std::uint64_t> since_ms_{};  // by key; guarded by mutex_
    std::string told_ = "[]";                          // of tick() only
};

}  // namespace api
