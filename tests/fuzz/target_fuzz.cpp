// SPDX-License-Identifier: Apache-2.0
// What a request asks for, and its cookies: any bytes are refused, or become a target within its limits.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "control/http/guard.hpp"
#include "control/http/router.hpp"
#include "control/http/target.hpp"

namespace {

bool is_clean(const std::string& part) {
    for (const char c : part) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/') return false;
    }
    return part != "." && part != "..";
}

const http::Router& router() {
    const auto nothing = [](const http::Request&) { return http::Response{}; };
    static const http::Router kRouter({{"GET", "/", http::Reach::anyone, nothing},
                                       {"GET", "/api/v1/profiles/{profile}", http::Reach::anyone, nothing},
                                       {"GET", "/api/v1/profiles/now", http::Reach::anyone, nothing},
                                       {"GET", http::kEverythingElse, http::Reach::anyone, nothing}});
    return kRouter;
}

// Nobody is logged in: whatever stands in the headers, nothing but what is for everybody is admitted.
void ask_guard(const std::string& header) {
    static http::Guard guard([](const std::string&) {}, [] { return std::uint64_t{0}; });
    static const bool kReady = [] {
        const auto file = std::filesystem::temp_directory_path() / ("target-fuzz-users." + std::to_string(getpid()));
        const bool saved = http::save_users(file, {{"ann", {http::Role::admin, "$argon2id$"}}}).has_value();
        const bool taken =
            guard.configure({.listen = {}, .certificate = {}, .key = {}, .hosts = {"box"}, .users = file}).has_value();
        std::filesystem::remove(file);
        return saved && taken;
    }();
    if (!kReady) std::abort();
    const http::Route route{"GET", "/api/v1/status", http::Reach::anyone, {}, http::Role::viewer};
    for (const char* name : {"cookie", "host", "origin", "content-type"}) {
        http::Request request{.method = "POST", .path = "/api/v1/status", .headers = {{"host", "127.0.0.1"}}, .at = {}};
        request.headers[name] = header;
        request.who.client = "192.0.2.1:1";
        if (!guard.admit(request, &route, true)) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view raw(reinterpret_cast<const char*>(data), size);
    ask_guard(std::string(raw));
    const auto target = http::parse_target(raw);
    if (!target) return 0;
    if (target->parts.empty() || target->parts.size() > http::kMaxParts) std::abort();
    if (target->query.size() > http::kMaxArguments) std::abort();
    for (const std::string& part : target->parts) {
        if (!is_clean(part)) std::abort();
    }
    for (const auto& [name, value] : target->query) {
        if (value.find('\0') != std::string::npos) std::abort();
    }
    const auto found = router().find("GET", target->parts, false);
    if (found.route != nullptr && found.route->path == http::kEverythingElse && target->parts.front() == "api")
        std::abort();
    return 0;
}
