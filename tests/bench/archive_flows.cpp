// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/archive_flows.hpp"

#include <array>

#include "dataplane/decode/decoder.hpp"
#include "dataplane/flow/tally.hpp"
#include "tests/generator/stream.hpp"

namespace bench {

namespace {

constexpr std::uint64_t kStart_us = 1'700'000'000'000'000;
constexpr std::uint64_t kRecordsPerSecond = 200'000;
constexpr std::uint64_t kBatch_us = 10'000;

// Keeps every batch.
class Keeping final : public flow::BatchWriter {
  public:
    explicit Keeping(ArchiveFlows& flows) : flows_(flows) { turn_over(); }
    void close() noexcept {
        if (open_->rows != 0) turn_over();
    }
    void set_time(std::uint64_t ms) noexcept { now_ms_ = ms; }

  private:
    void turn_over() noexcept override {
        if (open_ != nullptr) flows_.rows += open_->rows;
        flows_.batches.push_back(std::make_unique<flow::FlowBatch>());
        open_ = flows_.batches.back().get();
        open_->reset();
        open_->keep.fill(~0ull);
        open_->received_ms = now_ms_;
    }
    ArchiveFlows& flows_;
    std::uint64_t now_ms_ = kStart_us / 1000;
};

}  // namespace

std::unique_ptr<ArchiveFlows> archive_flows(generator::Model model, std::uint64_t rows) {
    auto out = std::make_unique<ArchiveFlows>();
    generator::StreamOptions options;
    options.protocol = model == generator::Model::random ? generator::Protocol::v5 : generator::Protocol::v9;
    options.model = model;
    options.first_address = flow::IpAddress::v4(0xc0000201);
    options.start_ms = kStart_us / 1000;
    generator::Stream stream(options);
    Keeping batches(*out);
    decode::Decoder decoder(out->exporters, batches);
    const flow::SeriesMap no_series;
    flow::SpscRing<flow::Tally*> home(4);
    flow::Tally tally(no_series, home);
    std::array<std::uint8_t, generator::kMaxDatagram> buffer{};
    std::uint64_t now_us = kStart_us, batch_us = kStart_us;
    while (out->rows < rows) {
        const generator::Datagram d = stream.next(now_us, ~0ull, buffer.data());
        if (now_us - batch_us >= kBatch_us) {
            batches.set_time(now_us / 1000);
            batches.close();
            batch_us = now_us;
        }
        decoder.decode({.payload = {buffer.data(), d.size},
                        .exporter = d.source,
                        .received_ms = now_us / 1000,
                        .source_id = 0,
                        .source = 0},
                       tally);
        now_us += d.records * 1'000'000 / kRecordsPerSecond;
    }
    tally.clear();
    return out;
}

}  // namespace bench
