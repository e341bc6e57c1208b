// SPDX-License-Identifier: Apache-2.0
#include "filters/program/lower_geo.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "filters/geo/database.hpp"
#include "filters/program/lower_parts.hpp"

namespace filters::program {

namespace {

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
    return code.size() == 2 && code.find(' ') == std::string_view::npos && kCountries.find(code) % 3 == 0;
}

}  // namespace

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
    return lower_sides(field, test, graph,
                       [&](Predicate& predicate, language::Subject subject) { predicate.add(subject, nets); });
}

flow::Result<Edge> lower_as_name(const language::Field& field, const language::Test& test,
                                 const Environment& /*environment*/, GraphBuilder& /*graph*/) {
    return flow::fail("'" + std::string(field.name()) + "' needs a database of AS names, and none is configured",
                      test.place);
}

}  // namespace filters::program
