// SPDX-License-Identifier: Apache-2.0
#include "filters/text/repeats.hpp"

#include <algorithm>
#include <vector>

namespace filters::text {

namespace {

std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
    return std::min(kWrittenOutMost, a + b);
}
std::uint64_t times(std::uint64_t a, std::uint64_t b) {
    return b != 0 && a > kWrittenOutMost / b ? kWrittenOutMost : a * b;
}

// One bracket level: what stands before the last atom, and the last atom, which a repeat may follow.
struct Level {
    std::uint64_t before = 0;
    std::uint64_t atom = 0;

    void add(std::uint64_t size) {
        before = plus(before, atom);
        atom = size;
    }
    [[nodiscard]] std::uint64_t size() const { return plus(before, atom); }
};

class Estimate {
  public:
    explicit Estimate(std::string_view regex) : regex_(regex) {}

    std::uint64_t run() {
        while (at_ < regex_.size()) step();
        while (levels_.size() > 1) close();
        return levels_.front().size();
    }

  private:
    void step() {
        switch (regex_[at_]) {
            case '\\':
                at_ += 2;
                levels_.back().add(1);
                return;
            case '[':
                skip_class();
                return;
            case '(':
                ++at_;
                levels_.emplace_back();
                return;
            case ')':
                ++at_;
                if (levels_.size() > 1) close();
                return;
            case '{':
                ++at_;
                levels_.back().atom = times(levels_.back().atom, largest_count());
                return;
            default:
                ++at_;
                levels_.back().add(1);
        }
    }
    void close() {
        const std::uint64_t size = levels_.back().size();
        levels_.pop_back();
        levels_.back().add(size);
    }
    // "]" right after "[" or "[^" belongs to the class.
    void skip_class() {
        ++at_;
        if (at_ < regex_.size() && regex_[at_] == '^') ++at_;
        if (at_ < regex_.size() && regex_[at_] == ']') ++at_;
        while (at_ < regex_.size() && regex_[at_] != ']') at_ += regex_[at_] == '\\' ? 2 : 1;
        ++at_;
        levels_.back().add(1);
    }
    // The larger number of n} n,} or n,m}; 1 when it is no repeat, so that a '{' can stand for itself.
    std::uint64_t largest_count() {
        std::uint64_t largest = 1;
        std::uint64_t number = 0;
        for (; at_ < regex_.size(); ++at_) {
            const char c = regex_[at_];
            if (c >= '0' && c <= '9') {
                number = plus(times(number, 10), static_cast<std::uint64_t>(c - '0'));
                largest = std::max(largest, number);
            } else if (c == ',') {
                number = 0;
            } else {
                break;
            }
        }
        if (at_ < regex_.size() && regex_[at_] == '}') ++at_;
        return largest;
    }

    std::string_view regex_;
    std::size_t at_ = 0;
    std::vector<Level> levels_{1};
};

}  // namespace

std::uint64_t written_out(std::string_view regex) {
    return Estimate(regex).run();
}

}  // namespace filters::text
