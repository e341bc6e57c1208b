// SPDX-License-Identifier: Apache-2.0
// Countries by their codes of two letters, for completion; `geo` takes any two letters.
//
// Thread: any; constant.
// Source: ISO 3166-1 alpha-2, English short names.
#pragma once

#include <span>
#include <string_view>

namespace filters::language {

struct Country {
    std::string_view code, name;
};
// By code.
[[nodiscard]] std::span<const Country> countries() noexcept;

}  // namespace filters::language
