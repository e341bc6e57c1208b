// SPDX-License-Identifier: Apache-2.0
// A child whose output is read as it goes, by a thread that does nothing else.
//
// Thread: one at a time.
// Limits: kMostSaid bytes of its standard error are kept.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "control/http/api/child.hpp"
#include "dataplane/flow/result.hpp"

namespace api {

class ReadChild {
  public:
    // `input`: what it reads from its standard input.
    [[nodiscard]] static flow::Result<ReadChild> start(const std::string& program,
                                                       const std::vector<std::string>& arguments,
                                                       std::string_view input);

    // What it has written since, waiting for it for at most `wait_ms`. False: it has closed its output.
    [[nodiscard]] bool read(std::string& out, int wait_ms);
    // After read() said false: waits for its end. Its exit code; 128 and the signal's number when it was killed.
    [[nodiscard]] int wait();
    // The first line that it wrote to standard error.
    [[nodiscard]] std::string said() const;

  private:
    explicit ReadChild(Child child) noexcept : child_(std::move(child)) {}
    void read_errors();

    Child child_;
    std::string said_;
};

}  // namespace api
