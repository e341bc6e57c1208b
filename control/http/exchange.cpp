// SPDX-License-Identifier: Apache-2.0
#include "control/http/exchange.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "control/http/listener.hpp"
#include "control/http/sending.hpp"
#include "control/http/target.hpp"

namespace http {
namespace {

// One request on its way in; MHD keeps the pointer between calls.
struct Pending {
    std::string target;  // as it came
    bool known = false;  // its headers are there: what follows is made of them
    Request request{};
    const Route* route = nullptr;
    std::optional<Response> refused{};  // nothing of the body is kept
    std::size_t body_bytes = 0;
    std::optional<std::future<Response>> later{};  // the answer is being made
};

struct Headers {
    std::map<std::string, std::string>& named;
    std::size_t count = 0;
};

// A header that comes twice means both values (RFC 9110 5.2).
MHD_Result keep_header(void* into, MHD_ValueKind, const char* key, const char* value) {
    auto& headers = *static_cast<Headers*>(into);
    if (++headers.count > kMaxHeaders) return MHD_NO;
    std::string name(key);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    std::string& kept = headers.named[name];
    if (!kept.empty()) kept += name == "cookie" ? "; " : ", ";
    kept += value == nullptr ? "" : value;
    return MHD_YES;
}

Principal who_asks(const Listening& listening, MHD_Connection* connection) {
    Principal out;
    out.unix_socket = !listening.unix_path.empty();
    const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != nullptr) out.client = peer_text(info->connect_fd);
    return out;
}

void refuse(Pending& pending, unsigned status, const char* error, const std::string& detail) {
    pending.refused = refusal(pending.request.path, status, error, detail);
}

void read_headers(const Listening& listening, MHD_Connection* connection, const char* method, Pending& pending) {
    pending.known = true;
    Request& request = pending.request;
    request.method = std::string_view(method) == MHD_HTTP_METHOD_HEAD ? MHD_HTTP_METHOD_GET : method;
    request.path = pending.target.substr(0, pending.target.find('?'));
    request.who = who_asks(listening, connection);
    auto target = parse_target(pending.target);
    if (!target) return refuse(pending, MHD_HTTP_BAD_REQUEST, "bad_request", target.error().message);
    request.path = target->path();
    request.query = std::move(target->query);
    Headers headers{.named = request.headers};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, keep_header, &headers);
    if (headers.count > kMaxHeaders) {
        return refuse(pending, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "too_large",
                      "the request has more than " + std::to_string(kMaxHeaders) + " headers");
    }
    Router::Found found = listening.router->find(request.method, target->parts, request.who.unix_socket);
    pending.route = found.route;
    request.at = std::move(found.at);
    if (listening.guard != nullptr)
        pending.refused =
            listening.guard->admit(request, found.route, control::is_loopback(listening.endpoint.address));
    if (pending.refused || found.route != nullptr) return;
    if (found.allow.empty())
        return refuse(pending, MHD_HTTP_NOT_FOUND, "not_found", "there is nothing at " + request.path);
    refuse(pending, MHD_HTTP_METHOD_NOT_ALLOWED, "method", request.path + " takes " + found.allow);
    pending.refused->headers.emplace_back(MHD_HTTP_HEADER_ALLOW, found.allow);
}

void take_body(Pending& pending, std::string_view piece) {
    pending.body_bytes += piece.size();
    if (pending.refused) return;
    if (pending.body_bytes <= kMaxBodyBytes) {
        pending.request.body.append(piece);
        return;
    }
    pending.request.body = {};
    refuse(pending, MHD_HTTP_CONTENT_TOO_LARGE, "too_large",
           "the request is larger than " + std::to_string(kMaxBodyBytes) + " bytes");
}

MHD_Result send_audited(Listening& listening, MHD_Connection* connection, const Pending& pending,
                        const Response& response) {
    if (listening.guard != nullptr && pending.route != nullptr)
        listening.guard->audit(pending.request, *pending.route, response.status);
    if (!response.stream) return send(connection, response);
    client_of(connection).until = Clock::time_point::max();
    return send_stream({.stream = response.stream,
                        .listening = &listening,
                        .connection = connection,
                        .who = pending.request.who,
                        .needs = pending.route->needs},
                       response);
}

// MHD asks again when the connection goes on.
MHD_Result send_when_ready(Listening& listening, MHD_Connection* connection, Pending& pending) {
    if (pending.later->wait_for(std::chrono::seconds(0)) == std::future_status::ready)
        return send_audited(listening, connection, pending, pending.later->get());
    MHD_suspend_connection(connection);
    listening.waiting_answers.push_back(connection);
    return MHD_YES;
}

MHD_Result answer(Listening& listening, MHD_Connection* connection, Pending& pending) {
    if (pending.refused) return send_audited(listening, connection, pending, *pending.refused);
    client_of(connection).until = Clock::now() + std::chrono::seconds(kAnswerTime_s);
    Response response = pending.route->handler(pending.request);
    if (!response.later) return send_audited(listening, connection, pending, response);
    pending.later = listening.late->add(std::move(response.later));
    if (pending.later) return send_when_ready(listening, connection, pending);
    Response busy = refusal(pending.request.path, MHD_HTTP_SERVICE_UNAVAILABLE, "busy",
                            "too much is being worked out for others: try again in a second");
    busy.headers.emplace_back(MHD_HTTP_HEADER_RETRY_AFTER, "1");
    return send_audited(listening, connection, pending, busy);
}

}  // namespace

Client& client_of(MHD_Connection* connection) {
    return *static_cast<Client*>(
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context);
}

void watch_connection(void* cls, MHD_Connection* connection, void** client, MHD_ConnectionNotificationCode what) {
    auto& listening = *static_cast<Listening*>(cls);
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        listening.clients.erase(connection);
        return;
    }
    Client& fresh = listening.clients[connection];
    fresh = {.listening = &listening, .until = Clock::now() + listening.request_time};
    *client = &fresh;
}

void* begin_request(void*, const char* uri, MHD_Connection*) {
    return new Pending{.target = uri};
}

// Once with the headers, then for each piece of the body, then once more; and whenever a suspended connection goes on.
MHD_Result take_request(void* cls, MHD_Connection* connection, const char*, const char* method, const char*,
                        const char* upload, std::size_t* upload_bytes, void** state) {
    auto& listening = *static_cast<Listening*>(cls);
    auto& pending = *static_cast<Pending*>(*state);
    if (!pending.known) {
        read_headers(listening, connection, method, pending);
        return MHD_YES;
    }
    if (pending.later) return send_when_ready(listening, connection, pending);
    if (*upload_bytes == 0) return answer(listening, connection, pending);
    take_body(pending, {upload, *upload_bytes});
    *upload_bytes = 0;
    return pending.body_bytes <= kMaxRefusedBytes ? MHD_YES : MHD_NO;
}

void forget_request(void*, MHD_Connection* connection, void** state, MHD_RequestTerminationCode) {
    Client& client = client_of(connection);
    client.until = Clock::now() + client.listening->request_time;  // for the next one on this connection
    delete static_cast<Pending*>(*state);
    *state = nullptr;
}

}  // namespace http
