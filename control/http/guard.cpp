// SPDX-License-Identifier: Apache-2.0
#include "control/http/guard.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "control/http/passwords.hpp"
#include "control/http/sending.hpp"

namespace http {
namespace {

constexpr std::size_t kMaxLoginBytes = 4096;

std::string header(const Request& request, const std::string& name) {
    const auto found = request.headers.find(name);
    return found == request.headers.end() ? std::string{} : found->second;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

// Without the port; an IPv6 address without its brackets.
std::string host_of(const std::string& authority) {
    if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
    return lower(authority.substr(0, authority.find(':')));
}

bool is_known_host(const std::string& host, const std::vector<std::string>& hosts) {
    return host == "localhost" || flow::IpAddress::parse(host).has_value() ||
           std::find(hosts.begin(), hosts.end(), host) != hosts.end();
}

// What a cookie is worth; the first of that name (RFC 6265 5.4).
std::string cookie(const Request& request, const std::string& name) {
    const std::string all = "; " + header(request, "cookie");
    const auto at = all.find("; " + name + "=");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 3;
    return all.substr(begin, all.find(';', begin) - begin);
}

// Without the port; of an IPv6 address its network, for everybody there has as many as they like.
std::string address_of(const Principal& who) {
    const auto endpoint = control::Endpoint::parse(who.client);
    if (!endpoint) return who.client;
    flow::IpAddress address = endpoint->address;
    if (!address.is_v4()) std::fill(address.bytes.begin() + 8, address.bytes.end(), std::uint8_t{0});
    return address.text();
}

bool is_json(const std::string& type) {
    const std::string plain = lower(type.substr(0, type.find(';')));
    return plain.substr(0, plain.find_last_not_of(" \t") + 1) == "application/json";
}

bool has_body(const Request& request) {
    const std::string length = header(request, "content-length");
    return request.headers.contains("transfer-encoding") || (!length.empty() && length != "0");
}

Response json(const nlohmann::ordered_json& body) {
    return {.status = 200, .content_type = "application/json", .body = body.dump()};
}

}  // namespace

Guard::Guard(Say say, Clock now_s) : say_(std::move(say)), now_s_(std::move(now_s)), csrf_(make_secret()) {}

flow::Result<void> Guard::configure(const control::HttpConfig& http) {
    Users users;
    if (!http.users.empty()) {
        auto loaded = load_users(http.users);
        if (!loaded) return flow::pass(loaded);
        users = std::move(*loaded);
    }
    const std::scoped_lock lock(mutex_);
    http_ = http;
    users_ = std::move(users);
    return {};
}

std::optional<Response> Guard::check_origin(const Request& request, bool loopback) const {
    const auto refuse = [&](unsigned status, const char* error, const std::string& detail) {
        return refusal(request.path, status, error, detail);
    };
    const std::string authority = header(request, "host");
    if (authority.empty()) return refuse(400, "bad_request", "the request names no host");
    if (loopback && !is_known_host(host_of(authority), http_.hosts)) {
        return refuse(403, "host",
                      "this machine is not known as " + host_of(authority) +
                          ": add the name to `hosts` of [http], or ask by address");
    }
    const bool api = request.path.starts_with("/api/");
    const std::string site = header(request, "sec-fetch-site");
    if (api && !site.empty() && site != "same-origin" && site != "none")
        return refuse(403, "origin", "another site's page may not ask for this");
    if (request.method == "GET") return std::nullopt;
    const std::string origin = header(request, "origin");
    const std::string ours = http_.certificate.empty() ? "http://" : "https://";
    if (!origin.empty() && lower(origin) != ours + lower(authority))
        return refuse(403, "origin", "a page of " + origin + " may not change anything here");
    if (has_body(request) && !is_json(header(request, "content-type")))
        return refuse(415, "not_json", "the body must be JSON: send Content-Type: application/json");
    return std::nullopt;
}

// Under the mutex. Returns the token that changes must bring.
std::string Guard::identify(Request& request) {
    if (http_.users.empty()) {
        request.who.role = Role::admin;
        return csrf_;
    }
    request.who.role = Role::none;
    const std::string value = cookie(request, cookie_name());
    const SessionEntry* session = value.empty() ? nullptr : sessions_.find(value, now_s_());
    if (session == nullptr) return csrf_;
    const auto user = users_.find(session->user);
    if (user == users_.end() || user->second.hash != session->hash) {
        sessions_.end(value);
        return csrf_;
    }
    request.who.session = value;
    request.who.user = session->user;
    request.who.role = user->second.role;
    return session->csrf;
}

std::optional<Response> Guard::admit(Request& request, const Route* route, bool loopback) {
    if (request.who.unix_socket) {
        request.who.role = Role::admin;
        return std::nullopt;
    }
    const std::scoped_lock lock(mutex_);
    if (auto refused = check_origin(request, loopback)) return refused;
    const std::string token = identify(request);
    if (route == nullptr) return std::nullopt;
    if (request.who.role < route->needs) {
        if (request.who.role == Role::none)
            return refusal(request.path, 401, "login", "log in first: POST " + std::string(kSessionPath));
        return refusal(request.path, 403, "not_allowed",
                       request.who.user + " is a viewer: ask somebody with the role admin");
    }
    if (request.method != "GET" && !same_secret(header(request, "x-csrf-token"), token)) {
        return refusal(request.path, 403, "token",
                       "the header X-CSRF-Token is missing or old: GET " + std::string(kSessionPath) + " tells it");
    }
    return std::nullopt;
}

bool Guard::may_go_on(const Principal& who, Role needs) const {
    if (who.unix_socket) return true;
    const std::scoped_lock lock(mutex_);
    if (http_.users.empty()) return true;
    const SessionEntry* session = sessions_.look(who.session, now_s_());
    if (session == nullptr) return false;
    const auto user = users_.find(session->user);
    return user != users_.end() && user->second.hash == session->hash && user->second.role >= needs;
}

void Guard::audit(const Request& request, const Route& route, unsigned status) {
    if (request.method == "GET" || route.needs != Role::admin) return;
    const std::string user = request.who.user.empty() ? "nobody" : request.who.user;
    say_("audit: " + user + " from " + request.who.client + ": " + request.method + " " + request.path + ": " +
         std::to_string(status));
}

std::vector<Route> Guard::routes() {
    return {{"GET", kSessionPath, Reach::anyone, [this](const Request& r) { return who(r); }, Role::none},
            {"POST", kSessionPath, Reach::anyone, [this](const Request& r) { return log_in(r); }, Role::none},
            {"DELETE", kSessionPath, Reach::anyone, [this](const Request& r) { return log_out(r); }, Role::none}};
}

// With TLS browsers keep others from setting it.
std::string Guard::cookie_name() const {
    return http_.certificate.empty() ? "net-collector" : "__Host-net-collector";
}

Response Guard::who(const Request& request) {
    Request asked = request;
    const std::scoped_lock lock(mutex_);
    const std::string token = identify(asked);
    return json({{"user", asked.who.user},
                 {"role", role_name(request.who.unix_socket ? Role::admin : asked.who.role)},
                 {"login", !http_.users.empty() && !request.who.unix_socket},
                 {"csrf", token}});
}

Response Guard::log_in(const Request& request) {
    const auto refuse = [&](unsigned status, const char* error, const std::string& detail) {
        return refusal(request.path, status, error, detail);
    };
    if (request.body.size() > kMaxLoginBytes) return refuse(413, "too_large", "a login is not that long");
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    if (!body.is_object() || !body.contains("user") || !body.contains("password") || !body["user"].is_string() ||
        !body["password"].is_string() || !is_user_name(body["user"].get<std::string>()))
        return refuse(400, "bad_request", "send {\"user\": ..., \"password\": ...}");
    const auto user = body["user"].get<std::string>();
    const Place place = hashing_.take();
    {
        const std::scoped_lock lock(mutex_);
        if (http_.users.empty()) return refuse(404, "no_login", "there is no login here: [http] names no users");
        if (place == nullptr) {
            Response out = refuse(503, "busy", "others are logging in: try again in a second");
            out.headers.emplace_back("Retry-After", "1");
            return out;
        }
        const std::uint64_t now_s = now_s_();
        std::uint64_t wait_s = by_address_.begin(address_of(request.who), now_s);
        if (wait_s == 0) wait_s = by_user_.begin(user, now_s);
        if (wait_s != 0) {
            Response out = refuse(429, "too_many", "too many tries: wait " + std::to_string(wait_s) + " s");
            out.headers.emplace_back("Retry-After", std::to_string(wait_s));
            return out;
        }
    }
    return answer_later([this, place, request, user, password = body["password"].get<std::string>()] {
        return try_log_in(request, user, password);
    });
}

Response Guard::try_log_in(const Request& request, const std::string& user, const std::string& password) {
    User known;
    {
        const std::scoped_lock lock(mutex_);
        if (const auto found = users_.find(user); found != users_.end()) known = found->second;
    }
    const bool right = password.size() <= kMostPasswordBytes && verify_password(known.hash, password);
    say_("audit: login of " + user + " from " + request.who.client + (right ? "" : ": wrong user or password"));
    if (!right) return refusal(request.path, 401, "login", "user or password is wrong");
    const std::scoped_lock lock(mutex_);
    by_address_.forgive(address_of(request.who));
    by_user_.forgive(user);
    sessions_.end(cookie(request, cookie_name()));  // another one for each login
    const std::uint64_t now_s = now_s_();
    const std::string value = sessions_.begin(user, known.hash, now_s);
    Response out = json({{"user", user},
                         {"role", role_name(known.role)},
                         {"login", true},
                         {"csrf", sessions_.find(value, now_s)->csrf}});
    out.headers.emplace_back("Set-Cookie", cookie_name() + "=" + value + "; Path=/; HttpOnly; SameSite=Strict" +
                                               (http_.certificate.empty() ? "" : "; Secure"));
    return out;
}

Response Guard::log_out(const Request& request) {
    const std::scoped_lock lock(mutex_);
    sessions_.end(cookie(request, cookie_name()));
    if (!request.who.user.empty()) say_("audit: logout of " + request.who.user + " from " + request.who.client);
    return {.status = 204,
            .headers = {{"Set-Cookie", cookie_name() + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0" +
                                           (http_.certificate.empty() ? "" : "; Secure")}}};
}

}  // namespace http
