// SPDX-License-Identifier: Apache-2.0
// The addresses of one family, cut into stretches of one value each: small, and quick to ask both ways.
//
// Thread: written by one; then read by any.
// Shape:  ascending begins, from 0 on; a stretch ends where the next begins, and neighbours differ. Value 0 is "nothing
//         known". index() lists the stretches of each value.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace filters::geo {

__extension__ using Uint128 = unsigned __int128;

template <class Number>
class Stretches {
  public:
    struct Range {
        Number first;
        Number last;
    };

    // From `begin` on; in ascending order.
    void append(Number begin, std::uint32_t value) {
        if (values_.empty() ? value == 0 : values_.back() == value) return;
        if (values_.empty() && begin != 0) push(0, 0);
        push(begin, value);
    }
    // Gives each value another number; new_value[0] is 0. Different values must stay different.
    void renumber(std::span<const std::uint32_t> new_value) {
        for (std::uint32_t& value : values_) value = new_value[value];
    }
    // When all is appended and numbered, `values` being one more than the highest.
    void index(std::size_t values) {
        begins_.shrink_to_fit();
        values_.shrink_to_fit();
        first_of_.assign(values + 1, 0);
        for (const std::uint32_t value : values_) ++first_of_[value + std::size_t{1}];
        std::partial_sum(first_of_.begin(), first_of_.end(), first_of_.begin());
        stretches_of_.resize(values_.size());
        std::vector<std::uint32_t> next(first_of_.begin(), first_of_.end() - 1);
        for (std::uint32_t i = 0; i < values_.size(); ++i) stretches_of_[next[values_[i]]++] = i;
    }

    [[nodiscard]] std::uint32_t find(Number address) const noexcept {
        const auto behind = std::upper_bound(begins_.begin(), begins_.end(), address);
        return behind == begins_.begin() ? 0 : values_[static_cast<std::size_t>(behind - begins_.begin()) - 1];
    }
    // Where one of the values from `low` to `high` is, ascending; neighbours are one range.
    [[nodiscard]] std::vector<Range> where(std::span<const std::pair<std::uint32_t, std::uint32_t>> low_high) const {
        std::vector<std::uint32_t> found;
        for (const auto& [low, high] : low_high) {
            found.insert(found.end(), stretches_of_.begin() + first_of_[low],
                         stretches_of_.begin() + first_of_[high + std::size_t{1}]);
        }
        std::sort(found.begin(), found.end());
        std::vector<Range> out;
        for (std::size_t i = 0; i < found.size(); ++i) {
            const Range range{begins_[found[i]], last_of(found[i])};
            if (i > 0 && found[i] == found[i - 1] + 1) {
                out.back().last = range.last;
            } else {
                out.push_back(range);
            }
        }
        return out;
    }
    [[nodiscard]] std::size_t size() const noexcept { return begins_.size(); }

  private:
    void push(Number begin, std::uint32_t value) {
        begins_.push_back(begin);
        values_.push_back(value);
    }
    [[nodiscard]] Number last_of(std::size_t stretch) const noexcept {
        return stretch + 1 == begins_.size() ? static_cast<Number>(~Number{0})
                                             : static_cast<Number>(begins_[stretch + 1] - 1);
    }

    std::vector<Number> begins_;
    std::vector<std::uint32_t> values_;
    std::vector<std::uint32_t> first_of_;      // of each value: into stretches_of_
    std::vector<std::uint32_t> stretches_of_;  // by value, ascending
};

// Both families.
struct Space {
    Stretches<std::uint32_t> v4;
    Stretches<Uint128> v6;
};

// The fewest prefixes that are `range` together: prefix(first address, bits), ascending.
template <class Number, class Prefix>
void cut(typename Stretches<Number>::Range range, Prefix prefix) {
    constexpr unsigned kWidth = sizeof(Number) * 8;
    const auto ones = [](unsigned bits) {
        return bits == 0 ? Number{0} : static_cast<Number>(static_cast<Number>(~Number{0}) >> (kWidth - bits));
    };
    for (Number first = range.first;;) {
        const auto left = static_cast<Number>(range.last - first);
        unsigned host_bits = 0;
        while (host_bits < kWidth && (first & ones(host_bits + 1)) == 0 && ones(host_bits + 1) <= left) ++host_bits;
        prefix(first, kWidth - host_bits);
        if (left == ones(host_bits)) return;
        first = static_cast<Number>(first + ones(host_bits) + 1);
    }
}

}  // namespace filters::geo
