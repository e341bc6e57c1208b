// SPDX-License-Identifier: Apache-2.0
// In place of the console where it is not built in.
#include "control/http/assets.hpp"

namespace http {

std::span<const Asset> console_assets() noexcept {
    return {};
}

}  // namespace http
