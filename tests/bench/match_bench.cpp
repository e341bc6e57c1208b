// SPDX-License-Identifier: Apache-2.0
// What matching costs: ns a row on full batches, by number and kind of channels; and what compiling costs.
//
// Flows are those of an internet edge: services behind random ports, mostly TCP and UDP over IPv4, some IPv6,
// runs of the same source as datagrams bring them. Eight batches in turn, so that columns come from the cache
// level they come from in a worker.
#include <benchmark/benchmark.h>
#include <time.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "filters/program/program.hpp"
#include "tests/support/filter_batch.hpp"

namespace {

using filters::ChannelSpec;
using filters::Matcher;
using filters::Program;
using support::FilterBatch;

constexpr std::uint16_t kSources = 5;
constexpr std::size_t kBatches = 8;

constexpr std::uint16_t kServices[] = {443, 443, 443,  443,  80,  80,   53, 53,  123,
                                       22,  445, 3389, 8080, 161, 5060, 25, 993, 3306};

std::string channel_name(std::size_t i) {
    return "bench/" + std::to_string(i);
}

ChannelSpec channel(std::size_t i, std::string filter, std::vector<std::uint16_t> sources = {}) {
    return {channel_name(i), std::move(filter), {}, std::move(sources)};
}

std::vector<ChannelSpec> default_channels() {
    std::vector<ChannelSpec> out{channel(0, "proto icmp")};
    for (const int port :
         {19, 21, 22, 23, 53, 80, 110, 123, 135, 137, 161, 443, 445, 8080, 1433, 3306, 3389, 5060, 6681, 6682}) {
        out.push_back(channel(out.size(), "port " + std::to_string(port)));
    }
    for (std::uint16_t source = 0; source < kSources; ++source) out.push_back(channel(out.size(), "", {source}));
    return out;
}

std::string v4(std::uint32_t host) {
    return flow::IpAddress::v4(host).text();
}

// Ports, IPv4 and IPv6 prefixes, some of them joined with a protocol; few of the flows are theirs.
std::vector<ChannelSpec> mixed_channels(std::size_t count) {
    std::mt19937 random(1);
    std::vector<ChannelSpec> out;
    for (std::size_t i = 0; i < count; ++i) {
        const auto n = static_cast<std::uint32_t>(random());
        std::string filter;
        switch (i % 6) {
            case 0:
                filter = "port " + std::to_string(n % 65536);
                break;
            case 1:
                filter = "net " + v4(n) + "/" + std::to_string(16 + n % 17);
                break;
            case 2:
                filter = "dst net " + v4(n) + "/24 and proto tcp";
                break;
            case 3:
                filter = "src ip " + v4(n) + " or dst port in [" + std::to_string(n % 65536) + " " +
                         std::to_string(n % 6553) + "]";
                break;
            case 4:
                filter = "net 2001:db8:" + std::to_string(i) + "::/48";
                break;
            default:
                filter = "proto udp and port " + std::to_string(n % 20000) + " and not src net 10/8";
        }
        out.push_back(channel(i, std::move(filter)));
    }
    return out;
}

std::vector<ChannelSpec> port_channels(std::size_t count) {
    std::vector<ChannelSpec> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(channel(i, "port " + std::to_string(20 + i * 6)));
    return out;
}

std::vector<ChannelSpec> prefix_channels(std::size_t count) {
    std::mt19937 random(2);
    std::vector<ChannelSpec> out;
    for (std::size_t i = 0; i < count; ++i) {
        const auto n = static_cast<std::uint32_t>(random());
        out.push_back(channel(
            i, i % 4 == 3 ? "net 2001:db8:" + std::to_string(i % 9999) + ":" + std::to_string(n % 9999) + "::/64"
                          : "net " + v4(n) + "/" + std::to_string(20 + n % 13)));
    }
    return out;
}

class Batches {
  public:
    Batches() {
        for (FilterBatch& batch : batches_) {
            for (std::uint32_t row = 0; row < flow::kBatchRows; ++row) add(batch);
        }
    }
    const flow::FlowBatch& next() { return *batches_[turn_++ % kBatches]; }

  private:
    void add(FilterBatch& batch) {
        if (rows_++ % 30 == 0) source_ = static_cast<std::uint16_t>(random_() % kSources);
        const bool is_v6 = random_() % 8 == 0;
        const std::uint32_t kind = static_cast<std::uint32_t>(random_() % 100);
        support::FilterRow row{.src = "x", .dst = "x", .source = source_};
        row.proto = kind < 62 ? 6 : kind < 97 ? 17 : is_v6 ? 58 : 1;
        row.src_port = static_cast<std::uint16_t>(1024 + random_() % 64512);
        row.dst_port = random_() % 5 == 0 ? static_cast<std::uint16_t>(1024 + random_() % 64512)
                                          : kServices[random_() % std::size(kServices)];
        if (random_() % 2 == 0) std::swap(row.src_port, row.dst_port);
        if (row.proto == 1 || row.proto == 58) row.src_port = 0;
        batch.add(address(is_v6), address(is_v6), row);
        if (is_v6) batch->family[batch->rows - 1] = 6;
    }
    flow::IpAddress address(bool is_v6) {
        const auto host = static_cast<std::uint32_t>(random_());
        if (!is_v6) return flow::IpAddress::v4(host % 4 == 0 ? 0x0a000000u | host >> 12 : host);
        flow::IpAddress a = flow::IpAddress::parse("2001:db8::").value();
        if (host % 2 == 0) a.bytes[1] = static_cast<std::uint8_t>(host >> 8);
        for (std::size_t i = 5; i < 16; ++i) a.bytes[i] = static_cast<std::uint8_t>(random_());
        return a;
    }
    std::mt19937 random_{7};
    std::uint32_t rows_ = 0;
    std::uint16_t source_ = 0;
    std::size_t turn_ = 0;
    std::array<FilterBatch, kBatches> batches_;
};

// CPU time of this thread: the machine may have other things to do.
double thread_ns() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Matches batch after batch; returns how many channels were reported. Google Benchmark shows a rate's inverse
// in seconds whatever it counts, so nanoseconds a row are taken here.
template <class Next>
std::uint64_t measure(benchmark::State& state, Matcher& matcher, Next next) {
    std::uint64_t found = 0;
    const double begin = thread_ns();
    for (auto _ : state) {
        const auto rows = matcher.match(next());
        found += rows.size();
        benchmark::DoNotOptimize(rows.data());
    }
    const double took = thread_ns() - begin;
    const auto rows = static_cast<double>(state.iterations()) * flow::kBatchRows;
    state.counters["ns/row"] = took / rows;
    state.counters["rows/s"] = benchmark::Counter(rows, benchmark::Counter::kIsRate);
    return found;
}

void run(benchmark::State& state, const std::vector<ChannelSpec>& channels, Batches& batches) {
    const auto program = Program::compile(channels, filters::Environment::with_sources(kSources));
    if (!program) return state.SkipWithError(program.error().text().c_str());
    const auto matcher = Matcher::make(**program);
    if (!matcher) return state.SkipWithError(matcher.error().text().c_str());
    const auto found = measure(state, **matcher, [&]() -> const flow::FlowBatch& { return batches.next(); });
    state.counters["channels/batch"] = static_cast<double>(found) / static_cast<double>(state.iterations());
    state.counters["program_KB"] = static_cast<double>((*program)->figures().bytes) / 1024;
}

Batches& edge_flows() {
    static Batches batches;
    return batches;
}

// Every row the same service: the bitmap's words are read and written back to back.
void BM_DefaultsOneService(benchmark::State& state) {
    const auto channels = default_channels();
    const auto program = Program::compile(channels, filters::Environment::with_sources(kSources));
    const auto matcher = Matcher::make(**program);
    FilterBatch batch;
    for (std::uint32_t row = 0; row < flow::kBatchRows; ++row) batch.add({.src_port = 40000, .dst_port = 443});
    measure(state, **matcher, [&]() -> const flow::FlowBatch& { return *batch; });
}

void BM_Defaults(benchmark::State& state) {
    run(state, default_channels(), edge_flows());
}
void BM_Mixed(benchmark::State& state) {
    run(state, mixed_channels(static_cast<std::size_t>(state.range(0))), edge_flows());
}
void BM_Ports(benchmark::State& state) {
    run(state, port_channels(static_cast<std::size_t>(state.range(0))), edge_flows());
}
void BM_Prefixes(benchmark::State& state) {
    run(state, prefix_channels(static_cast<std::size_t>(state.range(0))), edge_flows());
}

void BM_Compile(benchmark::State& state) {
    const auto channels = mixed_channels(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        auto program = Program::compile(channels, filters::Environment::with_sources(kSources));
        benchmark::DoNotOptimize(program);
    }
}

// Samples of 200 bytes of text behind Ethernet, IPv4 and TCP, and literals of which one in a few samples has
// one.
void BM_Payload(benchmark::State& state) {
    std::mt19937 random(3);
    std::vector<ChannelSpec> channels;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        channels.push_back(
            channel(channels.size(), "payload content 'host" + std::to_string(random() % 100000) + ".example'"));
    }
    const auto program = Program::compile(channels, filters::Environment::with_sources(kSources));
    const auto matcher = Matcher::make(**program);
    FilterBatch batch;
    for (std::uint32_t row = 0; row < flow::kBatchRows; ++row) {
        std::string packet = std::string(12, 'm') + std::string("\x08\x00\x45\x00", 4) + std::string(7, '\0') + "\x06" +
                             std::string(10, '\0');
        packet += std::string(12, 't') + "\x50" + std::string(7, 't');
        packet += "GET / HTTP/1.1 host: host" + std::to_string(random() % 100000) + ".example ";
        while (packet.size() < 254) packet += static_cast<char>(' ' + random() % 90);
        batch.add({.src = "10.0.0.1", .dst = "10.0.0.2", .payload = packet});
    }
    measure(state, **matcher, [&]() -> const flow::FlowBatch& { return *batch; });
}

BENCHMARK(BM_Defaults);
BENCHMARK(BM_DefaultsOneService);
BENCHMARK(BM_Ports)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(BM_Prefixes)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(BM_Mixed)->Arg(21)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(BM_Compile)->Arg(26)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Payload)->Arg(10)->Arg(200);

}  // namespace

BENCHMARK_MAIN();
