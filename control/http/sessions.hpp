// SPDX-License-Identifier: Apache-2.0
// Who is logged in, and who tried too often.
//
// Thread: one at a time; the guard sees to it.
// Limits: kMaxSessions sessions, of which the one used longest ago goes first, and no more than kMaxSessionsOfUser of a user; ended
//         after kIdle_s without a request, or kLongest_s in all. kMaxAttempts remembered addresses and names.
// Units:  now_s: seconds of a clock that never goes back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace http {

inline constexpr std::size_t kMaxSessions = 1024;
inline constexpr std::size_t kMaxSessionsOfUser = 32;
inline constexpr std::uint64_t kIdle_s = 8 * 3600;
inline constexpr std::uint64_t kLongest_s = 7 * 86400;
inline constexpr std::size_t kMaxAttempts = 4096;

struct SessionEntry {
    std::string user;
    std::string hash;  // of the password that opened it: another password ends it
    std::string csrf;
    std::uint64_t begun_s = 0, used_s = 0;
};

class Sessions {
  public:
    // The cookie's value.
    [[nodiscard]] std::string begin(const std::string& user, const std::string& hash, std::uint64_t now_s);
    // Counts as use. Valid until the next call; nullptr: none, or over.
    [[nodiscard]] const SessionEntry* find(std::string_view cookie, std::uint64_t now_s);
    // The same, but does not count.
    [[nodiscard]] const SessionEntry* look(std::string_view cookie, std::uint64_t now_s) const;
    void end(std::string_view cookie);
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  private:
    void make_room(const std::string& user, std::uint64_t now_s);

    std::map<std::string, SessionEntry, std::less<>> entries_;  // by the cookie's value
};

// Each failure beyond the third doubles the time until the next try, from 1 s to `most_s`; forgotten an hour after the last.
class Attempts {
  public:
    static constexpr unsigned kFree = 3;
    static constexpr std::uint64_t kForget_s = 3600;

    explicit Attempts(std::uint64_t most_s) : most_s_(most_s) {}
    // How many seconds to wait; 0: a try may begin, and counts as failed until forgive().
    [[nodiscard]] std::uint64_t begin(const std::string& who, std::uint64_t now_s);
    void forgive(const std::string& who) { entries_.erase(who); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  private:
    struct Entry {
        unsigned failed = 0;
        std::uint64_t last_s = 0, free_s = 0;
    };
    std::uint64_t most_s_;
    std::map<std::string, Entry> entries_;
};

}  // namespace http
