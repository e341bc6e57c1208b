// SPDX-License-Identifier: Apache-2.0
#include "control/cli/edit_by_daemon.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "control/cli/client.hpp"
#include "control/cli/daemon_json.hpp"
#include "control/filter_excerpt.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using control::ProfileEdit;

constexpr long kTimeout_s = 60;  // a reload of a large configuration
constexpr long kNotFound = 404;
constexpr const char* kProfiles = "/api/v1/profiles";

struct Sending {
    std::string method, path;
    Json body{};
};

template <class T>
void put(Json& out, const char* key, const std::optional<T>& value) {
    if (value) out[key] = *value;
}

Json channel_json(const control::ChannelValues& values) {
    Json out = Json::object();
    put(out, "name", values.name);
    put(out, "filter", values.filter);
    put(out, "colour", values.colour);
    put(out, "sign", values.sign);
    put(out, "order", values.order);
    put(out, "sources", values.sources);
    return out;
}

Json profile_json(const std::optional<std::string>& name, const std::optional<std::string>& description,
                  const std::optional<std::string>& group) {
    Json out = Json::object();
    put(out, "name", name);
    put(out, "description", description);
    put(out, "group", group);
    return out;
}

std::string path_of(const std::string& profile) {
    return std::string(kProfiles) + "/" + escaped(profile);
}

Sending change_of(const std::string& profile, const control::ProfileChange& change) {
    const std::string channels = profile + "/channels";
    if (const auto* add = std::get_if<control::AddChannel>(&change))
        return {"POST", channels, channel_json(add->values)};
    if (const auto* set = std::get_if<control::SetChannel>(&change))
        return {"PATCH", channels + "/" + escaped(set->channel), channel_json(set->values)};
    if (const auto* gone = std::get_if<control::DeleteChannel>(&change))
        return {"DELETE", channels + "/" + escaped(gone->channel)};
    const auto& set = std::get<control::SetProfile>(change);
    Json body = profile_json(set.name, set.description, set.group);
    if (!set.order.empty()) body["order"] = set.order;
    return {"PATCH", profile, std::move(body)};
}

Sending sending_of(const ProfileEdit& edit) {
    const std::string profile = path_of(edit.profile);
    if (std::holds_alternative<control::DeleteProfile>(edit.what)) return {"DELETE", profile};
    if (const auto* change = std::get_if<control::ProfileChange>(&edit.what)) return change_of(profile, *change);
    const control::ProfileText& fresh = std::get<control::NewProfile>(edit.what).profile;
    Json body = profile_json(fresh.name, fresh.description, fresh.group);
    body["channels"] = Json::array();
    for (const auto& channel : fresh.channels) body["channels"].push_back(channel_json(channel));
    return {"POST", kProfiles, std::move(body)};
}

// The filter that `field` of what was sent is.
std::string filter_at(const Json& body, const std::string& field) {
    if (field == "filter") return text(body, "filter");
    const Json& channels = part(body, "channels");
    return channels.empty() || !channels.is_array() ? std::string() : text(channels.front(), "filter");
}

tl::unexpected<Failure> refusal(const Answer& answer, const Json& said, const Json& body) {
    std::string message = text(said, "detail");
    if (message.empty()) message = "the daemon answered " + std::to_string(answer.status);
    if (text(said, "error") != "bad_filter")
        return failure(answer.status == kNotFound ? Exit::no_data : Exit::failed, message);
    const Json& at = part(said, "position");
    return bad_filter(std::move(message), filter_at(body, text(at, "field")),
                      {text(at, "file"), static_cast<std::uint32_t>(number(at, "line")),
                       static_cast<std::uint32_t>(number(at, "column"))});
}

// The answer to what went well.
Outcome<Json> send(const std::string& socket, const Sending& sending, std::vector<std::string> headers) {
    const std::string body =
        sending.body.is_null() ? "" : sending.body.dump(-1, ' ', false, Json::error_handler_t::replace);
    const auto answer = ask(socket, sending.method, sending.path, kTimeout_s, body, std::move(headers));
    if (!answer) return tl::unexpected(answer.error());
    auto said = parsed(*answer);
    if (!said) return said;
    if (answer->status >= 400) return refusal(*answer, *said, sending.body);
    return said;
}

bool is_same_file(const std::string& a, const std::string& b) {
    std::error_code error;
    const bool same = std::filesystem::equivalent(a, b, error);
    if (!error) return same;
    return std::filesystem::absolute(a).lexically_normal() == std::filesystem::absolute(b).lexically_normal();
}

}  // namespace

Outcome<std::optional<std::string>> daemon_of(const Context& context) {
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto status = ask_status(where->socket);
    if (!status && status.error().exit == Exit::not_running) return std::nullopt;
    if (!status) return tl::unexpected(status.error());
    const bool by_data = !context.data_path.empty() && context.config_path.empty();
    if (by_data || is_same_file(text(*status, "config_file"), config_path(context))) return where->socket;
    return std::nullopt;
}

Outcome<EditMade> edit_by_daemon(const std::string& socket, const ProfileEdit& edit) {
    Sending sending = sending_of(edit);
    if (edit.dry_run) sending.path += "?dry_run=true";
    const auto said = send(socket, sending, {"If-Match: \"" + edit.version.value_or("*") + "\""});
    if (!said) return tl::unexpected(said.error());
    return EditMade{.profile = text(*said, "name"),
                    .file = text(*said, "path"),
                    .before = text(*said, "before"),
                    .after = text(*said, "text"),
                    .taken_over = !edit.dry_run};
}

Outcome<ChannelOrder> order_by_daemon(const std::string& socket, const std::string& profile) {
    const auto said = send(socket, {"GET", path_of(profile)}, {});
    if (!said) return tl::unexpected(said.error());
    ChannelOrder out{.names = {}, .version = text(*said, "version")};
    for (const Json& channel : part(*said, "channels")) out.names.push_back(text(channel, "name"));
    return out;
}

tl::unexpected<Failure> bad_filter(std::string message, const std::string& filter, const flow::Place& place) {
    const control::FilterTexts texts;
    if (const std::string lines = texts.excerpt(filter, place); !lines.empty()) message += "\n" + lines;
    return failure(Exit::bad_filter, std::move(message));
}

}  // namespace cli
