// SPDX-License-Identifier: Apache-2.0
#include "store/archive/context.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>

namespace store::archive {
namespace {

std::uint64_t system_wall_ms() {
    using namespace std::chrono;
    return static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}
Options completed(Options options) {
    if (!options.wall_ms) options.wall_ms = system_wall_ms;
    options.writers = std::clamp<std::size_t>(options.writers, 1, kMergedWriter);
    return options;
}

}  // namespace

Context::Context(Options given, std::span<const SegmentEntry> catalogue)
    : options(completed(std::move(given))),
      files(options.files != nullptr ? *options.files : real_files()),
      holdings(catalogue) {}

std::uint64_t Context::tell(const ArchiveNews& news) {
    const std::uint64_t number = options.tell ? options.tell(news) : 1;
    if (number != 0) holdings.apply(news);
    return number;
}

std::uint64_t Context::room_bytes() const {
    const FileIo::Space space = files.space(options.directory);
    const std::uint64_t reserve = std::min(kReserveBytes, space.all_bytes / 20);
    return space.free_bytes - std::min(space.free_bytes, reserve);
}

std::uint64_t steady_ms() noexcept {
    using namespace std::chrono;
    return static_cast<std::uint64_t>(duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

flow::Result<void> run_on_core(std::uint32_t core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (core < CPU_SETSIZE) CPU_SET(core, &set);
    const int error = pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    if (error == 0) return {};
    return flow::fail_errno("archive: cannot run on core " + std::to_string(core), error);
}

void step_back() noexcept {
    constexpr int kNice = 10;             // a tenth of the time of who has 0
    setpriority(PRIO_PROCESS, 0, kNice);  // of this thread alone, on Linux
}

}  // namespace store::archive
