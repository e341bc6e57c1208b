// SPDX-License-Identifier: Apache-2.0
// Ctrl-C while a question is being answered: the first ends the scan, and what there is is printed; the second ends the
// process at once.
//
// Thread: the main one; one at a time. flag() by any.
#pragma once

#include <csignal>

#include <atomic>

namespace query {

class Cancel {
  public:
    // Takes SIGINT, SIGTERM and SIGHUP until it is destroyed. SIGPIPE is ignored meanwhile: writing fails instead.
    Cancel();
    Cancel(const Cancel&) = delete;
    Cancel& operator=(const Cancel&) = delete;
    ~Cancel();

    [[nodiscard]] const std::atomic<bool>& flag() const noexcept;
    // Sleeps for so long, or until cancelled: true.
    [[nodiscard]] bool wait(std::uint64_t milliseconds) const;

  private:
    struct sigaction before_interrupt_ {};
    struct sigaction before_end_ {};
    struct sigaction before_hang_up_ {};
    struct sigaction before_pipe_ {};
};

}  // namespace query
