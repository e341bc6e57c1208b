// SPDX-License-Identifier: Apache-2.0
#include "control/query/coverage.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "store/store.hpp"
#include "tests/control/temporary_directory.hpp"

namespace query {
namespace {

using store::query::EndedBy;

TEST(Coverage, SaysWhatIsMissing) {
    struct Case {
        Coverage coverage;
        bool partial, complete;
        const char* text;
    };
    const std::vector<Case> all{
        {{.known = true}, false, true, "complete"},
        {{.ended_by = EndedBy::enough, .known = true}, false, true, "complete"},
        {{}, false, true, "all was read; what was lost before is not known here"},
        {{.ended_by = EndedBy::cancelled}, true, false, "partial: yes (cancelled)"},
        {{.ended_by = EndedBy::time, .blocks_damaged = 2},
         true,
         false,
         "partial: yes (the time was up (--timeout); damaged blocks, see `net-collector archive verify`: 2)"},
        {{.rows_left_out = 1'234'567},
         true,
         false,
         "partial: yes (flows without room in memory (--memory): 1,234,567)"},
        {{.through = 1000, .shed_busy = 10, .missing = 90},
         false,
         false,
         "90.82% of the flows (missing by sequence numbers: 90; not archived, the writers were behind: 10)"},
        {{.through = 1'000'000, .missing = 1}, false, false, "99.99% of the flows (missing by sequence numbers: 1)"},
        {{.through = 1000, .not_wanted = 900}, false, false, "left out by the archive's policy: 900"},
        {{.through = 1000, .not_wanted = 900, .sampled = true},
         false,
         false,
         "left out by the archive's policy: 900 (sums make up for those of samples)"},
        {{.through = 1000, .not_wanted = 900, .of_some_sources = true},
         false,
         false,
         "left out by the archive's policy, of all sources: 900"},
        {{.segments_expired = 1, .through = 100, .off = 100},
         true,
         false,
         "partial: yes (segments expired meanwhile: 1); 0.00% of the flows (came while nothing was archived: 100)"},
    };
    for (const Case& c : all) {
        EXPECT_EQ(c.coverage.partial(), c.partial) << c.text;
        EXPECT_EQ(c.coverage.complete(), c.complete) << c.text;
        EXPECT_EQ(c.coverage.text(), c.text);
        EXPECT_EQ(c.coverage.json()["partial"], c.partial);
        EXPECT_EQ(c.coverage.json()["text"], c.text);
    }
}

// Ten minutes: in each five 100 flows of two exporters, of which the second one misses some.
class Books : public testing::Test {
  protected:
    static constexpr std::uint32_t kStart_s = 1'768'477'800;
    void SetUp() override {
        store::Options options;
        options.directory = directory_.path().string();
        options.replay = true;
        auto store = store::Store::open(std::move(options));
        ASSERT_TRUE(store.has_value()) << store.error().text();
        ASSERT_TRUE((*store)->source_ids(std::vector<std::string>{"edge", "peer"}).has_value());
        for (std::uint32_t source = 0; source < 2; ++source) {
            flow::ExporterKey key;
            key.address = flow::IpAddress::v4(0xc0000201 + source);
            key.source_id = source;
            ASSERT_EQ(exporters_.find_or_add(key), source);
        }
        (*store)->attach(exporters_);
        (*store)->add_lane(lane_);
        for (std::uint32_t book = 0; book < 2; ++book) ASSERT_TRUE(lane_.push(count(book)));
        ASSERT_TRUE((*store)->start().has_value());
        ASSERT_TRUE((*store)->stop().has_value());
        store->reset();
        auto reader = store::Reader::open(directory_.path().string());
        ASSERT_TRUE(reader.has_value()) << reader.error().text();
        reader_ = std::make_unique<store::Reader>(*std::move(reader));
    }
    flow::Tally* count(std::uint32_t book) {
        tallies_.push_back(std::make_unique<flow::Tally>(map_, home_));
        flow::Tally& tally = *tallies_.back();
        tally.bucket_s = kStart_s + book * store::kBookSeconds;
        tally.last_ms = tally.bucket_s * 1000ull + 5;
        tally.ledger[flow::Counter::flows_through] = 200;
        tally.ledger[flow::Counter::archive_shed_disk] = book * 30;
        for (std::uint32_t exporter = 0; exporter < 2; ++exporter) {
            flow::ExporterCounts& counts = tally.exporter(exporter);
            counts.datagrams = 10;
            counts.flows = counts.flows_through = 100;
            counts.lost = counts.lost_datagrams = exporter * 7;
        }
        return &tally;
    }
    Coverage covered(std::vector<std::uint32_t> sources, store::query::Window window) const {
        Selection selection;
        selection.source_ids = std::move(sources);
        store::SegmentEntry entry;
        entry.rows = 1;
        entry.received_from_ms = entry.first_ms = kStart_s * 1000ull;
        entry.received_to_ms = entry.last_ms = kStart_s * 1000ull + 599'000;
        selection.segments.push_back({.entry = entry, .path = {}, .source = 0});
        Coverage coverage;
        EXPECT_TRUE(add_books(*reader_, selection, window, kStart_s + 600, coverage).has_value());
        return coverage;
    }

    control::TemporaryDirectory directory_;
    flow::ExporterTable exporters_;
    flow::SeriesMap map_;
    flow::SpscRing<flow::Tally*> lane_{8}, home_{8};
    std::vector<std::unique_ptr<flow::Tally>> tallies_;
    std::unique_ptr<store::Reader> reader_;
};

TEST_F(Books, TellWhatTheArchiveLacks) {
    const Coverage all = covered({}, {});
    EXPECT_TRUE(all.known);
    EXPECT_EQ(all.through, 400u);
    EXPECT_EQ(all.shed_disk, 30u);
    EXPECT_EQ(all.missing, 14u);
    EXPECT_FALSE(all.complete());
    EXPECT_FALSE(all.partial());
    // The exporter of `edge` misses nothing.
    EXPECT_EQ(covered({0}, {}).missing, 0u);
    EXPECT_EQ(covered({1}, {}).missing, 14u);
}

TEST_F(Books, OfAWindowThatNoSegmentHasAreThoseOfItsTime) {
    // Flows of long ago, as nfreplay brings them: books of now say nothing of them.
    const Coverage before = covered({}, {1000, 2000});
    EXPECT_EQ(before.through, 0u);
    EXPECT_TRUE(before.complete());
}

}  // namespace
}  // namespace query
