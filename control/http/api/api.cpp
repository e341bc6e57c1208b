// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/api.hpp"

#include <utility>

namespace api {

Api::Api(World world) : world_(std::move(world)) {}
Api::~Api() = default;

std::vector<http::Route> Api::routes() {
    return filter_checks_.routes();
}

void Api::tick() {}

}  // namespace api
