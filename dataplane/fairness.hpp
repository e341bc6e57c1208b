// SPDX-License-Identifier: Apache-2.0
// One worker's time shared among its exporters: when datagrams come faster than they can be decoded, the largest exporter
// above the equal share is thinned before others lose anything; and fixed limits of single exporters.
//
// How: of each n datagrams of a thinned exporter one is decoded, a random one (exporters send in rhythms: every n-th would
//      keep one domain and lose the next), n = 2, 4, 8 ... kMostThinning. Its rows carry n (flow/scale.hpp).
// When: a queue that is fuller than kFull for a whole window of kWindowMs doubles n where the load is; one that stays below
//      kCalm for some seconds halves it again. A step back that had to be taken back doubles these seconds, so that an
//      overload that stays is tried rarely.
// Thread: judge(), observe() and tick() by one worker; thinned() by any.
// Limits: kMeters addresses; those beyond are neither thinned nor limited. kShown of them in thinned().
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "dataplane/decode/decoder.hpp"

namespace dataplane {

class Fairness {
  public:
    static constexpr std::size_t kMeters = 4096;
    static constexpr std::size_t kShown = 16;
    static constexpr std::uint64_t kWindowMs = 200;
    static constexpr std::uint32_t kFull = 750, kCalm = 500;  // thousandths of a queue
    static constexpr std::uint64_t kCalmMs = 3000, kMostCalmMs = 60'000;
    static constexpr std::uint16_t kMostThinning = 1024;

    Fairness();

    // What becomes of the exporter's next datagram: accepted, thinned or over_limit; and for how many it stands.
    struct Verdict {
        flow::Outcome outcome = flow::Outcome::accepted;
        std::uint16_t thinning = 1;
    };
    [[nodiscard]] Verdict judge(const flow::IpAddress& exporter, const decode::ExporterRule& rule,
                                std::uint64_t received_ms) noexcept {
        // Datagrams of one exporter come in a row, and hardly anybody is thinned or limited.
        if (last_ != nullptr && last_->address == exporter && last_->window == window_ && last_->factor == 1 &&
            rule.most_datagrams_s == 0) [[likely]] {
            ++last_->datagrams;
            return {};
        }
        return weigh(exporter, rule, received_ms);
    }

    // How full the fullest of the worker's queues is now, in thousandths; many times a window. Who never calls it (a replay,
    // which waits instead of losing) never thins.
    void observe(std::uint32_t fill) noexcept;
    // Decides when a window is over.
    void tick(std::uint64_t now_ms) noexcept;

    struct Thinned {
        flow::IpAddress address;
        std::uint32_t factor = 1;
    };
    // The most thinned ones; for status, so an entry may be one of a moment ago.
    [[nodiscard]] std::vector<Thinned> thinned() const;

  private:
    struct alignas(64) Meter {
        flow::IpAddress address{};
        std::uint64_t tokens = 0;       // of the fixed limit, thousandths of a datagram
        std::uint64_t refilled_ms = 0;  // receive time
        std::uint32_t window = 0;       // the last one in which it sent
        std::uint32_t datagrams = 0;    // in that window, those over the limit not counted
        std::uint16_t factor = 1;       // 1 in so many is kept
        std::uint16_t place = 0;        // in the group of `factor` datagrams
        std::uint16_t chosen = 0;       // the one of the group that is kept
        bool used = false;
    };
    // A thing that status reads while the worker writes; a torn address is possible for a moment and does no harm.
    struct Shown {
        std::atomic<std::uint64_t> high{0}, low{0};
        std::atomic<std::uint32_t> factor{1};
    };

    Verdict weigh(const flow::IpAddress& exporter, const decode::ExporterRule& rule,
                  std::uint64_t received_ms) noexcept;
    Meter* meter_of(const flow::IpAddress& exporter) noexcept;
    [[nodiscard]] static bool has_token(Meter& meter, std::uint32_t per_s, std::uint64_t now_ms) noexcept;
    [[nodiscard]] bool draw(Meter& meter) noexcept;
    void thin() noexcept;
    [[nodiscard]] bool undo() noexcept;
    void close_window(std::uint64_t now_ms) noexcept;
    void publish() noexcept;
    [[nodiscard]] std::uint64_t total_load() const noexcept;
    // Datagrams of the window that were decoded, in thousandths.
    [[nodiscard]] std::uint64_t load(const Meter& meter) const noexcept;

    static constexpr std::size_t kProbes = 8;
    static constexpr std::uint32_t kIdleWindows = 10;  // after which a place is free for another address

    std::unique_ptr<Meter[]> meters_;
    std::unique_ptr<std::uint16_t[]> active_;  // meters that sent in this window
    std::size_t active_count_ = 0;
    Meter* last_ = nullptr;
    std::uint32_t random_ = 0x9e3779b9;

    std::uint32_t window_ = kIdleWindows;  // number of the current one
    std::uint64_t window_since_ms_ = 0;
    std::uint32_t least_fill_ = ~0u, most_fill_ = 0;
    std::uint64_t calm_since_ms_ = 0;         // the last time it was not, or a step back
    std::uint64_t calm_needed_ms_ = kCalmMs;  // before a step back
    std::uint64_t stepped_back_ms_ = 0;
    std::array<Shown, kShown> shown_;  // written by: the worker
};

}  // namespace dataplane
