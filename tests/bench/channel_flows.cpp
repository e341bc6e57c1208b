// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/channel_flows.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "tests/bench/channel_sets.hpp"

namespace bench {

namespace {

constexpr std::size_t kSampleBytes = 512;
constexpr std::uint32_t kSampledRows = 1000;          // as many samples as a batch has room for
constexpr std::uint32_t kFirstExporter = 0xc0000201;  // 192.0.2.1

generator::StreamOptions stream_options() {
    generator::StreamOptions options;
    options.protocol = generator::Protocol::v9;
    options.exporters = kSources;
    options.first_address = flow::IpAddress::v4(kFirstExporter);
    options.start_ms = kNow_ms;
    return options;
}

std::vector<double> zipf(std::uint32_t names) {
    std::vector<double> out;
    double sum = 0;
    for (std::uint32_t k = 1; k <= names; ++k) out.push_back(sum += 1.0 / k);
    return out;
}

}  // namespace

// Batches on pages of their own, one more than is given out: the last one is being filled.
class ChannelFlows::Ring final : public flow::BatchWriter {
  public:
    Ring() {
        for (flow::FlowBatch*& slot : slots_) {
            void* pages =
                mmap(nullptr, sizeof(flow::FlowBatch), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (pages == MAP_FAILED) std::abort();
            slot = static_cast<flow::FlowBatch*>(pages);
            slot->reset();
        }
        open_ = slots_[0];
    }
    ~Ring() override {
        for (flow::FlowBatch* slot : slots_) munmap(slot, sizeof *slot);
    }
    [[nodiscard]] bool full() const noexcept { return at_ == kSlots; }
    [[nodiscard]] std::span<flow::FlowBatch* const> given() const noexcept { return {slots_.data(), kSlots}; }
    void begin() noexcept {
        std::swap(slots_.front(), slots_.back());
        for (std::size_t i = 1; i < slots_.size(); ++i) slots_[i]->reset();
        at_ = 0;
    }

  private:
    void turn_over() noexcept override { open_ = slots_[++at_]; }
    std::array<flow::FlowBatch*, kSlots + 1> slots_{};
    std::size_t at_ = 0;
};

ChannelFlows::ChannelFlows(Dress dress)
    : dress_(dress),
      stream_(stream_options()),
      ring_(std::make_unique<Ring>()),
      decoder_(exporters_, *ring_),
      tally_(no_series_, home_),
      applications_(zipf(kApplications)),
      sites_(zipf(kSites)) {}

ChannelFlows::~ChannelFlows() = default;

std::span<flow::FlowBatch* const> ChannelFlows::next() {
    if (ring_->full()) ring_->begin();
    std::array<std::uint8_t, generator::kMaxDatagram> buffer{};
    while (!ring_->full()) {
        const generator::Datagram d = stream_.next(now_us_, ~0ull, buffer.data());
        const auto source = static_cast<std::uint16_t>((d.source.as_v4() - kFirstExporter) % kSources);
        decoder_.decode({.payload = {buffer.data(), d.size},
                         .exporter = d.source,
                         .received_ms = kNow_ms,
                         .source_id = source,
                         .source = source},
                        tally_);
        now_us_ += 20;
    }
    tally_.clear();
    for (flow::FlowBatch* batch : ring_->given()) {
        if (dress_ == Dress::names) add_names(*batch);
        if (dress_ == Dress::payload) add_samples(*batch);
    }
    return ring_->given();
}

void ChannelFlows::add_names(flow::FlowBatch& batch) {
    static constexpr std::array<const char*, 4> kServers = {"www", "cdn3", "api", "mail"};
    const auto drawn = [&](const std::vector<double>& shares) {
        const double u = random_.below(1u << 30) / static_cast<double>(1u << 30) * shares.back();
        return std::upper_bound(shares.begin(), shares.end(), u) - shares.begin();
    };
    for (std::uint32_t row = 0; row < batch.rows; ++row) {
        const std::string application = "app-" + std::to_string(drawn(applications_));
        const auto site = static_cast<std::size_t>(drawn(sites_));
        const std::string host = std::string(kServers[site % 4]) + ".site-" + std::to_string(site) + ".example";
        if (!batch.arena.add(application, batch.application[row]) || !batch.arena.add(host, batch.http_host[row])) {
            std::abort();
        }
        batch.present[row] |= flow::present_bit(flow::Column::application) | flow::present_bit(flow::Column::http_host);
        batch.present_any |= batch.present[row];
        batch.http_url[row] = {};  // shares the host's bit
    }
}

// Every sample is another packet: its headers, a request to one of 100,000 hosts, and bytes that mean nothing.
void ChannelFlows::add_samples(flow::FlowBatch& batch) {
    batch.rows = std::min(batch.rows, kSampledRows);
    for (std::uint32_t row = 0; row < batch.rows; ++row) {
        std::string packet = std::string(12, 'm') + std::string("\x08\x00\x45\x00", 4) + std::string(7, '\0') +
                             static_cast<char>(batch.proto[row]) + std::string(10, '\0');
        packet += std::string(12, 't') + "\x50" + std::string(7, 't');
        packet += "GET /index.html HTTP/1.1\r\nHost: host" + std::to_string(random_.below(100'000)) +
                  ".example\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n";
        while (packet.size() < kSampleBytes) packet += static_cast<char>(' ' + random_.below(90));
        if (!batch.arena.add(packet, batch.payload[row])) std::abort();
        batch.present[row] |= flow::present_bit(flow::Column::payload);
        batch.present_any |= batch.present[row];
    }
}

}  // namespace bench
