// SPDX-License-Identifier: Apache-2.0
#include "control/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <iostream>

namespace control {
namespace {

// systemd says in JOURNAL_STREAM which file the journal reads; it is ours only when standard error is that
// file.
bool stderr_is_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat file {};
    if (stream == nullptr || fstat(STDERR_FILENO, &file) != 0) return false;
    return std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino) == stream;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
        case LogLevel::trace:
            return spdlog::level::trace;
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

// sd-daemon(3): "<3>" error ... "<7>" debug.
const char* journal_priority(LogLevel level) {
    switch (level) {
        case LogLevel::error:
            return "<3>";
        case LogLevel::warning:
            return "<4>";
        case LogLevel::info:
            return "<6>";
        case LogLevel::trace:
        case LogLevel::debug:
            break;
    }
    return "<7>";
}

std::uint64_t monotonic_s() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<std::uint64_t>(t.tv_sec);
}

}  // namespace

bool RateLimiter::admit(std::string_view key, std::uint64_t now_s, std::uint64_t& held_back) {
    if (windows_.size() >= kKeys) windows_.clear();
    Window& window = windows_[std::string(key)];
    if (window.count == 0 || now_s - window.start_s >= kWindow_s) {
        window.start_s = now_s;
        window.count = 0;
    }
    if (window.count == kBurst) {
        ++window.held_back;
        return false;
    }
    ++window.count;
    held_back = window.held_back;
    window.held_back = 0;
    return true;
}

struct Log::Sink {
    bool journal;
    spdlog::logger logger;

    Sink(LogLevel level, std::ostream& out, bool to_journal)
        : journal(to_journal), logger("", std::make_shared<spdlog::sinks::ostream_sink_mt>(out, true)) {
        if (journal) {
            logger.set_pattern("%v");
        } else {
            logger.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %-7l %v", spdlog::pattern_time_type::utc);
        }
        logger.set_level(spdlog_level(level));
    }
};

Log::Log(LogLevel level) : sink_(std::make_unique<Sink>(level, std::cerr, stderr_is_journal())) {}
Log::Log(LogLevel level, std::ostream& out) : sink_(std::make_unique<Sink>(level, out, false)) {}
Log::~Log() = default;

void Log::set_level(LogLevel level) {
    sink_->logger.set_level(spdlog_level(level));
}

void Log::write(LogLevel level, std::string_view message) {
    do {
        const auto end = message.find('\n');
        const std::string_view line = message.substr(0, end);
        if (sink_->journal) {
            sink_->logger.log(spdlog_level(level), journal_priority(level) + std::string(line));
        } else {
            sink_->logger.log(spdlog_level(level), line);
        }
        message = end == std::string_view::npos ? std::string_view{} : message.substr(end + 1);
    } while (!message.empty());
}

void Log::limited(LogLevel level, std::string_view key, std::string_view message) {
    std::uint64_t held_back = 0;
    {
        const std::scoped_lock lock(mutex_);
        if (!limiter_.admit(key, monotonic_s(), held_back)) return;
    }
    if (held_back == 0) {
        write(level, message);
    } else {
        write(level, std::string(message) + " (and " + std::to_string(held_back) + " more like it before)");
    }
}

}  // namespace control
