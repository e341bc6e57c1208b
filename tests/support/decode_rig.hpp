// SPDX-License-Identifier: Apache-2.0
// A decoder with everything around it, for tests: datagrams in, rows, ledger and exporters out. No DPDK.
#pragma once

#include <sys/mman.h>

#include <memory>
#include <new>
#include <vector>

#include "dataplane/decode/decoder.hpp"

namespace support {

// Keeps every batch that the decoder fills. Batches lie on pages of their own, as in the worker.
class KeepingWriter final : public flow::BatchWriter {
  public:
    KeepingWriter() { turn_over(); }
    ~KeepingWriter() override {
        for (flow::FlowBatch* b : batches_) munmap(b, sizeof *b);
    }
    [[nodiscard]] const std::vector<flow::FlowBatch*>& batches() const { return batches_; }
    [[nodiscard]] std::size_t rows() const {
        std::size_t n = 0;
        for (const flow::FlowBatch* b : batches_) n += b->rows;
        return n;
    }

  private:
    void turn_over() noexcept override {
        void* pages =
            mmap(nullptr, sizeof(flow::FlowBatch), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED) std::abort();
        open_ = static_cast<flow::FlowBatch*>(pages);
        // Rows must not depend on what a slot held before.
        std::memset(static_cast<void*>(open_), 0xa5, sizeof(flow::FlowBatch) - sizeof(flow::TextArena));
        open_->reset();
        batches_.push_back(open_);
    }
    std::vector<flow::FlowBatch*> batches_;
};

class DecodeRig {
  public:
    static constexpr std::uint64_t kNow_ms = 1'700'000'000'000;

    explicit DecodeRig(flow::ExporterTable* exporters = nullptr)
        : exporters_(exporters != nullptr ? *exporters : own_exporters_),
          decoder_(exporters_, writer_),
          tally_(series_, home_) {}

    // Returns how it ended.
    flow::Outcome send(flow::Bytes payload, const char* exporter = "192.0.2.1", std::uint64_t received_ms = kNow_ms,
                       decode::Accepts accepts = decode::Accepts::any) {
        return take({.payload = payload,
                     .exporter = flow::IpAddress::parse(exporter).value(),
                     .received_ms = received_ms,
                     .source_id = 1,
                     .source = 3,
                     .accepts = accepts});
    }
    flow::Outcome take(const decode::Datagram& datagram) {
        return book([&] { decoder_.decode(datagram, tally_); });
    }
    flow::Outcome leave_out(const decode::Datagram& datagram, flow::Outcome why = flow::Outcome::thinned) {
        return book([&] { decoder_.leave_out(datagram, why, tally_); });
    }
    void settle() { settle(kNow_ms, true); }
    void settle(std::uint64_t now_ms, bool all) { decoder_.settle(now_ms, all, tally_); }

    [[nodiscard]] decode::Decoder& decoder() { return decoder_; }
    [[nodiscard]] const flow::FlowBatch& batch() const { return *writer_.batches().back(); }
    [[nodiscard]] const KeepingWriter& writer() const { return writer_; }
    [[nodiscard]] const flow::Ledger& ledger() const { return tally_.ledger; }
    [[nodiscard]] flow::Tally& tally() { return tally_; }
    [[nodiscard]] const flow::ExporterTable& exporters() const { return exporters_; }

  private:
    template <class Decode>
    flow::Outcome book(Decode&& decode_it) {
        const flow::Ledger before = tally_.ledger;
        decode_it();
        tally_.ledger[flow::PacketFate::whole] += 1;
        tally_.ledger[flow::Counter::packets_received] += 1;
        tally_.ledger[flow::Counter::flows_through] = tally_.ledger[flow::Counter::archive_off] =
            tally_.ledger[flow::Counter::flows_decoded];
        for (std::size_t o = 0; o < flow::kOutcomes; ++o) {
            const auto outcome = static_cast<flow::Outcome>(o);
            if (tally_.ledger[outcome] != before[outcome]) return outcome;
        }
        std::abort();  // a datagram without an outcome
    }

    flow::ExporterTable own_exporters_;
    flow::ExporterTable& exporters_;
    KeepingWriter writer_;
    decode::Decoder decoder_;
    flow::SeriesMap series_;
    flow::SpscRing<flow::Tally*> home_{4};
    flow::Tally tally_;
};

}  // namespace support
