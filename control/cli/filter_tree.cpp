// SPDX-License-Identifier: Apache-2.0
#include "control/cli/filter_tree.hpp"

#include "control/cli/text.hpp"

namespace cli {
namespace {

using filters::language::Ast;
using filters::language::Node;
using filters::language::NodeKind;

class Drawing {
  public:
    explicit Drawing(const Ast& ast) : ast_(ast) {}

    // The line's beginning is there; lines of the operands begin with `indent`. Depth is bounded by the parser's limit.
    void node(std::uint32_t index, const std::string& indent) {
        const Node& n = ast_.nodes[index];
        switch (n.kind) {
            case NodeKind::any:
                out += "any\n";
                return;
            case NodeKind::test:
                out += shortened(print(ast_.tests[n.first]), kTreeColumns) + "\n";
                return;
            case NodeKind::negation:
                out += "not ";
                node(ast_.children[n.first], indent);
                return;
            case NodeKind::conjunction:
            case NodeKind::disjunction:
                break;
        }
        out += n.kind == NodeKind::conjunction ? "and\n" : "or\n";
        for (std::uint32_t i = 0; i < n.count; ++i) {
            const bool last = i + 1 == n.count;
            out += indent + (last ? "└─ " : "├─ ");
            node(ast_.children[n.first + i], indent + (last ? "   " : "│  "));
        }
    }
    std::string out;

  private:
    const Ast& ast_;
};

}  // namespace

std::string drawn(const Ast& ast, std::string_view indent) {
    Drawing drawing(ast);
    drawing.out = indent;
    drawing.node(ast.root, std::string(indent));
    return std::move(drawing.out);
}

std::string shortened(std::string_view text, std::size_t most) {
    constexpr std::string_view kCut = "...";
    if (shown_width(text) <= most) return std::string(text);
    std::size_t at = 0;
    for (std::size_t characters = 0; at < text.size(); ++at) {
        const bool starts = (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
        if (starts && characters++ == most - kCut.size()) break;
    }
    return std::string(text.substr(0, at)) + std::string(kCut);
}

}  // namespace cli
