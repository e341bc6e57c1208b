// SPDX-License-Identifier: Apache-2.0
#include "control/http/router.hpp"

#include <algorithm>
#include <utility>

namespace http {
namespace {

bool is_place(std::string_view part) {
    return part.size() > 2 && part.front() == '{' && part.back() == '}';
}

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> out;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto end = std::min(path.find('/'), path.size());
        out.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return out;
}

}  // namespace

Router::Router(std::vector<Route> routes) {
    for (Route& route : routes) {
        if (route.path == kEverythingElse) {
            everything_else_ = std::move(route);
            continue;
        }
        Entry entry{.route = std::move(route), .parts = {}, .places = 0};
        entry.parts = split(entry.route.path);
        entry.places = static_cast<std::size_t>(std::count_if(entry.parts.begin(), entry.parts.end(), is_place));
        entries_.push_back(std::move(entry));
    }
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const Entry& a, const Entry& b) { return a.places < b.places; });
}

bool Router::fits(const Entry& entry, const std::vector<std::string>& parts) {
    return std::equal(entry.parts.begin(), entry.parts.end(), parts.begin(), parts.end(),
                      [](const std::string& wanted, const std::string& part) {
                          return is_place(wanted) ? !part.empty() : wanted == part;
                      });
}

Router::Found Router::find(std::string_view method, const std::vector<std::string>& parts, bool unix_socket) const {
    Found out;
    for (const Entry& entry : entries_) {
        if (entry.route.reach == Reach::unix_socket && !unix_socket) continue;
        if (!fits(entry, parts)) continue;
        if (entry.route.method != method) {
            if (out.allow.find(entry.route.method) == std::string::npos)
                out.allow += (out.allow.empty() ? "" : ", ") + entry.route.method;
            continue;
        }
        out.route = &entry.route;
        out.allow.clear();
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const std::string& wanted = entry.parts[i];
            if (is_place(wanted)) out.at[wanted.substr(1, wanted.size() - 2)] = parts[i];
        }
        return out;
    }
    if (!out.allow.empty() || !everything_else_ || parts.front() == "api") return out;
    if (everything_else_->method == method) {
        out.route = &*everything_else_;
    } else {
        out.allow = everything_else_->method;
    }
    return out;
}

}  // namespace http
