// SPDX-License-Identifier: Apache-2.0
#include "store/query/bus_guard.hpp"

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <csignal>
#include <mutex>

namespace store::query {

namespace {

constexpr std::uintptr_t kPageBytes = 4096;

// A free place has no end. Written by: whoever maps and unmaps; read by the handler.
struct Place {
    std::atomic<std::uintptr_t> begin{0}, end{0};
    std::atomic<bool> taken{false};
};
std::array<Place, kMostGuarded> places;

std::mutex mutex;  // the two below
std::size_t guards = 0;
struct sigaction before {};

bool is_guarded(std::uintptr_t at) noexcept {
    for (const Place& place : places) {
        if (place.begin.load(std::memory_order_acquire) <= at && at < place.end.load(std::memory_order_acquire))
            return true;
    }
    return false;
}

// Only system calls that a handler may make. The faulting instruction runs again afterwards.
void on_fault(int signal, siginfo_t* info, void* /*context*/) {
    const auto at = reinterpret_cast<std::uintptr_t>(info->si_addr);
    if (is_guarded(at)) {
        void* page = reinterpret_cast<void*>(at & ~(kPageBytes - 1));  // NOLINT
        if (mmap(page, kPageBytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) return;
    }
    struct sigaction otherwise {};
    otherwise.sa_handler = SIG_DFL;
    sigaction(signal, &otherwise, nullptr);
}

}  // namespace

BusGuard::BusGuard() {
    const std::lock_guard lock(mutex);
    if (guards++ != 0) return;
    struct sigaction action {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &before);
}

BusGuard::~BusGuard() {
    const std::lock_guard lock(mutex);
    if (--guards == 0) sigaction(SIGBUS, &before, nullptr);
}

GuardedMapping::GuardedMapping(std::span<const std::uint8_t> bytes) noexcept {
    for (std::size_t i = 0; i < places.size() && !bytes.empty(); ++i) {
        if (places[i].taken.exchange(true, std::memory_order_acq_rel)) continue;
        const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
        places[i].begin.store(begin, std::memory_order_release);
        places[i].end.store(begin + bytes.size(), std::memory_order_release);
        place_ = i;
        return;
    }
}

GuardedMapping::~GuardedMapping() {
    if (place_ == kMostGuarded) return;
    places[place_].end.store(0, std::memory_order_release);
    places[place_].taken.store(false, std::memory_order_release);
}

}  // namespace store::query
