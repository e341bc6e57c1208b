// SPDX-License-Identifier: Apache-2.0
// What `series --filter` counts from the archive is what a channel with that filter counted live: the same datagrams through
// a core's match stage into tallies, and through the archive's blocks into buckets.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "control/query/buckets.hpp"
#include "dataplane/intake.hpp"
#include "filters/program/program.hpp"
#include "store/archive/segment.hpp"
#include "tests/control/temporary_directory.hpp"
#include "tests/support/packet_builder.hpp"
#include "tests/support/small_generation.hpp"

namespace query {
namespace {

constexpr std::uint64_t kStart_ms = 1'700'000'100'000;  // a slot begins
constexpr std::uint32_t kStart_s = kStart_ms / 1000;
constexpr std::uint32_t kDatagrams = 400;
constexpr std::uint32_t kStep_ms = 500;
constexpr std::uint32_t kEnd_s = kStart_s + kDatagrams * kStep_ms / 1000 + 10;
constexpr std::uint16_t kPorts[] = {2055, 9996, 9997};
const std::vector<dataplane::SourceRule> kSources{{.port = 2055, .source_id = 1, .prefixes = {}},
                                                  {.port = 9996, .source_id = 2, .prefixes = {}},
                                                  {.port = 9997, .source_id = 3, .prefixes = {}}};
const std::vector<support::SmallChannel> kChannels{{"any"},
                                                   {"dst port < 1010"},
                                                   {"proto udp and bytes > 100000"},
                                                   {"src net 10.0.2.0/24 or packets > 50"},
                                                   {"not proto tcp"},
                                                   {"ident 1"},
                                                   {"dst port 9"}};

using Cells = std::array<flow::Cell, flow::kClasses>;
using Series = std::map<std::uint32_t, Cells>;  // by bucket

void add(flow::Cell& to, const flow::Cell& more) {
    to.flows += more.flows;
    to.packets += more.packets;
    to.bytes += more.bytes;
}

// Sums by channel and bucket, of all sources.
class LiveSums {
  public:
    explicit LiveSums(flow::SpscRing<flow::Tally*>& handover) : handover_(handover) {}
    void drain() {
        flow::Tally* tally = nullptr;
        while (handover_.pop(tally)) {
            const flow::SeriesMap& map = tally->series();
            for (const std::uint32_t cell : tally->touched()) {
                const auto after =
                    std::upper_bound(map.channel_base.begin(), map.channel_base.end(), cell / flow::kClasses);
                const auto channel = static_cast<std::size_t>(after - map.channel_base.begin()) - 1;
                add(of[channel][tally->bucket_s][cell % flow::kClasses], tally->cell(cell));
            }
            flow::SpscRing<flow::Tally*>& home = tally->home();
            tally->clear();
            ASSERT_TRUE(home.push(tally));
        }
    }
    std::map<std::size_t, Series> of;

  private:
    flow::SpscRing<flow::Tally*>& handover_;
};

// A segment for each source.
class Archived {
  public:
    Archived(std::string directory, const flow::ExporterTable& exporters)
        : directory_(std::move(directory)), exporters_(exporters) {
        for (std::uint16_t source = 0; source < kSources.size(); ++source) {
            bool exists = false;
            auto made = store::archive::SegmentWriter::create(directory_,
                                                              {.key = {.slot_s = kStart_s, .source_id = source},
                                                               .source = std::to_string(source),
                                                               .replaces = {},
                                                               .made_ms = 0},
                                                              exists);
            EXPECT_TRUE(made.has_value());
            writers_.push_back(std::move(*made));
        }
    }
    void take(flow::ArchiveLane& lane) {
        flow::FlowBatch* batch = nullptr;
        while (lane.filled.pop(batch)) {
            for (std::uint16_t source = 0; source < kSources.size(); ++source) {
                std::vector<std::uint64_t> rows(flow::kBatchRows / 64);
                for (std::uint32_t r = 0; r < batch->rows; ++r) {
                    const bool kept = (batch->keep[r / 64] >> r % 64 & 1) != 0;
                    if (kept && batch->source[r] == source) rows[r / 64] |= 1ull << r % 64;
                }
                builders_[source].add(*batch, rows.data(), 0);
                if (builders_[source].rows() > 1000) write(source);
            }
            ASSERT_TRUE(lane.home.push(batch));
        }
    }
    std::vector<store::query::SegmentChoice> finish() {
        std::vector<store::query::SegmentChoice> out;
        for (std::uint16_t source = 0; source < kSources.size(); ++source) {
            if (builders_[source].rows() != 0) write(source);
            EXPECT_TRUE(writers_[source]->sync().has_value());
            const store::SegmentEntry& entry = writers_[source]->entry();
            out.push_back({.entry = entry, .path = directory_ + "/" + entry.key.path(), .source = source});
        }
        return out;
    }

  private:
    void write(std::uint16_t source) {
        std::vector<std::uint8_t> bytes;
        const auto sums = builders_[source].encode(exporters_, store::archive::Compression::lz4, bytes);
        ASSERT_TRUE(writers_[source]->append(bytes, sums).has_value());
    }
    std::string directory_;
    const flow::ExporterTable& exporters_;
    std::vector<std::unique_ptr<store::archive::SegmentWriter>> writers_{};
    std::array<store::archive::BlockBuilder, 3> builders_{};
};

support::Bytes datagram(std::mt19937& random, std::uint32_t number, std::uint16_t port) {
    support::V5 v5;
    v5.unix_time(kStart_s).uptime_ms(1000).sequence(number * 20);
    if (port == kPorts[1]) v5.sampling(1, 100);  // one in a hundred
    for (std::uint32_t i = 0; i < 20; ++i) {
        const std::uint8_t protocols[] = {6, 17, 1, 47};
        v5.record({.src = i % 3 == 0 ? "10.0.2.7" : "10.0.1.9",
                   .packets = static_cast<std::uint32_t>(random() % 100),
                   .bytes = static_cast<std::uint32_t>(random() % 200'000),
                   .dst_port = static_cast<std::uint16_t>(1000 + random() % 30),
                   .protocol = protocols[random() % 4]});
    }
    return support::udp_frame("10.0.0.1", "10.0.0.2", 40000, port, v5.build());
}

Series from_archive(const std::vector<store::query::SegmentChoice>& segments, const std::string& filter,
                    flow::ExporterTable& exporters) {
    const filters::ChannelSpec spec{.name = {}, .filter = filter, .place = {}};
    const auto program = filters::Program::compile({&spec, 1}, filters::Environment::with_sources(kSources.size()),
                                                   filters::Keep::outline);
    EXPECT_TRUE(program.has_value()) << program.error().text();
    store::query::Options options;
    options.segments = segments;
    options.program = program->get();
    options.columns = Buckets::columns();
    options.received = true;
    options.exporters = &exporters;
    options.threads = 2;
    options.make_sink = [](std::size_t) {
        return std::make_unique<Buckets>(BucketPlan{.from_s = kStart_s, .to_s = kEnd_s});
    };
    auto report = store::query::scan(options);
    EXPECT_TRUE(report.has_value()) << report.error().text();
    auto& sum = static_cast<Buckets&>(*report->sinks.front());
    for (std::size_t i = 1; i < report->sinks.size(); ++i) sum.merge(static_cast<Buckets&>(*report->sinks[i]));
    Series out;
    for (const store::Point& point : sum.points(0)) {
        if (point.present) out[point.start_s] = point.sum;
    }
    return out;
}

TEST(LiveSeries, TheArchiveCountsAsTheChannelDid) {
    control::TemporaryDirectory directory;
    flow::ExporterTable exporters;
    flow::SpscRing<flow::Tally*> handover(64);
    LiveSums live(handover);
    flow::ArchiveLane lane(8);
    dataplane::Intake intake(exporters, handover,
                             dataplane::IntakeOptions{.slots = 8, .pace = dataplane::Pace::live, .archive = &lane});
    ASSERT_TRUE(intake.allocate());
    const auto generation = support::make_generation(1, kSources, kChannels);
    intake.use(*generation);
    Archived archived(directory.path().string(), exporters);
    std::mt19937 random(7);
    for (std::uint32_t i = 0; i < kDatagrams; ++i) {
        const auto frame = datagram(random, i, kPorts[i % 3]);
        const std::uint64_t now_ms = kStart_ms + i * kStep_ms;
        intake.take(intake.receive(frame, flow::LinkType::ethernet, frame.size()), now_ms);
        intake.tick(now_ms);
        archived.take(lane);
        live.drain();
    }
    intake.finish();
    archived.take(lane);
    live.drain();
    const auto segments = archived.finish();
    for (std::size_t c = 0; c < kChannels.size(); ++c) {
        const Series counted = from_archive(segments, kChannels[c].filter, exporters);
        EXPECT_EQ(counted.size(), live.of[c].size()) << kChannels[c].filter;
        for (const auto& [bucket, cells] : live.of[c]) {
            const auto found = counted.find(bucket);
            ASSERT_NE(found, counted.end()) << kChannels[c].filter << " at " << bucket;
            for (std::size_t k = 0; k < flow::kClasses; ++k) {
                EXPECT_EQ(found->second[k].flows, cells[k].flows) << kChannels[c].filter;
                EXPECT_EQ(found->second[k].packets, cells[k].packets) << kChannels[c].filter;
                EXPECT_EQ(found->second[k].bytes, cells[k].bytes) << kChannels[c].filter;
            }
        }
    }
    EXPECT_GT(live.of[0].size(), 15u);
    EXPECT_TRUE(live.of[6].empty());
}

}  // namespace
}  // namespace query
