// SPDX-License-Identifier: Apache-2.0
// The filter of a question: the operator's text, and what --profile and --channel add to it.
//
// Thread: one.
// Shape:  (FILTER) and ((ident edge or ident peer) and (channel's filter) or ...)
//         Databases of countries and AS are opened only for filters that ask for them.
// Errors: Trouble::filter with line, column and caret; Trouble::no_data for a profile or channel that is not there.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "control/config.hpp"
#include "control/query/options.hpp"
#include "control/query/outcome.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/result.hpp"
#include "filters/geo/database.hpp"
#include "filters/program/environment.hpp"
#include "filters/program/program.hpp"

namespace query {

struct FilterText {
    std::string text{};
    flow::Place begin{"filter", 1, 1};
    std::string directory{};  // where included files are looked for
};

// What filters are read against.
struct FilterWorld {
    const control::Config* config = nullptr;  // nullptr: there is none
    // Names of sources by the number that rows carry.
    std::vector<std::string> sources{};
    const flow::ExporterTable* exporters = nullptr;
};

struct Filter {
    std::string normal{};  // in the language's normal form; "any": everything
    // nullptr: everything.
    std::unique_ptr<const filters::Program> program{};
    // Sources outside of these have no such flows; empty: all may have some.
    std::vector<std::string> sources{};
    bool counts_rows = false;                             // asks for the number of a row: they must come in order
    std::shared_ptr<const filters::geo::Database> geo{};  // what the program was compiled with
};

[[nodiscard]] Outcome<Filter> make_filter(const Request& request, const FilterText& text, const FilterWorld& world);

}  // namespace query
