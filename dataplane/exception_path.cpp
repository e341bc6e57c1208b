// SPDX-License-Identifier: Apache-2.0
#include "dataplane/exception_path.hpp"

#include <poll.h>
#include <pthread.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <array>
#include <chrono>
#include <cstring>
#include <utility>

namespace dataplane {
namespace {

constexpr std::uint16_t kAnswers = 32;  // read from a TAP at once
constexpr unsigned kAtOnce = 256;       // written to a TAP before others have their turn
constexpr int kBusyWait_ms = 1;         // while packets come
constexpr int kIdleWait_ms = 10;        // how long the first packet waits at most
constexpr unsigned kBusyTurns = 100;    // after the last packet
constexpr std::uint64_t kLook_ns = 200'000'000;
constexpr std::uint64_t kAgain_ns = 2'000'000'000;  // RFC 5227 section 1.1, ANNOUNCE_INTERVAL
constexpr std::uint64_t kAnnounce_ns = 60'000'000'000;

std::uint64_t steady_ns() noexcept {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);  // one writer
}

// Hands the frames to the port; what it does not take is freed and counted.
std::uint16_t transmit(ExceptionRoute& route, rte_mbuf** frames, std::uint16_t count) noexcept {
    const std::uint16_t sent = rte_eth_tx_burst(route.port, 0, frames, count);
    for (std::uint16_t i = sent; i < count; ++i) rte_pktmbuf_free(frames[i]);
    bump(route.lost, static_cast<std::uint64_t>(count - sent));
    return sent;
}

}  // namespace

void ExceptionPath::start() {
    if (routes_.empty()) return;
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "kernel-path");
}

void ExceptionPath::stop() noexcept {
    if (!thread_.joinable()) return;
    stop_.store(true);
    thread_.join();
}

std::vector<std::string> ExceptionPath::remarks() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(remarks_, {});
}

void ExceptionPath::run() noexcept {
    std::vector<Watch> watches(routes_.size());
    std::uint64_t looked_ns = 0;
    unsigned quiet = kBusyTurns;
    while (!stop_.load()) {
        wait(quiet < kBusyTurns);
        const std::uint64_t now_ns = steady_ns();
        bool any = false;
        for (std::size_t i = 0; i < routes_.size(); ++i) {
            routes_[i]->gate->credit.grant(now_ns);
            any |= serve(*routes_[i], watches[i]);
        }
        quiet = any ? 0 : quiet + (quiet < kBusyTurns);
        if (now_ns - looked_ns < kLook_ns) continue;
        looked_ns = now_ns;
        for (std::size_t i = 0; i < routes_.size(); ++i) look_after(*routes_[i], watches[i], now_ns);
    }
    // The workers have ended: what they passed on is booked as such, and goes.
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        while (to_kernel(*routes_[i], watches[i])) {
        }
    }
}

// Until the kernel has an answer, or for as long as a packet in a ring may wait.
void ExceptionPath::wait(bool busy) noexcept {
    std::array<pollfd, 64> taps{};
    nfds_t count = 0;
    for (const auto& route : routes_) {
        if (route->tap != nullptr && count < taps.size()) {
            taps[count++] = {.fd = route->tap->fd(), .events = POLLIN, .revents = 0};
        }
    }
    if (poll(taps.data(), count, busy ? kBusyWait_ms : kIdleWait_ms) <= 0) return;
    for (nfds_t i = 0; i < count; ++i) {
        if ((taps[i].revents & POLLIN) != 0) return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(kIdleWait_ms));  // somebody has deleted an interface
}

bool ExceptionPath::serve(ExceptionRoute& route, Watch& watch) noexcept {
    const bool in = to_kernel(route, watch);
    const bool out = to_port(route);
    return in || out;
}

bool ExceptionPath::to_kernel(ExceptionRoute& route, Watch& watch) noexcept {
    bool any = false;
    for (PuntLane& lane : route.gate->lanes) {
        flow::Bytes frame;
        for (unsigned n = 0; n < kAtOnce && lane.front(frame); ++n) {
            any = true;
            if (!watch.lacp_seen && is_lacp(frame)) {
                watch.lacp_seen = true;
                const std::scoped_lock lock(mutex_);
                remarks_.push_back(
                    "device " + route.device +
                    ": the switch speaks LACP, which is not supported: set its port to a plain or static "
                    "one, or it may send nothing");
            }
            lane.pop(route.tap != nullptr && route.tap->write(frame));
        }
    }
    return any;
}

bool ExceptionPath::to_port(ExceptionRoute& route) noexcept {
    if (route.tap == nullptr) return false;
    std::array<rte_mbuf*, kAnswers> frames;
    std::uint16_t count = 0;
    while (count < kAnswers) {
        rte_mbuf* frame = rte_pktmbuf_alloc(route.answers.get());
        if (frame == nullptr) break;  // all are on their way out
        const std::size_t size = route.tap->read({rte_pktmbuf_mtod(frame, std::uint8_t*), rte_pktmbuf_tailroom(frame)});
        if (size == 0) {
            rte_pktmbuf_free(frame);
            break;
        }
        frame->data_len = static_cast<std::uint16_t>(size);
        frame->pkt_len = static_cast<std::uint32_t>(size);
        frames[count++] = frame;
    }
    if (count == 0) return false;
    bump(route.sent, transmit(route, frames.data(), count));
    return true;
}

// Now and then: the link, and what is due.
void ExceptionPath::look_after(ExceptionRoute& route, Watch& watch, std::uint64_t now_ns) {
    const bool up = route.link_up();
    // A link that has never been up may only be late to say so: the interface stays as it is.
    if (up != watch.link_up.value_or(up) && route.tap != nullptr) route.tap->set_carrier(up);
    const bool came_up = up && !watch.link_up.value_or(false);
    if (up || watch.link_up) watch.link_up = up;
    if (!up || (!came_up && now_ns < watch.announce_at_ns)) return;
    watch.announce_at_ns = now_ns + (came_up ? kAgain_ns : kAnnounce_ns);
    announce(route);
}

void ExceptionPath::announce(ExceptionRoute& route) {
    std::vector<std::vector<std::uint8_t>> frames;
    if (route.tap != nullptr) {
        for (const WireAddress& own : kernel_addresses(route.tap->name()))
            frames.push_back(announcement(route.mac, own.address, own.vlan));
    }
    if (frames.empty()) {
        for (const InterfaceAddress& own : route.addresses) frames.push_back(announcement(route.mac, own.address));
    }
    if (frames.empty()) frames.push_back(sign_of_life(route.mac));
    for (const auto& bytes : frames) {
        rte_mbuf* frame = rte_pktmbuf_alloc(route.answers.get());
        if (frame == nullptr) return;
        std::memcpy(rte_pktmbuf_append(frame, static_cast<std::uint16_t>(bytes.size())), bytes.data(), bytes.size());
        bump(route.announced, transmit(route, &frame, 1));
    }
}

}  // namespace dataplane
