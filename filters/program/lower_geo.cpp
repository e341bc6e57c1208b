// SPDX-License-Identifier: Apache-2.0
#include "filters/program/lower_geo.hpp"

#include <string>

namespace filters::program {

flow::Result<Edge> lower_country(const language::Field& field, const language::Test& test,
                                 const Environment& /*environment*/, GraphBuilder& /*graph*/) {
    return flow::fail(
        "'" + std::string(field.name()) + " " + test.text + "' needs a database of countries, and none is configured",
        test.place);
}

flow::Result<Edge> lower_as_name(const language::Field& field, const language::Test& test,
                                 const Environment& /*environment*/, GraphBuilder& /*graph*/) {
    return flow::fail("'" + std::string(field.name()) + "' needs a database of AS names, and none is configured",
                      test.place);
}

}  // namespace filters::program
