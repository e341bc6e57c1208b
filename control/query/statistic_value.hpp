// SPDX-License-Identifier: Apache-2.0
// The value that a statistic's line is about, as text.
//
// Thread: any.
#pragma once

#include <string>

#include "store/query/aggregate.hpp"

namespace query {

// "0x1", "16001-0-0", "1.500", "DENIED", "443", "3..1"; addresses whole, IPv6 also what looks like IPv4 when `v6`.
[[nodiscard]] std::string value_text(store::query::ElementKind kind, const store::query::GroupValue& value, bool v6);

}  // namespace query
