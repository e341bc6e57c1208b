// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/reply.hpp"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "control/series_span.hpp"
#include "control/status_json.hpp"

namespace api {
namespace {

constexpr int kDeepest = 16;
constexpr std::size_t kMostMembers = 256;  // each is compared with all before it

}  // namespace

Json position_json(const Position& p) {
    Json out = Json::object();
    if (!p.field.empty()) out["field"] = p.field;
    if (!p.file.empty()) out["file"] = p.file;
    out.update({{"line", p.line}, {"column", p.column}, {"offset", p.offset}, {"length", p.length}});
    return out;
}

http::Response json(const Json& body, unsigned status) {
    return {.status = status,
            .content_type = control::kJsonContentType,
            .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

http::Response problem(unsigned status, std::string_view error, std::string_view detail,
                       const std::optional<Position>& position) {
    Json out{{"error", error}, {"detail", detail}};
    if (position) out["position"] = position_json(*position);
    return json(out, status);
}

flow::Result<std::uint64_t> number(const http::Request& request, const std::string& name, std::uint64_t otherwise,
                                   std::uint64_t most) {
    const auto found = request.query.find(name);
    if (found == request.query.end()) return otherwise;
    const std::string& text = found->second;
    std::uint64_t out = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (fault != std::errc{} || end != text.data() + text.size() || out > most)
        return flow::fail(name + "=" + text + " is no number from 0 to " + std::to_string(most));
    return out;
}

std::string text(const http::Request& request, const std::string& name, std::string_view otherwise) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string(otherwise) : found->second;
}

std::vector<std::string> names_of(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream all(text);
    for (std::string one; std::getline(all, one, ',');) {
        if (!one.empty()) out.push_back(std::move(one));
    }
    return out;
}

std::vector<std::string> list(const http::Request& request, const std::string& name) {
    return names_of(text(request, name));
}

http::Response no_profile(const control::Config& config, std::string_view name) {
    std::set<std::string_view> names{control::kLiveProfile};
    for (const control::ProfileConfig& profile : config.profiles) names.insert(profile.name);
    return problem(404, "not_found",
                   control::no_such_name("profile", name, names, ": GET /api/v1/profiles lists what there is"));
}

flow::Result<Json> body(const http::Request& request) {
    std::string wrong;
    std::array<std::size_t, kDeepest + 1> members{};
    Json out = Json::parse(
        request.body,
        [&](int depth, Json::parse_event_t event, Json&) {
            const auto at = static_cast<std::size_t>(depth);
            if (!wrong.empty()) return false;
            if (at >= members.size()) {
                wrong = "the body is nested more than " + std::to_string(kDeepest) + " deep";
            } else if (event == Json::parse_event_t::object_start && at + 1 < members.size()) {
                members[at + 1] = 0;
            } else if (event == Json::parse_event_t::key && ++members[at] > kMostMembers) {
                wrong = "the body has an object with more than " + std::to_string(kMostMembers) + " members";
            }
            return wrong.empty();
        },
        false);
    if (!wrong.empty()) return flow::fail(wrong);
    if (out.is_discarded() || !out.is_object()) return flow::fail("the body is no JSON object");
    return out;
}

}  // namespace api
