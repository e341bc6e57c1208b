// SPDX-License-Identifier: Apache-2.0
#include "filters/program/number_index.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "filters/program/lanes.hpp"

namespace filters::program {

namespace {

// Calls visit(first, last, members) for each stretch of values that the same predicates hold for.
template <class Visit>
bool sweep(const NumberFeeds& feeds, std::uint64_t values, Visit visit) {
    std::map<std::uint64_t, std::vector<std::pair<PredicateId, bool>>> changes;  // where predicates begin and end
    for (const auto& [predicate, ranges] : feeds) {
        for (const language::Range& range : ranges) {
            if (range.low >= values) continue;
            changes[range.low].emplace_back(predicate, true);
            if (range.high + 1 < values) changes[range.high + 1].emplace_back(predicate, false);
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
        const std::uint64_t last = (next == changes.end() ? values : next->first) - 1;
        if (!members.empty() && !visit(at->first, last, members)) return false;
    }
    return true;
}

}  // namespace

flow::Result<ValueTable> ValueTable::build(language::Subject subject, const NumberFeeds& feeds) {
    ValueTable out{.subject = subject};
    out.set_of.assign(kValues, 0);
    SetBuilder sets;
    std::size_t ranges = 0;
    for (const auto& feed : feeds) ranges += feed.second.size();
    std::size_t entries = 0;
    const bool fits =
        ranges <= kMostTableEntries &&
        sweep(feeds, kValues, [&](std::uint64_t first, std::uint64_t last, std::span<const PredicateId> members) {
            entries += members.size();
            const SetId set = sets.intern(members);
            if (entries > kMostTableEntries || set >= kValues) return false;
            std::fill(out.set_of.begin() + static_cast<std::ptrdiff_t>(first),
                      out.set_of.begin() + static_cast<std::ptrdiff_t>(last + 1), static_cast<std::uint16_t>(set));
            return true;
        });
    if (!fits) {
        return flow::fail("the filters name more combinations of " + std::string(language::name_of(subject)) +
                          " than a table holds; use fewer overlapping ranges or fewer channels");
    }
    out.sets = sets.take();
    return out;
}

void ValueTable::run(const std::uint16_t* values, std::uint32_t rows, Hits& hits, Marks marks) const noexcept {
    const std::uint16_t* table = set_of.data();
    std::size_t count = 0;
    // Without a branch a row: whether a port means something is a coin toss.
    for (std::uint32_t row = 0; row < rows; ++row) {
        const std::uint16_t set = table[values[row]];
        hits[count] = {static_cast<std::uint16_t>(row), set};
        count += set != 0;
    }
    const std::uint32_t* heads = sets.heads.data();
    for (std::size_t i = 0; i < count; ++i) {
        const Hit hit = hits[i];
        sets.each(heads[hit.set], [&](PredicateId predicate) { marks.row(predicate, hit.row); });
    }
}

ByteTable ByteTable::build(language::Subject subject, const NumberFeeds& feeds, std::size_t values) {
    ByteTable out{.subject = subject};
    out.set_of.assign(values, 0);
    SetBuilder sets;
    sweep(feeds, values, [&](std::uint64_t first, std::uint64_t last, std::span<const PredicateId> members) {
        for (std::uint64_t value = first; value <= last; ++value) {
            out.set_of[value] = sets.intern(members);
            out.meaningful.push_back(static_cast<std::uint16_t>(value));
        }
        return true;
    });
    out.sets = sets.take();
    return out;
}

template <class Value>
void ByteTable::run(const Value* values, std::uint32_t rows, Marks marks) const noexcept {
    static constexpr std::size_t kFew = 2;
    const auto mark = [&](std::size_t word, SetId set, std::uint64_t found) {
        sets.each(sets.heads[set], [&](PredicateId predicate) { marks.word(predicate, word, found); });
    };
    for (std::size_t word = 0; word * 64 < rows; ++word) {
        const Value* block = values + word * 64;
        std::uint64_t left = rows_of_word(word, rows);
        if (meaningful.size() <= kFew) {
            for (const std::uint16_t value : meaningful) {
                const std::uint64_t found = equal_lanes(block, static_cast<Value>(value)) & left;
                if (found != 0) mark(word, set_of[value], found);
            }
            continue;
        }
        while (left != 0) {
            const Value value = block[__builtin_ctzll(left)];
            const std::uint64_t found = equal_lanes(block, value) & left;
            left &= ~found;
            if (value < set_of.size() && set_of[value] != 0) mark(word, set_of[value], found);
        }
    }
}

template void ByteTable::run(const std::uint8_t*, std::uint32_t, Marks) const noexcept;
template void ByteTable::run(const std::uint16_t*, std::uint32_t, Marks) const noexcept;

void RangeScan::run(const std::uint16_t* values, std::uint32_t rows, Marks marks) const noexcept {
    for (std::size_t word = 0; word * 64 < rows; ++word) {
        const std::uint64_t found = lanes_between(values + word * 64, low, high) & rows_of_word(word, rows);
        if (found != 0) marks.word(predicate, word, found);
    }
}

}  // namespace filters::program
