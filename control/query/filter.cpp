// SPDX-License-Identifier: Apache-2.0
#include "control/query/filter.hpp"

#include <algorithm>
#include <span>

#include "control/config_problems.hpp"
#include "control/filter_environment.hpp"
#include "control/filter_excerpt.hpp"
#include "filters/language/fields.hpp"
#include "filters/language/parser.hpp"

namespace query {
namespace {

using filters::language::Ast;
using filters::language::Field;
using filters::language::Operand;
using filters::language::Reading;
using filters::language::Subject;

const std::string kEverything = "any";

template <class Asks>
bool any_test(const Ast& ast, const Asks& asks) {
    return std::ranges::any_of(
        ast.tests, [&](const filters::language::Test& t) { return asks(filters::language::fields()[t.field]); });
}

// As filters/program does: AS numbers that the exporter did not tell are filled in from the address.
bool asks_database(const Field& field) {
    if (field.operand == Operand::country || field.operand == Operand::as_name) return true;
    return std::ranges::any_of(field.subjects, [](const Subject& s) {
        return s == Subject(flow::Column::src_as) || s == Subject(flow::Column::dst_as);
    });
}

bool counts(const Field& field) {
    return std::ranges::any_of(field.subjects, [](const Subject& s) { return s.reading == Reading::count; });
}

// Filters are compiled with names for what rows carry: those of the archive first, then those it has not seen yet.
void name_sources(const FilterWorld& world, const Ast& ast, filters::Environment& environment) {
    std::vector<std::string> names = world.sources;
    const auto add = [&](const std::string& name) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    for (const std::string& name : environment.sources) add(name);
    if (world.config == nullptr) {
        // Without a configuration those that the filter names are taken for granted.
        for (const auto& test : ast.tests) {
            if (filters::language::fields()[test.field].operand == Operand::ident) add(test.text);
        }
    }
    environment.sources = std::move(names);
}

std::string missing(const char* kind, const std::string& name, const std::vector<std::string>& names) {
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const auto near = control::nearest(name, candidates);
    return std::string("there is no ") + kind + " \"" + name + "\"" +
           (near.empty() ? ": `net-collector profiles` lists what there is"
                         : ": did you mean \"" + std::string(near) + "\"?");
}

// Those asked for; `live` has one for each source.
Outcome<std::vector<control::ChannelConfig>> chosen_channels(const Request& request, const control::Config& config) {
    std::vector<control::ChannelConfig> channels;
    std::vector<std::string> names;
    if (request.profile == control::kLiveProfile) {
        for (const auto& source : config.sources) channels.push_back({.name = source.name, .sources = {source.name}});
    } else {
        const auto found = std::ranges::find(config.profiles, request.profile, &control::ProfileConfig::name);
        if (found == config.profiles.end()) {
            names.emplace_back(control::kLiveProfile);
            for (const auto& profile : config.profiles) names.push_back(profile.name);
            return refuse(Trouble::no_data, missing("profile", request.profile, names));
        }
        channels = found->channels;
    }
    if (request.channels.empty()) return channels;
    for (const auto& channel : channels) names.push_back(channel.name);
    for (const std::string& wanted : request.channels) {
        if (std::ranges::find(names, wanted) == names.end())
            return refuse(Trouble::no_data, missing("channel", wanted, names));
    }
    std::erase_if(channels, [&](const auto& channel) {
        return std::ranges::find(request.channels, channel.name) == request.channels.end();
    });
    return channels;
}

class Maker {
  public:
    Maker(const FilterWorld& world, filters::Environment environment)
        : world_(world), environment_(std::move(environment)), bare_(environment_.context) {
        environment_.pattern_cache.clear();
        environment_.exporters = world.exporters;
    }

    flow::Result<Ast> parsed(const FilterText& filter) {
        look_in(filter.directory);
        auto ast = filters::language::parse(filter.text, environment_.context);
        environment_.context = bare_;
        if (!ast) return tl::unexpected(texts_.shown(ast.error(), filter.text, filter.begin));
        return ast;
    }

    flow::Result<std::unique_ptr<const filters::Program>> compiled(const FilterText& filter, const Ast& ast) {
        name_sources(world_, ast, environment_);
        look_in(filter.directory);
        filters::ChannelSpec spec;
        spec.filter = filter.text;
        spec.place = {{}, 1, 1};
        auto program = filters::Program::compile({&spec, 1}, environment_, filters::Keep::outline);
        environment_.context = bare_;
        if (!program) return tl::unexpected(texts_.shown(program.error(), filter.text, filter.begin));
        return program;
    }

    filters::Environment& environment() { return environment_; }

  private:
    void look_in(const std::string& directory) {
        if (!directory.empty()) environment_.context.include = control::include_from(directory);
        environment_.context = texts_.remembering(std::move(environment_.context));
    }

    const FilterWorld& world_;
    filters::Environment environment_;
    filters::language::Context bare_;
    control::FilterTexts texts_;
};

// "(ident a or ident b) and (filter)" of each, or-ed; empty: everything. `sources`: those of all, empty: every one.
flow::Result<std::string> channels_text(Maker& maker, std::span<const control::ChannelConfig> channels,
                                        std::vector<std::string>& sources) {
    std::string out;
    bool every_source = false;
    bool everything = false;
    for (const control::ChannelConfig& channel : channels) {
        const auto ast = maker.parsed({channel.filter, channel.filter_place, {}});
        if (!ast) return tl::unexpected(ast.error());
        std::string text = filters::language::print(*ast);
        std::string idents;
        for (const std::string& source : channel.sources) {
            idents += (idents.empty() ? "ident " : " or ident ") + source;
            sources.push_back(source);
        }
        every_source = every_source || channel.sources.empty();
        everything = everything || (channel.sources.empty() && text == kEverything);
        if (!idents.empty()) text = "(" + idents + ") and (" + text + ")";
        out += (out.empty() ? "(" : " or (") + text + ")";
    }
    if (every_source) sources.clear();
    return everything ? std::string() : out;
}

tl::unexpected<Refusal> wrong(const flow::Error& error) {
    return refuse(Trouble::filter, error.text());
}

// Compiled for what it takes; databases are opened where it asks for them.
Outcome<Filter> finished(Maker& maker, const FilterWorld& world, const FilterText& text, const Ast& ast,
                         Filter filter) {
    filter.normal = filters::language::print(ast);
    filter.counts_rows = any_test(ast, counts);
    if (any_test(ast, asks_database) && world.config != nullptr) {
        const auto made = control::make_filter_environment(*world.config);
        if (!made) return refuse(Trouble::failed, made.error().text());
        filter.geo = made->geo;
        maker.environment().geo = filter.geo.get();
    }
    if (filter.normal == kEverything) return filter;
    auto program = maker.compiled(text, ast);
    if (!program) return wrong(program.error());
    filter.program = *std::move(program);
    return filter;
}

// What profile and channel ask for besides.
Outcome<Filter> with_channels(Maker& maker, const Request& request, const FilterWorld& world, const Ast& own) {
    if (world.config == nullptr)
        return refuse(Trouble::usage, "--profile " + request.profile + " needs a configuration: name it with --config");
    const auto channels = chosen_channels(request, *world.config);
    if (!channels) return tl::unexpected(channels.error());
    Filter filter;
    const auto added = channels_text(maker, *channels, filter.sources);
    if (!added) return wrong(added.error());
    FilterText whole;
    whole.text = filters::language::print(own);
    if (channels->empty()) whole.text = "not any";
    if (!added->empty()) whole.text = whole.text == kEverything ? *added : "(" + whole.text + ") and (" + *added + ")";
    const auto ast = maker.parsed(whole);
    if (!ast) return wrong(ast.error());
    return finished(maker, world, whole, *ast, std::move(filter));
}

}  // namespace

Outcome<Filter> make_filter(const Request& request, const FilterText& text, const FilterWorld& world) {
    control::Config without = world.config != nullptr ? *world.config : control::Config{};
    without.filters.geo_country.clear();
    without.filters.geo_as.clear();
    const auto made = control::make_filter_environment(without);
    if (!made) return refuse(Trouble::failed, made.error().text());
    filters::Environment environment = made->environment;
    if (request.confined) environment.context.include = control::include_within(without.profiles_dir);
    Maker maker(world, std::move(environment));
    const auto own = maker.parsed(text);
    if (!own) return wrong(own.error());
    if (!request.profile.empty()) return with_channels(maker, request, world, *own);
    return finished(maker, world, text, *own, Filter{});
}

}  // namespace query
