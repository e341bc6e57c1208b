// SPDX-License-Identifier: Apache-2.0
// GET /status, /devices, /sources and POST /reload: what the daemon is at the moment.
//
// Thread: the server's.
#pragma once

#include <vector>

#include "control/http/api/shared.hpp"
#include "control/http/server.hpp"

namespace api {

class StatusRoutes {
  public:
    StatusRoutes(const World& world, Common& common) : world_(world), common_(common) {}

    [[nodiscard]] std::vector<http::Route> routes();

  private:
    const World& world_;
    Common& common_;
};

}  // namespace api
