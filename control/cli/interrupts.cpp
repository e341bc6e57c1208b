// SPDX-License-Identifier: Apache-2.0
#include "control/cli/interrupts.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <initializer_list>

namespace cli {

Interrupts::Interrupts() {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&wanted, signal);
    pthread_sigmask(SIG_BLOCK, &wanted, &before_);
    fd_ = signalfd(-1, &wanted, SFD_CLOEXEC);
}

Interrupts::~Interrupts() {
    signalfd_siginfo info{};
    // Taken, so that they do not end us when they are let through again.
    while (wait(0) && read(fd_, &info, sizeof info) > 0) continue;
    if (fd_ >= 0) close(fd_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool Interrupts::wait(int milliseconds) const {
    pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
    return poll(&ready, 1, milliseconds) == 1;
}

}  // namespace cli
