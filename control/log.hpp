// SPDX-License-Identifier: Apache-2.0
// The daemon's log: whole sentences, a line each, with time and level, or with syslog priorities for the
// journal.
//
// Thread: any.
// Limits: limited() lets kBurst messages of a key through in kWindow_s seconds and then says how many more
// there were.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "control/config.hpp"

namespace control {

// Thread: one at a time. Time is given, not asked for.
class RateLimiter {
  public:
    static constexpr std::uint32_t kBurst = 5;
    static constexpr std::uint64_t kWindow_s = 60;
    static constexpr std::size_t kKeys = 1000;  // beyond it all are forgotten

    // Whether a message of `key` may go out at `now_s`. When it may, `held_back` is how many did not since
    // the last.
    [[nodiscard]] bool admit(std::string_view key, std::uint64_t now_s, std::uint64_t& held_back);

  private:
    struct Window {
        std::uint64_t start_s = 0;
        std::uint32_t count = 0;
        std::uint64_t held_back = 0;
    };
    std::unordered_map<std::string, Window> windows_;
};

class Log {
  public:
    // To standard error; in the journal's form when standard error is the journal.
    explicit Log(LogLevel level);
    // To `out`, which must outlive the log.
    Log(LogLevel level, std::ostream& out);
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log();

    void set_level(LogLevel level);
    // Each line of `message` becomes a line of the log.
    void write(LogLevel level, std::string_view message);
    void debug(std::string_view message) { write(LogLevel::debug, message); }
    void info(std::string_view message) { write(LogLevel::info, message); }
    void warning(std::string_view message) { write(LogLevel::warning, message); }
    void error(std::string_view message) { write(LogLevel::error, message); }
    // For what may happen again and again; `key` says what counts as the same.
    void limited(LogLevel level, std::string_view key, std::string_view message);

  private:
    struct Sink;
    std::unique_ptr<Sink> sink_;
    std::mutex mutex_;
    RateLimiter limiter_;  // guarded by mutex_
};

}  // namespace control
