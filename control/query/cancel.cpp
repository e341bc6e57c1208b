// SPDX-License-Identifier: Apache-2.0
#include "control/query/cancel.hpp"

#include <chrono>
#include <cstdint>
#include <thread>

namespace query {
namespace {

// A signal's handler can reach nothing else. Written by the handler and by Cancel().
std::atomic<bool> cancelled{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void note(int /*signal*/) {
    cancelled.store(true, std::memory_order_relaxed);
}

}  // namespace

Cancel::Cancel() {
    cancelled.store(false, std::memory_order_relaxed);
    struct sigaction once {};
    once.sa_handler = note;
    once.sa_flags = static_cast<int>(SA_RESETHAND);  // the second one does what it usually does
    sigaction(SIGINT, &once, &before_interrupt_);
    sigaction(SIGTERM, &once, &before_end_);
    sigaction(SIGHUP, &once, &before_hang_up_);
    struct sigaction ignored {};
    ignored.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignored, &before_pipe_);
}

Cancel::~Cancel() {
    sigaction(SIGINT, &before_interrupt_, nullptr);
    sigaction(SIGTERM, &before_end_, nullptr);
    sigaction(SIGHUP, &before_hang_up_, nullptr);
    sigaction(SIGPIPE, &before_pipe_, nullptr);
}

const std::atomic<bool>& Cancel::flag() const noexcept {
    return cancelled;
}

bool Cancel::wait(std::uint64_t milliseconds) const {
    constexpr std::uint64_t kLook_ms = 50;
    for (std::uint64_t slept = 0; slept < milliseconds && !flag(); slept += kLook_ms)
        std::this_thread::sleep_for(std::chrono::milliseconds(kLook_ms));
    return flag();
}

}  // namespace query
