// SPDX-License-Identifier: Apache-2.0
// Stages of one record: decode of each dialect, and match with tally of the 21 default channels. ns/record are counters.
#include <benchmark/benchmark.h>

#include <random>

#include "dataplane/intake.hpp"
#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"
#include "tests/support/small_generation.hpp"

namespace {

using support::Writer;

constexpr std::uint32_t kNow_s = 1'700'000'000;
constexpr std::uint64_t kNow_ms = kNow_s * 1000ull;

// Starts the same batch again and again: decode alone, without match.
class OneBatch final : public flow::BatchWriter {
  public:
    OneBatch() : batch_(dataplane::make_batch()) { turn_over(); }

  private:
    void turn_over() noexcept override {
        open_ = batch_.get();
        open_->reset();
    }
    dataplane::BatchPointer batch_;
};

std::uint16_t some_port(std::mt19937& random) {
    static constexpr std::uint16_t kPorts[] = {53, 80, 443, 443, 443, 22, 123, 8080, 3306, 50'001, 50'002, 50'003};
    return kPorts[random() % std::size(kPorts)];
}

support::Bytes v5_datagram(std::mt19937& random) {
    support::V5 v5;
    v5.unix_time(kNow_s).uptime_ms(100'000);
    for (int i = 0; i < 30; ++i) {
        v5.record({.packets = 3,
                   .bytes = 1500,
                   .first_uptime_ms = 90'000,
                   .last_uptime_ms = 95'000,
                   .src_port = static_cast<std::uint16_t>(40'000 + random() % 20'000),
                   .dst_port = some_port(random),
                   .protocol = 6});
    }
    return v5.build();
}

const support::Template kTemplate{
    256, {{8, 4},  {12, 4}, {15, 4}, {10, 4}, {14, 4}, {1, 8}, {2, 8}, {22, 4}, {21, 4}, {7, 2},
          {11, 2}, {32, 2}, {16, 4}, {17, 4}, {4, 1},  {6, 1}, {5, 1}, {9, 1},  {13, 1}, {61, 1}}};

support::Bytes v9_data(std::mt19937& random) {
    std::vector<support::Bytes> records;
    for (int i = 0; i < 22; ++i) {
        records.push_back(Writer()
                              .ip("10.0.0.1")
                              .ip("10.0.0.2")
                              .ip("10.0.0.3")
                              .u32(1)
                              .u32(2)
                              .u64(1500)
                              .u64(3)
                              .u32(90'000)
                              .u32(95'000)
                              .u16(40'000)
                              .u16(some_port(random))
                              .u16(0)
                              .u32(65'001)
                              .u32(65'002)
                              .u8(6)
                              .u8(0x1b)
                              .u8(0)
                              .u8(24)
                              .u8(16)
                              .u8(0));
    }
    return support::V9(1).unix_seconds(kNow_s).uptime_ms(100'000).data_set(256, records).build();
}

support::Bytes sflow_datagram(std::mt19937& random) {
    support::Sflow sflow;
    for (int i = 0; i < 7; ++i) {
        const auto frame =
            support::Frame().ethernet().ipv4().tcp({.src = 40'000, .dst = some_port(random)}).payload(74).build();
        sflow.flow_sample(
            {.rate = 1000, .records = {support::sflow_raw_header({.frame_length = 1500, .header = frame})}});
    }
    return sflow.build();
}

void decode_bench(benchmark::State& state, const support::Bytes& first, support::Bytes (*make)(std::mt19937&),
                  std::int64_t records) {
    std::mt19937 random(1);
    flow::ExporterTable exporters;
    OneBatch writer;
    decode::Decoder decoder(exporters, writer);
    flow::SeriesMap series;
    flow::SpscRing<flow::Tally*> home(4);
    flow::Tally tally(series, home);
    std::vector<support::Bytes> datagrams;
    for (int i = 0; i < 64; ++i) datagrams.push_back(make(random));
    decode::Datagram datagram{.payload = {}, .exporter = flow::IpAddress::v4(0x0a000001), .received_ms = kNow_ms};
    datagram.payload = first;
    if (!first.empty()) decoder.decode(datagram, tally);
    std::size_t at = 0;
    for (auto _ : state) {
        datagram.payload = datagrams[at++ % datagrams.size()];
        decoder.decode(datagram, tally);
    }
    state.SetItemsProcessed(state.iterations() * records);
    state.counters["ns/record"] = benchmark::Counter(static_cast<double>(state.iterations() * records) / 1e9,
                                                     benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void decode_v5(benchmark::State& state) {
    decode_bench(state, {}, v5_datagram, 30);
}
void decode_v9(benchmark::State& state) {
    decode_bench(state, support::V9(1).unix_seconds(kNow_s).template_set({kTemplate}).build(), v9_data, 22);
}
void decode_sflow(benchmark::State& state) {
    decode_bench(state, {}, sflow_datagram, 7);
}
BENCHMARK(decode_v5);
BENCHMARK(decode_v9);
BENCHMARK(decode_sflow);

// From the frame to the tally: packet, source, decode, match, tally.
void whole_intake(benchmark::State& state) {
    std::mt19937 random(1);
    std::vector<support::SmallChannel> channels{{"any", {0}}, {"proto icmp"}};
    for (const int port :
         {19, 21, 22, 23, 53, 80, 110, 123, 135, 137, 161, 443, 445, 8080, 1433, 3306, 3389, 5060, 6681, 6682}) {
        channels.push_back({"port " + std::to_string(port)});
    }
    const auto generation = support::make_generation(1, {{.port = 2055, .source_id = 1, .prefixes = {}}}, channels);
    flow::ExporterTable exporters;
    flow::SpscRing<flow::Tally*> handover(64);
    support::TallySink sink(handover);
    dataplane::Intake intake(exporters, handover, {});
    if (!intake.allocate()) return state.SkipWithError("no memory");
    intake.use(*generation);
    std::vector<support::Bytes> frames;
    for (int i = 0; i < 64; ++i)
        frames.push_back(support::udp_frame("10.0.0.1", "10.0.0.2", 1, 2055, v5_datagram(random)));
    std::size_t at = 0;
    for (auto _ : state) {
        const support::Bytes& frame = frames[at++ % frames.size()];
        intake.take(intake.receive(frame, flow::LinkType::ethernet, frame.size()), kNow_ms);
    }
    intake.finish();
    sink.drain();
    state.SetItemsProcessed(state.iterations() * 30);
    state.counters["ns/record"] = benchmark::Counter(static_cast<double>(state.iterations() * 30) / 1e9,
                                                     benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(whole_intake);

}  // namespace

BENCHMARK_MAIN();
