// SPDX-License-Identifier: Apache-2.0
// Listening stream sockets as owners: TCP over IPv4 and IPv6, and Unix.
//
// Thread: one.
#pragma once

#include <string>
#include <utility>

#include "control/config.hpp"
#include "dataplane/flow/result.hpp"

namespace http {

// A file descriptor; closed when it goes.
class Socket {
  public:
    Socket() = default;
    explicit Socket(int fd) noexcept : fd_(fd) {}
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Socket();

    [[nodiscard]] int fd() const noexcept { return fd_; }
    // Gives the descriptor away.
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

  private:
    int fd_ = -1;
};

// IPv6 sockets take IPv6 only, so that both families can be listed.
[[nodiscard]] flow::Result<Socket> listen_tcp(const control::Endpoint& endpoint);
// Mode 0660. A socket that nobody answers on is replaced.
[[nodiscard]] flow::Result<Socket> listen_unix(const std::string& path);
// Who is at the other end: "192.0.2.1:1234", "[2001:db8::1]:1234", "unix uid 1000".
[[nodiscard]] std::string peer_text(int fd);
// Where the socket listens.
[[nodiscard]] control::Endpoint local_endpoint(const Socket& socket);

}  // namespace http
