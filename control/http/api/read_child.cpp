// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/read_child.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace api {
namespace {

constexpr std::size_t kMostSaid = 4096;

}  // namespace

flow::Result<ReadChild> ReadChild::start(const std::string& program, const std::vector<std::string>& arguments,
                                         std::string_view input) {
    auto child = Child::start(program, arguments, input);
    if (!child) return flow::pass(child);
    return ReadChild(*std::move(child));
}

bool ReadChild::read(std::string& out, int wait_ms) {
    constexpr std::size_t kAtOnce = 1u << 16;
    std::array<pollfd, 2> wait_for{{{child_.output(), POLLIN, 0}, {child_.errors(), POLLIN, 0}}};
    if (poll(wait_for.data(), wait_for.size(), wait_ms) <= 0) return true;
    read_errors();
    const std::size_t before = out.size();
    out.resize(before + kAtOnce);
    const ssize_t got = ::read(child_.output(), out.data() + before, kAtOnce);
    const bool nothing_yet = got < 0 && (errno == EAGAIN || errno == EINTR);
    out.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return got > 0 || nothing_yet;
}

// All, so that it does not wait for us; the first of it is kept.
void ReadChild::read_errors() {
    if (child_.errors() < 0) return;
    std::array<char, 1024> bytes;
    ssize_t got = 0;
    while ((got = ::read(child_.errors(), bytes.data(), bytes.size())) > 0)
        said_.append(bytes.data(),
                     std::min(static_cast<std::size_t>(got), kMostSaid - std::min(kMostSaid, said_.size())));
    if (got == 0) child_.forget(child_.errors());
}

int ReadChild::wait() {
    pollfd end{child_.ended(), POLLIN, 0};
    while (poll(&end, 1, -1) < 0 && errno == EINTR) {
    }
    const int status = child_.reap();
    read_errors();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ReadChild::said() const {
    std::string line = said_.substr(0, said_.find('\n'));
    constexpr std::string_view kName = "net-collector: ";
    if (line.starts_with(kName)) line.erase(0, kName.size());
    return line;
}

}  // namespace api
