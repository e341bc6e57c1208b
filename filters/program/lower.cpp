// SPDX-License-Identifier: Apache-2.0
#include "filters/program/lower.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "filters/language/fields.hpp"
#include "filters/language/lexer.hpp"
#include "filters/program/lower_geo.hpp"
#include "filters/program/lower_parts.hpp"
#include "filters/program/lower_text.hpp"
#include "filters/program/readings.hpp"

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
constexpr std::array kTcp = {Range{6, 6}};
constexpr std::array kDenied = {Range{3, 3}};  // Cisco NSEL NF_F_FW_EVENT

std::string unknown_source(const std::string& name, std::span<const std::string> sources) {
    constexpr std::size_t kMostNamed = 20;
    std::string out = "there is no source " + language::quoted(name) + "; the sources are";
    for (std::size_t i = 0; i < std::min(sources.size(), kMostNamed); ++i) {
        out += (i == 0 ? " '" : ", '") + sources[i] + "'";
    }
    if (sources.size() > kMostNamed) out += " and " + std::to_string(sources.size() - kMostNamed) + " more";
    return out;
}

// The ICMP type is the high byte of dst_port: the values of that. The code, its low byte, would be 256 ranges for each of
// one, and is worked out instead.
std::vector<Range> values_with_types(std::span<const Range> types) {
    std::vector<Range> out;
    for (const Range& range : types) out.push_back({range.low << 8, range.high << 8 | 0xff});
    return out;
}

// What both hold of; sorted and apart as they are.
std::vector<Range> shared(std::span<const Range> a, std::span<const Range> b) {
    std::vector<Range> out;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        const Range both{std::max(a[i].low, b[j].low), std::min(a[i].high, b[j].high)};
        if (both.low <= both.high) out.push_back(both);
        if (a[i].high < b[j].high) {
            ++i;
        } else {
            ++j;
        }
    }
    return out;
}

bool is_text(const Field& field) {
    return language::kind_of(field.subjects.front()) == language::SubjectKind::text;
}

void feed(Predicate& predicate, const Test& test, Subject subject) {
    if (subject.reading == Reading::icmp_type) {
        predicate.add(Column::dst_port, values_with_types(test.ranges));
        return;
    }
    predicate.add(subject, test.ranges);
    predicate.add(subject, test.nets);
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
            case NodeKind::conjunction:
                return conjunction(n);
            case NodeKind::disjunction:
                break;
        }
        return disjunction(n);
    }

  private:
    // Several tests of one number: `bytes > 1k and bytes < 2k` is one range.
    struct Narrowed {
        Subject subject;
        std::vector<Range> ranges;
        std::vector<const Test*> tests;
    };

    flow::Result<Edge> conjunction(const language::Node& n) {
        std::vector<Edge> edges;
        std::vector<Narrowed> narrowed;
        for (std::uint32_t i = 0; i < n.count; ++i) {
            const language::Node& operand = ast_.nodes[ast_.children[n.first + i]];
            if (operand.kind == NodeKind::test && narrow(ast_.tests[operand.first], narrowed)) continue;
            const auto edge = node(ast_.children[n.first + i]);
            if (!edge) return edge;
            edges.push_back(*edge);
        }
        for (const Narrowed& one : narrowed) {
            if (one.tests.size() == 1) {
                const auto edge = test(*one.tests.front());
                if (!edge) return edge;
                edges.push_back(*edge);
                continue;
            }
            Predicate predicate;
            predicate.add(one.subject, one.ranges);
            edges.push_back(graph_.predicate(std::move(predicate)));
            graph_.name(edges.back(), [&] { return text_of(one.tests, " and "); });
        }
        return graph_.all_of(std::move(edges));
    }

    // False: the test asks more than one number.
    bool narrow(const Test& test, std::vector<Narrowed>& narrowed) const {
        const Field& field = language::fields()[test.field];
        std::vector<Subject> asked;
        each_subject(field, test, [&](Subject subject) { asked.push_back(subject); });
        const bool is_number = language::kind_of(asked.front()) == language::SubjectKind::number;
        if (asked.size() != 1 || !is_number || !can_join(field, test)) return false;
        const auto at = std::find_if(narrowed.begin(), narrowed.end(),
                                     [&](const Narrowed& other) { return other.subject == asked.front(); });
        if (at == narrowed.end()) {
            narrowed.push_back({asked.front(), test.ranges, {&test}});
        } else {
            at->ranges = shared(at->ranges, test.ranges);
            at->tests.push_back(&test);
        }
        return true;
    }

    // One of several tests joined by OR can be answered together with others of the same columns.
    [[nodiscard]] bool can_join(const Field& field, const Test& test) const {
        const bool special = field.operand == Operand::ident || is_text(field) || asks_database(field, environment_);
        return !special && field.needs == Requires::nothing && test.side != Side::both && !holds_always(field, test);
    }
    struct Joined {
        std::span<const Subject> subjects;
        Predicate predicate;
        std::vector<const Test*> tests;
    };
    static std::string text_of(std::span<const Test* const> tests, std::string_view join) {
        std::string out;
        for (const Test* test : tests) out += std::string(out.empty() ? "" : join) + language::print(*test);
        return out;
    }

    // Takes every value a subject can have, and no flow lacks it; tests that need a protocol still ask for it.
    [[nodiscard]] bool holds_always(const Field& field, const Test& test) const {
        if (test.ranges.empty() || test.ranges.front() != Range{0, field.most}) return false;
        const auto always_there = [&](Subject subject) {
            if (is_of_exporter(subject)) return false;
            return environment_.missing == language::Missing::zero || language::presence_of(subject) == 0;
        };
        bool any = false;
        bool all = true;
        each_subject(field, test, [&](Subject subject) {
            any |= always_there(subject);
            all &= always_there(subject);
        });
        return test.side == Side::both ? all : any;
    }

    // Tests of the same columns become one predicate: `src port 53 or dst port 80` needs no OR while
    // matching.
    flow::Result<Edge> disjunction(const language::Node& n) {
        std::vector<Edge> edges;
        std::vector<Joined> joined;
        for (std::uint32_t i = 0; i < n.count; ++i) {
            const language::Node& operand = ast_.nodes[ast_.children[n.first + i]];
            if (operand.kind == NodeKind::test) {
                const Test& t = ast_.tests[operand.first];
                const Field& field = language::fields()[t.field];
                if (can_join(field, t)) {
                    const auto at = std::find_if(joined.begin(), joined.end(), [&](const Joined& j) {
                        return std::ranges::equal(j.subjects, field.subjects);
                    });
                    Joined& join = at != joined.end() ? *at : joined.emplace_back(Joined{field.subjects, {}, {}});
                    each_subject(field, t, [&](Subject subject) { feed(join.predicate, t, subject); });
                    join.tests.push_back(&t);
                    continue;
                }
            }
            const auto edge = node(ast_.children[n.first + i]);
            if (!edge) return edge;
            edges.push_back(*edge);
        }
        for (Joined& join : joined) {
            edges.push_back(graph_.predicate(std::move(join.predicate)));
            graph_.name(edges.back(), [&] { return text_of(join.tests, " or "); });
        }
        return graph_.any_of(std::move(edges));
    }

    flow::Result<Edge> test(const Test& t) {
        const Field& field = language::fields()[t.field];
        const auto edge = operand(field, t);
        if (!edge) return edge;
        return graph_.all_of({needed(field.needs), *edge});
    }

    flow::Result<Edge> operand(const Field& field, const Test& t) {
        if (field.operand == Operand::ident) return ident(t);
        if (is_text(field)) return lower_text(field, t, environment_, graph_);
        if (holds_always(field, t)) return kTrue;
        if (asks_database(field, environment_)) return lower_geo(field, t, environment_, graph_);
        return lower_sides(field, t, graph_,
                           [&](Predicate& predicate, Subject subject) { feed(predicate, t, subject); });
    }

    Edge needed(Requires needs) {
        Predicate predicate;
        std::string_view name;
        switch (needs) {
            case Requires::icmp:
                predicate.add(Column::proto, kIcmpProtocols);
                name = "proto icmp or proto icmp6";
                break;
            case Requires::tcp:
                predicate.add(Column::proto, kTcp);
                name = "proto tcp";
                break;
            case Requires::denied:
                predicate.add(Column::firewall_event, kDenied);
                name = "asa event denied";
                break;
            case Requires::nothing:
                return kTrue;
        }
        const Edge edge = graph_.predicate(std::move(predicate));
        graph_.name(edge, [&] { return std::string(name); });
        return edge;
    }

    // Where no sources are known (a query without configuration) no flow has one.
    flow::Result<Edge> ident(const Test& t) {
        const auto& sources = environment_.sources;
        const auto at = std::find(sources.begin(), sources.end(), t.text);
        if (at == sources.end() && !sources.empty()) return flow::fail(unknown_source(t.text, sources), t.place);
        Predicate predicate;
        if (at != sources.end()) {
            const auto index = static_cast<std::uint64_t>(at - sources.begin());
            predicate.add(Column::source, {{Range{index, index}}});
        }
        const Edge edge = graph_.predicate(std::move(predicate));
        graph_.name(edge, [&] { return language::print(t); });
        return edge;
    }

    const language::Ast& ast_;
    const Environment& environment_;
    GraphBuilder& graph_;
};

}  // namespace

flow::Result<Edge> lower(const language::Ast& ast, const Environment& environment, GraphBuilder& graph) {
    return Lowering(ast, environment, graph).node(ast.root);
}

}  // namespace filters::program
