// SPDX-License-Identifier: Apache-2.0
// GET /profiles and /profiles/{profile}: what is counted, as it stands in the files.
//
// Thread: the server's; profile_json() any.
#pragma once

#include <string_view>
#include <vector>

#include "control/http/api/reply.hpp"
#include "control/http/api/shared.hpp"

namespace api {

// See Profile in console/src/api_types.ts. `live` is the first, then they come by name.
[[nodiscard]] Json profiles_json(const control::Config& config, const Catalogue& catalogue);
// Null when there is none of the name.
[[nodiscard]] Json profile_json(const control::Config& config, const Catalogue& catalogue, std::string_view name);

class ProfileRoutes {
  public:
    explicit ProfileRoutes(Common& common) : common_(common) {}

    [[nodiscard]] std::vector<http::Route> routes();

  private:
    Common& common_;
};

}  // namespace api
