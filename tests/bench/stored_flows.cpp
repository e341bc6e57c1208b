// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/stored_flows.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "dataplane/decode/decoder.hpp"
#include "store/archive/segment.hpp"
#include "tests/generator/stream.hpp"

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;
using store::archive::BlockBuilder;
using store::archive::SegmentWriter;

constexpr std::uint64_t kStart_s = 1'700'000'100;  // of a slot
constexpr std::uint32_t kExporters = 5;

template <class Result>
auto checked(Result result) {
    if (!result) {
        std::cerr << result.error().text() << '\n';
        std::exit(1);
    }
    if constexpr (!std::is_void_v<typename Result::value_type>) return std::move(*result);
}

// Rows into blocks, blocks into the segment in hand.
class Writer final : public flow::BatchWriter {
  public:
    Writer(const std::string& directory, const StoredOptions& options, const flow::ExporterTable& exporters)
        : directory_(directory), options_(options), exporters_(exporters) {
        void* pages =
            mmap(nullptr, sizeof(flow::FlowBatch), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED) std::abort();
        open_ = static_cast<flow::FlowBatch*>(pages);
        open_->reset();
    }
    ~Writer() override { munmap(open_, sizeof *open_); }

    void begin(std::uint32_t slot) {
        now_ms_ = (kStart_s + std::uint64_t{slot} * store::kSlotSeconds) * 1000;
        const store::SegmentKey key{.slot_s = static_cast<std::uint32_t>(now_ms_ / 1000)};
        bool exists = false;
        segment_ = checked(
            SegmentWriter::create(directory_, {.key = key, .source = "bench", .replaces = {}, .made_ms = 0}, exists));
        path_ = directory_ + "/" + key.path();
    }
    void end(Stored& stored) {
        turn_over();
        close_block();
        checked(segment_->sync());
        stored.segments.push_back({segment_->entry(), path_, 0});
        stored.rows += segment_->entry().rows;
        stored.blocks += segment_->entry().blocks;
        stored.bytes += segment_->entry().bytes;
    }
    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    [[nodiscard]] double encode_ns() const { return std::chrono::duration<double, std::nano>(encoding_).count(); }

  private:
    void turn_over() noexcept override {
        open_->received_ms = now_ms_;
        rows_ += open_->rows;
        const Clock::time_point start = Clock::now();
        std::array<std::uint64_t, flow::kBatchRows / 64> all;
        all.fill(~0ull);
        for (std::uint32_t row = open_->rows; row < flow::kBatchRows; ++row) all[row / 64] &= ~(1ull << (row % 64));
        for (std::uint32_t from = 0; (from = builder_.add(*open_, all.data(), from)) < open_->rows;) close_block();
        if (builder_.rows() >= options_.block_rows) close_block();
        encoding_ += Clock::now() - start;
        open_->reset();
    }
    void close_block() {
        if (builder_.rows() == 0) return;
        bytes_.clear();
        const auto sums = builder_.encode(exporters_, options_.compression, bytes_);
        checked(segment_->append(bytes_, sums));
    }

    const std::string& directory_;
    const StoredOptions& options_;
    const flow::ExporterTable& exporters_;
    BlockBuilder builder_;
    std::unique_ptr<SegmentWriter> segment_;
    std::string path_;
    std::vector<std::uint8_t> bytes_;
    std::uint64_t now_ms_ = 0, rows_ = 0;
    Clock::duration encoding_{};
};

}  // namespace

Stored store_flows(const std::string& directory, const StoredOptions& options) {
    generator::StreamOptions made;
    made.model = options.model;
    made.exporters = kExporters;
    made.start_ms = kStart_s * 1000;
    made.first_address = flow::IpAddress::v4(0xc0000201);
    generator::Stream stream(made);
    flow::ExporterTable exporters;
    Writer writer(directory, options, exporters);
    decode::Decoder decoder(exporters, writer);
    flow::SeriesMap no_series;
    flow::SpscRing<flow::Tally*> home(4);
    flow::Tally tally(no_series, home);
    std::array<std::uint8_t, generator::kMaxDatagram> buffer{};
    Stored out;
    for (std::uint32_t slot = 0; slot < options.slots; ++slot) {
        writer.begin(slot);
        const std::uint64_t start_ms = (kStart_s + std::uint64_t{slot} * store::kSlotSeconds) * 1000;
        const std::uint64_t first = writer.rows();
        const std::uint64_t rows = options.rows / options.slots;
        while (writer.rows() - first < rows) {
            const std::uint64_t part = (writer.rows() - first) * store::kSlotSeconds * 1000 / rows;
            const auto d = stream.next((start_ms + part) * 1000, ~0ull, buffer.data());
            decoder.decode({.payload = {buffer.data(), d.size}, .exporter = d.source, .received_ms = start_ms + part},
                           tally);
        }
        tally.clear();
        writer.end(out);
    }
    out.encode_ns = writer.encode_ns() / static_cast<double>(out.rows);
    return out;
}

}  // namespace bench
