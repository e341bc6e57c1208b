// SPDX-License-Identifier: Apache-2.0
#include "dataplane/punt.hpp"

#include <algorithm>
#include <array>

namespace dataplane {

using flow::Counter;

namespace {

constexpr std::uint64_t kSecond_ns = 1'000'000'000;

void bump(std::atomic<std::uint64_t>& counter) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);  // one writer
}

}  // namespace

void PuntCredit::grant(std::uint64_t now_ns) noexcept {
    if (per_s_ == 0) return;
    // A second of standing still is more than any burst, and keeps the product below from overflowing.
    const std::uint64_t since_ns = std::min(now_ns - granted_ns_, kSecond_ns);
    const auto earned = static_cast<std::int64_t>(since_ns * per_s_ / kSecond_ns);
    if (earned == 0) return;
    granted_ns_ =
        since_ns == kSecond_ns ? now_ns : granted_ns_ + static_cast<std::uint64_t>(earned) * kSecond_ns / per_s_;
    const std::int64_t room = burst_ - left_.load(std::memory_order_relaxed);
    if (room > 0) left_.fetch_add(std::min(earned, room), std::memory_order_relaxed);
}

void PuntLane::give(flow::Bytes frame, flow::Ledger& ledger) noexcept {
    if (!credit_.take() || !frames_.push({}, frame)) {
        drop(ledger);
        return;
    }
    ++ledger[Counter::punted];
    bump(given_);
}

void PuntLane::drop(flow::Ledger& ledger) noexcept {
    ++ledger[Counter::punt_dropped];
    bump(dropped_);
}

void PuntLane::settle(flow::Ledger& ledger) noexcept {
    const std::uint64_t refused = refused_.load(std::memory_order_relaxed);
    const std::uint64_t now = std::min(refused - settled_, ledger[Counter::punted]);
    ledger[Counter::punted] -= now;
    ledger[Counter::punt_dropped] += now;
    settled_ += now;
}

void PuntLane::pop(bool taken) noexcept {
    frames_.pop();
    if (!taken) bump(refused_);
}

std::uint64_t PuntLane::passed() const noexcept {
    // The kernel may refuse a packet before the worker has counted it.
    const std::uint64_t refused = refused_.load(std::memory_order_relaxed);
    return std::max(given_.load(std::memory_order_relaxed), refused) - refused;
}

std::uint64_t PuntLane::dropped() const noexcept {
    return dropped_.load(std::memory_order_relaxed) + refused_.load(std::memory_order_relaxed);
}

bool is_lacp(flow::Bytes frame) noexcept {
    static constexpr std::array<std::uint8_t, 6> kSlowProtocols{0x01, 0x80, 0xc2, 0x00, 0x00, 0x02};
    return frame.size() > 14 && std::equal(kSlowProtocols.begin(), kSlowProtocols.end(), frame.begin()) &&
           flow::load_be16(frame.data() + 12) == 0x8809 && frame[14] == 1;
}

}  // namespace dataplane
