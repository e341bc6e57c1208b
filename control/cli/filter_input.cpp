// SPDX-License-Identifier: Apache-2.0
#include "control/cli/filter_input.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "filters/language/lexer.hpp"

namespace cli {
namespace {

constexpr const char* kStandardInput = "-";

// At most one byte more than a filter may have, so that one that is too long is refused as such.
std::string read_all(std::istream& in) {
    std::string text(filters::language::kMostFilterBytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
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
    if (!file || std::filesystem::is_directory(query.file, ignored)) {
        const std::string reason = file ? "it is a directory" : std::strerror(errno);
        return failure(Exit::usage, query.file + " cannot be read: " + reason + "; name a file that holds a filter");
    }
    return GivenFilter{read_all(file), {query.file, 1, 1}};
}

Outcome<FilterWorld> filter_world(const Context& context, bool needed) {
    FilterWorld world;
    std::error_code ignored;
    const bool asked = needed || !context.config_path.empty();
    if (!asked && !std::filesystem::exists(config_path(context), ignored)) return world;
    auto config = read_config(context);
    if (!config && asked) return tl::unexpected(config.error());
    if (!config) {
        context.err << "net-collector: " << config_path(context)
                    << " is faulty (see `net-collector check-config`): its sources and databases are not known here\n";
        return world;
    }
    for (const control::SourceConfig& source : config->sources) world.environment.sources.push_back(source.name);
    world.config = *std::move(config);
    return world;
}

}  // namespace cli
