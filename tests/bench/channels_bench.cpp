// SPDX-License-Identifier: Apache-2.0
// channels_bench KIND COUNT [FLOWS]: what COUNT channels of a kind cost a flow, as one JSON object; KIND as in
// channel_sets.hpp. channels_bench --list KIND COUNT: their filters, one a line.
//
// The flows are decoded into a worker's ring of batches, and then matched (filters::Matcher) and once more matched and
// tallied (dataplane::MatchStage), ring after ring, in CPU time of this thread. Decoding is not counted.
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <string>

#include "dataplane/match_stage.hpp"
#include "tests/bench/channel_flows.hpp"
#include "tests/bench/channel_sets.hpp"
#include "tests/support/small_generation.hpp"

namespace {

using bench::ChannelKind;
using Batches = std::span<flow::FlowBatch* const>;

double thread_ns() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

template <class Work>
double ns_of(Work&& work) {
    const double begin = thread_ns();
    work();
    return thread_ns() - begin;
}

std::size_t heap_bytes() {
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

std::vector<support::SmallChannel> channels_of(ChannelKind kind, std::size_t count) {
    std::vector<support::SmallChannel> out;
    for (std::string& filter : bench::filters_of(kind, count)) out.push_back({.filter = std::move(filter)});
    if (kind == ChannelKind::live) {
        for (std::uint16_t source = 0; source < bench::kSources; ++source) {
            out.push_back({.filter = "", .sources = {source}});
        }
    }
    return out;
}

bench::Dress dress_for(ChannelKind kind) {
    if (kind == ChannelKind::payload) return bench::Dress::payload;
    return kind == ChannelKind::text || kind == ChannelKind::regexes ? bench::Dress::names : bench::Dress::plain;
}

// What nothing can be cheaper than: every byte of the columns that the default channels and their tallies need, read once.
std::uint64_t read_columns(const flow::FlowBatch& b) {
    const auto sum = [&](const auto& column) {
        return std::accumulate(column.begin(), column.begin() + b.rows, std::uint64_t{0});
    };
    return sum(b.src_port) + sum(b.dst_port) + sum(b.proto) + sum(b.source) + sum(b.exporter) + sum(b.sampling) +
           sum(b.thinning) + sum(b.in_packets) + sum(b.in_bytes);
}

struct Costs {
    double match_ns = 0, stage_ns = 0, read_ns = 0;
    std::uint64_t rows = 0;
    std::uint64_t matches = 0;  // pairs of flow and channel
};

// Sources are told apart by the exporters' addresses.
std::vector<dataplane::SourceRule> sources() {
    std::vector<dataplane::SourceRule> out;
    for (std::uint16_t i = 0; i < bench::kSources; ++i) {
        out.push_back({.port = static_cast<std::uint16_t>(2055 + i), .source_id = i, .prefixes = {}});
    }
    return out;
}

Costs measure(const dataplane::Generation& generation, bench::ChannelFlows& flows, std::size_t warm_up,
              std::uint64_t wanted) {
    flow::SpscRing<flow::Tally*> handover{8};
    support::TallySink sink(handover);
    dataplane::TallyDesk desk(handover, 0, dataplane::Pace::live);
    desk.use(generation);
    desk.open_bucket(static_cast<std::uint32_t>(bench::kNow_ms / 1000), bench::kNow_ms);
    dataplane::ArchiveOutlet no_archive(nullptr, 0, dataplane::Pace::live);
    dataplane::MatchStage stage(desk, no_archive);
    filters::Matcher& matcher = *desk.kit().matcher;
    Costs out;
    volatile std::uint64_t kept = 0;  // so that the reading is not left out
    for (std::size_t round = 0; out.rows < wanted; ++round) {
        const Batches batches = flows.next();
        std::uint64_t matches = 0;
        const double read = ns_of([&] {
            for (const auto* batch : batches) kept = kept + read_columns(*batch);
        });
        const double matched = ns_of([&] {
            for (const auto* batch : batches) {
                for (const auto& channel : matcher.match(*batch)) matches += channel.count;
            }
        });
        const double staged = ns_of([&] {
            for (auto* batch : batches) stage.process(*batch);
        });
        if (round < warm_up) continue;
        for (const auto* batch : batches) out.rows += batch->rows;
        out.read_ns += read;
        out.match_ns += matched;
        out.stage_ns += staged;
        out.matches += matches;
    }
    desk.finish();
    sink.drain();
    return out;
}

int run(ChannelKind kind, const char* name, std::size_t count, std::uint64_t wanted) {
    const auto channels = channels_of(kind, count);
    bench::ChannelFlows flows(dress_for(kind));
    const std::size_t before = heap_bytes();
    double compile_ns = 0;
    std::unique_ptr<dataplane::Generation> generation;
    compile_ns = ns_of([&] { generation = support::make_generation(1, sources(), channels); });
    const std::size_t heap = heap_bytes() - before;
    // The first round touches every page; names take longer until all have been seen.
    const std::size_t warm_up = dress_for(kind) == bench::Dress::names ? 16 : 1;
    const Costs costs = measure(*generation, flows, warm_up, wanted);
    const auto rows = static_cast<double>(costs.rows);
    const filters::ProgramFigures& figures = generation->program->figures();
    std::printf(
        "{\"kind\": \"%s\", \"channels\": %zu, \"flows\": %llu, \"match_ns\": %.3f, \"match_and_tally_ns\": %.3f, "
        "\"read_ns\": %.3f, \"channels_per_flow\": %.3f, \"compile_ms\": %.2f, \"program_kb\": %zu, "
        "\"core_and_program_kb\": %zu, \"predicates\": %zu, \"operations\": %zu}\n",
        name, channels.size(), static_cast<unsigned long long>(costs.rows), costs.match_ns / rows,
        costs.stage_ns / rows, costs.read_ns / rows, static_cast<double>(costs.matches) / rows, compile_ns / 1e6,
        figures.bytes / 1024, heap / 1024, figures.predicates, figures.operations);
    return 0;
}

int list(ChannelKind kind, std::size_t count) {
    for (const std::string& filter : bench::filters_of(kind, count)) std::puts(filter.c_str());
    return 0;
}

void usage() {
    std::fputs("usage: channels_bench [--list] KIND COUNT [FLOWS]\n", stderr);
#define X(name, what) std::fputs("  " #name ": " what "\n", stderr);
    BENCH_CHANNEL_KINDS(X)
#undef X
}

}  // namespace

int main(int argc, char** argv) {
    const bool only_list = argc > 1 && std::strcmp(argv[1], "--list") == 0;
    const int first = only_list ? 2 : 1;
    const auto kind = argc > first + 1 ? bench::kind_named(argv[first]) : std::nullopt;
    if (!kind) {
        usage();
        return 2;
    }
    const std::size_t count = std::strtoull(argv[first + 1], nullptr, 10);
    if (only_list) return list(*kind, count);
    const std::uint64_t wanted = argc > first + 2 ? std::strtoull(argv[first + 2], nullptr, 10) : 1'000'000;
    return run(*kind, argv[first], count, wanted);
}
