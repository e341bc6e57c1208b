// SPDX-License-Identifier: Apache-2.0
#include "control/http/server.hpp"

#include <microhttpd.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdarg>
#include <optional>
#include <thread>

#include "control/http/exchange.hpp"
#include "control/http/handshake.hpp"
#include "control/http/listener.hpp"
#include "control/http/tls.hpp"

namespace http {
namespace {

constexpr std::size_t kConnectionMemoryBytes = 32 * 1024;
constexpr std::chrono::seconds kCutPause{1};

void say_nothing(void*, const char*, va_list) {}

// What differs between sockets.
std::vector<MHD_OptionItem> options_of(const Listening& listening) {
    std::vector<MHD_OptionItem> out;
    const bool tcp = listening.unix_path.empty();
    if (tcp && !control::is_loopback(listening.endpoint.address))
        out.push_back(
            {MHD_OPTION_PER_IP_CONNECTION_LIMIT, static_cast<std::intptr_t>(kMaxConnectionsOfAddress), nullptr});
    if (listening.tls != nullptr) {
        out.push_back({MHD_OPTION_HTTPS_CERT_CALLBACK2, 0, reinterpret_cast<void*>(give_certificate)});
        out.push_back(
            {MHD_OPTION_HTTPS_PRIORITIES, 0, const_cast<char*>("NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2")});
    }
    out.push_back({MHD_OPTION_END, 0, nullptr});
    return out;
}

flow::Result<void> hand_to_mhd(Listening& listening, Socket socket, const std::string& where) {
    // Without a thread of its own: the server's thread waits for all of them together.
    const unsigned flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME |
                           (listening.tls != nullptr ? unsigned{MHD_USE_TLS} : 0u);
    std::vector<MHD_OptionItem> more = options_of(listening);
    MHD_Daemon* daemon = MHD_start_daemon(
        flags, 0, nullptr, nullptr, take_request, &listening, MHD_OPTION_EXTERNAL_LOGGER, say_nothing, nullptr,
        MHD_OPTION_LISTEN_SOCKET, socket.fd(), MHD_OPTION_CONNECTION_LIMIT, kMaxConnections,
        MHD_OPTION_CONNECTION_TIMEOUT, kIdleTimeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemoryBytes,
        MHD_OPTION_URI_LOG_CALLBACK, begin_request, &listening, MHD_OPTION_NOTIFY_COMPLETED, forget_request, nullptr,
        MHD_OPTION_NOTIFY_CONNECTION, watch_connection, &listening, MHD_OPTION_ARRAY, more.data(), MHD_OPTION_END);
    if (daemon == nullptr) return flow::fail("cannot start the HTTP server on " + where);
    static_cast<void>(socket.release());
    listening.daemon.reset(daemon);
    const MHD_DaemonInfo* info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == nullptr) return flow::fail("the HTTP server on " + where + " has no epoll descriptor");
    listening.epoll_fd = info->epoll_fd;
    return {};
}

// MHD sees the end of these connections at its next run, and closes them.
void cut_late(Listening& listening, Clock::time_point now) {
    for (auto& [connection, client] : listening.clients) {
        if (client.until > now) continue;
        client.until = Clock::time_point::max();  // once
        const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        if (info != nullptr) shutdown(info->connect_fd, SHUT_RDWR);
    }
}

void ring(const Socket& event) {
    const std::uint64_t one = 1;
    static_cast<void>(!write(event.fd(), &one, sizeof one));
}

bool was_rung(const Socket& event) {
    std::uint64_t count = 0;
    return read(event.fd(), &count, sizeof count) == static_cast<ssize_t>(sizeof count);
}

}  // namespace

struct Server::State {
    std::optional<Router> router;
    std::vector<std::unique_ptr<Listening>> listening;  // addresses are given to MHD
    Socket bell;                                        // an answer is ready, or it is time to end
    std::atomic<bool> ending{false};
    LateAnswers late{[this] { ring(bell); }};
    std::string name;
    Clock::time_point cut_at{};  // when to look next for those who are late
    std::thread thread;

    void run();
    // Lets streams be asked again when their pause is over, and cuts those who are late.
    void look_after();
    // At the end, too.
    void resume_all();
    [[nodiscard]] int timeout_ms() const;
};

void resume(std::vector<MHD_Connection*>& waiting) {
    for (MHD_Connection* connection : waiting) MHD_resume_connection(connection);
    waiting.clear();
}

int Server::State::timeout_ms() const {
    MHD_UNSIGNED_LONG_LONG least = 60'000;
    for (const auto& l : listening) {
        MHD_UNSIGNED_LONG_LONG wanted = 0;
        if (MHD_get_timeout(l->daemon.get(), &wanted) == MHD_YES) least = std::min(least, wanted);
        if (!l->clients.empty()) least = std::min<MHD_UNSIGNED_LONG_LONG>(least, 1000);
        if (!l->waiting_streams.empty())
            least = std::min<MHD_UNSIGNED_LONG_LONG>(least, static_cast<unsigned>(l->stream_pause_ms));
    }
    return static_cast<int>(least);
}

void Server::State::look_after() {
    const auto now = Clock::now();
    const bool cut = now >= cut_at;
    if (cut) cut_at = now + kCutPause;
    for (const auto& l : listening) {
        if (cut) cut_late(*l, now);
        if (now - l->streams_asked < std::chrono::milliseconds(l->stream_pause_ms)) continue;
        l->streams_asked = now;
        l->stream_pause_ms = std::min(2 * l->stream_pause_ms, kMostStreamPause_ms);
        resume(l->waiting_streams);
    }
}

void Server::State::resume_all() {
    for (const auto& l : listening) {
        resume(l->waiting_answers);
        resume(l->waiting_streams);
    }
}

void Server::State::run() {
    sigset_t all;
    sigfillset(&all);
    pthread_setname_np(pthread_self(), name.c_str());
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are the control thread's
    std::vector<pollfd> waits{{bell.fd(), POLLIN, 0}};
    for (const auto& l : listening) waits.push_back({l->epoll_fd, POLLIN, 0});
    while (true) {
        const int ready = poll(waits.data(), waits.size(), timeout_ms());
        if (ready < 0 && errno != EINTR) return;
        if (ending) return;
        const bool answered = was_rung(bell);
        look_after();
        for (const auto& l : listening) {
            if (answered) resume(l->waiting_answers);
            MHD_run(l->daemon.get());
        }
    }
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

flow::Result<std::unique_ptr<Server>> Server::open(const std::vector<control::Endpoint>& endpoints,
                                                   const std::vector<std::string>& unix_paths,
                                                   std::vector<Route> routes, Options options) {
    // Owned from here on, so that whatever fails closes what was opened.
    std::unique_ptr<Server> server(new Server(std::make_unique<State>()));
    State& state = *server->state_;
    state.router.emplace(std::move(routes));
    state.name = options.thread;
    state.bell = Socket(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (state.bell.fd() < 0) return flow::fail_errno("cannot create an event for the HTTP server");
    const auto add = [&state, &options](flow::Result<Socket> socket, const std::string& where,
                                        const std::string& unix_path) -> flow::Result<void> {
        if (!socket) return flow::pass(socket);
        auto one = std::make_unique<Listening>();
        one->router = &*state.router;
        one->unix_path = unix_path;
        one->guard = options.guard;
        one->tls = unix_path.empty() ? options.tls : nullptr;
        one->late = &state.late;
        one->request_time = std::chrono::seconds(options.request_time_s);
        one->endpoint = local_endpoint(*socket);
        state.listening.push_back(std::move(one));
        return hand_to_mhd(*state.listening.back(), std::move(*socket), where);
    };
    for (const control::Endpoint& endpoint : endpoints) {
        if (auto added = add(listen_tcp(endpoint), endpoint.text(), {}); !added) return flow::pass(added);
    }
    for (const std::string& path : unix_paths) {
        if (auto added = add(listen_unix(path), path, path); !added) return flow::pass(added);
    }
    return server;
}

void Server::serve() {
    state_->thread = std::thread([this] { state_->run(); });
}

flow::Result<std::unique_ptr<Server>> Server::start(const std::vector<control::Endpoint>& endpoints,
                                                    const std::vector<std::string>& unix_paths,
                                                    std::vector<Route> routes, Options options) {
    auto server = open(endpoints, unix_paths, std::move(routes), options);
    if (server) (*server)->serve();
    return server;
}

Server::~Server() {
    if (state_->thread.joinable()) {
        state_->ending = true;
        ring(state_->bell);
        state_->thread.join();
    }
    state_->resume_all();  // MHD insists on it
    for (const auto& l : state_->listening) {
        if (!l->unix_path.empty()) unlink(l->unix_path.c_str());
    }
}

std::vector<control::Endpoint> Server::endpoints() const {
    std::vector<control::Endpoint> out;
    for (const auto& l : state_->listening) {
        if (l->unix_path.empty()) out.push_back(l->endpoint);
    }
    return out;
}

}  // namespace http
