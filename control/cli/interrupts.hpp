// SPDX-License-Identifier: Apache-2.0
// Ctrl-C and the like as something to wait for, so that a command that goes on until then ends in order.
//
// Thread: the main one.
#pragma once

#include <csignal>

namespace cli {

// SIGINT, SIGTERM and SIGHUP are held back while it lives.
class Interrupts {
  public:
    Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
    ~Interrupts();

    // True when one came within the time.
    [[nodiscard]] bool wait(int milliseconds) const;

  private:
    sigset_t before_{};
    int fd_ = -1;
};

}  // namespace cli
