// SPDX-License-Identifier: Apache-2.0
// What the data sources of one sFlow agent said last, so that increases of their running totals can be told.
//
// Thread: the worker that owns the exporter.
// Source: sflow_version_5.txt, flow_sample: sequence_number and drops are kept by each data source.
// Limits: kMostSources an agent, kSourceBytes over all and kSourceBytesEach of one address; the drops of others are not told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataplane/decode/budget.hpp"

namespace decode {

inline constexpr std::size_t kSourceBytes = 16 << 20;
inline constexpr std::size_t kSourceBytesEach = 2 << 20;

class SflowSources {
  public:
    static constexpr std::size_t kMostSources = 1024;

    // `share` must outlive it.
    explicit SflowSources(Budget::Share& share) noexcept : share_(share) {}
    ~SflowSources() { share_.give(table_.size() * sizeof(Entry)); }
    SflowSources(const SflowSources&) = delete;
    SflowSources& operator=(const SflowSources&) = delete;

    // How much the total `drops` grew since the sample of this source before, which `number` is newer than. 0 where that cannot
    // be told: the first sample, one out of order, an agent that restarted.
    [[nodiscard]] std::uint32_t drops_since(std::uint64_t source, std::uint32_t number, std::uint32_t drops) noexcept;

  private:
    struct Entry {
        std::uint64_t source = 0;
        std::uint32_t number = 0;
        std::uint32_t drops = 0;
        bool used = false;
    };
    // The place of `source`, its own or a free one; nullptr: there is none near.
    [[nodiscard]] Entry* place_of(std::uint64_t source) noexcept;
    // False: there is no memory for more.
    bool grow();

    Budget::Share& share_;
    std::vector<Entry> table_;  // open addressing, a power of two, at most half full
    std::size_t used_ = 0;
};

}  // namespace decode
