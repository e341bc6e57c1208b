// SPDX-License-Identifier: Apache-2.0
#include "filters/program/lower_geo.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "filters/geo/database.hpp"
#include "filters/language/lexer.hpp"
#include "filters/program/lower_parts.hpp"
#include "filters/text/text_table.hpp"

namespace filters::program {

namespace {

using flow::Column;
using language::Operand;
using language::Range;
using language::Subject;

// ISO 3166-1 alpha-2, and XK, which databases use for Kosovo: a country that a database does not know just now is no
// mistake of who wrote the filter.
constexpr std::string_view kCountries =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR "
    "GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO "
    "JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR "
    "MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO "
    "RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV "
    "TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

bool is_country(std::string_view code) {
    return code.size() == 2 && code.find(' ') == std::string_view::npos &&
           kCountries.find(code) != std::string_view::npos;
}

// The address whose AS `subject` is.
std::optional<Subject> address_of(Subject subject) {
    if (subject == Subject(Column::src_as)) return Subject(Column::src_addr);
    if (subject == Subject(Column::dst_as)) return Subject(Column::dst_addr);
    return std::nullopt;
}

// What the database adds to a test of AS numbers.
class Filling {
  public:
    Filling(const geo::Database& geo, std::vector<Range> numbers) : numbers_(std::move(numbers)) {
        if (!numbers_.empty() && numbers_.front().low == 0) {
            zero_ = true;
            if (++numbers_.front().low > numbers_.front().high) numbers_.erase(numbers_.begin());
            everywhere_ = geo.as({&kKnown, 1});
        }
        nets_ = geo.as(numbers_);
    }

    // Of one subject that is asked. Those of any AS at all are the same predicate each time.
    [[nodiscard]] std::size_t nets() const noexcept { return nets_.size(); }
    // `test` asked of one AS number; `name` says it.
    [[nodiscard]] Edge lower(Subject subject, const std::string& name, GraphBuilder& graph) const {
        const auto ask = [&](Subject of, const auto& what, std::string says) {
            Predicate predicate;
            predicate.add(of, std::span(what));
            const Edge edge = graph.predicate(std::move(predicate));
            graph.name(edge, [&] { return std::move(says); });
            return edge;
        };
        const Edge told = ask(subject, numbers_, name);
        const auto address = address_of(subject);
        if (!address) return told;
        const std::string number = language::name_of(subject);
        const Edge known = ask(subject, std::array{kKnown}, number + " told by the exporter");
        const Edge located = ask(*address, nets_, name + " by its address");
        std::vector<Edge> any{told, graph.all_of({opposite(known), located})};
        if (zero_) {
            const Edge anywhere = ask(*address, everywhere_, number + " known by its address");
            any.push_back(graph.all_of({ask(subject, std::array{Range{0, 0}}, number + " 0"), opposite(anywhere)}));
        }
        return graph.any_of(std::move(any));
    }

  private:
    static constexpr Range kKnown{1, 0xffff'ffff};

    std::vector<Range> numbers_;  // without 0
    bool zero_ = false;           // which was among them
    std::vector<language::Net> nets_{}, everywhere_{};
};

Edge lower_numbers(const language::Field& field, const language::Test& test, const Filling& filling,
                   GraphBuilder& graph) {
    using language::Side;
    std::vector<Edge> edges;
    each_subject(field, test, [&](Subject subject) {
        language::Test one = test;
        if (field.sided) one.side = subject == field.subjects[0] ? Side::source : Side::destination;
        edges.push_back(filling.lower(subject, language::print(one), graph));
    });
    return test.side == Side::both ? graph.all_of(std::move(edges)) : graph.any_of(std::move(edges));
}

text::Pattern pattern_of(const language::Test& test) {
    using enum language::TextMatch;
    const auto kind = test.match == equal      ? text::PatternKind::equal
                      : test.match == contains ? text::PatternKind::content
                      : test.match == regex    ? text::PatternKind::regex
                                               : text::PatternKind::present;
    return {kind, test.text, test.caseless};
}

// Of all AS whose name the test holds for.
flow::Result<std::vector<Range>> numbers_named(const geo::Database& geo, const language::Test& test) {
    const text::Pattern pattern = pattern_of(test);
    if (auto checked = text::check(pattern); !checked) return flow::pass(checked);
    const auto table = text::TextTable::compile({{pattern, 0}});
    if (!table) return tl::unexpected(table.error());
    text::Scratch scratch;
    if (auto fits = table->fit(scratch); !fits) return flow::pass(fits);
    std::vector<Range> out;
    for (const geo::AutonomousSystem& system : geo.systems()) {
        bool holds = false;
        const auto found = [](std::uint32_t, void* into) { *static_cast<bool*>(into) = true; };
        if (!table->match(system.name, scratch, found, &holds))
            return flow::fail("the names of autonomous systems cannot be searched for " + language::quoted(test.text));
        if (!holds) continue;
        if (!out.empty() && out.back().high + 1 >= system.number) {
            out.back().high = system.number;
        } else {
            out.push_back({system.number, system.number});
        }
    }
    return out;
}

// Nets are copied into the predicate of each subject.
flow::Result<void> take_nets(const language::Field& field, const language::Test& test, std::size_t nets,
                             GraphBuilder& graph) {
    std::size_t subjects = 0;
    each_subject(field, test, [&](Subject) { ++subjects; });
    if (graph.take_located(nets * subjects)) return {};
    return flow::fail("the filters ask for AS and countries that are more than " + std::to_string(kMostLocatedNets) +
                          " nets together; use fewer different thresholds such as 'as < 1000', or fewer channels",
                      test.place);
}

flow::Result<Edge> lower_country(const language::Field& field, const language::Test& test,
                                 const Environment& environment, GraphBuilder& graph) {
    const std::string asked = "'" + std::string(field.name()) + " " + test.text + "'";
    const geo::Database* geo = environment.geo;
    if (geo == nullptr || !geo->has_countries()) {
        return flow::fail(asked +
                              " needs a database of countries: name one as geo_country below [filters] in the "
                              "configuration",
                          test.place);
    }
    if (!geo->has_country(test.text) && !is_country(test.text))
        return flow::fail(asked + ": there is no such country; write its two letters, as in DE or GB", test.place);
    const std::vector<language::Net> nets = geo->country(test.text);
    if (auto taken = take_nets(field, test, nets.size(), graph); !taken) return flow::pass(taken);
    return lower_sides(field, test, graph,
                       [&](Predicate& predicate, language::Subject subject) { predicate.add(subject, nets); });
}

flow::Result<Edge> lower_filled(const language::Field& field, const language::Test& test, const Filling& filling,
                                GraphBuilder& graph) {
    if (auto taken = take_nets(field, test, filling.nets(), graph); !taken) return flow::pass(taken);
    return lower_numbers(field, test, filling, graph);
}

flow::Result<Edge> lower_as_name(const language::Field& field, const language::Test& test,
                                 const Environment& environment, GraphBuilder& graph) {
    if (environment.geo == nullptr || !environment.geo->has_as()) {
        return flow::fail("'" + std::string(field.name()) +
                              "' needs a database of autonomous systems: name one as geo_as below [filters] in the "
                              "configuration",
                          test.place);
    }
    auto numbers = numbers_named(*environment.geo, test);
    if (!numbers) return flow::fail(std::move(numbers.error().message), test.place);
    return lower_filled(field, test, Filling(*environment.geo, std::move(*numbers)), graph);
}

}  // namespace

bool asks_database(const language::Field& field, const Environment& environment) {
    if (field.operand == Operand::country || field.operand == Operand::as_name) return true;
    return environment.geo != nullptr && environment.geo->has_as() &&
           std::ranges::any_of(field.subjects, [](Subject subject) { return address_of(subject).has_value(); });
}

flow::Result<Edge> lower_geo(const language::Field& field, const language::Test& test, const Environment& environment,
                             GraphBuilder& graph) {
    return graph.once(language::print(test), [&]() -> flow::Result<Edge> {
        if (field.operand == Operand::country) return lower_country(field, test, environment, graph);
        if (field.operand == Operand::as_name) return lower_as_name(field, test, environment, graph);
        return lower_filled(field, test, Filling(*environment.geo, test.ranges), graph);
    });
}

}  // namespace filters::program
