// SPDX-License-Identifier: Apache-2.0
#include "dataplane/flow/columns.hpp"

namespace flow {

std::string_view column_name(Column c) noexcept {
    static constexpr std::array<std::string_view, kColumns> kNames{
#define X(name, type, what) #name,
        FLOW_COMMON_COLUMNS(X) FLOW_RARE_COLUMNS(X)
#undef X
    };
    return kNames[static_cast<std::size_t>(c)];
}

}  // namespace flow
