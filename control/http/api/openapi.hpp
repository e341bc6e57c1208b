// SPDX-License-Identifier: Apache-2.0
// The document that describes the API: openapi.yaml as JSON, made when the program is built.
//
// Thread: any; constant.
#pragma once

#include <string_view>

namespace api {

[[nodiscard]] std::string_view openapi_json() noexcept;

}  // namespace api
