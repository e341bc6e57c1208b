// SPDX-License-Identifier: Apache-2.0
// GET /events: what each second brought, to all pages that are open; and the seconds' memory.
//
// A second costs as much as there are profiles that somebody looks at, however many pages show them.
//
// Thread: tick() by the daemon's main thread; routes by the server's.
#pragma once

#include <string>
#include <vector>

#include "control/http/api/edge.hpp"
#include "control/http/api/events.hpp"
#include "control/http/api/shared.hpp"

namespace api {

class LiveRoutes {
  public:
    LiveRoutes(const World& world, Common& common, Edge& edge, Events& events)
        : world_(world), common_(common), edge_(edge), events_(events) {}

    [[nodiscard]] std::vector<http::Route> routes();
    void tick();

  private:
    [[nodiscard]] std::string second_text(const control::Status& status, const std::string& profiles,
                                          std::uint32_t at_s) const;

    const World& world_;
    Common& common_;
    Edge& edge_;
    Events& events_;
    std::uint64_t generation_ = 0;  // of the last tick
    flow::Ledger last_{};           // of the second before
    flow::Ledger grown_{};          // in this one
};

}  // namespace api
