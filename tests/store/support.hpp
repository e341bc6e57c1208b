// SPDX-License-Identifier: Apache-2.0
// What the store's tests share: a directory that goes away, tallies to feed, and a model to compare with.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "store/reader.hpp"
#include "store/series/engine.hpp"
#include "store/series/values.hpp"
#include "store/store.hpp"
#include "tests/support/temp_dir.hpp"

namespace store::test {

using support::TempDir;

// Small enough for sanitizers, which keep a shadow of the whole map.
inline constexpr std::uint64_t kTestMapBytes = 1ull << 30;

inline Options options(const TempDir& dir) {
    Options o;
    o.directory = dir.path();
    o.map_bytes = kTestMapBytes;
    return o;
}

// Names series 0 ... count-1, as control does before it makes tallies for them.
inline void name_series(Engine& engine, std::uint32_t count) {
    Inbox inbox;
    for (std::uint32_t id = 0; id < count; ++id) {
        inbox.series.push_back({id, "live", "channel" + std::to_string(id), "source", {{1, "any"}}});
    }
    engine.absorb(std::move(inbox));
}

// Exporters 0 ... n-1, so that their totals can be stored.
inline void add_exporters(flow::ExporterTable& table, std::uint32_t n) {
    for (std::uint32_t i = 0; i < n; ++i) {
        ASSERT_TRUE(table.find_or_add({.address = flow::IpAddress::v4(0x0a000000 + i)}));
    }
}

// The books of each exporter added up are its totals, those of the ledger the ledger.
inline void expect_books_add_up(const Reader& reader) {
    const auto exporters = reader.exporters();
    const auto ledgers = reader.ledger_books(0, ~0u);
    ASSERT_TRUE(exporters && ledgers);
    std::vector<flow::ExporterCounts> sums(exporters->size());
    const auto read = reader.visit_books(0, ~0u, {}, [&](const Book& b) { sums.at(b.exporter).add(b.counts); });
    ASSERT_TRUE(read) << read.error().message;
    for (const StoredExporter& e : *exporters) {
#define X(name, text) ASSERT_EQ(sums[e.id].name, e.counts.name) << #name << " of exporter " << e.id;
        FLOW_EXPORTER_COUNTS(X)
#undef X
    }
    flow::Ledger ledger;
    for (const LedgerBook& b : *ledgers) ledger.add(b.ledger);
    ASSERT_EQ(ledger.values, reader.ledger()->values);
}

// Values of series 0 ... n-1, as a core would count them.
class Feeder {
  public:
    explicit Feeder(std::uint32_t series) : map_(make_map(series)), home_(64), tally_(map_, home_) {}

    void add(std::uint32_t series, std::uint32_t traffic_class, const flow::Cell& cell) {
        tally_.add(series * flow::kClasses + traffic_class, cell.flows, cell.packets, cell.bytes);
    }
    flow::Tally& tally() { return tally_; }
    void feed(Engine& engine, std::uint32_t bucket_s) {
        tally_.bucket_s = bucket_s;
        engine.absorb(tally_);
        tally_.clear();
    }
    static flow::SeriesMap make_map(std::uint32_t series) {
        flow::SeriesMap map;
        map.generation = 1;
        for (std::uint32_t i = 0; i < series; ++i) {
            map.channel_base.push_back(i);
            map.series_id.push_back(i);
        }
        map.channel_rank.resize(series);
        return map;
    }

  private:
    flow::SeriesMap map_;
    flow::SpscRing<flow::Tally*> home_;
    flow::Tally tally_;
};

// Brute force: every 10-s value, and what any resolution makes of them.
class Model {
  public:
    void add(std::uint32_t series, std::uint32_t bucket_s, std::uint32_t traffic_class, const flow::Cell& cell) {
        Sums sums{};
        sums[traffic_class] = cell;
        store::add(values_[series][bucket_s], sums);
    }
    // The points that Reader::series() must give for one series.
    [[nodiscard]] std::vector<Point> points(std::uint32_t series, std::uint32_t from_s, std::uint32_t to_s,
                                            std::uint32_t step_s) const {
        std::vector<Point> all;
        for (std::uint64_t s = from_s - from_s % step_s; s < to_s; s += step_s) {
            all.emplace_back().start_s = static_cast<std::uint32_t>(s);
        }
        const auto found = values_.find(series);
        if (found == values_.end() || all.empty()) return all;
        std::map<std::uint32_t, Sums> five_minutes;
        const std::uint64_t end_s = all.back().start_s + std::uint64_t{step_s};
        for (auto at = found->second.lower_bound(all.front().start_s); at != found->second.end() && at->first < end_s;
             ++at) {
            Point& p = all[(at->first - all.front().start_s) / step_s];
            p.present = true;
            store::add(p.sum, at->second);
            if (step_s > 300) store::add(five_minutes[at->first - at->first % 300], at->second);
        }
        for (const auto& [s, sums] : five_minutes) raise(all[(s - all.front().start_s) / step_s].max, sums);
        for (Point& p : all) {
            if (step_s <= 300) p.max = p.sum;
        }
        return all;
    }

  private:
    std::map<std::uint32_t, std::map<std::uint32_t, Sums>> values_;
};

inline bool equal(const Sums& a, const Sums& b) {
    for (std::size_t c = 0; c < a.size(); ++c) {
        if (a[c].flows != b[c].flows || a[c].packets != b[c].packets || a[c].bytes != b[c].bytes) return false;
    }
    return true;
}

// Compares a series with the model in all resolutions.
inline void expect_as_model(const Reader& reader, const Model& model, std::uint32_t series, std::uint32_t from_s,
                            std::uint32_t to_s) {
    for (const Resolution& r : kResolutions) {
        const std::uint32_t ids[] = {series};
        const auto stored = reader.series(ids, from_s, to_s, r.step_s);
        ASSERT_TRUE(stored) << stored.error().message;
        const auto wanted = model.points(series, from_s, to_s, r.step_s);
        ASSERT_EQ(stored->size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const Point &is = (*stored)[i], &should = wanted[i];
            ASSERT_EQ(is.start_s, should.start_s);
            ASSERT_EQ(is.present, should.present) << "series " << series << ", " << r.step_s << " s, at " << is.start_s;
            ASSERT_TRUE(equal(is.sum, should.sum))
                << "sum of series " << series << ", " << r.step_s << " s, at " << is.start_s << ": flows "
                << is.sum[0].flows << " != " << should.sum[0].flows;
            ASSERT_TRUE(equal(is.max, should.max))
                << "max of series " << series << ", " << r.step_s << " s, at " << is.start_s << ": flows "
                << is.max[0].flows << " != " << should.max[0].flows;
        }
    }
}

}  // namespace store::test
