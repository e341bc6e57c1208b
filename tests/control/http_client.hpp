// SPDX-License-Identifier: Apache-2.0
// The plainest HTTP client: sends bytes, reads until the server closes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>

#include "control/config.hpp"
#include "control/http/listener.hpp"

namespace http {

inline Socket connect_and_send(const sockaddr* address, socklen_t length, const std::string& bytes) {
    Socket out(socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(out.fd(), address, length) == 0)
        static_cast<void>(send(out.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    return out;
}

inline Socket connect_and_send(const control::Endpoint& at, const std::string& bytes) {
    if (at.address.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(at.port);
        v4.sin_addr.s_addr = htonl(at.address.as_v4());
        return connect_and_send(reinterpret_cast<const sockaddr*>(&v4), sizeof v4, bytes);
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(at.port);
    std::memcpy(&v6.sin6_addr, at.address.bytes.data(), 16);
    return connect_and_send(reinterpret_cast<const sockaddr*>(&v6), sizeof v6, bytes);
}

// All that came back; empty when nobody answered.
inline std::string read_all(const Socket& socket) {
    std::string out;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = recv(socket.fd(), buffer.data(), buffer.size(), 0)) > 0;)
        out.append(buffer.data(), static_cast<std::size_t>(n));
    return out;
}

inline std::string talk(const control::Endpoint& at, const std::string& bytes) {
    return read_all(connect_and_send(at, bytes));
}

inline std::string talk(const std::string& unix_path, const std::string& bytes) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    unix_path.copy(name.sun_path, sizeof name.sun_path - 1);
    return read_all(connect_and_send(reinterpret_cast<const sockaddr*>(&name), sizeof name, bytes));
}

inline std::string request(const std::string& method, const std::string& target, const std::string& body = {}) {
    return method + " " + target +
           " HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

}  // namespace http
