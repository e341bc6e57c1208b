// SPDX-License-Identifier: Apache-2.0
#include "filters/language/parser.hpp"

#include <optional>
#include <string>
#include <utility>

#include "filters/language/cursor.hpp"
#include "filters/language/fields.hpp"
#include "filters/language/include.hpp"
#include "filters/language/operand.hpp"
#include "filters/language/spellings.hpp"

namespace filters::language {

namespace {

class Parser {
  public:
    Parser(const Source& source, const Context& context) : cursor_(source), operands_(cursor_, context) {}

    flow::Result<Ast> run() {
        if (cursor_.is(TokenKind::end)) {
            ast_.root = add(NodeKind::any, 0, 0);
            return std::move(ast_);
        }
        const auto root = disjunction(0);
        if (!root) return tl::unexpected(root.error());
        if (!cursor_.is(TokenKind::end)) return unjoined("expected and, or, or the end of the filter");
        ast_.root = *root;
        return std::move(ast_);
    }

  private:
    using NodeIndex = std::uint32_t;

    [[nodiscard]] tl::unexpected<flow::Error> unexpected(std::string_view expected) const {
        return tl::unexpected(cursor_.unexpected(expected));
    }
    // Where tests are joined.
    [[nodiscard]] tl::unexpected<flow::Error> unjoined(std::string_view expected) const {
        std::string meant = cursor_.is(TokenKind::word) ? nearest(cursor_->text, {"and", "or"}) : std::string();
        if (cursor_.is(TokenKind::comma)) meant = "a list, as in port in [80, 443]";
        return tl::unexpected(cursor_.unexpected(expected, meant));
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
            if (!operands.empty()) cursor_.skip();
            const auto operand = conjunction(depth);
            if (!operand) return operand;
            operands.push_back(*operand);
        } while (cursor_.is_or());
        return join(NodeKind::disjunction, operands);
    }
    flow::Result<NodeIndex> conjunction(unsigned depth) {
        std::vector<NodeIndex> operands;
        do {
            if (!operands.empty()) cursor_.skip();
            const auto operand = negation(depth);
            if (!operand) return operand;
            operands.push_back(*operand);
        } while (cursor_.is_and());
        return join(NodeKind::conjunction, operands);
    }
    flow::Result<NodeIndex> negation(unsigned depth) {
        bool negated = false;
        for (; cursor_.is_not(); cursor_.skip()) negated = !negated;
        const auto operand = primary(depth);
        if (!operand || !negated) return operand;
        if (const Node& node = ast_.nodes[*operand]; node.kind == NodeKind::negation) {
            return ast_.children[node.first];
        }
        ast_.children.push_back(*operand);
        return add(NodeKind::negation, ast_.children.size() - 1, 1);
    }
    flow::Result<NodeIndex> primary(unsigned depth) {
        if (cursor_.is(TokenKind::open)) {
            if (depth == kDeepest) {
                return flow::fail("brackets are nested deeper than " + std::to_string(kDeepest) +
                                      "; write the filter with fewer levels",
                                  cursor_.here());
            }
            cursor_.skip();
            const auto inner = disjunction(depth + 1);
            if (!inner) return inner;
            if (!cursor_.is(TokenKind::close)) return unjoined("expected and, or, or ')'");
            cursor_.skip();
            return inner;
        }
        if (cursor_.is_word("any")) {
            cursor_.skip();
            return add(NodeKind::any, 0, 0);
        }
        return test();
    }

    flow::Result<NodeIndex> test() {
        std::optional<Side> side;
        const auto spelling = spelt(side);
        if (!spelling) return tl::unexpected(spelling.error());
        if (*spelling == nullptr) return no_test(side.has_value());
        if (const Refusal* refusal = (*spelling)->refusal) {
            const std::string_view words = refusal->words.substr(0, refusal->words.find('|'));
            return tl::unexpected(cursor_.error(quoted(words) + " cannot be asked: " + std::string(refusal->reason)));
        }
        if (ast_.tests.size() == kMostTests) {
            return tl::unexpected(cursor_.error("more than " + std::to_string(kMostTests) +
                                                " tests; join addresses and numbers into lists"));
        }
        const Field& field = *(*spelling)->field;
        cursor_.skip((*spelling)->words.size());
        Test test{.field = static_cast<std::size_t>(&field - fields().data()), .place = cursor_.here()};
        test.side = side.value_or(field.source_unsaid ? Side::source : Side::either);
        if (auto done = operands_.read(field, test); !done) return flow::pass(done);
        ast_.tests.push_back(std::move(test));
        return add(NodeKind::test, ast_.tests.size() - 1, 1);
    }

    // The spelling at the cursor, with a direction before it where there is one; null: none. Some spellings begin with src
    // and dst themselves; elsewhere those are a direction.
    flow::Result<const Spelling*> spelt(std::optional<Side>& side) {
        if (const Spelling* whole = meant(spellings_at(cursor_.at()), cursor_.at())) return whole;
        const Token* begin = cursor_.at();
        const auto given = direction();
        if (!given) return tl::unexpected(given.error());
        if (cursor_.at() == begin) return nullptr;
        side = *given;
        auto spellings = spellings_at(cursor_.at());
        std::erase_if(spellings, [](const Spelling* s) { return s->field == nullptr || !s->field->sided; });
        return meant(spellings, cursor_.at());
    }

    flow::Result<NodeIndex> no_test(bool directed) {
        const Misspelling wrong = misspelling(cursor_.at(), directed);
        cursor_.skip(static_cast<std::size_t>(wrong.at - cursor_.at()));
        return tl::unexpected(cursor_.unexpected(wrong.expected, wrong.suggestion));
    }

    // src, dst, or both joined by or/and; nothing is Side::either.
    flow::Result<Side> direction() {
        const bool source = cursor_.is_word("src");
        if (!source && !cursor_.is_word("dst")) return Side::either;
        cursor_.skip();
        if (!cursor_.is_or() && !cursor_.is_and()) return source ? Side::source : Side::destination;
        const Side joined = cursor_.is_and() ? Side::both : Side::either;
        cursor_.skip();
        const std::string_view other = source ? "dst" : "src";
        if (!cursor_.is_word(other)) return unexpected("expected " + std::string(other));
        cursor_.skip();
        return joined;
    }

    Cursor cursor_;
    OperandReader operands_;
    Ast ast_;
};

}  // namespace

flow::Result<Ast> parse(std::string_view filter, const Context& context) {
    auto source = read_source(filter, context);
    if (!source) return flow::pass(source);
    return Parser(*source, context).run();
}

flow::Place placed(const flow::Place& begin, const flow::Place& inner) {
    if (!inner.file.empty()) return inner;
    if (inner.line == 0) return begin;
    flow::Place out{begin.file, inner.line, inner.column};
    if (begin.line == 0) return out;
    out.line = begin.line + inner.line - 1;
    if (inner.line == 1) out.column = begin.column == 0 ? 0 : begin.column + inner.column - 1;
    return out;
}

}  // namespace filters::language
