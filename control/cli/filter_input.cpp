// SPDX-License-Identifier: Apache-2.0
#include "control/cli/filter_input.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "control/filter_excerpt.hpp"
#include "filters/language/fields.hpp"
#include "filters/language/lexer.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kStandardInput = "-";

// At most one byte more than a filter may have, so that one that is too long is refused as such.
std::string read_all(std::istream& in) {
    std::string text(filters::language::kMostFilterBytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

void print(const Context& context, const Json& json) {
    context.out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace

Outcome<std::optional<GivenFilter>> given_filter(const FilterQuery& query) {
    if (!query.words.empty()) {
        GivenFilter given{{}, {"filter", 1, 1}};
        for (const std::string& word : query.words) given.text += (given.text.empty() ? "" : " ") + word;
        return given;
    }
    if (query.file.empty()) return std::nullopt;
    if (query.file == kStandardInput) return GivenFilter{read_all(std::cin), {"standard input", 1, 1}};
    std::error_code ignored;
    std::ifstream file(query.file, std::ios::binary);
    if (!file || fs::is_directory(query.file, ignored)) {
        const std::string reason = file ? "it is a directory" : std::strerror(errno);
        return failure(Exit::usage, query.file + " cannot be read: " + reason + "; name a file that holds a filter");
    }
    return GivenFilter{read_all(file), {query.file, 1, 1}};
}

Outcome<std::optional<control::Config>> usable_config(const Context& context, bool needed) {
    std::error_code ignored;
    const bool asked = needed || !context.config_path.empty();
    if (!asked && !fs::exists(config_path(context), ignored)) return std::nullopt;
    auto config = read_config(context);
    if (config) return *std::move(config);
    if (asked) return tl::unexpected(config.error());
    context.err << "net-collector: " << config_path(context)
                << " is faulty (see `net-collector check-config`): done without its sources and databases\n";
    return std::nullopt;
}

Outcome<FilterWorld> filter_world(const Context& context, const FilterQuery& query, bool needed) {
    FilterWorld world;
    auto config = usable_config(context, needed);
    if (!config) return tl::unexpected(config.error());
    world.config = *std::move(config);
    auto made = control::make_filter_environment(world.config.value_or(control::Config{}));
    if (!made) return failure(Exit::failed, made.error().text());
    world.kept = *std::move(made);
    world.environment = world.kept.environment;
    world.environment.pattern_cache.clear();
    const bool from_file = query.words.empty() && !query.file.empty() && query.file != kStandardInput;
    if (from_file || !world.config)
        world.environment.context.include = control::include_from(fs::path(query.file).parent_path().string());
    return world;
}

void grant_sources(const FilterWorld& world, const filters::language::Ast& ast, filters::Environment& environment) {
    if (world.config) return;
    auto& sources = environment.sources;
    for (const auto& test : ast.tests) {
        if (filters::language::fields()[test.field].operand != filters::language::Operand::ident) continue;
        if (std::find(sources.begin(), sources.end(), test.text) == sources.end()) sources.push_back(test.text);
    }
}

Done refuse_filter(const Context& context, const flow::Error& error) {
    if (!context.json) return failure(Exit::bad_filter, error.text());
    print(context, {{"ok", false},
                    {"error",
                     {{"file", error.place.file},
                      {"line", error.place.line},
                      {"column", error.place.column},
                      {"message", error.message.substr(0, error.message.find('\n'))},
                      {"text", error.text()}}}});
    return failure(Exit::bad_filter, {});
}

Done refuse_filters(const Context& context, const FilterWorld& world, const flow::Error& error) {
    if (!context.json) return failure(Exit::bad_filter, error.text());
    print(context, {{"ok", false}, {"file", world.config->file}, {"errors", control::faults(error.text())}});
    return failure(Exit::bad_filter, {});
}

}  // namespace cli
