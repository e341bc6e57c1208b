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
using language::Subject;

constexpr std::size_t kByteValues = 256;
// More stretches than this are cheaper in a table, however wide they are together.
constexpr std::size_t kMostScanRanges = 4;

// Whether a column's numbers have 8 bits; the others the language knows have 16.
constexpr bool is_byte(Subject subject) noexcept {
    switch (subject.column) {
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

// Everything the predicates ask, by subject.
struct Feeds {
    std::map<Subject, NumberFeeds> numbers;
    std::map<Subject, std::vector<Net>> holed;
    std::map<Subject, NetFeeds> nets;
};

void collect_numbers(PredicateId id, const NumberFeed& feed, Feeds& feeds, Tables& tables) {
    const bool scannable = !is_byte(feed.subject) && feed.subject != Subject(Column::source);
    if (!scannable || !is_wide(feed.ranges)) {
        feeds.numbers[feed.subject].emplace_back(id, feed.ranges);
        return;
    }
    for (const Range& range : feed.ranges) {
        tables.scans.push_back(
            {feed.subject, static_cast<std::uint16_t>(range.low), static_cast<std::uint16_t>(range.high), id});
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
            tables.masks.push_back({feed.subject, net.address.as_v4(), mask, id});
        } else {
            while (end < feed.nets.size() && !has_hole(feed.nets[end])) ++end;
            feeds.nets[feed.subject].emplace_back(id, std::span(feed.nets).subspan(i, end - i));
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
    }
    return feeds;
}

template <class Table>
void share(std::vector<Shared<Table>>& list, Table table) {
    const auto subject = table.subject;
    const auto same =
        std::find_if(list.begin(), list.end(), [&](const auto& s) { return s.table.answers_like(table); });
    if (same != list.end()) {
        same->subjects.push_back(subject);
    } else {
        list.push_back({std::move(table), {subject}});
    }
}

template <class Table>
std::string subjects_of(const Shared<Table>& shared) {
    std::string out;
    for (const Subject subject : shared.subjects) out += (out.empty() ? "" : "+") + language::name_of(subject);
    return out;
}

void describe(Tables& tables) {
    std::vector<std::string>& out = tables.figures.indexes;
    for (const auto& shared : tables.values) out.push_back(subjects_of(shared) + " table");
    for (const ByteTable& table : tables.bytes) out.push_back(language::name_of(table.subject) + " blocks");
    if (!tables.scans.empty()) out.push_back(std::to_string(tables.scans.size()) + " range compares");
    for (const auto& shared : tables.prefixes) out.push_back(subjects_of(shared) + " prefixes");
    if (!tables.masks.empty()) out.push_back(std::to_string(tables.masks.size()) + " mask compares");
    for (const TextIndex& index : tables.texts) out.push_back(index.name() + " patterns");
}

}  // namespace

flow::Result<void> build_indexes(const PredicateSet& predicates, const Environment& environment, Tables& tables) {
    const Feeds feeds = collect(predicates, tables);
    for (const auto& [subject, feed] : feeds.numbers) {
        if (subject == Subject(Column::source)) {
            tables.bytes.push_back(ByteTable::build(subject, feed, environment.sources.size()));
        } else if (is_byte(subject)) {
            tables.bytes.push_back(ByteTable::build(subject, feed, kByteValues));
        } else {
            auto table = ValueTable::build(subject, feed);
            if (!table) return flow::pass(table);
            share(tables.values, std::move(*table));
        }
    }
    for (const auto& [subject, feed] : feeds.nets) share(tables.prefixes, PrefixTable::build(subject, feed));
    auto texts = build_texts(predicates, environment);
    if (!texts) return flow::pass(texts);
    tables.texts = std::move(*texts);
    for (const TextIndex& index : tables.texts) tables.figures.text_patterns += index.table.patterns();
    tables.predicates = static_cast<std::uint32_t>(predicates.size());
    describe(tables);
    return {};
}

}  // namespace filters::program
