// SPDX-License-Identifier: Apache-2.0
// What the `filter` commands work on: the operator's filter, and what it is read against.
//
// Thread: one.
#pragma once

#include <optional>
#include <string>

#include "control/cli/commands.hpp"
#include "control/cli/context.hpp"
#include "control/filter_environment.hpp"
#include "dataplane/flow/result.hpp"
#include "filters/language/ast.hpp"
#include "filters/program/environment.hpp"

namespace cli {

struct GivenFilter {
    std::string text{};
    flow::Place begin{};  // the file, or "filter" for one from the command line
};
// Nothing when the query names none.
[[nodiscard]] Outcome<std::optional<GivenFilter>> given_filter(const FilterQuery& query);

// The configuration; nothing where there is none, or where it is faulty and nobody named it: then that is told on
// context.err. `needed`: that is an error.
[[nodiscard]] Outcome<std::optional<control::Config>> usable_config(const Context& context, bool needed);

// The configuration and what filters mean by it.
struct FilterWorld {
    std::optional<control::Config> config{};  // nothing: there is none, and none was asked for
    control::FilterEnvironment kept{};
    filters::Environment environment{};  // that of `kept`; no compiled patterns are read or written
};
// `needed`: see usable_config(). A filter from a file includes from that file's directory.
[[nodiscard]] Outcome<FilterWorld> filter_world(const Context& context, const FilterQuery& query, bool needed);

// Without a configuration the sources that the filter names are taken for granted.
void grant_sources(const FilterWorld& world, const filters::language::Ast& ast, filters::Environment& environment);

// Exit::bad_filter, and why: on standard error, or in JSON.
[[nodiscard]] Done refuse_filter(const Context& context, const flow::Error& error);
// The same of a configuration's filters, all faults at once.
[[nodiscard]] Done refuse_filters(const Context& context, const FilterWorld& world, const flow::Error& error);

}  // namespace cli
