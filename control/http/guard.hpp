// SPDX-License-Identifier: Apache-2.0
// Who may do what: asked for every request that comes over TCP, before anything is done for it. Through the Unix socket everybody who
// can open it may do everything.
//
//   Host             on loopback it must be an address, localhost, or one of [http] hosts: else a stranger's page could give its own
//                    name to this machine (DNS rebinding)
//   Origin           changes, and anything below /api, must come from our own pages where the browser says where from
//   X-CSRF-Token     of every change: that of the session, or before the login that of the process; GET /api/v1/session tells it
//   Content-Type     of a body: application/json
//   login            where [http] users is given; without, everybody who reaches the socket is admin: loopback only (config_http.cpp)
//
// Thread: any.
// Source: RFC 9110 (403, 415), RFC 6265 (cookies), Fetch Metadata (Sec-Fetch-Site).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "control/config.hpp"
#include "control/http/places.hpp"
#include "control/http/server.hpp"
#include "control/http/sessions.hpp"
#include "control/http/users.hpp"

namespace http {

inline constexpr const char* kSessionPath = "/api/v1/session";
inline constexpr unsigned kMostHashing = 2;  // logins at a time; others are told to come back

class Guard {
  public:
    using Clock = std::function<std::uint64_t()>;  // seconds; never goes back
    using Say = std::function<void(const std::string&)>;
    Guard(Say say, Clock now_s);
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    // Takes over [http]; on an error what was in use stays. Sessions whose user is gone, or has another password, end.
    [[nodiscard]] flow::Result<void> configure(const control::HttpConfig& http);
    // Fills request.who; an answer: the request is refused. `route`: nullptr where there is none.
    [[nodiscard]] std::optional<Response> admit(Request& request, const Route* route, bool loopback);
    // Whether who opened a stream may still have it: no logout, end of the session, other password or lesser role since. Does not
    // count as use.
    [[nodiscard]] bool may_go_on(const Principal& who, Role needs) const;
    // A line in the log for what changed something, or should have.
    void audit(const Request& request, const Route& route, unsigned status);
    // GET, POST and DELETE of kSessionPath. The guard must outlive them.
    [[nodiscard]] std::vector<Route> routes();

  private:
    [[nodiscard]] std::optional<Response> check_origin(const Request& request, bool loopback) const;
    [[nodiscard]] std::string identify(Request& request);
    [[nodiscard]] Response who(const Request& request);
    [[nodiscard]] Response log_in(const Request& request);
    [[nodiscard]] Response try_log_in(const Request& request, const std::string& user, const std::string& password);
    [[nodiscard]] Response log_out(const Request& request);
    [[nodiscard]] std::string cookie_name() const;

    Say say_;
    Clock now_s_;
    const std::string csrf_;  // of who is not logged in
    Places hashing_{kMostHashing};
    mutable std::mutex mutex_;  // guards what is below
    control::HttpConfig http_;
    Users users_;
    Sessions sessions_;
    Attempts by_address_{900}, by_user_{30};  // strangers must not lock somebody out for long
};

}  // namespace http
