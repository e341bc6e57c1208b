// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>
#include <type_traits>

#include "filters/program/tables.hpp"

namespace filters::program {

namespace {

using flow::Column;
using language::Net;
using language::Range;

constexpr std::size_t kByteValues = 256;
// More stretches than this are cheaper in a table, however wide they are together.
constexpr std::size_t kMostScanRanges = 4;

// Whether a column's numbers have 8 bits; the others the language knows have 16.
constexpr bool is_byte(Column column) noexcept {
    switch (column) {
#define X(name, type, what) \
    case Column::name:      \
        return std::is_same_v<type, std::uint8_t>;
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case Column::count_:
            break;
    }
    return false;
}

bool is_wide(std::span<const Range> ranges) {
    std::uint64_t values = 0;
    for (const Range& range : ranges) values += range.high - range.low + 1;
    return values >= RangeScan::kWide && ranges.size() <= kMostScanRanges;
}

// Everything the predicates ask, by column.
struct Feeds {
    std::map<Column, NumberFeeds> numbers;
    std::map<Column, std::vector<Net>> holed;
    std::map<Column, NetFeeds> nets;
    std::map<Column, std::vector<text::PatternDb::Entry>> texts;
};

void collect_numbers(PredicateId id, const NumberFeed& feed, Feeds& feeds, Tables& tables) {
    const bool scannable = !is_byte(feed.column) && feed.column != Column::source;
    if (!scannable || !is_wide(feed.ranges)) {
        feeds.numbers[feed.column].emplace_back(id, feed.ranges);
        return;
    }
    for (const Range& range : feed.ranges) {
        tables.scans.push_back(
            {feed.column, static_cast<std::uint16_t>(range.low), static_cast<std::uint16_t>(range.high), id});
    }
}

// Masks with holes stand first in no order, so they are split off; prefixes stay together as one span where
// they can.
void collect_nets(PredicateId id, const NetFeed& feed, Feeds& feeds, Tables& tables) {
    const auto has_hole = [](const Net& net) { return net.prefix_bits() < 0; };
    for (std::size_t i = 0; i < feed.nets.size();) {
        const Net& net = feed.nets[i];
        std::size_t end = i + 1;
        if (has_hole(net)) {
            const auto mask = static_cast<std::uint32_t>(net.mask.low());
            tables.masks.push_back({feed.column, net.address.as_v4(), mask, id});
        } else {
            while (end < feed.nets.size() && !has_hole(feed.nets[end])) ++end;
            feeds.nets[feed.column].emplace_back(id, std::span(feed.nets).subspan(i, end - i));
        }
        i = end;
    }
}

Feeds collect(const PredicateSet& predicates, Tables& tables) {
    Feeds feeds;
    for (PredicateId id = 0; id < predicates.size(); ++id) {
        const Predicate& predicate = predicates[id];
        for (const NumberFeed& feed : predicate.numbers) collect_numbers(id, feed, feeds, tables);
        for (const NetFeed& feed : predicate.nets) collect_nets(id, feed, feeds, tables);
        for (const TextFeed& feed : predicate.texts) feeds.texts[feed.column].push_back({feed.pattern, id});
    }
    return feeds;
}

template <class Table>
void share(std::vector<Shared<Table>>& list, Table table) {
    const auto column = table.column;
    const auto same =
        std::find_if(list.begin(), list.end(), [&](const auto& s) { return s.table.answers_like(table); });
    if (same != list.end()) {
        same->columns.push_back(column);
    } else {
        list.push_back({std::move(table), {column}});
    }
}

template <class Table>
std::string columns_of(const Shared<Table>& shared) {
    std::string out;
    for (const Column column : shared.columns) out += (out.empty() ? "" : "+") + std::string(flow::column_name(column));
    return out;
}

void describe(Tables& tables) {
    std::vector<std::string>& out = tables.figures.indexes;
    for (const auto& shared : tables.values) out.push_back(columns_of(shared) + " table");
    for (const ByteTable& table : tables.bytes) out.push_back(std::string(flow::column_name(table.column)) + " blocks");
    if (!tables.scans.empty()) out.push_back(std::to_string(tables.scans.size()) + " range compares");
    for (const auto& shared : tables.prefixes) out.push_back(columns_of(shared) + " prefixes");
    if (!tables.masks.empty()) out.push_back(std::to_string(tables.masks.size()) + " mask compares");
    for (const TextIndex& index : tables.texts)
        out.push_back(std::string(flow::column_name(index.column)) + " patterns");
}

}  // namespace

flow::Result<void> build_indexes(const PredicateSet& predicates, std::uint16_t source_count, Tables& tables) {
    const Feeds feeds = collect(predicates, tables);
    for (const auto& [column, feed] : feeds.numbers) {
        if (column == Column::source) {
            tables.bytes.push_back(ByteTable::build(column, feed, source_count));
        } else if (is_byte(column)) {
            tables.bytes.push_back(ByteTable::build(column, feed, kByteValues));
        } else {
            auto table = ValueTable::build(column, feed);
            if (!table) return flow::pass(table);
            share(tables.values, std::move(*table));
        }
    }
    for (const auto& [column, feed] : feeds.nets) share(tables.prefixes, PrefixTable::build(column, feed));
    for (const auto& [column, entries] : feeds.texts) {
        auto db = text::PatternDb::compile(entries);
        if (!db) return flow::pass(db);
        tables.figures.text_patterns += entries.size();
        tables.texts.push_back({column, std::move(*db)});
    }
    tables.predicates = static_cast<std::uint32_t>(predicates.size());
    describe(tables);
    return {};
}

}  // namespace filters::program
