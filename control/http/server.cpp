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
#include <thread>

#include "control/http/listener.hpp"

namespace http {
namespace {

constexpr std::size_t kConnectionMemoryBytes = 32 * 1024;
constexpr std::size_t kStreamBlockBytes = 64 * 1024;
constexpr int kStreamPause_ms = 20;

// One request on its way in; MHD keeps the pointer between calls.
struct Pending {
    std::string body;
    bool too_large = false;
    std::shared_ptr<std::future<Response>> later{};  // the answer is being made
};

struct MhdStop {
    void operator()(MHD_Daemon* daemon) const noexcept { MHD_stop_daemon(daemon); }
};

// A socket with the daemon that serves it. MHD owns the socket from its start on.
struct Listening {
    std::unique_ptr<MHD_Daemon, MhdStop> daemon;
    const std::vector<Route>* routes = nullptr;
    control::Endpoint endpoint;
    std::string unix_path;  // empty for TCP
    int epoll_fd = -1;
    std::vector<MHD_Connection*> waiting;  // suspended: their answers or streams had nothing to send
};

// A stream under way; MHD keeps the pointer.
struct Streaming {
    std::shared_ptr<Stream> stream;
    Listening* listening = nullptr;
    MHD_Connection* connection = nullptr;
};

// MHD looks for a client that has gone only when it has something to send.
bool client_is_gone(MHD_Connection* connection) {
    const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    char byte = 0;
    return info != nullptr && recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

ssize_t read_stream(void* cls, std::uint64_t, char* to, std::size_t bytes) {
    const auto& streaming = *static_cast<Streaming*>(cls);
    const std::ptrdiff_t got = streaming.stream->read(to, bytes);
    if (got > 0) return got;
    if (got < 0) return MHD_CONTENT_READER_END_OF_STREAM;
    if (client_is_gone(streaming.connection)) return MHD_CONTENT_READER_END_WITH_ERROR;
    MHD_suspend_connection(streaming.connection);
    streaming.listening->waiting.push_back(streaming.connection);
    return 0;
}

void end_stream(void* cls) {
    delete static_cast<Streaming*>(cls);
}

void say_nothing(void*, const char*, va_list) {}

// MHD copies the body; its parameter is not const though it is only read.
MHD_Response* make_body(Listening& listening, MHD_Connection* connection, const Response& response) {
    if (!response.stream) {
        return MHD_create_response_from_buffer(response.body.size(), const_cast<char*>(response.body.data()),
                                               MHD_RESPMEM_MUST_COPY);
    }
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
    auto streaming = std::make_unique<Streaming>(Streaming{response.stream, &listening, connection});
    MHD_Response* out = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kStreamBlockBytes, read_stream,
                                                          streaming.get(), end_stream);
    if (out != nullptr) static_cast<void>(streaming.release());
    return out;
}

MHD_Result send(Listening& listening, MHD_Connection* connection, const Response& response,
                const std::string& allow = {}) {
    MHD_Response* out = make_body(listening, connection, response);
    if (out == nullptr) return MHD_NO;
    MHD_add_response_header(out, MHD_HTTP_HEADER_CONTENT_TYPE, response.content_type.c_str());
    MHD_add_response_header(out, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(out, "X-Content-Type-Options", "nosniff");
    if (!allow.empty()) MHD_add_response_header(out, MHD_HTTP_HEADER_ALLOW, allow.c_str());
    const MHD_Result result = MHD_queue_response(connection, response.status, out);
    MHD_destroy_response(out);
    return result;
}

MHD_Result keep_argument(void* into, MHD_ValueKind, const char* key, const char* value) {
    (*static_cast<std::map<std::string, std::string>*>(into))[key] = value == nullptr ? "" : value;
    return MHD_YES;
}

// MHD asks again when the connection goes on.
MHD_Result send_when_ready(Listening& listening, MHD_Connection* connection, std::future<Response>& later) {
    if (later.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
        return send(listening, connection, later.get());
    MHD_suspend_connection(connection);
    listening.waiting.push_back(connection);
    return MHD_YES;
}

MHD_Result answer(Listening& listening, MHD_Connection* connection, Request request, Pending& pending) {
    std::string allow;
    for (const Route& route : *listening.routes) {
        if (route.path != request.path) continue;
        if (route.reach == Reach::unix_socket && listening.unix_path.empty()) continue;
        if (route.method == request.method) {
            MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, keep_argument, &request.query);
            const Response response = route.handler(request);
            if (!response.later) return send(listening, connection, response);
            pending.later = response.later;
            return send_when_ready(listening, connection, *pending.later);
        }
        allow += (allow.empty() ? "" : ", ") + route.method;
    }
    if (!allow.empty()) return send(listening, connection, {405, {}, request.path + " takes " + allow + "\n"}, allow);
    return send(listening, connection, {404, {}, "there is nothing at " + request.path + "\n"});
}

// MHD calls it once with the headers, then for each piece of the body, then once more.
MHD_Result take_request(void* cls, MHD_Connection* connection, const char* url, const char* method, const char*,
                        const char* upload, std::size_t* upload_bytes, void** state) {
    auto* listening = static_cast<Listening*>(cls);
    if (*state == nullptr) {
        *state = new Pending;
        return MHD_YES;
    }
    auto* pending = static_cast<Pending*>(*state);
    if (pending->later) return send_when_ready(*listening, connection, *pending->later);
    if (*upload_bytes != 0) {
        if (pending->body.size() + *upload_bytes > kMaxBodyBytes) pending->too_large = true;
        if (!pending->too_large) pending->body.append(upload, *upload_bytes);
        *upload_bytes = 0;
        return MHD_YES;
    }
    if (pending->too_large) {
        return send(*listening, connection,
                    {413, {}, "the request is larger than " + std::to_string(kMaxBodyBytes) + " bytes\n"});
    }
    const bool head = std::string_view(method) == MHD_HTTP_METHOD_HEAD;
    Request request{.method = head ? MHD_HTTP_METHOD_GET : method, .path = url, .body = std::move(pending->body)};
    return answer(*listening, connection, std::move(request), *pending);
}

void forget_request(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    delete static_cast<Pending*>(*state);
    *state = nullptr;
}

flow::Result<void> hand_to_mhd(Listening& listening, Socket socket, const std::string& where) {
    // Without a thread of its own: the server's thread waits for all of them together.
    constexpr unsigned kFlags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME;
    MHD_Daemon* daemon =
        MHD_start_daemon(kFlags, 0, nullptr, nullptr, take_request, &listening, MHD_OPTION_EXTERNAL_LOGGER, say_nothing,
                         nullptr, MHD_OPTION_LISTEN_SOCKET, socket.fd(), MHD_OPTION_CONNECTION_LIMIT, kMaxConnections,
                         MHD_OPTION_CONNECTION_TIMEOUT, kIdleTimeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                         kConnectionMemoryBytes, MHD_OPTION_NOTIFY_COMPLETED, forget_request, nullptr, MHD_OPTION_END);
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
    std::vector<Route> routes;
    std::vector<std::unique_ptr<Listening>> listening;  // addresses are given to MHD
    Socket stop_event;
    std::thread thread;

    void run();
    // Lets every waiting answer and stream be asked again.
    void resume_waiting();
    [[nodiscard]] int timeout_ms() const;
};

int Server::State::timeout_ms() const {
    MHD_UNSIGNED_LONG_LONG least = 60'000;
    for (const auto& l : listening) {
        MHD_UNSIGNED_LONG_LONG wanted = 0;
        if (MHD_get_timeout(l->daemon.get(), &wanted) == MHD_YES) least = std::min(least, wanted);
        if (!l->waiting.empty()) least = std::min<MHD_UNSIGNED_LONG_LONG>(least, kStreamPause_ms);
    }
    return static_cast<int>(least);
}

void Server::State::resume_waiting() {
    for (const auto& l : listening) {
        for (MHD_Connection* connection : l->waiting) MHD_resume_connection(connection);
        l->waiting.clear();
    }
}

void Server::State::run() {
    sigset_t all;
    sigfillset(&all);
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
    Response out;
    out.later = std::make_shared<std::future<Response>>(std::async(std::launch::async, std::move(make)));
    return out;
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

flow::Result<std::unique_ptr<Server>> Server::open(const std::vector<control::Endpoint>& endpoints,
                                                   const std::vector<std::string>& unix_paths,
                                                   std::vector<Route> routes) {
    // Owned from here on, so that whatever fails closes what was opened.
    std::unique_ptr<Server> server(new Server(std::make_unique<State>()));
    State& state = *server->state_;
    state.routes = std::move(routes);
    state.stop_event = Socket(eventfd(0, EFD_CLOEXEC));
    if (state.stop_event.fd() < 0) return flow::fail_errno("cannot create an event for the HTTP server");
    const auto add = [&state](flow::Result<Socket> socket, const std::string& where,
                              const std::string& unix_path) -> flow::Result<void> {
        if (!socket) return flow::pass(socket);
        auto one = std::make_unique<Listening>();
        one->routes = &state.routes;
        one->unix_path = unix_path;
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
    state_->resume_waiting();  // MHD insists on it
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
