// SPDX-License-Identifier: Apache-2.0
#include "filters/language/parser.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "filters/language/fields.hpp"
#include "filters/language/lexer.hpp"
#include "filters/language/values.hpp"

namespace filters::language {

namespace {

// "expected any, proto, port ...": the words that may stand where a test begins, or after a direction.
std::string expected_words(bool directed) {
    std::string out = directed ? "expected after the direction one of" : "expected any, src, dst";
    std::string_view separator = directed ? " " : ", ";
    for (const Field& field : fields()) {
        if (directed && !field.sided) continue;
        out += separator;
        out += field.name();
        separator = ", ";
    }
    return out;
}

// Number of tokens the spelling takes when it begins at `at`; 0 = it does not.
std::size_t matches(std::string_view spelling, const Token* at) {
    for (std::size_t count = 1;; ++count, ++at) {
        const std::size_t blank = spelling.find(' ');
        if (at->kind != TokenKind::word || !same_word(spelling.substr(0, blank), at->text)) return 0;
        if (blank == std::string_view::npos) return count;
        spelling.remove_prefix(blank + 1);
    }
}

// The longest of the field's spellings that stands at `at`.
std::size_t matches(const Field& field, const Token* at) {
    std::size_t longest = 0;
    for (std::string_view rest = field.words; !rest.empty();) {
        const std::size_t bar = rest.find('|');
        longest = std::max(longest, matches(rest.substr(0, bar), at));
        rest.remove_prefix(bar == std::string_view::npos ? rest.size() : bar + 1);
    }
    return longest;
}

class Parser {
  public:
    explicit Parser(const std::vector<Token>& tokens) : at_(tokens.data()) {}

    flow::Result<Ast> run() {
        if (at_->kind == TokenKind::end) {
            ast_.root = add(NodeKind::any, 0, 0);
            return std::move(ast_);
        }
        const auto root = disjunction(0);
        if (!root) return tl::unexpected(root.error());
        if (at_->kind != TokenKind::end) return unexpected("expected and, or, or the end of the filter");
        ast_.root = *root;
        return std::move(ast_);
    }

  private:
    using NodeIndex = std::uint32_t;

    // What stands at at_.
    [[nodiscard]] bool is(TokenKind kind) const { return at_->kind == kind; }
    [[nodiscard]] bool is_word(std::string_view word) const {
        return is(TokenKind::word) && same_word(at_->text, word);
    }
    [[nodiscard]] bool is_or() const { return is(TokenKind::disjunction) || is_word("or"); }
    [[nodiscard]] bool is_and() const { return is(TokenKind::conjunction) || is_word("and"); }
    [[nodiscard]] bool is_not() const { return is(TokenKind::negation) || is_word("not"); }
    [[nodiscard]] flow::Place here() const { return {{}, at_->line, at_->column}; }

    [[nodiscard]] tl::unexpected<flow::Error> unexpected(std::string_view expected) const {
        const std::string found = is(TokenKind::end) ? "the end of the filter" : quoted(at_->text);
        return flow::fail(std::string(expected) + ", found " + found, here());
    }

    NodeIndex add(NodeKind kind, std::size_t first, std::size_t count) {
        ast_.nodes.push_back({kind, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(count)});
        return static_cast<NodeIndex>(ast_.nodes.size() - 1);
    }
    // One node for all operands; those of the same kind give their own operands instead.
    NodeIndex join(NodeKind kind, const std::vector<NodeIndex>& operands) {
        if (operands.size() == 1) return operands.front();
        const std::size_t first = ast_.children.size();
        for (const NodeIndex operand : operands) {
            const Node node = ast_.nodes[operand];
            if (node.kind != kind) {
                ast_.children.push_back(operand);
                continue;
            }
            for (std::uint32_t i = 0; i < node.count; ++i) ast_.children.push_back(ast_.children[node.first + i]);
        }
        return add(kind, first, ast_.children.size() - first);
    }

    flow::Result<NodeIndex> disjunction(unsigned depth) {
        std::vector<NodeIndex> operands;
        do {
            if (!operands.empty()) ++at_;
            const auto operand = conjunction(depth);
            if (!operand) return operand;
            operands.push_back(*operand);
        } while (is_or());
        return join(NodeKind::disjunction, operands);
    }
    flow::Result<NodeIndex> conjunction(unsigned depth) {
        std::vector<NodeIndex> operands;
        do {
            if (!operands.empty()) ++at_;
            const auto operand = negation(depth);
            if (!operand) return operand;
            operands.push_back(*operand);
        } while (is_and());
        return join(NodeKind::conjunction, operands);
    }
    flow::Result<NodeIndex> negation(unsigned depth) {
        bool negated = false;
        for (; is_not(); ++at_) negated = !negated;
        const auto operand = primary(depth);
        if (!operand || !negated) return operand;
        if (const Node& node = ast_.nodes[*operand]; node.kind == NodeKind::negation) {
            return ast_.children[node.first];
        }
        ast_.children.push_back(*operand);
        return add(NodeKind::negation, ast_.children.size() - 1, 1);
    }
    flow::Result<NodeIndex> primary(unsigned depth) {
        if (is(TokenKind::open)) {
            if (depth == kDeepest) {
                return flow::fail("brackets are nested deeper than " + std::to_string(kDeepest) +
                                      "; write the filter with fewer levels",
                                  here());
            }
            ++at_;
            const auto inner = disjunction(depth + 1);
            if (!inner) return inner;
            if (!is(TokenKind::close)) return unexpected("expected and, or, or ')'");
            ++at_;
            return inner;
        }
        if (is_word("any")) {
            ++at_;
            return add(NodeKind::any, 0, 0);
        }
        return test();
    }

    flow::Result<NodeIndex> test() {
        const Token* begin = at_;
        const auto side = direction();
        if (!side) return tl::unexpected(side.error());
        const bool directed = at_ != begin;
        const Field* field = nullptr;
        std::size_t words = 0;
        for (const Field& candidate : fields()) {
            if (const std::size_t n = matches(candidate, at_); n > words) {
                field = &candidate;
                words = n;
            }
        }
        if (field == nullptr || (directed && !field->sided)) return unexpected(expected_words(directed));
        at_ += words;
        Test test{.field = static_cast<std::size_t>(field - fields().data()), .side = *side, .place = here()};
        if (const auto failed = operand(*field, test)) return tl::unexpected(*failed);
        ast_.tests.push_back(std::move(test));
        return add(NodeKind::test, ast_.tests.size() - 1, 1);
    }

    // src, dst, or both joined by or/and; nothing is Side::either.
    flow::Result<Side> direction() {
        const bool source = is_word("src");
        if (!source && !is_word("dst")) return Side::either;
        ++at_;
        if (!is_or() && !is_and()) return source ? Side::source : Side::destination;
        const Side joined = is_and() ? Side::both : Side::either;
        ++at_;
        const std::string_view other = source ? "dst" : "src";
        if (!is_word(other)) return unexpected("expected " + std::string(other));
        ++at_;
        return joined;
    }

    // What follows the field's words, into `test`. Returns what is wrong with it.
    std::optional<flow::Error> operand(const Field& field, Test& test) {
        switch (field.operand) {
            case Operand::fixed:
                test.ranges = {{field.constant, field.constant}};
                return std::nullopt;
            case Operand::number:
            case Operand::protocol:
                return numbers(field, test);
            case Operand::address:
            case Operand::prefix:
                return nets(field, test);
            case Operand::mac:
            case Operand::flags:
            case Operand::time:
            case Operand::ident:
            case Operand::country:
            case Operand::text:
            case Operand::content:
            case Operand::regex:
                break;
        }
        return text(field, test);
    }

    // Takes the value that `parse` makes of the word at at_.
    template <class Parse, class Take>
    std::optional<flow::Error> word(const Field& field, Parse parse, Take take) {
        if (!is(TokenKind::word)) return unexpected("expected " + std::string(field.value)).value();
        auto value = parse(field, at_->text);
        if (!value) return flow::Error{value.error().message, here()};
        take(std::move(*value));
        ++at_;
        return std::nullopt;
    }

    // `[ item { [,] item } ]`, at least one.
    template <class Item>
    std::optional<flow::Error> list(Item item) {
        ++at_;
        if (!is(TokenKind::open_list)) return unexpected("expected '[' after in").value();
        ++at_;
        do {
            if (auto failed = item()) return failed;
            if (is(TokenKind::comma)) {
                ++at_;
            } else if (is(TokenKind::close_list)) {
                ++at_;
                return std::nullopt;
            }
        } while (!is(TokenKind::end));
        return unexpected("expected ']' at the end of the list").value();
    }

    std::optional<flow::Error> numbers(const Field& field, Test& test) {
        if (field.lists && is_word("in")) {
            const auto take = [&](std::uint64_t value) { test.ranges.push_back({value, value}); };
            if (auto failed = list([&] { return word(field, field_number, take); })) return failed;
            std::sort(test.ranges.begin(), test.ranges.end());
            test.ranges.erase(std::unique(test.ranges.begin(), test.ranges.end()), test.ranges.end());
            return std::nullopt;
        }
        Comparison compare = Comparison::equal;
        if (const auto given = field.compares ? comparison(at_->text) : std::nullopt) {
            compare = *given;
            ++at_;
        }
        return word(field, field_number,
                    [&](std::uint64_t value) { test.ranges = holding(compare, value, field.most); });
    }

    std::optional<flow::Error> nets(const Field& field, Test& test) {
        const auto take = [&](const Net& net) { test.nets.push_back(net); };
        if (is_word("in")) {
            const auto item = [&] {
                const bool has_bits = at_->text.find('/') != std::string_view::npos;
                return word(field, has_bits ? prefix : address, take);
            };
            if (auto failed = list(item)) return failed;
            std::sort(test.nets.begin(), test.nets.end());
            test.nets.erase(std::unique(test.nets.begin(), test.nets.end()), test.nets.end());
            return std::nullopt;
        }
        if (field.operand == Operand::address) return word(field, address, take);
        const bool has_mask = is(TokenKind::word) && at_->text.find('/') == std::string_view::npos &&
                              flow::IpAddress::parse(at_->text) && flow::IpAddress::parse(at_[1].text);
        if (!has_mask) return word(field, prefix, take);
        const std::string_view first = at_++->text;
        return word(
            field, [&](const Field& f, std::string_view mask) { return address_and_mask(f, first, mask); }, take);
    }

    std::optional<flow::Error> text(const Field& field, Test& test) {
        const bool bare_allowed = field.operand == Operand::content;
        if (!is(TokenKind::quoted) && !(bare_allowed && is(TokenKind::word))) {
            return unexpected("expected " + std::string(field.value)).value();
        }
        if (at_->text.empty()) {
            return flow::Error{"expected " + std::string(field.value) + ", found an empty one", here()};
        }
        test.text = at_->text;
        test.match = bare_allowed ? TextMatch::contains : TextMatch::regex;
        ++at_;
        if (field.operand == Operand::regex && is_word("i")) {
            test.caseless = true;
            ++at_;
        }
        return std::nullopt;
    }

    const Token* at_;
    Ast ast_;
};

}  // namespace

flow::Result<Ast> parse(std::string_view filter, const Context& /*context*/) {
    auto list = tokens(filter);
    if (!list) return flow::pass(list);
    return Parser(*list).run();
}

flow::Place placed(const flow::Place& begin, const flow::Place& inner) {
    if (inner.line == 0) return begin;
    flow::Place out{begin.file, inner.line, inner.column};
    if (begin.line == 0) return out;
    out.line = begin.line + inner.line - 1;
    if (inner.line == 1) out.column = begin.column == 0 ? 0 : begin.column + inner.column - 1;
    return out;
}

}  // namespace filters::language
