// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "filters/program/tables.hpp"

namespace filters::program {

namespace {

using flow::Column;
using language::Net;
using language::Range;
using language::Subject;

constexpr std::size_t kByteValues = 256;
// So few ranges of a column are compared one by one, however narrow they are.
constexpr std::size_t kFewCompares = 2;
// More wide ranges of a column than this stand on a ladder.
constexpr std::size_t kMostCompares = 16;
// More stretches than this are cheaper in a table, however wide they are together.
constexpr std::size_t kMostStretches = 4;

constexpr std::uint64_t largest(unsigned bytes) noexcept {
    return bytes == 8 ? ~0ull : (1ull << (8 * bytes)) - 1;
}

// Ranges of so many values give hits for so many rows that a compare of the whole column is cheaper. So do those without a
// lower or an upper limit, and where they are many they lie in each other: tables would hold them all for each value.
constexpr std::uint64_t wide_from(unsigned bytes) noexcept {
    return bytes == 1 ? 16 : 2048;
}

bool is_wide(std::span<const Range> ranges, unsigned bytes) {
    if (ranges.size() > kMostStretches) return false;
    return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
        const bool open = range.low != range.high && (range.low == 0 || range.high >= largest(bytes));
        return open || range.high - range.low >= wide_from(bytes) - 1;
    });
}

// The ranges as far as a column of `bytes` can hold them.
void add_clipped(std::vector<WideRange>& out, PredicateId id, std::span<const Range> ranges, unsigned bytes) {
    for (const Range& range : ranges) {
        if (range.low > largest(bytes)) continue;
        out.push_back({{range.low, std::min(range.high, largest(bytes))}, id});
    }
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

class Builder {
  public:
    Builder(const Environment& environment, Tables& tables) : environment_(environment), tables_(tables) {}

    void collect(PredicateId id, const Predicate& predicate) {
        for (const NumberFeed& feed : predicate.numbers) numbers_[feed.subject].emplace_back(id, feed.ranges);
        for (const NetFeed& feed : predicate.nets) collect_nets(id, feed);
    }

    flow::Result<void> build() {
        for (const auto& [subject, feeds] : numbers_) {
            auto built = is_of_exporter(subject) ? exporter_numbers(subject, feeds) : numbers(subject, feeds);
            if (!built) return built;
        }
        for (const auto& [subject, feeds] : nets_) {
            PrefixTable table = PrefixTable::build(subject, feeds);
            if (is_of_exporter(subject)) {
                tables_.exporters.addresses.push_back(std::move(table));
            } else {
                share(tables_.prefixes, std::move(table));
            }
        }
        return masks();
    }

  private:
    flow::Result<void> masks() {
        auto of_rows = MaskTable::build(masks_);
        if (!of_rows) return flow::pass(of_rows);
        auto of_exporters = MaskTable::build(exporter_masks_);
        if (!of_exporters) return flow::pass(of_exporters);
        tables_.masks = std::move(*of_rows);
        tables_.exporters.masks = std::move(*of_exporters);
        return {};
    }

    // Masks with holes stand first in no order, so they are split off; prefixes stay together as one span where
    // they can.
    void collect_nets(PredicateId id, const NetFeed& feed) {
        const auto has_hole = [](const Net& net) { return net.prefix_bits() < 0; };
        auto& masks = is_of_exporter(feed.subject) ? exporter_masks_ : masks_;
        for (std::size_t i = 0; i < feed.nets.size();) {
            const Net& net = feed.nets[i];
            std::size_t end = i + 1;
            if (has_hole(net)) {
                const auto mask = static_cast<std::uint32_t>(net.mask.low());
                masks.push_back({feed.subject, mask, net.address.as_v4(), id});
            } else {
                while (end < feed.nets.size() && !has_hole(feed.nets[end])) ++end;
                nets_[feed.subject].emplace_back(id, std::span(feed.nets).subspan(i, end - i));
            }
            i = end;
        }
    }

    flow::Result<void> exporter_numbers(Subject subject, const NumberFeeds& feeds) {
        auto table = WideTable::build(subject, feeds);
        if (!table) return flow::pass(table);
        tables_.exporters.numbers.push_back(std::move(*table));
        return {};
    }

    flow::Result<void> numbers(Subject subject, const NumberFeeds& feeds) {
        const unsigned bytes = bytes_of(subject);
        assert(bytes != 0);
        tables_.numbers.push_back(subject);
        std::size_t ranges = 0;
        for (const auto& feed : feeds) ranges += feed.second.size();
        std::vector<WideRange> wide;
        NumberFeeds narrow;
        for (const auto& [id, list] : feeds) {
            if (ranges <= kFewCompares || is_wide(list, bytes)) {
                add_clipped(wide, id, list, bytes);
            } else {
                narrow.emplace_back(id, list);
            }
        }
        if (wide.size() > kMostCompares) {
            auto ladder = Ladder::build(subject, wide);
            if (!ladder) return flow::pass(ladder);
            tables_.ladders.push_back(std::move(*ladder));
        } else if (!wide.empty()) {
            tables_.compares.push_back({subject, std::move(wide)});
        }
        return narrow.empty() ? flow::Result<void>{} : table(subject, bytes, narrow);
    }

    flow::Result<void> table(Subject subject, unsigned bytes, const NumberFeeds& feeds) {
        const bool is_source = subject == Subject(Column::source);
        if (bytes == 1 || is_source) {
            auto built = ByteTable::build(subject, feeds, is_source ? environment_.sources.size() : kByteValues);
            if (!built) return flow::pass(built);
            tables_.bytes.push_back(std::move(*built));
        } else if (bytes == 2) {
            if (auto built = ValueTable::build(subject, feeds)) {
                share(tables_.values, std::move(*built));
                return {};
            }
            // More sets than 16 bits number: those of this table have 32.
            auto built = ByteTable::build(subject, feeds, ValueTable::kValues);
            if (!built) return flow::pass(built);
            tables_.bytes.push_back(std::move(*built));
        } else {
            auto built = WideTable::build(subject, feeds);
            if (!built) return flow::pass(built);
            share(tables_.wides, std::move(*built));
        }
        return {};
    }

    const Environment& environment_;
    Tables& tables_;
    std::map<Subject, NumberFeeds> numbers_;
    std::map<Subject, NetFeeds> nets_;
    std::vector<MaskedNet> masks_;
    std::vector<MaskedNet> exporter_masks_;
};

}  // namespace

flow::Result<void> build_indexes(const PredicateSet& predicates, const Environment& environment, Tables& tables) {
    tables.predicates = static_cast<std::uint32_t>(predicates.size());
    tables.missing = environment.missing;
    tables.known_exporters = environment.exporters;
    Builder builder(environment, tables);
    for (PredicateId id = 0; id < predicates.size(); ++id) builder.collect(id, predicates[id]);
    if (auto built = builder.build(); !built) return built;
    auto texts = build_texts(predicates, environment);
    if (!texts) return flow::pass(texts);
    tables.texts = std::move(texts->indexes);
    tables.figures.pattern_cache_trouble = std::move(texts->cache_trouble);
    for (const TextIndex& index : tables.texts) tables.figures.text_patterns += index.table.patterns();
    return {};
}

}  // namespace filters::program
