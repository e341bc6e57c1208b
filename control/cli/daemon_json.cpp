// SPDX-License-Identifier: Apache-2.0
#include "control/cli/daemon_json.hpp"

#include "control/status_json.hpp"

namespace cli {

using Json = nlohmann::ordered_json;

namespace {
constexpr long kStatusTimeout_s = 10;
}  // namespace

std::uint64_t number(const Json& j, const char* key) {
    const auto found = j.find(key);
    return found != j.end() && found->is_number() ? found->get<std::uint64_t>() : 0;
}
double ratio(const Json& j, const char* key) {
    const auto found = j.find(key);
    return found != j.end() && found->is_number() ? found->get<double>() : 0;
}
std::string text(const Json& j, const char* key) {
    const auto found = j.find(key);
    return found != j.end() && found->is_string() ? found->get<std::string>() : std::string();
}
bool flag(const Json& j, const char* key) {
    const auto found = j.find(key);
    return found != j.end() && found->is_boolean() && found->get<bool>();
}
const Json& part(const Json& j, const char* key) {
    static const Json kNone = Json::object();
    const auto found = j.find(key);
    return found != j.end() && found->is_structured() ? *found : kNone;
}

Outcome<Json> parsed(const Answer& answer) {
    Json json = Json::parse(answer.body, nullptr, false);
    if (json.is_object()) return json;
    return failure(Exit::failed, "the daemon's answer is not understood (HTTP " + std::to_string(answer.status) +
                                     "): is it of the same version?");
}

Outcome<Json> ask_status(const std::string& socket) {
    const auto answer = ask(socket, "GET", control::kStatusPath, kStatusTimeout_s);
    if (!answer) return tl::unexpected(answer.error());
    return parsed(*answer);
}

}  // namespace cli
