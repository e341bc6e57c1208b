// SPDX-License-Identifier: Apache-2.0
#include "filters/program/number_index.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <string>

#include "filters/program/lanes.hpp"

namespace filters::program {

namespace {

constexpr std::uint64_t kAllValues = ~0ull;

// Calls visit(first, last, members) for each stretch of values, up to `most`, that the same predicates hold for. False:
// visit had enough.
template <class Visit>
bool sweep(const NumberFeeds& feeds, std::uint64_t most, Visit visit) {
    std::map<std::uint64_t, std::vector<std::pair<PredicateId, bool>>> changes;  // where predicates begin and end
    for (const auto& [predicate, ranges] : feeds) {
        for (const language::Range& range : ranges) {
            if (range.low > most) continue;
            changes[range.low].emplace_back(predicate, true);
            if (range.high < most) changes[range.high + 1].emplace_back(predicate, false);
        }
    }
    std::vector<PredicateId> members;
    for (auto at = changes.begin(); at != changes.end(); ++at) {
        for (const auto& [predicate, begins] : at->second) {
            const auto place = std::lower_bound(members.begin(), members.end(), predicate);
            if (begins) {
                members.insert(place, predicate);
            } else {
                members.erase(place);
            }
        }
        const auto next = std::next(at);
        const std::uint64_t last = next == changes.end() ? most : next->first - 1;
        if (!members.empty() && !visit(at->first, last, members)) return false;
    }
    return true;
}

tl::unexpected<flow::Error> too_many(language::Subject subject) {
    return flow::fail("the filters name more combinations of " + language::name_of(subject) +
                      " than a table holds; use fewer overlapping ranges or fewer channels");
}

std::size_t count_ranges(const NumberFeeds& feeds) {
    std::size_t ranges = 0;
    for (const auto& feed : feeds) ranges += feed.second.size();
    return ranges;
}

// Sets of the stretches, into `take(first, last, set)`, as long as they are not too many.
template <class Take>
flow::Result<Sets> build_sets(language::Subject subject, const NumberFeeds& feeds, std::uint64_t most,
                              std::size_t most_sets, Take take) {
    SetBuilder sets;
    std::size_t entries = 0;
    const bool fits = count_ranges(feeds) <= kMostTableEntries &&
                      sweep(feeds, most, [&](std::uint64_t first, std::uint64_t last, auto& members) {
                          entries += members.size();
                          const SetId set = sets.intern(members);
                          if (entries > kMostTableEntries || set >= most_sets) return false;
                          take(first, last, set);
                          return true;
                      });
    if (!fits) return too_many(subject);
    return sets.take();
}

// What holds for 0, in the rows that count as 0.
void mark_zero(const Sets& sets, SetId zero, const Input& input, Marks marks) noexcept {
    if (input.zero == nullptr) return;
    sets.each(sets.heads[zero], [&](PredicateId predicate) { marks.rows(predicate, input.zero); });
}

bool has_row(const std::uint64_t* rows, std::uint32_t row) noexcept {
    return (rows[row / 64] >> (row % 64) & 1) != 0;
}

std::uint64_t point_hash(std::uint64_t value) noexcept {
    const std::uint64_t h = value * 0x9e3779b97f4a7c15ull;
    return h ^ (h >> 32);
}

}  // namespace

flow::Result<ValueTable> ValueTable::build(language::Subject subject, const NumberFeeds& feeds) {
    ValueTable out{.subject = subject};
    out.set_of.assign(kValues, 0);
    auto sets =
        build_sets(subject, feeds, kValues - 1, kValues, [&](std::uint64_t first, std::uint64_t last, SetId set) {
            std::fill(out.set_of.begin() + static_cast<std::ptrdiff_t>(first),
                      out.set_of.begin() + static_cast<std::ptrdiff_t>(last + 1), static_cast<std::uint16_t>(set));
        });
    if (!sets) return flow::pass(sets);
    out.sets = std::move(*sets);
    return out;
}

void ValueTable::run(const Input& input, TableScratch& scratch, Marks marks) const noexcept {
    mark_zero(sets, set_of[0], input, marks);
    if (input.none) return;
    const auto* values = input.as<std::uint16_t>();
    const std::uint16_t* table = set_of.data();
    auto& hits = scratch.hits;
    std::size_t count = 0;
    // Without a branch a row: whether a port means something is a coin toss.
    for (std::uint32_t row = 0; row < input.count; ++row) {
        const std::uint16_t set = table[values[row]];
        hits[count] = {static_cast<std::uint16_t>(row), set};
        count += set != 0;
    }
    const std::uint32_t* heads = sets.heads.data();
    for (std::size_t i = 0; i < count; ++i) {
        const auto hit = hits[i];
        if (!input.all && !has_row(input.rows, hit.row)) continue;
        sets.each(heads[hit.set], [&](PredicateId predicate) { marks.row(predicate, hit.row); });
    }
}

flow::Result<ByteTable> ByteTable::build(language::Subject subject, const NumberFeeds& feeds, std::size_t values) {
    ByteTable out{.subject = subject};
    out.set_of.assign(values, 0);
    auto sets = build_sets(subject, feeds, values - 1, kMostTableEntries,
                           [&](std::uint64_t first, std::uint64_t last, SetId set) {
                               for (std::uint64_t value = first; value <= last; ++value) out.set_of[value] = set;
                           });
    if (!sets) return flow::pass(sets);
    out.sets = std::move(*sets);
    return out;
}

template <class Value>
void ByteTable::run(const Input& input, Marks marks) const noexcept {
    // Blocks with more different values than this are cheaper row by row.
    static constexpr unsigned kMostLooks = 8;
    mark_zero(sets, set_of[0], input, marks);
    if (input.none) return;
    for (std::size_t word = 0; word * 64 < input.count; ++word) {
        const Value* block = input.as<Value>() + word * 64;
        std::uint64_t left = input.rows[word];
        for (unsigned looks = 0; left != 0 && looks < kMostLooks; ++looks) {
            const Value value = block[std::countr_zero(left)];
            const std::uint64_t found = equal_lanes(block, value) & left;
            left &= ~found;
            if (value >= set_of.size() || set_of[value] == 0) continue;
            sets.each(sets.heads[set_of[value]], [&](PredicateId predicate) { marks.word(predicate, word, found); });
        }
        for (; left != 0; left &= left - 1) {
            const auto bit = static_cast<std::uint32_t>(std::countr_zero(left));
            const Value value = block[bit];
            if (value >= set_of.size() || set_of[value] == 0) continue;
            const auto row = static_cast<std::uint32_t>(word * 64) + bit;
            sets.each(sets.heads[set_of[value]], [&](PredicateId predicate) { marks.row(predicate, row); });
        }
    }
}

template void ByteTable::run<std::uint8_t>(const Input&, Marks) const noexcept;
template void ByteTable::run<std::uint16_t>(const Input&, Marks) const noexcept;

flow::Result<WideTable> WideTable::build(language::Subject subject, const NumberFeeds& feeds) {
    WideTable out{.subject = subject};
    std::vector<Interval> large;
    auto sets = build_sets(subject, feeds, kAllValues, kMostTableEntries,
                           [&](std::uint64_t first, std::uint64_t last, SetId set) {
                               if (first < kSmall) {
                                   const std::uint64_t end = std::min(last, kSmall - 1) + 1;
                                   out.small.resize(end + 1, 0);
                                   std::fill(out.small.begin() + static_cast<std::ptrdiff_t>(first),
                                             out.small.begin() + static_cast<std::ptrdiff_t>(end), set);
                               }
                               if (last >= kSmall) large.push_back({std::max(first, kSmall), last, set});
                           });
    if (!sets) return flow::pass(sets);
    out.sets = std::move(*sets);
    out.keep_points(large);
    return out;
}

void WideTable::keep_points(std::span<const Interval> found) {
    const auto is_point = [](const Interval& interval) { return interval.low == interval.high; };
    const auto count = static_cast<std::size_t>(std::count_if(found.begin(), found.end(), is_point));
    if (count != 0) points.resize(std::bit_ceil(count * 2));
    for (const Interval& interval : found) {
        if (!is_point(interval)) {
            intervals.push_back(interval);
            continue;
        }
        std::size_t at = point_hash(interval.low) & (points.size() - 1);
        while (points[at].set != 0) at = (at + 1) & (points.size() - 1);
        points[at] = {interval.low, interval.set};
    }
}

SetId WideTable::find_large(std::uint64_t value) const noexcept {
    if (!points.empty()) {
        std::size_t at = point_hash(value) & (points.size() - 1);
        for (; points[at].set != 0; at = (at + 1) & (points.size() - 1)) {
            if (points[at].value == value) return points[at].set;
        }
    }
    const auto after = std::upper_bound(intervals.begin(), intervals.end(), value,
                                        [](std::uint64_t v, const Interval& interval) { return v < interval.low; });
    if (after == intervals.begin()) return 0;
    const Interval& interval = *std::prev(after);
    return value <= interval.high ? interval.set : 0;
}

template <class Value>
void WideTable::run(const Input& input, TableScratch& scratch, Marks marks) const noexcept {
    mark_zero(sets, small[0], input, marks);
    if (input.none) return;
    const auto* values = input.as<Value>();
    const auto beyond = static_cast<Value>(small.size() - 1);
    auto& hits = scratch.wide_hits;
    std::size_t count = 0;
    std::size_t large = 0;
    // Without a branch a row, as in ValueTable.
    for (std::uint32_t row = 0; row < input.count; ++row) {
        const Value value = values[row];
        const SetId set = small[std::min(value, beyond)];
        hits[count] = {row, set};
        count += set != 0;
        scratch.large[large] = static_cast<std::uint16_t>(row);
        large += value >= kSmall;
    }
    const auto mark = [&](std::uint32_t row, SetId set) {
        if (!input.all && !has_row(input.rows, row)) return;
        sets.each(sets.heads[set], [&](PredicateId predicate) { marks.row(predicate, row); });
    };
    for (std::size_t i = 0; i < count; ++i) mark(hits[i].row, hits[i].set);
    if (points.empty() && intervals.empty()) return;
    for (std::size_t i = 0; i < large; ++i) {
        const std::uint32_t row = scratch.large[i];
        if (const SetId set = find_large(values[row]); set != 0) mark(row, set);
    }
}

template void WideTable::run<std::uint32_t>(const Input&, TableScratch&, Marks) const noexcept;
template void WideTable::run<std::uint64_t>(const Input&, TableScratch&, Marks) const noexcept;

bool WideTable::answers_like(const WideTable& other) const noexcept {
    const auto same_point = [](const Point& a, const Point& b) { return a.value == b.value && a.set == b.set; };
    return small == other.small && intervals == other.intervals && sets.heads == other.sets.heads &&
           sets.lists == other.sets.lists &&
           std::equal(points.begin(), points.end(), other.points.begin(), other.points.end(), same_point);
}

}  // namespace filters::program
