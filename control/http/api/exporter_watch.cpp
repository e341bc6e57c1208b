// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/exporter_watch.hpp"

#include <algorithm>
#include <utility>

namespace api {

bool ExporterWatch::is_due(std::uint64_t now_ms) const {
    const std::scoped_lock lock(mutex_);
    return samples_.empty() || now_ms < samples_.back().at_ms || now_ms - samples_.back().at_ms >= kEvery_ms;
}

void ExporterWatch::take(const control::Status& status) {
    if (!is_due(status.now_ms)) return;
    Sample sample{status.now_ms, {}};
    sample.exporters.reserve(status.exporters.size());
    for (const control::ExporterStatus& e : status.exporters)
        sample.exporters.push_back({e.counts.datagrams, e.counts.flows, e.counts.bytes});
    const std::scoped_lock lock(mutex_);
    samples_.push_back(std::move(sample));
    ledgers_.push_back({status.now_ms, status.process_ledger});
    if (samples_.size() > kSamples) samples_.pop_front();
    if (ledgers_.size() > kLedgerSamples) ledgers_.pop_front();
}

ExporterRates ExporterWatch::rates(const control::Status& status, std::size_t id) const {
    const std::scoped_lock lock(mutex_);
    if (samples_.empty() || status.now_ms <= samples_.front().at_ms) return {};
    const Sample& then = samples_.front();
    const Sums before = id < then.exporters.size() ? then.exporters[id] : Sums{};
    const flow::ExporterCounts& now = status.exporters[id].counts;
    const double seconds = static_cast<double>(status.now_ms - then.at_ms) / 1000;
    const auto rate = [seconds](std::uint64_t a, std::uint64_t b) {
        return static_cast<double>(b - std::min(a, b)) / seconds;
    };
    return {rate(before.datagrams, now.datagrams), rate(before.flows, now.flows), rate(before.bytes, now.bytes)};
}

LedgerGrowth ExporterWatch::growth(const control::Status& status) const {
    const std::scoped_lock lock(mutex_);
    LedgerGrowth out;
    if (ledgers_.empty() || status.now_ms <= ledgers_.front().at_ms) return out;
    const LedgerSample& then = ledgers_.front();
    out.seconds = static_cast<double>(status.now_ms - then.at_ms) / 1000;
    for (std::size_t i = 0; i < flow::Ledger::kSize; ++i) {
        const std::uint64_t now = status.process_ledger.values[i];
        out.ledger.values[i] = now - std::min(now, then.ledger.values[i]);
    }
    return out;
}

}  // namespace api
