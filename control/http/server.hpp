// SPDX-License-Identifier: Apache-2.0
// The HTTP server: routes to handlers, over any number of TCP and Unix sockets that it opens itself.
//
// Thread: open(), serve() and the end by the owner; handlers run one at a time on the server's own thread and must
//         be quick: what takes longer is answered `later`, by at most kMostAnswersAtOnce threads; kMostWaitingAnswers wait
//         for one of them (503 beyond).
// Limits: kMaxBodyBytes of request body (413 beyond; after kMaxRefusedBytes the connection is closed), 32 KiB and kMaxHeaders
//         of headers (431 beyond), kMaxConnections connections a socket and
//         kMaxConnectionsOfAddress of an address, kIdleTimeout_s without a byte. A whole request has to come within kRequestTime_s, and its answer to be made and
//         taken within kAnswerTime_s; streams last as long as who opened them may use them.
// Errors: at start a Result; afterwards a client that breaks off harms nobody. A path without a route is 404, a method
//         that the path does not have 405; below /api/ as JSON {error, detail}.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control/config.hpp"
#include "dataplane/flow/result.hpp"

namespace http {

inline constexpr std::size_t kMaxBodyBytes = 1u << 20;
inline constexpr std::size_t kMaxRefusedBytes = 8 * kMaxBodyBytes;
inline constexpr std::size_t kMaxHeaders = 64;
inline constexpr unsigned kMaxConnections = 512;
inline constexpr unsigned kMaxConnectionsOfAddress = 128;  // but on loopback
inline constexpr unsigned kIdleTimeout_s = 30;
inline constexpr unsigned kRequestTime_s = 30;
inline constexpr unsigned kAnswerTime_s = 900;
inline constexpr std::size_t kMostAnswersAtOnce = 12;
inline constexpr std::size_t kMostWaitingAnswers = 64;

// What somebody may do; each may do what those before it may.
enum class Role : std::uint8_t { none, viewer, admin };

// Who asks.
struct Principal {
    std::string user{};  // empty: nobody has logged in
    Role role = Role::admin;
    bool unix_socket = false;
    std::string client{};   // its address and port, or "unix uid 1000"
    std::string session{};  // the cookie's value; empty: none
};

struct Request {
    std::string method;                                    // "GET", "POST" ...; HEAD comes as "GET"
    std::string path;                                      // decoded, without the query
    std::map<std::string, std::string> query{};            // decoded; the last of equal names
    std::map<std::string, std::string> headers{};          // names in lower case
    std::map<std::string, std::string, std::less<>> at{};  // what stood in the route's {places}, decoded
    std::string body{};
    Principal who{};
};

// A body that is made while it is sent. Used on the server's thread; gone when the client is, or at the server's end.
class Stream {
  public:
    virtual ~Stream() = default;
    // Writes at most `bytes` to `to` and says how many; 0: none at the moment, it is asked again soon; below 0: the end.
    virtual std::ptrdiff_t read(char* to, std::size_t bytes) = 0;
};

struct Response {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body{};
    std::vector<std::pair<std::string, std::string>> headers{};  // besides those that every answer has
    std::shared_ptr<Stream> stream{};                            // instead of `body`
    // Instead of all above: makes the answer, on another thread with the privileges of the server's; others are served meanwhile.
    // Not called when too many wait (the client gets 503). The server's end waits for it. Not an answer for later again.
    std::function<Response()> later{};
};

[[nodiscard]] inline Response answer_later(std::function<Response()> make) {
    return {.later = std::move(make)};
}

using Handler = std::function<Response(const Request&)>;

// Who may use a route: everybody who reaches a socket, or only those who can open the Unix socket.
enum class Reach : std::uint8_t { anyone, unix_socket };

struct Route {
    std::string method;  // "GET" serves HEAD too
    std::string path;    // exactly; "{name}" stands for one part of it: "/api/v1/profiles/{profile}"
    Reach reach = Reach::anyone;
    Handler handler;
    Role needs = Role::viewer;
};

class Guard;
class TlsInUse;

struct ServerOptions {
    Guard* guard = nullptr;         // must outlive the server; nullptr: everybody may do everything
    const TlsInUse* tls = nullptr;  // of all TCP sockets; must outlive the server, and hold one; nullptr: no TLS
    const char* thread = "http";    // name of the server's thread, at most 15 characters
    unsigned request_time_s = kRequestTime_s;
};

class Server {
  public:
    using Options = ServerOptions;
    // Opens every socket; who connects waits for serve(). A Unix socket gets mode 0660; one that a dead process
    // left is replaced, one that answers is an error.
    [[nodiscard]] static flow::Result<std::unique_ptr<Server>> open(const std::vector<control::Endpoint>& endpoints,
                                                                    const std::vector<std::string>& unix_paths,
                                                                    std::vector<Route> routes, Options options = {});
    // Serves until destroyed, on a thread with the privileges that the caller has now. Once.
    void serve();
    // Both.
    [[nodiscard]] static flow::Result<std::unique_ptr<Server>> start(const std::vector<control::Endpoint>& endpoints,
                                                                     const std::vector<std::string>& unix_paths,
                                                                     std::vector<Route> routes, Options options = {});
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    // Ends the thread, closes all connections and removes the Unix sockets.
    ~Server();

    // Where it really listens, in the order of `endpoints`: port 0 has become a number.
    [[nodiscard]] std::vector<control::Endpoint> endpoints() const;

  private:
    struct State;
    explicit Server(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace http
