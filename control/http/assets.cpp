// SPDX-License-Identifier: Apache-2.0
#include "control/http/assets.hpp"

#include <algorithm>
#include <string>

#include "control/http/router.hpp"

namespace http {
namespace {

constexpr std::string_view kPage = "index.html";

std::string_view header(const Request& request, const std::string& name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string_view{} : found->second;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// Of a list with commas, whether `fits` takes one.
template <typename Fits>
bool any_of_list(std::string_view list, Fits fits) {
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        if (fits(trimmed(list.substr(0, comma)))) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

// "gzip", "gzip;q=0.5"; not "gzip;q=0".
bool takes_gzip(const Request& request) {
    return any_of_list(header(request, "accept-encoding"), [](std::string_view coding) {
        const auto end = std::min(coding.find(';'), coding.size());
        const std::string_view weight = coding.substr(end);
        return trimmed(coding.substr(0, end)) == "gzip" &&
               (weight.empty() || weight.find_first_of("123456789") != std::string_view::npos);
    });
}

bool has_it(const Request& request, std::string_view tag) {
    return any_of_list(header(request, "if-none-match"), [tag](std::string_view known) {
        if (known.starts_with("W/")) known.remove_prefix(2);
        return known == "*" || known == tag;
    });
}

Response not_built() {
    return {
        .status = 404,
        .body =
            "net-collector: the console is not built into this program; its API is at /api/v1.\n"
            "To build it: install nodejs and npm, then meson configure build -Dconsole=enabled, and build again.\n"};
}

}  // namespace

Response answer_asset(std::span<const Asset> assets, const Request& request) {
    if (assets.empty()) return not_built();
    const std::string_view path = std::string_view(request.path).substr(1);
    const bool page = path.substr(path.rfind('/') + 1).find('.') == std::string_view::npos;
    const std::string_view name = page ? kPage : path;
    const auto asset = std::find_if(assets.begin(), assets.end(), [&](const Asset& a) { return a.name == name; });
    if (asset == assets.end()) return {.status = 404, .body = "there is nothing at " + request.path + "\n"};
    Response out;
    out.content_type = asset->type;
    out.headers = {{"ETag", std::string(asset->tag)},
                   {"Vary", "Accept-Encoding"},
                   {"Cache-Control", asset->immutable ? "public, max-age=31536000, immutable" : "no-cache"}};
    if (has_it(request, asset->tag)) {
        out.status = 304;
        return out;
    }
    const bool packed = takes_gzip(request);
    if (packed) out.headers.emplace_back("Content-Encoding", "gzip");
    out.body = packed ? asset->gzip : asset->plain;
    return out;
}

Route console_route() {
    return {"GET", kEverythingElse, Reach::anyone,
            [](const Request& request) { return answer_asset(console_assets(), request); }, Role::none};
}

}  // namespace http
