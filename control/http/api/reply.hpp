// SPDX-License-Identifier: Apache-2.0
// How every route of the API answers.
//
// Thread: any. Texts that are no UTF-8 are mended, never thrown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "control/http/server.hpp"
#include "dataplane/flow/result.hpp"

namespace api {

using Json = nlohmann::ordered_json;

// Where in a text something is wrong; see Position in console/src/api_types.ts.
struct Position {
    std::string field{};  // of what was sent: "filter", "channels[2].colour"
    std::string file{};
    std::uint32_t line = 1, column = 1;
    std::size_t offset = 0, length = 1;
};

[[nodiscard]] Json position_json(const Position& position);
[[nodiscard]] http::Response json(const Json& body, unsigned status = 200);
// `error`: a word for programs; `detail`: a sentence for people.
[[nodiscard]] http::Response problem(unsigned status, std::string_view error, std::string_view detail,
                                     const std::optional<Position>& position = {});

// Arguments of a request. Errors are sentences that name the argument.
[[nodiscard]] flow::Result<std::uint64_t> number(const http::Request& request, const std::string& name,
                                                 std::uint64_t otherwise, std::uint64_t most);
[[nodiscard]] std::string text(const http::Request& request, const std::string& name, std::string_view otherwise = {});
// Of "a,b,c": the names, without empty ones.
[[nodiscard]] std::vector<std::string> names_of(const std::string& text);
[[nodiscard]] std::vector<std::string> list(const http::Request& request, const std::string& name);
// 404: with the profile that is perhaps meant.
[[nodiscard]] http::Response no_profile(const control::Config& config, std::string_view name);
// A value, or why there is none.
template <class T>
using Answered = tl::expected<T, http::Response>;
// The body as JSON: an object, at most 16 deep, none of its objects with more than 256 members.
[[nodiscard]] flow::Result<Json> body(const http::Request& request);

}  // namespace api
