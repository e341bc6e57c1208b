// SPDX-License-Identifier: Apache-2.0
// GET /ledger: what came, what was kept, what was lost, and the laws that hold between them.
//
// Thread: the server's.
#pragma once

#include <vector>

#include "control/http/api/shared.hpp"
#include "control/http/server.hpp"

namespace api {

class LedgerRoutes {
  public:
    LedgerRoutes(const World& world, Common& common) : world_(world), common_(common) {}

    [[nodiscard]] std::vector<http::Route> routes();

  private:
    [[nodiscard]] http::Response of_now();
    [[nodiscard]] http::Response of_time(const std::string& from, const std::string& to);

    const World& world_;
    Common& common_;
};

}  // namespace api
