// SPDX-License-Identifier: Apache-2.0
#include "dataplane/fairness.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

namespace dataplane {

using flow::Outcome;

Fairness::Fairness()
    : meters_(std::make_unique<Meter[]>(kMeters)), active_(std::make_unique<std::uint16_t[]>(kMeters)) {}

Fairness::Verdict Fairness::weigh(const flow::IpAddress& exporter, const decode::ExporterRule& rule,
                                  std::uint64_t received_ms) noexcept {
    Meter* const meter = last_ != nullptr && last_->address == exporter ? last_ : meter_of(exporter);
    if (meter == nullptr) return {};
    last_ = meter;
    if (meter->window != window_) {
        meter->window = window_;
        meter->datagrams = 0;
        active_[active_count_++] = static_cast<std::uint16_t>(meter - meters_.get());
    }
    if (rule.most_datagrams_s != 0 && !has_token(*meter, rule.most_datagrams_s, received_ms)) [[unlikely]]
        return {.outcome = Outcome::over_limit};
    ++meter->datagrams;
    if (meter->factor == 1) [[likely]]
        return {};
    return {.outcome = draw(*meter) ? Outcome::accepted : Outcome::thinned, .thinning = meter->factor};
}

Fairness::Meter* Fairness::meter_of(const flow::IpAddress& exporter) noexcept {
    const std::uint64_t hash = flow::hash(exporter);
    Meter* idle = nullptr;
    for (std::size_t probe = 0; probe < kProbes; ++probe) {
        Meter& meter = meters_[(hash + probe) % kMeters];
        if (meter.used && meter.address == exporter) return &meter;
        if (idle == nullptr && (!meter.used || (meter.factor == 1 && window_ - meter.window >= kIdleWindows)))
            idle = &meter;
    }
    if (idle == nullptr) return nullptr;
    *idle = Meter{.address = exporter, .window = window_ - 1, .used = true};
    return idle;
}

bool Fairness::has_token(Meter& meter, std::uint32_t per_s, std::uint64_t now_ms) noexcept {
    // A clock that was set back fills nothing, and starts anew from there.
    const std::uint64_t elapsed_ms =
        now_ms < meter.refilled_ms ? 0 : std::min<std::uint64_t>(now_ms - meter.refilled_ms, 1000);
    meter.refilled_ms = now_ms;
    meter.tokens = std::min<std::uint64_t>(meter.tokens + elapsed_ms * per_s, std::uint64_t{per_s} * 1000);
    if (meter.tokens < 1000) return false;
    meter.tokens -= 1000;
    return true;
}

bool Fairness::draw(Meter& meter) noexcept {
    if (meter.place == 0) {
        random_ ^= random_ << 13;
        random_ ^= random_ >> 17;
        random_ ^= random_ << 5;
        meter.chosen = static_cast<std::uint16_t>(random_ >> 8 & (meter.factor - 1u));
    }
    const bool kept = meter.place == meter.chosen;
    meter.place = static_cast<std::uint16_t>((meter.place + 1u) & (meter.factor - 1u));
    return kept;
}

void Fairness::observe(std::uint32_t fill) noexcept {
    least_fill_ = std::min(least_fill_, fill);
    most_fill_ = std::max(most_fill_, fill);
}

void Fairness::tick(std::uint64_t now_ms) noexcept {
    if (now_ms >= window_since_ms_ && now_ms - window_since_ms_ < kWindowMs) return;
    window_since_ms_ = now_ms;
    if (least_fill_ <= most_fill_) close_window(now_ms);  // someone observed
    ++window_;
    active_count_ = 0;
    least_fill_ = ~0u;
    most_fill_ = 0;
}

void Fairness::close_window(std::uint64_t now_ms) noexcept {
    if (least_fill_ > kFull) {
        // What was undone a moment ago was too much: the overload is still there.
        if (now_ms - stepped_back_ms_ < kCalmMs) calm_needed_ms_ = std::min(calm_needed_ms_ * 2, kMostCalmMs);
        stepped_back_ms_ = 0;
        thin();
    }
    if (most_fill_ >= kCalm) {
        calm_since_ms_ = now_ms;
    } else if (now_ms - calm_since_ms_ >= calm_needed_ms_) {
        calm_since_ms_ = now_ms;
        if (undo())
            stepped_back_ms_ = now_ms;
        else
            calm_needed_ms_ = kCalmMs;
    }
}

std::uint64_t Fairness::load(const Meter& meter) const noexcept {
    return meter.window == window_ ? std::uint64_t{meter.datagrams} * 1000 >> std::countr_zero(meter.factor) : 0;
}

std::uint64_t Fairness::total_load() const noexcept {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < active_count_; ++i) total += load(meters_[active_[i]]);
    return total;
}

// The largest first, then those of its size that are above the share too, until an eighth of the load is gone: one elephant
// at once, many equal ones in some windows.
void Fairness::thin() noexcept {
    if (active_count_ == 0) return;
    const std::uint64_t total = total_load(), share = total / active_count_;
    std::uint64_t most = 0, taken = 0;
    for (std::size_t i = 0; i < active_count_; ++i) {
        const Meter& meter = meters_[active_[i]];
        if (meter.factor != kMostThinning) most = std::max(most, load(meter));
    }
    const auto thin_from = [&](std::uint64_t least) {
        for (std::size_t i = 0; i < active_count_ && taken <= total / 8; ++i) {
            Meter& meter = meters_[active_[i]];
            const std::uint64_t before = load(meter);
            if (before < least || before <= share || meter.factor == kMostThinning) continue;
            taken += before / 2;
            meter.factor = static_cast<std::uint16_t>(meter.factor * 2);
            meter.place = 0;
        }
    };
    thin_from(most);
    thin_from(most / 2 + 1);
    publish();
}

// Halves the factor of those that are thinned most, until an eighth more has to be decoded. False: nobody is thinned.
bool Fairness::undo() noexcept {
    const std::span<Meter> all(meters_.get(), kMeters);
    const auto by_factor = [](const Meter& a, const Meter& b) { return a.factor < b.factor; };
    const std::uint16_t most = std::max_element(all.begin(), all.end(), by_factor)->factor;
    if (most == 1) return false;
    const std::uint64_t total = total_load();
    std::uint64_t added = 0;
    for (Meter& meter : all) {
        if (meter.factor != most || added > total / 8) continue;
        added += load(meter);
        meter.factor = static_cast<std::uint16_t>(meter.factor / 2);
        meter.place = 0;
    }
    publish();
    return true;
}

void Fairness::publish() noexcept {
    std::array<const Meter*, kShown> most{};
    for (std::size_t i = 0; i < kMeters; ++i) {
        const Meter* meter = &meters_[i];
        for (const Meter*& place : most) {  // those after it move down
            if (meter == nullptr || meter->factor == 1) break;
            if (place == nullptr || place->factor < meter->factor) std::swap(place, meter);
        }
    }
    for (std::size_t i = 0; i < kShown; ++i) {
        const Meter* meter = most[i];
        shown_[i].high.store(meter == nullptr ? 0 : meter->address.high(), std::memory_order_relaxed);
        shown_[i].low.store(meter == nullptr ? 0 : meter->address.low(), std::memory_order_relaxed);
        shown_[i].factor.store(meter == nullptr ? 1 : meter->factor, std::memory_order_relaxed);
    }
}

std::vector<Fairness::Thinned> Fairness::thinned() const {
    std::vector<Thinned> out;
    for (const Shown& shown : shown_) {
        const std::uint32_t factor = shown.factor.load(std::memory_order_relaxed);
        if (factor == 1) break;
        std::array<std::uint8_t, 16> bytes{};
        const std::array<std::uint64_t, 2> words{__builtin_bswap64(shown.high.load(std::memory_order_relaxed)),
                                                 __builtin_bswap64(shown.low.load(std::memory_order_relaxed))};
        std::memcpy(bytes.data(), words.data(), bytes.size());
        out.push_back({flow::IpAddress::v6(bytes.data()), factor});
    }
    return out;
}

}  // namespace dataplane
