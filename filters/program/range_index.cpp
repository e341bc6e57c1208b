// SPDX-License-Identifier: Apache-2.0
#include "filters/program/range_index.hpp"

#include <algorithm>
#include <bit>

#include "filters/program/lanes.hpp"

namespace filters::program {

template <class Value>
void Compares::run(const Input& input, Marks marks) const noexcept {
    for (const auto& [range, predicate] : ranges) {
        if (input.zero != nullptr && range.low == 0) marks.rows(predicate, input.zero);
        if (input.none) continue;
        const auto low = static_cast<Value>(range.low);
        const auto high = static_cast<Value>(range.high);
        for (std::size_t word = 0; word * 64 < input.count; ++word) {
            const std::uint64_t found = lanes_between(input.as<Value>() + word * 64, low, high) & input.rows[word];
            if (found != 0) marks.word(predicate, word, found);
        }
    }
}

template void Compares::run<std::uint8_t>(const Input&, Marks) const noexcept;
template void Compares::run<std::uint16_t>(const Input&, Marks) const noexcept;
template void Compares::run<std::uint32_t>(const Input&, Marks) const noexcept;
template void Compares::run<std::uint64_t>(const Input&, Marks) const noexcept;

flow::Result<Ladder> Ladder::build(language::Subject subject, std::span<const WideRange> ranges) {
    constexpr std::uint64_t kTop = ~0ull;
    Ladder out{.subject = subject};
    for (const auto& [range, predicate] : ranges) {
        if (range.low != 0) out.limits.push_back(range.low);
        if (range.high != kTop) out.limits.push_back(range.high + 1);
    }
    std::sort(out.limits.begin(), out.limits.end());
    out.limits.erase(std::unique(out.limits.begin(), out.limits.end()), out.limits.end());
    if (out.limits.size() > kMostRungs) {
        return flow::fail("the filters name " + std::to_string(out.limits.size()) + " different limits of " +
                          language::name_of(subject) + "; at most " + std::to_string(kMostRungs) +
                          " are taken: use round numbers or fewer channels");
    }
    const auto rung_of = [&](std::uint64_t limit) {
        const auto at = std::lower_bound(out.limits.begin(), out.limits.end(), limit);
        return static_cast<std::uint32_t>(at - out.limits.begin()) + 1;
    };
    for (const auto& [range, predicate] : ranges) {
        const auto top = static_cast<std::uint32_t>(out.limits.size() + 1);
        out.spans.push_back({.from = range.low == 0 ? 0 : rung_of(range.low),
                             .to = range.high == kTop ? top : rung_of(range.high + 1),
                             .predicate = predicate});
    }
    return out;
}

template <class Value>
void Ladder::run(const Input& input, std::span<RowBits> reached, Marks marks) const noexcept {
    const std::size_t top = limits.size() + 1;
    for (std::size_t rung = 0; rung <= top; ++rung) reached[rung].fill(0);
    if (input.zero != nullptr) std::copy_n(input.zero, kWords, reached[0].begin());
    for (std::size_t word = 0; !input.none && word * 64 < input.count; ++word) {
        for (std::uint64_t left = input.rows[word]; left != 0; left &= left - 1) {
            const std::uint64_t value = input.as<Value>()[word * 64 + static_cast<std::size_t>(std::countr_zero(left))];
            const std::uint64_t* at = limits.data();
            for (std::size_t n = limits.size(); n > 1;) {
                const std::size_t half = n / 2;
                at += at[half - 1] <= value ? half : 0;
                n -= half;
            }
            const auto rung = static_cast<std::size_t>(at - limits.data()) + (*at <= value ? 1 : 0);
            reached[rung][word] |= left & -left;
        }
    }
    // From rung n up, instead of on rung n.
    for (std::size_t rung = top; rung-- > 0;) {
        for (std::size_t w = 0; w < kWords; ++w) reached[rung][w] |= reached[rung + 1][w];
    }
    RowBits found;
    for (const Span& span : spans) {
        for (std::size_t w = 0; w < kWords; ++w) found[w] = reached[span.from][w] & ~reached[span.to][w];
        const std::uint32_t in_use = words_in_use(found.data());
        if (in_use != 0) marks.rows(span.predicate, found.data(), in_use);
    }
}

template void Ladder::run<std::uint8_t>(const Input&, std::span<RowBits>, Marks) const noexcept;
template void Ladder::run<std::uint16_t>(const Input&, std::span<RowBits>, Marks) const noexcept;
template void Ladder::run<std::uint32_t>(const Input&, std::span<RowBits>, Marks) const noexcept;
template void Ladder::run<std::uint64_t>(const Input&, std::span<RowBits>, Marks) const noexcept;

}  // namespace filters::program
