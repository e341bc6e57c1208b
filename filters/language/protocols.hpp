// SPDX-License-Identifier: Apache-2.0
// Names of IP protocols.
//
// Thread: any; constant.
// Source: nfdump's short names first, then the keywords of IANA's "Assigned Internet Protocol Numbers". Where
// the two
//         disagree nfdump's meaning stands: ipip is 4, as its users know it, not 94.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace filters::language {

// Any letter case.
[[nodiscard]] std::optional<std::uint8_t> protocol_number(std::string_view name) noexcept;
// nfdump's short name in lower case; empty where it has none.
[[nodiscard]] std::string_view protocol_name(std::uint8_t number) noexcept;

}  // namespace filters::language
