// SPDX-License-Identifier: Apache-2.0
#include "control/http/sessions.hpp"

#include <algorithm>

#include "control/http/passwords.hpp"

namespace http {
namespace {

bool is_over(const SessionEntry& entry, std::uint64_t now_s) {
    return now_s - entry.used_s >= kIdle_s || now_s - entry.begun_s >= kLongest_s;
}

}  // namespace

std::string Sessions::begin(const std::string& user, const std::string& hash, std::uint64_t now_s) {
    make_room(user, now_s);
    std::string cookie = make_secret();
    entries_[cookie] = {.user = user, .hash = hash, .csrf = make_secret(), .begun_s = now_s, .used_s = now_s};
    return cookie;
}

void Sessions::make_room(const std::string& user, std::uint64_t now_s) {
    std::erase_if(entries_, [now_s](const auto& e) { return is_over(e.second, now_s); });
    const auto older = [](const auto& a, const auto& b) { return a.second.used_s < b.second.used_s; };
    const auto own = [&user](const auto& e) { return e.second.user == user; };
    if (static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), own)) >= kMaxSessionsOfUser) {
        const auto oldest = std::min_element(entries_.begin(), entries_.end(), [&](const auto& a, const auto& b) {
            return own(a) != own(b) ? own(a) : older(a, b);
        });
        entries_.erase(oldest);
    }
    if (entries_.size() >= kMaxSessions) entries_.erase(std::min_element(entries_.begin(), entries_.end(), older));
}

const SessionEntry* Sessions::find(std::string_view cookie, std::uint64_t now_s) {
    const auto found = entries_.find(cookie);
    if (found == entries_.end()) return nullptr;
    if (is_over(found->second, now_s)) {
        entries_.erase(found);
        return nullptr;
    }
    found->second.used_s = now_s;
    return &found->second;
}

const SessionEntry* Sessions::look(std::string_view cookie, std::uint64_t now_s) const {
    const auto found = entries_.find(cookie);
    return found == entries_.end() || is_over(found->second, now_s) ? nullptr : &found->second;
}

void Sessions::end(std::string_view cookie) {
    if (const auto found = entries_.find(cookie); found != entries_.end()) entries_.erase(found);
}

std::uint64_t Attempts::begin(const std::string& who, std::uint64_t now_s) {
    if (entries_.size() >= kMaxAttempts && !entries_.contains(who)) {
        std::erase_if(entries_, [now_s](const auto& e) { return now_s - e.second.last_s >= kForget_s; });
        const auto oldest = std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
            return a.second.last_s < b.second.last_s;
        });
        if (entries_.size() >= kMaxAttempts) entries_.erase(oldest);
    }
    Entry& entry = entries_[who];
    if (now_s - entry.last_s >= kForget_s) entry = {};
    if (now_s < entry.free_s) return entry.free_s - now_s;
    ++entry.failed;
    entry.last_s = now_s;
    constexpr unsigned kMostDoubled = 20;
    if (entry.failed >= kFree)
        entry.free_s = now_s + std::min<std::uint64_t>(most_s_, 1ull << std::min(entry.failed - kFree, kMostDoubled));
    return 0;
}

}  // namespace http
