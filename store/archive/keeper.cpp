// SPDX-License-Identifier: Apache-2.0
#include "store/archive/keeper.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>

namespace store::archive {
namespace {

constexpr std::chrono::milliseconds kSoon{20};
constexpr std::size_t kMostAStep = 64;

}  // namespace

void Keeper::start() {
    if (context_.options.replay) return;  // a replay's time is that of its captures: nothing expires
    thread_.start("archive-keeper", kSoon, [this] { return step(); });
}

void Keeper::set(const ArchiveRetention& retention) {
    const std::scoped_lock lock(mutex_);
    retention_ = retention;
}

ArchiveRetention Keeper::retention() const {
    const std::scoped_lock lock(mutex_);
    ArchiveRetention out = retention_;
    // Only age needs the clock.
    if (context_.options.clock_leapt && context_.options.clock_leapt()) out.keep_s = 0;
    return out;
}

std::string Keeper::error() const {
    const std::scoped_lock lock(mutex_);
    return error_;
}

bool Keeper::step() {
    if (!untold_.gone.empty()) {
        if (context_.tell(untold_) == 0) return false;
        untold_ = {};
    }
    const FileIo::Space space = context_.files.space(context_.options.directory);
    const std::uint64_t free_bytes = space.all_bytes != 0 ? space.free_bytes : ~0ull;  // not known: it is not short
    const auto expired = context_.holdings.expired(retention(), context_.wall_ms() / 1000, free_bytes, kMostAStep);
    std::string error;
    for (const Held& held : expired) {
        const std::string path = context_.options.directory + "/" + held.key.path();
        if (context_.files.remove(path) != 0 && errno != ENOENT) {  // it stays, and is tried again
            error = "archive: cannot delete " + path + ": " + std::strerror(errno) + ": delete it by hand";
            continue;
        }
        untold_.gone.push_back(held.key);
        ++context_.deleted_segments;
        context_.deleted_bytes += held.bytes;
        const std::string day = path.substr(0, path.rfind('/'));
        context_.files.remove_directory(day);  // while it holds others it stays
    }
    if (!untold_.gone.empty() && context_.tell(untold_) != 0) untold_ = {};
    {
        const std::scoped_lock lock(mutex_);
        error_ = error;
    }
    return expired.size() >= kMostAStep && untold_.gone.empty() && error.empty();
}

}  // namespace store::archive
