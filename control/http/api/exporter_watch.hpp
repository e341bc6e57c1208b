// SPDX-License-Identifier: Apache-2.0
// What exporters sent in the last minute, and what the ledger counted in the last five: sampled every ten seconds.
//
// Thread: take() by one; the rest any.
// Limits: kSamples samples of three numbers an exporter; the ledger for kLedgerSamples.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "control/status.hpp"

namespace api {

struct ExporterRates {
    double datagrams = 0, flows = 0, bytes = 0;  // a second
};
struct LedgerGrowth {
    flow::Ledger ledger{};
    double seconds = 0;  // 0: nothing to compare with yet
};

class ExporterWatch {
  public:
    static constexpr std::uint64_t kEvery_ms = 10'000;
    static constexpr std::size_t kSamples = 7, kLedgerSamples = 31;

    // Ignored when the last sample is younger than kEvery_ms.
    void take(const control::Status& status);
    [[nodiscard]] bool is_due(std::uint64_t now_ms) const;

    // Of exporter `id`, up to `status`.
    [[nodiscard]] ExporterRates rates(const control::Status& status, std::size_t id) const;
    // Since five minutes ago, or as long as is known.
    [[nodiscard]] LedgerGrowth growth(const control::Status& status) const;

  private:
    struct Sums {
        std::uint64_t datagrams = 0, flows = 0, bytes = 0;
    };
    struct Sample {
        std::uint64_t at_ms = 0;
        std::vector<Sums> exporters{};  // by id
    };
    struct LedgerSample {
        std::uint64_t at_ms = 0;
        flow::Ledger ledger{};
    };

    mutable std::mutex mutex_;
    std::deque<Sample> samples_{};        // guarded by mutex_; oldest first
    std::deque<LedgerSample> ledgers_{};  // guarded by mutex_; oldest first
};

}  // namespace api
