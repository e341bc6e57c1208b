// SPDX-License-Identifier: Apache-2.0
// Members of JSON that another program wrote: what is missing, or is something else, counts as nothing.
//
// Thread: any; no state.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "control/http/api/reply.hpp"

namespace api {

// null where there is none.
[[nodiscard]] inline const Json& member(const Json& object, const char* name) {
    static const Json none;
    if (!object.is_object()) return none;
    const auto at = object.find(name);
    return at == object.end() ? none : *at;
}
[[nodiscard]] inline std::string text_in(const Json& object, const char* name) {
    const Json& at = member(object, name);
    return at.is_string() ? at.get<std::string>() : std::string();
}
[[nodiscard]] inline std::uint64_t number_in(const Json& object, const char* name) {
    const Json& at = member(object, name);
    return at.is_number_unsigned() ? at.get<std::uint64_t>() : 0;
}
[[nodiscard]] inline bool flag_in(const Json& object, const char* name) {
    const Json& at = member(object, name);
    return at.is_boolean() && at.get<bool>();
}
// An empty array where there is none.
[[nodiscard]] inline const Json& list_in(const Json& object, const char* name) {
    static const Json none = Json::array();
    const Json& at = member(object, name);
    return at.is_array() ? at : none;
}

}  // namespace api
