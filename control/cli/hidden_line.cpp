// SPDX-License-Identifier: Apache-2.0
#include "control/cli/hidden_line.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>

#include "control/cli/interrupts.hpp"

namespace cli {
namespace {

constexpr int kPause_ms = 50;

// The terminal that started us, silent while it lives.
class SilentTerminal {
  public:
    SilentTerminal() : fd_(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
        if (fd_ < 0 || tcgetattr(fd_, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_lflag |= ECHONL;
        // What was typed before the question is no answer to it.
        silent_ = tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
    }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;
    ~SilentTerminal() {
        if (silent_) tcsetattr(fd_, TCSAFLUSH, &before_);
        if (fd_ >= 0) close(fd_);
    }

    [[nodiscard]] bool silent() const noexcept { return silent_; }
    [[nodiscard]] int fd() const noexcept { return fd_; }

  private:
    int fd_;
    termios before_{};
    bool silent_ = false;
};

}  // namespace

flow::Result<std::string> read_hidden_line(const std::string& prompt) {
    const Interrupts interrupts;  // held back until the terminal is as it was
    const SilentTerminal terminal;
    if (!terminal.silent()) return flow::fail("there is no terminal to type at: use --stdin");
    if (write(terminal.fd(), prompt.data(), prompt.size()) < 0) return flow::fail_errno("cannot ask at the terminal");
    std::string out;
    while (true) {
        if (interrupts.wait(0)) return flow::fail("nothing was changed");
        pollfd ready{.fd = terminal.fd(), .events = POLLIN, .revents = 0};
        if (poll(&ready, 1, kPause_ms) <= 0) continue;
        std::array<char, 512> piece{};
        const ssize_t got = read(terminal.fd(), piece.data(), piece.size());
        if (got <= 0) return flow::fail("nothing was typed");
        out.append(piece.data(), static_cast<std::size_t>(got));
        if (out.back() == '\n') break;
        if (out.size() > kMaxHiddenBytes) return flow::fail("the line is too long");
    }
    out.pop_back();
    return out;
}

}  // namespace cli
