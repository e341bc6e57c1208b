// SPDX-License-Identifier: Apache-2.0
// `net-collector filter check`: whether filters are right, and how they are understood.
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/check.hpp"
#include "control/cli/commands.hpp"
#include "control/cli/filter_input.hpp"
#include "control/filter_excerpt.hpp"
#include "filters/language/parser.hpp"
#include "filters/program/explain.hpp"

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

struct Checked {
    std::string normal_form{};
    std::vector<std::string> notes{};  // of a filter that is right, but hardly what was meant
};

// Compiled as well: some faults, those of regular expressions for instance, show only then.
flow::Result<Checked> checked_filter(const GivenFilter& given, const FilterWorld& world, control::FilterTexts& texts) {
    filters::Environment environment = world.environment;
    environment.context = texts.remembering(std::move(environment.context));
    const auto ast = filters::language::parse(given.text, environment.context);
    if (!ast) return tl::unexpected(texts.shown(ast.error(), given.text, given.begin));
    grant_sources(world, *ast, environment);
    filters::ChannelSpec spec;
    spec.filter = given.text;
    spec.place = {{}, 1, 1};
    const auto explained = filters::explain(spec, environment);
    if (!explained) return tl::unexpected(texts.shown(explained.error(), given.text, given.begin));
    Checked out{.normal_form = explained->normal_form};
    if (explained->result == "not any") out.notes.emplace_back("it takes no flow at all");
    if (explained->result == "any" && !ast->tests.empty()) out.notes.emplace_back("it takes every flow");
    return out;
}

}  // namespace

Done check_filter(const Context& context, const FilterQuery& query) {
    const auto given = given_filter(query);
    if (!given) return tl::unexpected(given.error());
    const auto world = filter_world(context, query, !given->has_value());
    if (!world) return tl::unexpected(world.error());
    if (!*given) return check_channels(context, *world);

    control::FilterTexts texts;
    const auto checked = checked_filter(**given, *world, texts);
    if (!checked) return refuse_filter(context, checked.error());
    if (context.json) {
        print(context, {{"ok", true}, {"normal", checked->normal_form}, {"notes", checked->notes}});
        return {};
    }
    context.out << "ok\n" << control::harmless(checked->normal_form) << '\n';
    for (const std::string& note : checked->notes) context.err << "note: " << note << '\n';
    return {};
}

}  // namespace cli
