// SPDX-License-Identifier: Apache-2.0
// The version of a profile's file: what an editor has seen, and says when it changes the file.
//
// Thread: any; pure.
#pragma once

#include <string>
#include <string_view>

namespace control {

// 32 hexadecimal digits that stand for exactly these bytes (XXH3, 128 bits; no protection against forgery).
[[nodiscard]] std::string file_version(std::string_view bytes);

}  // namespace control
