// SPDX-License-Identifier: Apache-2.0
// Stages of one record: decode of each dialect, and match with tally of the 21 default channels. ns/record are counters.
// What trust costs: plan_* decodes the same records without header, ledger, sequence and books of the exporter; decode_v9_one
// has one record a datagram, so that nearly all of it is what a datagram costs; decode_v9_held holds every other set until
// its template comes.
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

support::Bytes v9_record(std::mt19937& random) {
    return Writer()
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
        .u8(0);
}
std::vector<support::Bytes> v9_records(std::mt19937& random, int count) {
    std::vector<support::Bytes> records;
    for (int i = 0; i < count; ++i) records.push_back(v9_record(random));
    return records;
}
support::V9 v9() {
    return support::V9(1).unix_seconds(kNow_s).uptime_ms(100'000);
}
support::Bytes v9_data(std::mt19937& random) {
    return v9().data_set(256, v9_records(random, 22)).build();
}
support::Bytes v9_one(std::mt19937& random) {
    return v9().data_set(256, v9_records(random, 1)).build();
}

// As flow-generator's: IPv6, 100 bytes.
const support::Template kIpv6Template{
    257,
    {{27, 16}, {28, 16}, {10, 4}, {14, 4}, {1, 8},  {2, 4},  {152, 8}, {153, 8}, {7, 2},   {11, 2}, {139, 2}, {16, 4},
     {17, 4},  {4, 1},   {6, 1},  {5, 1},  {29, 1}, {30, 1}, {61, 1},  {31, 4},  {128, 4}, {58, 2}, {52, 1},  {53, 1}}};
support::Bytes ipfix_ipv6_data(std::mt19937& random) {
    std::vector<support::Bytes> records;
    for (int i = 0; i < 14; ++i) {
        records.push_back(Writer()
                              .ip("2001:db8::1")
                              .ip("2001:db8::2")
                              .u32(1)
                              .u32(2)
                              .u64(1500)
                              .u32(3)
                              .u64(kNow_ms - 5000)
                              .u64(kNow_ms - 1000)
                              .u16(40'000)
                              .u16(some_port(random))
                              .u16(0)
                              .u32(65'001)
                              .u32(65'002)
                              .u8(6)
                              .u8(0x1b)
                              .u8(0)
                              .u8(64)
                              .u8(48)
                              .u8(0)
                              .u32(1)
                              .u32(65'002)
                              .u16(7)
                              .u8(61)
                              .u8(61));
    }
    return support::Ipfix(1).unix_seconds(kNow_s).data_set(257, records).build();
}

support::Bytes sflow_datagram(std::mt19937& random) {
    support::Sflow sflow;
    for (int i = 0; i < 6; ++i) {
        const auto frame =
            support::Frame().ethernet().ipv4().tcp({.src = 40'000, .dst = some_port(random)}).payload(74).build();
        sflow.flow_sample(
            {.rate = 1000, .records = {support::sflow_raw_header({.frame_length = 1500, .header = frame})}});
    }
    return sflow.build();
}

void tell(benchmark::State& state, std::int64_t records) {
    state.SetItemsProcessed(records);
    state.counters["ns/record"] = benchmark::Counter(static_cast<double>(records) / 1e9,
                                                     benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// A decoder with one exporter, outside of any worker.
class DecoderAlone {
  public:
    void decode(const support::Bytes& payload) {
        datagram_.payload = payload;
        decoder_.decode(datagram_, tally_);
        // A worker hands its tally over five times a second; learned templates would pile up here.
        if (tally_.templates.size() >= 1024) tally_.clear();
    }

  private:
    flow::ExporterTable exporters_;
    OneBatch writer_;
    decode::Decoder decoder_{exporters_, writer_};
    flow::SeriesMap series_;
    flow::SpscRing<flow::Tally*> home_{4};
    flow::Tally tally_{series_, home_};
    decode::Datagram datagram_{.payload = {}, .exporter = flow::IpAddress::v4(0x0a000001), .received_ms = kNow_ms};
};

void decode_bench(benchmark::State& state, const support::Bytes& first, support::Bytes (*make)(std::mt19937&),
                  std::int64_t records) {
    std::mt19937 random(1);
    std::vector<support::Bytes> datagrams;
    for (int i = 0; i < 64; ++i) datagrams.push_back(make(random));
    DecoderAlone alone;
    if (!first.empty()) alone.decode(first);
    std::size_t at = 0;
    for (auto _ : state) alone.decode(datagrams[at++ % datagrams.size()]);
    tell(state, state.iterations() * records);
}

support::Bytes v9_template() {
    return v9().template_set({kTemplate}).build();
}

void decode_v5(benchmark::State& state) {
    decode_bench(state, {}, v5_datagram, 30);
}
void decode_v9(benchmark::State& state) {
    decode_bench(state, v9_template(), v9_data, 22);
}
void decode_v9_one(benchmark::State& state) {
    decode_bench(state, v9_template(), v9_one, 1);
}
void decode_ipfix_ipv6(benchmark::State& state) {
    decode_bench(state, support::Ipfix(1).unix_seconds(kNow_s).template_set({kIpv6Template}).build(), ipfix_ipv6_data,
                 14);
}
void decode_sflow(benchmark::State& state) {
    decode_bench(state, {}, sflow_datagram, 6);
}
BENCHMARK(decode_v5);
BENCHMARK(decode_v9);
BENCHMARK(decode_v9_one);
BENCHMARK(decode_ipfix_ipv6);
BENCHMARK(decode_sflow);

// Thirty-two sets come before their template, as many after it; each round has a template id of its own.
void decode_v9_held(benchmark::State& state) {
    constexpr int kRounds = 512, kSets = 32;
    std::mt19937 random(1);
    const auto records = v9_records(random, 22);
    std::vector<support::Bytes> data, templates;
    for (int r = 0; r < kRounds; ++r) {
        const auto id = static_cast<std::uint16_t>(300 + r);
        data.push_back(v9().data_set(id, records).build());
        templates.push_back(v9().template_set({{id, kTemplate.fields}}).build());
    }
    auto alone = std::make_unique<DecoderAlone>();
    int round = 0;
    for (auto _ : state) {
        if (round == kRounds) {  // every id is known by now: another exporter
            state.PauseTiming();
            alone = std::make_unique<DecoderAlone>();
            round = 0;
            state.ResumeTiming();
        }
        const auto r = static_cast<std::size_t>(round++);
        for (int i = 0; i < kSets; ++i) alone->decode(data[r]);
        alone->decode(templates[r]);
        for (int i = 0; i < kSets; ++i) alone->decode(data[r]);
    }
    tell(state, state.iterations() * 2 * kSets * 22);
}
BENCHMARK(decode_v9_held);

// The copy plan alone.
void plan_v9(benchmark::State& state) {
    std::mt19937 random(1);
    std::vector<decode::Field> fields;
    for (const auto& f : kTemplate.fields) fields.push_back({.pen = 0, .id = f.element, .length = f.length});
    const auto plan = decode::CopyPlan::compile(fields, flow::Protocol::netflow9);
    std::vector<support::Bytes> sets;
    for (int i = 0; i < 64; ++i) {
        sets.emplace_back();
        for (const auto& record : v9_records(random, 22))
            sets.back().insert(sets.back().end(), record.begin(), record.end());
    }
    OneBatch writer;
    flow::Ledger ledger;
    const decode::RecordContext context{
        .export_ms = kNow_ms, .uptime_ms = 100'000, .has_uptime = true, .received_ms = kNow_ms};
    std::size_t at = 0;
    for (auto _ : state) plan.run(sets[at++ % sets.size()], context, writer, ledger);
    tell(state, state.iterations() * 22);
}
BENCHMARK(plan_v9);

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
    tell(state, state.iterations() * 30);
}
BENCHMARK(whole_intake);

}  // namespace

BENCHMARK_MAIN();
