// SPDX-License-Identifier: Apache-2.0
#include "filters/text/regex_cost.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace filters::text {

namespace {

std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
    return std::min(kUncounted, a + b);
}
std::uint64_t times(std::uint64_t a, std::uint64_t b) {
    return b != 0 && a > kUncounted / b ? kUncounted : std::min(kUncounted, a * b);
}

// A piece of an expression: its positions, those it can begin and end with, and whether it can be empty.
struct Piece {
    std::uint64_t positions = 0;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint64_t edges = 0;
    bool empty = true;
};

constexpr Piece kCharacter{.positions = 1, .first = 1, .last = 1, .edges = 0, .empty = false};

Piece one_after_other(const Piece& a, const Piece& b) {
    return {.positions = plus(a.positions, b.positions),
            .first = a.empty ? plus(a.first, b.first) : a.first,
            .last = b.empty ? plus(a.last, b.last) : b.last,
            .edges = plus(plus(a.edges, b.edges), times(a.last, b.first)),
            .empty = a.empty && b.empty};
}

Piece either(const Piece& a, const Piece& b) {
    return {.positions = plus(a.positions, b.positions),
            .first = plus(a.first, b.first),
            .last = plus(a.last, b.last),
            .edges = plus(a.edges, b.edges),
            .empty = a.empty || b.empty};
}

struct Count {
    std::uint64_t least = 0;
    std::optional<std::uint64_t> most{};  // nothing: without end
};

Piece repeated(const Piece& piece, Count count) {
    const std::uint64_t copies = count.most.value_or(std::max<std::uint64_t>(count.least, 1));
    if (piece.positions == 1) {
        const std::uint64_t loop = count.most ? 0 : 1;
        return {.positions = copies,
                .first = 1,
                .last = 1,
                .edges = plus(copies, loop),
                .empty = piece.empty || count.least == 0};
    }
    Piece out;
    for (std::uint64_t i = 0; i < copies && piece.positions != 0; ++i) {
        Piece copy = piece;
        copy.empty = copy.empty || i >= count.least;
        out = one_after_other(out, copy);
        // Nobody takes so many, and the rest would only make it more.
        constexpr std::uint64_t kEnough = 1'000'000;
        if (out.positions > kEnough || out.edges > kEnough * kEnough) {
            return {kUncounted, kUncounted, kUncounted, kUncounted, out.empty};
        }
    }
    if (!count.most) out.edges = plus(out.edges, times(piece.last, piece.first));
    return out;
}

// One bracket level: the alternatives before, what stands before the last atom, and the last atom, which a repeat may
// follow.
struct Level {
    std::optional<Piece> alternatives{};
    Piece before{};
    Piece atom{};

    void add(const Piece& piece) {
        before = one_after_other(before, atom);
        atom = piece;
    }
    void next_alternative() {
        const Piece ended = one_after_other(before, atom);
        alternatives = alternatives ? either(*alternatives, ended) : ended;
        before = atom = Piece{};
    }
    [[nodiscard]] Piece whole() {
        next_alternative();
        return *alternatives;
    }
};

class Estimate {
  public:
    explicit Estimate(std::string_view regex) : regex_(regex) {}

    Piece run() {
        while (at_ < regex_.size()) step();
        while (levels_.size() > 1) close();
        return levels_.front().whole();
    }

  private:
    void step() {
        const char c = regex_[at_++];
        switch (c) {
            case '\\':
                ++at_;
                levels_.back().add(kCharacter);
                return;
            case '[':
                skip_class();
                levels_.back().add(kCharacter);
                return;
            case '(':
                skip_options();
                levels_.emplace_back();
                return;
            case ')':
                if (levels_.size() > 1) close();
                return;
            case '|':
                levels_.back().next_alternative();
                return;
            case '*':
                return repeat({0, std::nullopt});
            case '+':
                return repeat({1, std::nullopt});
            case '?':
                return repeat({0, 1});
            case '{':
                if (const auto count = read_count()) return repeat(*count);
                levels_.back().add(kCharacter);
                return;
            default:
                levels_.back().add(kCharacter);
        }
    }
    void close() {
        const Piece group = levels_.back().whole();
        levels_.pop_back();
        levels_.back().add(group);
    }
    // A repeat may be lazy or possessive, which makes it no larger.
    void repeat(Count count) {
        levels_.back().atom = repeated(levels_.back().atom, count);
        if (at_ < regex_.size() && (regex_[at_] == '?' || regex_[at_] == '+')) ++at_;
    }
    // "]" right after "[" or "[^" belongs to the class.
    void skip_class() {
        if (at_ < regex_.size() && regex_[at_] == '^') ++at_;
        if (at_ < regex_.size() && regex_[at_] == ']') ++at_;
        while (at_ < regex_.size() && regex_[at_] != ']') at_ += regex_[at_] == '\\' ? 2 : 1;
        ++at_;
    }
    // ?: ?i: and the like.
    void skip_options() {
        if (at_ >= regex_.size() || regex_[at_] != '?') return;
        ++at_;
        while (at_ < regex_.size() && (regex_[at_] == '-' || ('a' <= regex_[at_] && regex_[at_] <= 'z'))) ++at_;
        if (at_ < regex_.size() && regex_[at_] == ':') ++at_;
    }
    std::optional<std::uint64_t> read_number() {
        if (at_ >= regex_.size() || regex_[at_] < '0' || regex_[at_] > '9') return std::nullopt;
        std::uint64_t number = 0;
        for (; at_ < regex_.size() && '0' <= regex_[at_] && regex_[at_] <= '9'; ++at_) {
            number = plus(times(number, 10), static_cast<std::uint64_t>(regex_[at_] - '0'));
        }
        return number;
    }
    // n} n,} n,m} and ,m}; else nothing was read, and the '{' stands for itself.
    std::optional<Count> read_count() {
        const std::size_t begin = at_;
        const auto least = read_number();
        std::optional<std::uint64_t> most = least;
        const bool comma = at_ < regex_.size() && regex_[at_] == ',';
        if (comma) {
            ++at_;
            most = read_number();
        }
        const bool closed = at_ < regex_.size() && regex_[at_] == '}';
        if (!closed || (!least && !most)) {
            at_ = begin;
            return std::nullopt;
        }
        ++at_;
        return Count{least.value_or(0), most};
    }

    std::string_view regex_;
    std::size_t at_ = 0;
    std::vector<Level> levels_{1};
};

}  // namespace

RegexCost cost_of(std::string_view regex) {
    const Piece piece = Estimate(regex).run();
    return {piece.positions, piece.edges};
}

}  // namespace filters::text
