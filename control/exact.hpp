// SPDX-License-Identifier: Apache-2.0
// Whole numbers for people: "1,234,567".
//
// Thread: any; pure.
#pragma once

#include <cstdint>
#include <string>

namespace control {

[[nodiscard]] inline std::string exact(std::uint64_t value) {
    std::string text = std::to_string(value);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
    return text;
}

}  // namespace control
