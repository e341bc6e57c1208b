// SPDX-License-Identifier: Apache-2.0
#include "control/http/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace http {
namespace {

constexpr int kBacklog = 64;

struct Name {
    sockaddr_storage storage{};
    socklen_t length = 0;

    [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

Name tcp_name(const control::Endpoint& endpoint) {
    Name name;
    if (endpoint.address.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(endpoint.port);
        v4.sin_addr.s_addr = htonl(endpoint.address.as_v4());
        name.length = sizeof v4;
        std::memcpy(&name.storage, &v4, sizeof v4);
    } else {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(endpoint.port);
        std::memcpy(&v6.sin6_addr, endpoint.address.bytes.data(), 16);
        name.length = sizeof v6;
        std::memcpy(&name.storage, &v6, sizeof v6);
    }
    return name;
}

flow::Result<Name> unix_name(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return flow::fail("path of Unix socket " + path + " must have 1 to 107 bytes: set a shorter `socket`");
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    Name name;
    name.length = sizeof address;
    std::memcpy(&name.storage, &address, sizeof address);
    return name;
}

// Makes room for a new socket at `path`.
flow::Result<void> remove_dead_socket(const std::string& path, const Name& name) {
    struct stat file {};
    if (lstat(path.c_str(), &file) != 0) return {};
    if (!S_ISSOCK(file.st_mode))
        return flow::fail(path + " is in the way and is no socket: remove it or set another `socket`");
    const Socket probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (connect(probe.fd(), name.get(), name.length) == 0 || errno != ECONNREFUSED) {
        return flow::fail("another process listens on " + path + ": stop it first, or set another `socket`");
    }
    if (unlink(path.c_str()) != 0) return flow::fail_errno("cannot remove the dead socket " + path);
    return {};
}

control::Endpoint endpoint_of(const sockaddr_storage& storage) {
    if (storage.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &storage, sizeof v4);
        return {flow::IpAddress::v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
    }
    if (storage.ss_family != AF_INET6) return {};
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    return {flow::IpAddress::v6(v6.sin6_addr.s6_addr), ntohs(v6.sin6_port)};
}

}  // namespace

Socket::~Socket() {
    if (fd_ >= 0) close(fd_);
}

flow::Result<Socket> listen_tcp(const control::Endpoint& endpoint) {
    const bool v4 = endpoint.address.is_v4();
    const std::string what = "cannot listen on " + endpoint.text();
    Socket out(socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (out.fd() < 0) return flow::fail_errno(what);
    const int on = 1;
    setsockopt(out.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!v4) setsockopt(out.fd(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    const Name name = tcp_name(endpoint);
    if (bind(out.fd(), name.get(), name.length) != 0 || listen(out.fd(), kBacklog) != 0) return flow::fail_errno(what);
    return out;
}

flow::Result<Socket> listen_unix(const std::string& path) {
    auto name = unix_name(path);
    if (!name) return flow::pass(name);
    if (auto removed = remove_dead_socket(path, *name); !removed) return flow::pass(removed);
    Socket out(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (out.fd() < 0 || bind(out.fd(), name->get(), name->length) != 0)
        return flow::fail_errno("cannot create Unix socket " + path);
    // Before listen(), so that nobody connects under the mode of the umask.
    if (chmod(path.c_str(), 0660) != 0 || listen(out.fd(), kBacklog) != 0)
        return flow::fail_errno("cannot listen on Unix socket " + path);
    return out;
}

std::string peer_text(int fd) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return "gone";
    if (storage.ss_family != AF_UNIX) return endpoint_of(storage).text();
    ucred peer{};
    length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return "unix";
    return "unix uid " + std::to_string(peer.uid);
}

control::Endpoint local_endpoint(const Socket& socket) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
    return endpoint_of(storage);
}

}  // namespace http
