// SPDX-License-Identifier: Apache-2.0
// Flows for measuring: flow-generator's NetFlow v9, decoded into a ring of batches as a worker has it.
//
// Thread: one.
// Shape:  five exporters in turn, a datagram of 20-odd records each, every one a source of its own; services, sizes and
//         skew as tests/generator/mix.hpp says; a tenth IPv6. The same number gives the same flows, and
//         `flow-generator --protocol v9 --exporters 5 --seed 1` sends them to others.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "dataplane/decode/decoder.hpp"
#include "tests/generator/stream.hpp"

namespace bench {

inline constexpr std::uint16_t kSources = 5;
inline constexpr std::size_t kSlots = 32;  // as a worker's ring
inline constexpr std::uint64_t kNow_ms = 1'700'000'000'000;

// What the flows carry besides.
//   plain    nothing
//   names    an application and a host each, name k of them in proportion to 1/k (Zipf's law)
//   payload  a sample of 512 bytes
enum class Dress : std::uint8_t { plain, names, payload };

class ChannelFlows {
  public:
    explicit ChannelFlows(Dress dress);
    ~ChannelFlows();
    ChannelFlows(const ChannelFlows&) = delete;
    ChannelFlows& operator=(const ChannelFlows&) = delete;

    // kSlots full batches of the flows that come next; valid until the next call.
    [[nodiscard]] std::span<flow::FlowBatch* const> next();
    [[nodiscard]] const flow::ExporterTable& exporters() const noexcept { return exporters_; }

  private:
    class Ring;
    void add_names(flow::FlowBatch& batch);
    void add_samples(flow::FlowBatch& batch);

    Dress dress_;
    generator::Stream stream_;
    generator::Random random_{11};
    flow::ExporterTable exporters_;
    std::unique_ptr<Ring> ring_;
    decode::Decoder decoder_;
    flow::SeriesMap no_series_;
    flow::SpscRing<flow::Tally*> home_{4};
    flow::Tally tally_;
    std::vector<double> applications_;  // shares of the first to this one, of a sum that is not 1
    std::vector<double> sites_;
    std::uint64_t now_us_ = kNow_ms * 1000;
};

}  // namespace bench
