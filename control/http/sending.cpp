// SPDX-License-Identifier: Apache-2.0
#include "control/http/sending.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace http {
namespace {

constexpr std::size_t kStreamBlockBytes = 64 * 1024;

// Of every answer. Console and API are one origin, and nobody else's page may use them.
constexpr std::array<std::pair<const char*, const char*>, 6> kForAll{
    {{"Content-Security-Policy",
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri "
      "'self'; "
      "form-action 'self'; frame-ancestors 'none'"},
     {"Referrer-Policy", "same-origin"},
     {"X-Content-Type-Options", "nosniff"},
     {"X-Frame-Options", "DENY"},
     {"Cross-Origin-Opener-Policy", "same-origin"},
     {"Cross-Origin-Resource-Policy", "same-origin"}}};

// MHD looks for a client that has gone only when it has something to send.
bool client_is_gone(MHD_Connection* connection) {
    const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    char byte = 0;
    return info != nullptr && recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

ssize_t read_stream(void* cls, std::uint64_t, char* to, std::size_t bytes) {
    const auto& streaming = *static_cast<Streaming*>(cls);
    Guard* const guard = streaming.listening->guard;
    if (guard != nullptr && !guard->may_go_on(streaming.who, streaming.needs)) return MHD_CONTENT_READER_END_OF_STREAM;
    const std::ptrdiff_t got = streaming.stream->read(to, bytes);
    if (got > 0) {
        streaming.listening->stream_pause_ms = kLeastStreamPause_ms;
        return got;
    }
    if (got < 0) return MHD_CONTENT_READER_END_OF_STREAM;
    if (client_is_gone(streaming.connection)) return MHD_CONTENT_READER_END_WITH_ERROR;
    MHD_suspend_connection(streaming.connection);
    streaming.listening->waiting_streams.push_back(streaming.connection);
    return 0;
}

void end_stream(void* cls) {
    delete static_cast<Streaming*>(cls);
}

MHD_Result send_with_headers(MHD_Connection* connection, const Response& response, MHD_Response* out) {
    if (out == nullptr) return MHD_NO;
    bool cached = false;
    for (const auto& [name, value] : response.headers) {
        MHD_add_response_header(out, name.c_str(), value.c_str());
        cached |= name == MHD_HTTP_HEADER_CACHE_CONTROL;
    }
    if (response.status != MHD_HTTP_NO_CONTENT)
        MHD_add_response_header(out, MHD_HTTP_HEADER_CONTENT_TYPE, response.content_type.c_str());
    if (!cached) MHD_add_response_header(out, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    for (const auto& [name, value] : kForAll) MHD_add_response_header(out, name, value);
    const MHD_Result result = MHD_queue_response(connection, response.status, out);
    MHD_destroy_response(out);
    return result;
}

}  // namespace

// MHD copies the body; its parameter is not const though it is only read.
MHD_Result send(MHD_Connection* connection, const Response& response) {
    return send_with_headers(connection, response,
                             MHD_create_response_from_buffer(
                                 response.body.size(), const_cast<char*>(response.body.data()), MHD_RESPMEM_MUST_COPY));
}

MHD_Result send_stream(Streaming streaming, const Response& response) {
    MHD_Connection* const connection = streaming.connection;
    auto owned = std::make_unique<Streaming>(std::move(streaming));
    MHD_Response* out =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kStreamBlockBytes, read_stream, owned.get(), end_stream);
    if (out != nullptr) static_cast<void>(owned.release());
    return send_with_headers(connection, response, out);
}

Response refusal(const std::string& path, unsigned status, const char* error, const std::string& detail) {
    if (!path.starts_with("/api/")) return {.status = status, .body = detail + "\n"};
    const nlohmann::ordered_json out{{"error", error}, {"detail", detail}};
    return {.status = status,
            .content_type = "application/json",
            .body = out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
}

}  // namespace http
