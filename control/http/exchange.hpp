// SPDX-License-Identifier: Apache-2.0
// One request and its answer, between libmicrohttpd and the routes. Private to the server.
//
// Thread: the server's.
#pragma once

#include <microhttpd.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/http/guard.hpp"
#include "control/http/late_answers.hpp"
#include "control/http/router.hpp"
#include "control/http/server.hpp"

namespace http {

struct MhdStop {
    void operator()(MHD_Daemon* daemon) const noexcept { MHD_stop_daemon(daemon); }
};

// Streams that wait are asked again after the least pause, and each time that none has anything after twice the pause.
inline constexpr int kLeastStreamPause_ms = 20;
inline constexpr int kMostStreamPause_ms = 160;

using Clock = std::chrono::steady_clock;

struct Listening;

// A connection. MHD keeps the pointer.
struct Client {
    Listening* listening = nullptr;
    Clock::time_point until{};  // when it is cut off, unless it gets on before
};

// A socket with the daemon that serves it. MHD owns the socket from its start on.
struct Listening {
    std::map<MHD_Connection*, Client> clients;  // outlives the daemon, which ends them
    std::unique_ptr<MHD_Daemon, MhdStop> daemon;
    const Router* router = nullptr;
    Guard* guard = nullptr;         // nullptr: everybody may do everything
    const TlsInUse* tls = nullptr;  // nullptr: none
    LateAnswers* late = nullptr;
    std::chrono::seconds request_time{kRequestTime_s};
    control::Endpoint endpoint;
    std::string unix_path;  // empty for TCP
    int epoll_fd = -1;
    std::vector<MHD_Connection*> waiting_answers, waiting_streams;  // suspended: they had nothing to send
    Clock::time_point streams_asked{};
    int stream_pause_ms = kLeastStreamPause_ms;  // from now to the next question to the streams
};

[[nodiscard]] Client& client_of(MHD_Connection* connection);

// MHD's callbacks; `cls` is the Listening.
void watch_connection(void* cls, MHD_Connection* connection, void** client, MHD_ConnectionNotificationCode what);
void* begin_request(void* cls, const char* uri, MHD_Connection* connection);
MHD_Result take_request(void* cls, MHD_Connection* connection, const char* url, const char* method, const char* version,
                        const char* upload, std::size_t* upload_bytes, void** state);
void forget_request(void* cls, MHD_Connection* connection, void** state, MHD_RequestTerminationCode why);

}  // namespace http
