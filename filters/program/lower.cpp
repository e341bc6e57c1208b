// SPDX-License-Identifier: Apache-2.0
#include "filters/program/lower.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "filters/language/fields.hpp"
#include "filters/program/lower_geo.hpp"
#include "filters/program/lower_parts.hpp"
#include "filters/program/lower_text.hpp"

namespace filters::program {

namespace {

using flow::Column;
using language::Field;
using language::NodeKind;
using language::Operand;
using language::Range;
using language::Reading;
using language::Requires;
using language::Side;
using language::Subject;
using language::Test;

constexpr std::array kIcmpProtocols = {Range{1, 1}, Range{58, 58}};

// ICMP type and code share a column: the values of dst_port whose high or low byte is in `ranges`.
std::vector<Range> whole_values(Reading reading, std::span<const Range> ranges) {
    std::vector<Range> out;
    for (const Range& range : ranges) {
        if (reading == Reading::icmp_type) {
            out.push_back({range.low << 8, range.high << 8 | 0xff});
            continue;
        }
        for (std::uint64_t high = 0; high < 256; ++high) out.push_back({high << 8 | range.low, high << 8 | range.high});
    }
    return out;
}

bool is_text(const Field& field) {
    return language::kind_of(field.subjects.front()) == language::SubjectKind::text;
}

// Whether the indexes can answer it.
bool is_answered(const Field& field) {
    const auto answered = [](Subject subject) {
        if (subject.reading != Reading::column) {
            return subject.reading == Reading::icmp_type || subject.reading == Reading::icmp_code ||
                   subject.reading == Reading::application_bytes;
        }
        return subject.column == Column::proto || subject.column == Column::src_port ||
               subject.column == Column::dst_port || subject.column == Column::src_addr ||
               subject.column == Column::dst_addr || subject.column == Column::family;
    };
    return std::ranges::all_of(field.subjects, answered);
}

// Takes every value a column can have; tests that need a protocol still ask for it.
bool holds_always(const Field& field, const Test& test) {
    return !test.ranges.empty() && test.ranges.front() == Range{0, field.most} && field.needs == Requires::nothing;
}

void feed(Predicate& predicate, const Test& test, Subject subject) {
    if (subject.reading == Reading::icmp_type || subject.reading == Reading::icmp_code) {
        predicate.add(Column::dst_port, whole_values(subject.reading, test.ranges));
        return;
    }
    predicate.add(subject, test.ranges);
    predicate.add(subject, test.nets);
}

// One of several tests joined by OR can be answered together with others of the same columns.
bool can_join(const Field& field, const Test& test) {
    return !is_text(field) && field.operand != Operand::country && field.needs == Requires::nothing &&
           test.side != Side::both && !holds_always(field, test);
}

class Lowering {
  public:
    Lowering(const language::Ast& ast, const Environment& environment, GraphBuilder& graph)
        : ast_(ast), environment_(environment), graph_(graph) {}

    // Depth is bounded by the parser's limit on brackets.
    flow::Result<Edge> node(std::uint32_t index) {
        const language::Node& n = ast_.nodes[index];
        switch (n.kind) {
            case NodeKind::any:
                return kTrue;
            case NodeKind::test:
                return test(ast_.tests[n.first]);
            case NodeKind::negation: {
                const auto inner = node(ast_.children[n.first]);
                if (!inner) return inner;
                return opposite(*inner);
            }
            case NodeKind::conjunction: {
                auto edges = operands(n);
                if (!edges) return flow::pass(edges);
                return graph_.all_of(std::move(*edges));
            }
            case NodeKind::disjunction:
                break;
        }
        return disjunction(n);
    }

  private:
    flow::Result<std::vector<Edge>> operands(const language::Node& n) {
        std::vector<Edge> edges;
        for (std::uint32_t i = 0; i < n.count; ++i) {
            const auto edge = node(ast_.children[n.first + i]);
            if (!edge) return tl::unexpected(edge.error());
            edges.push_back(*edge);
        }
        return edges;
    }

    // Tests of the same columns become one predicate: `src port 53 or dst port 80` needs no OR while
    // matching.
    flow::Result<Edge> disjunction(const language::Node& n) {
        std::vector<Edge> edges;
        std::vector<std::pair<std::span<const Subject>, Predicate>> joined;
        for (std::uint32_t i = 0; i < n.count; ++i) {
            const language::Node& operand = ast_.nodes[ast_.children[n.first + i]];
            if (operand.kind == NodeKind::test) {
                const Test& t = ast_.tests[operand.first];
                const Field& field = language::fields()[t.field];
                if (can_join(field, t)) {
                    const auto at = std::find_if(joined.begin(), joined.end(), [&](const auto& j) {
                        return std::ranges::equal(j.first, field.subjects);
                    });
                    Predicate& predicate =
                        at != joined.end() ? at->second : joined.emplace_back(field.subjects, Predicate{}).second;
                    each_subject(field, t, [&](Subject subject) { feed(predicate, t, subject); });
                    continue;
                }
            }
            const auto edge = node(ast_.children[n.first + i]);
            if (!edge) return edge;
            edges.push_back(*edge);
        }
        for (auto& [subjects, predicate] : joined) edges.push_back(graph_.predicate(std::move(predicate)));
        return graph_.any_of(std::move(edges));
    }

    flow::Result<Edge> test(const Test& t) {
        const Field& field = language::fields()[t.field];
        if (field.operand == Operand::country) return lower_country(field, t, environment_, graph_);
        if (is_text(field)) return lower_text(field, t, environment_, graph_);
        if (holds_always(field, t)) return kTrue;
        const Edge edge =
            lower_sides(field, t, graph_, [&](Predicate& predicate, Subject subject) { feed(predicate, t, subject); });
        if (field.needs == Requires::nothing) return edge;
        Predicate icmp;
        icmp.add(Column::proto, kIcmpProtocols);
        return graph_.all_of({graph_.predicate(std::move(icmp)), edge});
    }

    const language::Ast& ast_;
    const Environment& environment_;
    GraphBuilder& graph_;
};

}  // namespace

flow::Result<Edge> lower(const language::Ast& ast, const Environment& environment, GraphBuilder& graph) {
    for (const Test& test : ast.tests) {
        const Field& field = language::fields()[test.field];
        if (!is_answered(field)) return flow::fail("'" + std::string(field.name()) + "' cannot be matched", test.place);
    }
    return Lowering(ast, environment, graph).node(ast.root);
}

}  // namespace filters::program
