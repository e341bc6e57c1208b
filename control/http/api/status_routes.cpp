// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/status_routes.hpp"

#include <nlohmann/json.hpp>

#include "control/http/api/openapi.hpp"
#include "control/http/api/reply.hpp"
#include "control/status_json.hpp"

namespace api {
namespace {

http::Response status(const control::Status& status, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) {
        if (!control::is_status_part(part))
            return problem(422, "bad_argument", "parts=" + part + " is none of " + control::status_part_names());
    }
    return json(control::status_object(status, parts));
}

// As in the status, but that a queue names its device by its place.
http::Response devices(const control::Status& status) {
    const Json all = control::status_object(status, {"devices", "queues", "workers"});
    Json out{{"devices", all["devices"]}, {"queues", all["queues"]}, {"workers", all["workers"]}};
    for (Json& queue : out["queues"]) {
        const auto name = queue["device"].get<std::string>();
        std::size_t device = 0;
        while (device < status.devices.size() && status.devices[device].name != name) ++device;
        queue["device"] = device;
    }
    return json(out);
}

}  // namespace

std::vector<http::Route> StatusRoutes::routes() {
    using http::Request;
    const std::string root = kRoot;
    return {
        {"GET", control::kStatusPath, http::Reach::anyone,
         [this](const Request& request) {
             return http::answer_later(
                 [this, parts = list(request, "parts")] { return status(*common_.status.get(), parts); });
         }},
        {"GET", root + "/devices", http::Reach::anyone,
         [this](const Request&) { return devices(*common_.status.get()); }},
        {"GET", root + "/sources", http::Reach::anyone,
         [this](const Request&) {
             return json(control::status_object(*common_.status.get(), {"sources"})["sources"]);
         }},
        {"GET", root + "/openapi.json", http::Reach::anyone,
         [](const Request&) {
             return http::Response{.content_type = control::kJsonContentType, .body = std::string(openapi_json())};
         }},
        {"POST", control::kReloadPath, http::Reach::unix_socket,
         [this](const Request&) {
             // Compiling and host names take their time; others are answered meanwhile.
             return http::answer_later([this] {
                 const control::ReloadStatus reload = world_.reload();
                 return http::Response{.status = reload.ok ? 200u : 422u,
                                       .content_type = control::kJsonContentType,
                                       .body = control::reload_json(reload, common_.status.get()->generation)};
             });
         },
         http::Role::admin},
    };
}

}  // namespace api
