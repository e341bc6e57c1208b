// SPDX-License-Identifier: Apache-2.0
#include "control/filter_environment.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "control/host_names.hpp"
#include "filters/language/lexer.hpp"

namespace control {
namespace {

namespace fs = std::filesystem;

// Of a file that can be told apart from what stood there before.
std::string stamp(const std::string& path) {
    struct stat found {};
    if (path.empty() || stat(path.c_str(), &found) != 0) return path + "\n";
    std::string out = path;
    for (const auto part : {static_cast<std::int64_t>(found.st_dev), static_cast<std::int64_t>(found.st_ino),
                            static_cast<std::int64_t>(found.st_size), static_cast<std::int64_t>(found.st_mtim.tv_sec),
                            static_cast<std::int64_t>(found.st_mtim.tv_nsec)}) {
        out += " " + std::to_string(part);
    }
    return out + "\n";
}

flow::Result<void> open_databases(const FiltersConfig& filters, const FilterEnvironment* before,
                                  FilterEnvironment& out) {
    if (filters.geo_country.empty() && filters.geo_as.empty()) return {};
    out.geo_files = stamp(filters.geo_country) + stamp(filters.geo_as);
    if (before != nullptr && before->geo != nullptr && before->geo_files == out.geo_files) {
        out.geo = before->geo;
        return {};
    }
    auto geo = filters::geo::Database::open(filters.geo_country, filters.geo_as);
    if (!geo) {
        const bool of_as = geo.error().place.file != filters.geo_country;
        return flow::fail((of_as ? "filters.geo_as: " : "filters.geo_country: ") + geo.error().message,
                          of_as ? filters.geo_as_place : filters.geo_country_place);
    }
    out.geo = std::move(*geo);
    return {};
}

// At most one byte more than a filter may have, so that one that is too long is refused as such.
flow::Result<std::string> read_included(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return flow::fail_errno("cannot read the included file " + path);
    std::string text(filters::language::kMostFilterBytes + 1, '\0');
    std::size_t have = 0;
    struct stat found {};
    ssize_t got = fstat(fd, &found) == 0 && S_ISREG(found.st_mode) ? 1 : -1;
    if (got < 0) {
        close(fd);
        return flow::fail("the included " + path + " is no file: name one that holds a filter");
    }
    while (got > 0 && have < text.size()) {
        got = read(fd, text.data() + have, text.size() - have);
        if (got > 0) have += static_cast<std::size_t>(got);
    }
    close(fd);
    if (got < 0) return flow::fail_errno("cannot read the included file " + path);
    text.resize(have);
    return text;
}

}  // namespace

decltype(filters::language::Context::include) include_from(const std::string& directory) {
    return [directory](std::string_view path,
                       std::string_view from) -> flow::Result<filters::language::Context::Included> {
        const fs::path base = from.empty() ? fs::path(directory) : fs::path(from).parent_path();
        std::string name = (base / fs::path(path)).lexically_normal().string();
        auto text = read_included(name);
        if (!text) return flow::pass(text);
        return filters::language::Context::Included{std::move(name), std::move(*text)};
    };
}

decltype(filters::language::Context::include) include_within(const std::string& directory) {
    return [directory, include = include_from(directory)](
               std::string_view path, std::string_view from) -> flow::Result<filters::language::Context::Included> {
        std::error_code ignored;
        const fs::path base = from.empty() ? fs::path(directory) : fs::path(from).parent_path();
        const fs::path root = fs::weakly_canonical(directory, ignored);
        const fs::path file = fs::weakly_canonical(base / fs::path(path), ignored);
        const auto [end, at] = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
        if (directory.empty() || end != root.end() || at == file.end())
            return flow::fail("the included " + std::string(path) +
                              " is not in the profiles' directory: only files there can be included here");
        return include(file.string(), {});
    };
}

flow::Result<FilterEnvironment> make_filter_environment(const Config& config, const FilterEnvironment* before) {
    FilterEnvironment out;
    if (auto ok = open_databases(config.filters, before, out); !ok) return flow::pass(ok);
    filters::Environment& environment = out.environment;
    for (const SourceConfig& source : config.sources) environment.sources.push_back(source.name);
    environment.missing = config.filters.missing_fields == FiltersConfig::MissingFields::zero
                              ? filters::language::Missing::zero
                              : filters::language::Missing::no_match;
    environment.geo = out.geo.get();
    environment.pattern_cache = config.filters.pattern_cache;
    const auto names = std::make_shared<HostNames>(std::chrono::seconds(config.filters.resolve_timeout_s));
    environment.context.resolve = [names](std::string_view name) { return names->resolve(name); };
    environment.context.include = include_from(config.profiles_dir);
    return out;
}

}  // namespace control
