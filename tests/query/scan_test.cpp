// SPDX-License-Identifier: Apache-2.0
#include "store/query/scan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/query/archive_rig.hpp"
#include "tests/support/filter_batch.hpp"
#include "tests/support/random_filter.hpp"
#include "tests/support/random_rows.hpp"

namespace {

using namespace query_test;
using filters::Keep;
using filters::language::Missing;
using store::SegmentKey;
using store::query::EndedBy;
using store::query::Options;
using store::query::Report;
using store::query::SegmentChoice;
using store::query::Window;

constexpr std::uint16_t kSources = 3;

std::unique_ptr<const filters::Program> compiled(const std::string& filter, const filters::Environment& environment) {
    const filters::ChannelSpec channel{.filter = filter};
    auto program = filters::Program::compile(std::span(&channel, 1), environment, Keep::outline);
    EXPECT_TRUE(program) << filter << ": " << program.error().text();
    return program ? std::move(*program) : nullptr;
}

std::vector<RowPlace> places_of(const Report& report) {
    std::vector<RowPlace> out;
    for (const auto& sink : report.sinks) {
        const auto& places = dynamic_cast<const RowSink&>(*sink).places;
        out.insert(out.end(), places.begin(), places.end());
    }
    return out;
}

// Slots of several sources, segments and blocks, and what a filter takes of them by looking at every row.
class ScanOfRandomRows : public testing::TestWithParam<Missing> {
  protected:
    ScanOfRandomRows() : rig_(exporters_) {
        support::add_random_exporters(exporters_, 3, 12);
        environment_ = filters::Environment::with_sources(kSources);
        environment_.missing = GetParam();
        environment_.exporters = &exporters_;
        world_ = {.missing = GetParam(), .sources = environment_.sources, .exporters = &exporters_};
        support::Draw draw(11);
        for (std::uint32_t slot = 0; slot < 3; ++slot) {
            for (std::uint16_t source = 0; source < kSources; ++source) write_slot(draw, slot, source);
        }
    }

    void write_slot(support::Draw& draw, std::uint32_t slot, std::uint16_t source) {
        std::uint64_t block = slots_++ << 24;
        for (std::uint16_t part = 0; part < 1 + draw.below(2); ++part) {
            std::vector<ArchiveRig::Block> blocks;
            for (std::uint32_t n = 0; n < 1 + draw.below(3); ++n) blocks.push_back(make_block(draw, source, block++));
            segments_.push_back(rig_.write({1'700'000'000 + slot * 300, source, 0, part}, source, blocks));
        }
    }
    // Now and then one of several pages.
    ArchiveRig::Block make_block(support::Draw& draw, std::uint16_t source, std::uint64_t number) {
        ArchiveRig::Block out;
        std::uint32_t first = 0;
        const std::uint32_t batches = draw.one_in(8) ? 3 : 1;
        for (std::uint32_t n = 0; n < batches; ++n) {
            auto& batch = batches_.emplace_back(std::make_unique<support::FilterBatch>());
            rows_.add(**batch, 1 + draw.below(batches == 1 ? 300 : flow::kBatchRows));
            for (std::uint32_t row = 0; row < (*batch)->rows; ++row) {
                (*batch)->source[row] = source;
                (*batch)->exporter[row] %= exporters_.size();
            }
            if (draw.one_in(3)) make_alike(draw, **batch);
            out.push_back(&**batch);
            places_.push_back({number, first});
            first += (*batch)->rows;
        }
        return out;
    }

    // As most columns of real blocks: one value for all rows, which have what the first has.
    static void make_alike(support::Draw& draw, flow::FlowBatch& batch) {
        const auto alike = [&](flow::Column column, auto& values) {
            const bool rare = static_cast<std::size_t>(column) >= flow::kCommonColumns;
            const bool here = flow::present_bit(column) == 0 || batch.has(0, column);
            if (rare ? !here : here && draw.one_in(3)) return;
            for (std::uint32_t row = 1; row < batch.rows; ++row) values[row] = values[0];
        };
#define X(name, type, what) alike(flow::Column::name, batch.name);
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        for (std::uint32_t row = 1; row < batch.rows; ++row) batch.present[row] = batch.present[0];
        batch.present_any = batch.present[0];
    }

    std::vector<RowPlace> expected(const filters::Program& program, const Window& window) {
        const auto matcher = filters::Matcher::make(program).value();
        std::vector<RowPlace> out;
        for (std::size_t i = 0; i < batches_.size(); ++i) {
            const flow::FlowBatch& batch = **batches_[i];
            const auto found = matcher->match(batch);
            for (std::uint32_t row = 0; row < batch.rows && !found.empty(); ++row) {
                if ((found.front().rows[row / 64] >> (row % 64) & 1) == 0) continue;
                if (!window.holds(batch.first_ms[row]) || !window.holds(batch.last_ms[row])) continue;
                out.push_back({places_[i].block, places_[i].row + row});
            }
        }
        return out;
    }

    Options options(const filters::Program& program) {
        Options out;
        out.segments = segments_;
        out.program = &program;
        out.columns = {flow::Column::dst_port};
        out.exporters = &exporters_;
        out.make_sink = [](std::size_t) { return std::make_unique<RowSink>(); };
        return out;
    }
    std::uint64_t rows() const {
        std::uint64_t sum = 0;
        for (const SegmentChoice& choice : segments_) sum += choice.entry.rows;
        return sum;
    }

    void compare(const std::string& filter, std::uint64_t seed) {
        support::Draw draw(seed);
        const auto program = compiled(filter, environment_);
        ASSERT_NE(program, nullptr);
        Options asked = options(*program);
        if (draw.one_in(2)) {
            const flow::FlowBatch& batch = **batches_[draw.below(batches_.size())];
            asked.window.from_ms = batch.first_ms[0];
            if (draw.one_in(2)) asked.window.to_ms = batch.last_ms[0];
        }
        asked.threads = 1 + draw.below(3);
        asked.ordered = draw.one_in(2);
        if (draw.one_in(4)) {
            asked.columns = flow::ColumnSet::all();
            asked.make_sink = [this](std::size_t) {
                return std::make_unique<RowSink>([this](const RowPlace& place, const flow::FlowBatch& batch,
                                                        std::uint32_t row) { check_row(place, batch, row); });
            };
        }
        const auto report = store::query::scan(asked);
        ASSERT_TRUE(report) << report.error().text();
        auto wanted = expected(*program, asked.window);
        auto came = places_of(*report);
        if (!asked.ordered) std::ranges::sort(came);
        ASSERT_EQ(came, wanted) << filter << ", seed " << seed;
        EXPECT_EQ(report->rows_passed, wanted.size());
        EXPECT_EQ(report->rows + report->rows_skipped, rows()) << filter;
        EXPECT_EQ(report->ended_by, EndedBy::all_read);
        EXPECT_EQ(report->blocks_damaged, 0u) << (report->notes.empty() ? "" : report->notes.front());
        skipped_ += report->blocks - report->blocks_read;
        read_ += report->blocks_read;
    }
    // All columns that the row has are as they were; the common ones in any case.
    void check_row(const RowPlace& place, const flow::FlowBatch& came, std::uint32_t row) {
        const auto batch = std::ranges::upper_bound(places_, place) - places_.begin() - 1;
        const flow::FlowBatch& was = **batches_[static_cast<std::size_t>(batch)];
        const std::uint32_t was_row = place.row - places_[static_cast<std::size_t>(batch)].row;
        ASSERT_LT(was_row, was.rows);
        ASSERT_EQ(came.present[row], was.present[was_row]);
        const auto check = [&](flow::Column column, const auto& now, const auto& then) {
            const bool rare = static_cast<std::size_t>(column) >= flow::kCommonColumns;
            if (rare && !was.has(was_row, column)) return;
            EXPECT_TRUE(same(came, now[row], was, then[was_row])) << flow::column_name(column) << " of row " << was_row;
        };
#define X(name, type, what) check(flow::Column::name, came.name, was.name);
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
    }
    template <class Value>
    static bool same(const flow::FlowBatch& batch, const Value& value, const flow::FlowBatch& other,
                     const Value& wanted) {
        if constexpr (std::is_same_v<Value, flow::Text>) {
            return batch.arena.view(value) == other.arena.view(wanted);
        } else if constexpr (std::is_same_v<Value, flow::MplsStack>) {
            return value.count == wanted.count && value.labels == wanted.labels;
        } else if constexpr (std::is_same_v<Value, flow::AclId>) {
            return value.acl == wanted.acl && value.ace == wanted.ace && value.xace == wanted.xace;
        } else {
            return value == wanted;
        }
    }

    flow::ExporterTable exporters_;
    filters::Environment environment_;
    support::FilterWorld world_;
    ArchiveRig rig_;
    support::RandomRows rows_{5, exporters_, kSources};
    std::vector<std::unique_ptr<support::FilterBatch>> batches_;
    std::vector<RowPlace> places_;  // of the first row of each
    std::uint64_t slots_ = 0;
    std::vector<SegmentChoice> segments_;
    std::uint64_t skipped_ = 0, read_ = 0;
};

TEST_P(ScanOfRandomRows, TakesWhatTheFilterTakes) {
    support::FilterBatch sample;
    support::RandomRows(1, exporters_, kSources).add(*sample, 64);
    support::RandomFilter filters(2, *sample, world_);
    std::uint64_t seed = 10;
    for (const auto& field : filters::language::fields()) {
        if (!support::RandomFilter::can_ask(field, world_) || field.name() == "count" || HasFatalFailure()) continue;
        compare(filters.test(field), ++seed);
    }
    for (int n = 0; n < 150 && !HasFatalFailure(); ++n) {
        const std::string filter = filters.filter(3);
        if (filter.find("count") == std::string::npos) compare(filter, ++seed);
    }
    compare("any", ++seed);
    compare("not any", ++seed);
    EXPECT_GT(skipped_, read_ / 50);
}

TEST_P(ScanOfRandomRows, CountsRowsOneAfterTheOther) {
    for (const char* filter : {"count < 10", "not count < 1000", "count > 20 and count < 300"}) {
        const auto program = compiled(filter, environment_);
        Options asked = options(*program);
        asked.threads = 3;
        const auto report = store::query::scan(asked);
        ASSERT_TRUE(report);
        EXPECT_EQ(places_of(*report), expected(*program, {})) << filter;
        EXPECT_EQ(report->sinks.size(), 1u);
    }
}

TEST_P(ScanOfRandomRows, FirstRowsComeInOrder) {
    const auto program = compiled("any", environment_);
    const auto all = expected(*program, {});
    for (const std::uint64_t limit : {1ull, 63ull, 64ull, 65ull, 500ull, 100000ull}) {
        for (const std::size_t threads : {1u, 3u}) {
            Options asked = options(*program);
            asked.threads = threads;
            asked.limits.rows = limit;
            const auto report = store::query::scan(asked);
            ASSERT_TRUE(report);
            const auto count = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(limit, all.size()));
            EXPECT_EQ(places_of(*report), std::vector<RowPlace>(all.begin(), all.begin() + count));
            EXPECT_EQ(report->ended_by, limit < all.size() ? EndedBy::enough : EndedBy::all_read);
            EXPECT_EQ(report->rows_passed, static_cast<std::uint64_t>(count));
        }
    }
}

TEST_P(ScanOfRandomRows, EndsWhenASinkHasEnough) {
    const auto program = compiled("any", environment_);
    Options asked = options(*program);
    asked.make_sink = [](std::size_t) {
        auto sink = std::make_unique<RowSink>();
        sink->enough = 1;
        return sink;
    };
    const auto report = store::query::scan(asked);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->ended_by, EndedBy::enough);
    EXPECT_EQ(report->blocks_read, 1u);
}

TEST_P(ScanOfRandomRows, CancelledBeforeItBegan) {
    const std::atomic<bool> cancelled{true};
    const auto program = compiled("any", environment_);
    Options asked = options(*program);
    asked.cancelled = &cancelled;
    const auto report = store::query::scan(asked);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->ended_by, EndedBy::cancelled);
    EXPECT_EQ(report->rows_passed, 0u);
}

TEST_P(ScanOfRandomRows, DamagedBlocksAreCountedAndTheOthersCome) {
    const auto program = compiled("any", environment_);
    // In the middle of the last block of a segment: a column or a filter that nobody asks for would not be noticed.
    const SegmentChoice& segment = segments_.front();
    {
        std::fstream file(segment.path, std::ios::in | std::ios::out | std::ios::binary);
        const std::vector<char> junk(64, 0x55);
        for (std::uint64_t at = 200; at + 64 < segment.entry.bytes; at += 128) {
            file.seekp(static_cast<std::streamoff>(at));
            file.write(junk.data(), static_cast<std::streamsize>(junk.size()));
        }
    }
    const auto report = store::query::scan(options(*program));
    ASSERT_TRUE(report);
    EXPECT_GT(report->blocks_damaged, 0u);
    EXPECT_FALSE(report->notes.empty());
    const auto all = expected(*program, {});
    EXPECT_EQ(report->rows_passed, all.size() - segment.entry.rows);
}

// By a failing disk, or by hand, after it was mapped.
TEST_P(ScanOfRandomRows, CutShortWhileItReads) {
    class Cutter final : public store::query::Sink {
      public:
        explicit Cutter(std::string path) : path_(std::move(path)) {}
        bool take(const flow::FlowBatch&, const std::uint64_t*, std::uint32_t count, store::archive::BlockReader&,
                  std::uint32_t) override {
            if (rows == 0) std::filesystem::resize_file(path_, 0);
            rows += count;
            return true;
        }
        std::uint64_t rows = 0;

      private:
        std::string path_;
    };
    // The second segment of a slot is mapped with the first.
    std::size_t second = 1;
    while (segments_[second].entry.key.part == 0) ++second;
    Options asked;
    asked.segments = {segments_[second - 1], segments_[second]};
    asked.exporters = &exporters_;
    asked.columns = flow::ColumnSet::all();
    asked.make_sink = [&](std::size_t) { return std::make_unique<Cutter>(segments_[second].path); };
    const auto report = store::query::scan(asked);
    ASSERT_TRUE(report);
    EXPECT_EQ(dynamic_cast<const Cutter&>(*report->sinks.front()).rows, segments_[second - 1].entry.rows);
    EXPECT_EQ(report->blocks_damaged, segments_[second].entry.blocks);
}

TEST_P(ScanOfRandomRows, FilesThatAreGone) {
    const auto program = compiled("any", environment_);
    // Gone for good.
    std::filesystem::remove(segments_.back().path);
    auto report = store::query::scan(options(*program));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->segments_expired, 1u);
    EXPECT_EQ(report->rows_passed, rows() - segments_.back().entry.rows);
    // The catalogue agrees.
    Options asked = options(*program);
    const SegmentKey gone = segments_.back().entry.key;
    std::vector<SegmentChoice> left;
    for (const SegmentChoice& choice : segments_) {
        const SegmentKey& key = choice.entry.key;
        if (key.slot_s == gone.slot_s && key.source_id == gone.source_id && key != gone) left.push_back(choice);
    }
    std::vector<SegmentKey> asked_for;
    asked.refresh = [&](const SegmentKey& key) {
        asked_for.push_back(key);
        return left;
    };
    report = store::query::scan(asked);
    ASSERT_TRUE(report);
    EXPECT_EQ(asked_for.size(), 1u);
    EXPECT_EQ(report->segments_expired, 1u);
    EXPECT_EQ(report->rows_passed, rows() - segments_.back().entry.rows);
}

TEST_P(ScanOfRandomRows, MergedWhileItReads) {
    const auto program = compiled("any", environment_);
    // All segments of the first slot and source become one.
    const SegmentKey first = segments_.front().entry.key;
    std::vector<ArchiveRig::Block> blocks;
    for (std::size_t i = 0; i < batches_.size() && places_[i].block >> 24 == 0; ++i) {
        if (places_[i].row == 0) blocks.emplace_back();
        blocks.back().push_back(&**batches_[i]);
    }
    const auto merged = rig_.write({first.slot_s, first.source_id, store::kMergedWriter, 0}, 0, blocks);
    for (const SegmentChoice& choice : segments_) {
        const SegmentKey& key = choice.entry.key;
        if (key.slot_s == first.slot_s && key.source_id == first.source_id) {
            std::filesystem::remove(choice.path);
            break;  // the others are still there
        }
    }
    Options asked = options(*program);
    int late = 2;  // the catalogue is behind the files at first
    asked.refresh = [&](const SegmentKey& key) {
        std::vector<SegmentChoice> out;
        if (late-- > 0) {
            for (const SegmentChoice& choice : segments_) {
                if (choice.entry.key.slot_s == key.slot_s && choice.entry.key.source_id == key.source_id) {
                    out.push_back(choice);
                }
            }
        } else {
            out.push_back(merged);
        }
        return out;
    };
    const auto report = store::query::scan(asked);
    ASSERT_TRUE(report);
    EXPECT_EQ(places_of(*report), expected(*program, {}));
    EXPECT_EQ(report->segments_expired, 0u);
}

TEST_P(ScanOfRandomRows, WholeBlocksNeedNotBeRead) {
    class Whole final : public store::query::Sink {
      public:
        bool take(const flow::FlowBatch&, const std::uint64_t*, std::uint32_t, store::archive::BlockReader&,
                  std::uint32_t) override {
            ADD_FAILURE() << "a block was read";
            return true;
        }
        bool take_whole(const store::archive::BlockReader& block) override {
            rows += block.sums().rows;
            return true;
        }
        std::uint64_t rows = 0;
    };
    for (const bool ordered : {false, true}) {
        Options asked;
        asked.segments = segments_;
        asked.exporters = &exporters_;
        asked.ordered = ordered;
        asked.make_sink = [](std::size_t) { return std::make_unique<Whole>(); };
        const auto report = store::query::scan(asked);
        ASSERT_TRUE(report);
        EXPECT_EQ(dynamic_cast<const Whole&>(*report->sinks.front()).rows, rows());
        EXPECT_EQ(report->bytes_read, 0u);
        EXPECT_EQ(report->blocks_whole, report->blocks);
        EXPECT_EQ(report->rows_passed, rows());
    }
}

TEST_P(ScanOfRandomRows, OtherSourcesAreNotOpened) {
    const auto program = compiled("ident 1 and src port > 0", environment_);
    const auto report = store::query::scan(options(*program));
    ASSERT_TRUE(report);
    std::uint64_t others = 0;
    for (const SegmentChoice& choice : segments_) others += choice.source != 1 ? 1 : 0;
    EXPECT_EQ(report->segments_skipped, others);
    EXPECT_EQ(report->segments, segments_.size());
}

INSTANTIATE_TEST_SUITE_P(BothRules, ScanOfRandomRows, testing::Values(Missing::no_match, Missing::zero),
                         [](const auto& rule) { return rule.param == Missing::zero ? "Zero" : "NoMatch"; });

TEST(Scan, NeedsASinkAndExporters) {
    EXPECT_FALSE(store::query::scan({}));
}

}  // namespace
