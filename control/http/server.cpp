// SPDX-License-Identifier: Apache-2.0
#include "control/http/server.hpp"

#include <microhttpd.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdarg>
#include <optional>
#include <semaphore>
#include <thread>

#include "control/http/exchange.hpp"
#include "control/http/listener.hpp"

namespace http {
namespace {

constexpr std::size_t kConnectionMemoryBytes = 32 * 1024;
constexpr int kAnswerPause_ms = 20;
constexpr int kMostAnswersAtOnce = 8;  // others wait for their turn

void say_nothing(void*, const char*, va_list) {}

// What differs between sockets.
std::vector<MHD_OptionItem> options_of(const Listening& listening, const Server::Options& options) {
    std::vector<MHD_OptionItem> out;
    const bool tcp = listening.unix_path.empty();
    if (tcp && !control::is_loopback(listening.endpoint.address))
        out.push_back(
            {MHD_OPTION_PER_IP_CONNECTION_LIMIT, static_cast<std::intptr_t>(kMaxConnectionsOfAddress), nullptr});
    const auto add_text = [&out](MHD_OPTION option, const char* text) {
        out.push_back({option, 0, const_cast<char*>(text)});
    };
    if (tcp && !options.certificate.empty()) {
        add_text(MHD_OPTION_HTTPS_MEM_CERT, options.certificate.c_str());
        add_text(MHD_OPTION_HTTPS_MEM_KEY, options.key.c_str());
        add_text(MHD_OPTION_HTTPS_PRIORITIES, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2");
    }
    out.push_back({MHD_OPTION_END, 0, nullptr});
    return out;
}

flow::Result<void> hand_to_mhd(Listening& listening, Socket socket, const std::string& where,
                               const Server::Options& options) {
    // Without a thread of its own: the server's thread waits for all of them together.
    const bool tls = listening.unix_path.empty() && !options.certificate.empty();
    const unsigned flags =
        MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME | (tls ? unsigned{MHD_USE_TLS} : 0u);
    std::vector<MHD_OptionItem> more = options_of(listening, options);
    MHD_Daemon* daemon = MHD_start_daemon(
        flags, 0, nullptr, nullptr, take_request, &listening, MHD_OPTION_EXTERNAL_LOGGER, say_nothing, nullptr,
        MHD_OPTION_LISTEN_SOCKET, socket.fd(), MHD_OPTION_CONNECTION_LIMIT, kMaxConnections,
        MHD_OPTION_CONNECTION_TIMEOUT, kIdleTimeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemoryBytes,
        MHD_OPTION_URI_LOG_CALLBACK, begin_request, &listening, MHD_OPTION_NOTIFY_COMPLETED, forget_request, nullptr,
        MHD_OPTION_ARRAY, more.data(), MHD_OPTION_END);
    if (daemon == nullptr && tls)
        return flow::fail("cannot start HTTPS on " + where +
                          ": is the certificate one, with its own key, both as PEM?");
    if (daemon == nullptr) return flow::fail("cannot start the HTTP server on " + where);
    static_cast<void>(socket.release());
    listening.daemon.reset(daemon);
    const MHD_DaemonInfo* info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == nullptr) return flow::fail("the HTTP server on " + where + " has no epoll descriptor");
    listening.epoll_fd = info->epoll_fd;
    return {};
}

}  // namespace

struct Server::State {
    std::optional<Router> router;
    std::vector<std::unique_ptr<Listening>> listening;  // addresses are given to MHD
    Socket stop_event;
    std::thread thread;

    void run();
    // Lets waiting answers be asked again, and streams when their pause is over.
    void resume_waiting();
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
        if (!l->waiting_answers.empty()) least = std::min<MHD_UNSIGNED_LONG_LONG>(least, kAnswerPause_ms);
        if (!l->waiting_streams.empty())
            least = std::min<MHD_UNSIGNED_LONG_LONG>(least, static_cast<unsigned>(l->stream_pause_ms));
    }
    return static_cast<int>(least);
}

void Server::State::resume_waiting() {
    const auto now = std::chrono::steady_clock::now();
    for (const auto& l : listening) {
        resume(l->waiting_answers);
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
    pthread_setname_np(pthread_self(), "http");
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are the control thread's
    std::vector<pollfd> waits{{stop_event.fd(), POLLIN, 0}};
    for (const auto& l : listening) waits.push_back({l->epoll_fd, POLLIN, 0});
    while (true) {
        const int ready = poll(waits.data(), waits.size(), timeout_ms());
        if (ready < 0 && errno != EINTR) return;
        if (waits[0].revents != 0) return;
        resume_waiting();
        for (const auto& l : listening) MHD_run(l->daemon.get());
    }
}

Response answer_later(std::function<Response()> make) {
    static std::counting_semaphore<kMostAnswersAtOnce> at_once(kMostAnswersAtOnce);
    Response out;
    out.later = std::make_shared<std::future<Response>>(std::async(std::launch::async, [make = std::move(make)] {
        pthread_setname_np(pthread_self(), "http-answer");
        at_once.acquire();
        Response made = make();
        at_once.release();
        return made;
    }));
    return out;
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

flow::Result<std::unique_ptr<Server>> Server::open(const std::vector<control::Endpoint>& endpoints,
                                                   const std::vector<std::string>& unix_paths,
                                                   std::vector<Route> routes, Options options) {
    // Owned from here on, so that whatever fails closes what was opened.
    std::unique_ptr<Server> server(new Server(std::make_unique<State>()));
    State& state = *server->state_;
    state.router.emplace(std::move(routes));
    state.stop_event = Socket(eventfd(0, EFD_CLOEXEC));
    if (state.stop_event.fd() < 0) return flow::fail_errno("cannot create an event for the HTTP server");
    const auto add = [&state, &options](flow::Result<Socket> socket, const std::string& where,
                                        const std::string& unix_path) -> flow::Result<void> {
        if (!socket) return flow::pass(socket);
        auto one = std::make_unique<Listening>();
        one->router = &*state.router;
        one->unix_path = unix_path;
        one->guard = options.guard;
        one->endpoint = local_endpoint(*socket);
        state.listening.push_back(std::move(one));
        return hand_to_mhd(*state.listening.back(), std::move(*socket), where, options);
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
                                                    std::vector<Route> routes) {
    auto server = open(endpoints, unix_paths, std::move(routes));
    if (server) (*server)->serve();
    return server;
}

Server::~Server() {
    if (state_->thread.joinable()) {
        const std::uint64_t one = 1;
        static_cast<void>(!write(state_->stop_event.fd(), &one, sizeof one));
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
