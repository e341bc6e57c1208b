// SPDX-License-Identifier: Apache-2.0
// A program started beside the daemon, and what it says.
//
// Thread: one. Limits: it gets no descriptor, signal or variable of the daemon's but those below, and a process group of its
//         own; every core. Variables: PATH, LC_ALL=C.UTF-8, TZ where the daemon has it.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "control/http/listener.hpp"
#include "dataplane/flow/result.hpp"

namespace api {

inline constexpr int kProgressDescriptor = 3;  // the child's

// Killed, with its group, and reaped when it goes.
class Child {
  public:
    Child() = default;
    // `program`: its path; `arguments`: those behind the program's name; `input`: what it reads from its standard input.
    [[nodiscard]] static flow::Result<Child> start(const std::string& program,
                                                   const std::vector<std::string>& arguments,
                                                   std::string_view input = {});
    Child(Child&& other) noexcept { *this = std::move(other); }
    Child& operator=(Child&& other) noexcept;
    ~Child();

    // Readable when it has ended.
    [[nodiscard]] int ended() const noexcept { return ended_.fd(); }
    // What it writes; reading does not block.
    [[nodiscard]] int output() const noexcept { return output_.fd(); }
    [[nodiscard]] int errors() const noexcept { return errors_.fd(); }
    [[nodiscard]] int progress() const noexcept { return progress_.fd(); }

    // It has closed this one: nothing more comes.
    void forget(int descriptor) noexcept;
    // To its whole group.
    void signal(int number) const noexcept;
    // As waitpid() tells. Only after ended() was readable.
    [[nodiscard]] int reap() noexcept;

  private:
    pid_t pid_ = -1;
    http::Socket ended_{}, output_{}, errors_{}, progress_{};
};

}  // namespace api
