// SPDX-License-Identifier: Apache-2.0
// A program beside the daemon: started with a text on its standard input, read as it goes, killed and reaped with this object.
//
// Thread: one at a time.
// Shape:  its standard streams are all that it has of ours: no other descriptor, no blocked signal, every core.
// Limits: kMostSaid bytes of its standard error are kept.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/result.hpp"

namespace fill {

class Child {
  public:
    [[nodiscard]] static flow::Result<std::unique_ptr<Child>> start(const std::vector<std::string>& arguments,
                                                                    std::string_view input);
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

    // What it has written since, waiting for it for at most `wait_ms`. False: it has closed its output.
    [[nodiscard]] bool read(std::string& out, int wait_ms);
    // After read() said false: waits for its end. Its exit code; 128 and the signal's number when it was killed.
    [[nodiscard]] int wait();
    // The first line that it wrote to standard error.
    [[nodiscard]] std::string said() const;

  private:
    Child(pid_t pid, int out, int err) noexcept : pid_(pid), out_(out), err_(err) {}
    void read_errors();

    pid_t pid_;
    int out_, err_;
    std::string said_;
};

}  // namespace fill
