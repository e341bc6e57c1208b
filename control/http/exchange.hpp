// SPDX-License-Identifier: Apache-2.0
// One request and its answer, between libmicrohttpd and the routes. Private to the server.
//
// Thread: the server's.
#pragma once

#include <microhttpd.h>

#include <memory>
#include <string>
#include <vector>

#include "control/http/guard.hpp"
#include "control/http/router.hpp"
#include "control/http/server.hpp"

namespace http {

struct MhdStop {
    void operator()(MHD_Daemon* daemon) const noexcept { MHD_stop_daemon(daemon); }
};

// A socket with the daemon that serves it. MHD owns the socket from its start on.
struct Listening {
    std::unique_ptr<MHD_Daemon, MhdStop> daemon;
    const Router* router = nullptr;
    Guard* guard = nullptr;  // nullptr: everybody may do everything
    control::Endpoint endpoint;
    std::string unix_path;  // empty for TCP
    int epoll_fd = -1;
    std::vector<MHD_Connection*> waiting;  // suspended: their answers or streams had nothing to send
};

// MHD's callbacks; `cls` is the Listening.
void* begin_request(void* cls, const char* uri, MHD_Connection* connection);
MHD_Result take_request(void* cls, MHD_Connection* connection, const char* url, const char* method, const char* version,
                        const char* upload, std::size_t* upload_bytes, void** state);
void forget_request(void* cls, MHD_Connection* connection, void** state, MHD_RequestTerminationCode why);

}  // namespace http
