// SPDX-License-Identifier: Apache-2.0
// `net-collector filter check`: whether filters are right, and how they are understood.
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/check.hpp"
#include "control/cli/commands.hpp"
#include "control/cli/filter_input.hpp"
#include "control/filter_excerpt.hpp"
#include "filters/language/parser.hpp"
#include "filters/program/program.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

void print(const Context& context, const Json& json) {
    context.out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

Done check_channels(const Context& context, const FilterWorld& world) {
    const auto checked = control::check(*world.config);
    if (!checked) return refuse_filters(context, world, checked.error());
    std::size_t channels = 0;
    for (const auto& profile : world.config->profiles) channels += profile.channels.size();
    if (context.json) {
        print(context, {{"ok", true}, {"file", world.config->file}, {"filters", channels}});
    } else {
        context.out << "ok: every filter of " << world.config->file << " (profiles: " << world.config->profiles.size()
                    << ", channels: " << channels << ")\n";
    }
    return {};
}

// Parsed, and compiled as well: some faults, those of regular expressions for instance, show only then.
flow::Result<std::string> normal_form(const GivenFilter& given, const FilterWorld& world, control::FilterTexts& texts) {
    filters::Environment environment = world.environment;
    environment.context = texts.remembering(std::move(environment.context));
    const auto ast = filters::language::parse(given.text, environment.context);
    if (!ast) return tl::unexpected(texts.shown(ast.error(), given.text, given.begin));
    const filters::ChannelSpec spec{.name = {}, .filter = given.text, .place = {{}, 1, 1}, .sources = {}};
    const auto program = filters::Program::compile({&spec, 1}, environment);
    if (!program) return tl::unexpected(texts.shown(program.error(), given.text, given.begin));
    return print(*ast);
}

}  // namespace

Done check_filter(const Context& context, const FilterQuery& query) {
    const auto given = given_filter(query);
    if (!given) return tl::unexpected(given.error());
    const auto world = filter_world(context, query, !given->has_value());
    if (!world) return tl::unexpected(world.error());
    if (!*given) return check_channels(context, *world);

    control::FilterTexts texts;
    const auto normal = normal_form(**given, *world, texts);
    if (!normal) return refuse_filter(context, normal.error());
    if (context.json) {
        print(context, {{"ok", true}, {"normal", *normal}});
    } else {
        context.out << "ok\n" << *normal << '\n';
    }
    return {};
}

}  // namespace cli
