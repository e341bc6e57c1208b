// SPDX-License-Identifier: Apache-2.0
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "control/config_archive.hpp"
#include "control/config_http.hpp"
#include "control/config_network.hpp"
#include "control/config_text.hpp"
#include "control/config_version.hpp"
#include "control/duration.hpp"
#include "dataplane/flow/exporter.hpp"

namespace control {
namespace {

namespace fs = std::filesystem;

struct Parsed {
    std::string text;
    toml::table table;
};

// Errors of its own place: they end the reading of this file only.
flow::Result<std::string> read_file(const std::string& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) return flow::fail("is a directory: name a configuration file", {path, 0, 0});
    std::ifstream in(path, std::ios::binary);
    if (!in) return flow::fail_errno("cannot read configuration file " + path);
    if (fs::file_size(path, error) > kMaxConfigBytes && !error) {
        return flow::fail("is larger than " + std::to_string(kMaxConfigBytes >> 20) + " MiB: this is no configuration",
                          {path, 0, 0});
    }
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

flow::Result<Parsed> parse_text(const std::string& path, std::string text) {
    Parsed out{std::move(text), {}};
    if (auto checked = check_text(path, out.text); !checked) return flow::pass(checked);
    auto result = toml::parse(std::string_view(out.text), std::string_view(path));
    if (!result) {
        const auto& e = result.error();
        return flow::fail("this is not TOML: " + std::string(e.description()),
                          {path, e.source().begin.line, e.source().begin.column});
    }
    out.table = std::move(result).table();
    return out;
}

flow::Result<Parsed> parse_file(const std::string& path) {
    auto text = read_file(path);
    if (!text) return flow::pass(text);
    return parse_text(path, *std::move(text));
}

// Of a file that is no TOML, what stands before the line of the fault; the fault when that says no `data`.
flow::Result<Parsed> parse_sound_part(const std::string& path) {
    auto text = read_file(path);
    if (!text) return flow::pass(text);
    auto whole = parse_text(path, *text);
    if (whole) return whole;
    std::size_t end = 0;
    for (std::uint32_t line = 1; line < whole.error().place.line && end < text->size(); ++line)
        end = std::min(text->find('\n', end), text->size() - 1) + 1;
    auto before = parse_text(path, text->substr(0, end));
    return before && before->table.contains("data") ? before : whole;
}

void read_cores(const TableReader& top, Config& config) {
    if (top.cores("cores", config.cores) && config.cores.empty()) {
        top.fault("cores", "is empty: name at least one CPU, like [0]");
    }
    if (!top.cores("match_cores", config.match_cores) || config.match_cores.empty()) return;
    if (config.match_cores.size() != config.cores.size()) {
        top.fault("match_cores", "has " + std::to_string(config.match_cores.size()) + " CPUs for " +
                                     std::to_string(config.cores.size()) + " in cores: give one for each, or none");
    }
    for (std::size_t i = 0; i < config.match_cores.size(); ++i) {
        if (std::find(config.cores.begin(), config.cores.end(), config.match_cores[i]) == config.cores.end()) continue;
        top.fault_at("match_cores", i,
                     "CPU " + std::to_string(config.match_cores[i]) +
                         " stands in cores too: both would poll it; choose another, or leave match_cores empty");
    }
}

void read_hugepages(const TableReader& top, Config& config) {
    const toml::node* node = top.node("hugepages");
    if (node == nullptr) return;
    if (const auto* flag = node->as_boolean(); flag != nullptr) {
        config.hugepages = flag->get() ? Hugepages::on : Hugepages::off;
    } else if (const auto* text = node->as_string(); text == nullptr || text->get() != "auto") {
        top.fault("hugepages", "is neither of the three: write \"auto\", true or false");
    }
}

void read_paths(const TableReader& top, const fs::path& directory, Config& config) {
    top.text("data", config.data);
    if (config.data.empty()) top.fault("data", "is empty: name a directory");
    config.data = absolute_from(directory, config.data);
    top.text("socket", config.socket);
    config.socket = config.socket.empty() ? config.data + kSocketName : absolute_from(directory, config.socket);
    if (config.socket.size() >= sizeof(sockaddr_un::sun_path)) {
        top.fault("socket", "has a path of " + std::to_string(config.socket.size()) + " bytes (" + config.socket +
                                "): Unix sockets allow 107; set a shorter `socket`");
    }
    config.profiles_dir = "profiles.d";
    top.text("profiles", config.profiles_dir);
    config.profiles_dir = absolute_from(directory, config.profiles_dir);
    top.text("user", config.user);
    if (!config.user.empty() && !is_name(config.user)) {
        top.fault("user", "is \"" + config.user +
                              "\": write the name of a user of this machine, or \"\" to stay who started it");
    }
}

void read_metrics(const TableReader& top, const std::string& file, Config& config, Problems& problems) {
    const toml::table* table = top.subtable("metrics");
    if (table == nullptr) return;
    const TableReader metrics(*table, file, "metrics.", problems);
    metrics.only({"listen", "exporters"});
    std::int64_t exporters = config.metrics_exporters;
    metrics.number("exporters", 0, flow::kMaxExporters, exporters);
    config.metrics_exporters = static_cast<std::uint32_t>(exporters);
    std::string listen;
    if (!metrics.text("listen", listen)) return;
    config.metrics = Endpoint::parse(listen);
    if (!config.metrics && listen != "off") {
        metrics.fault("listen", "is \"" + listen +
                                    "\": write ADDRESS:PORT like \"127.0.0.1:9108\" or \"[::1]:9108\", or \"off\"");
    }
}

void read_retention(const TableReader& top, const std::string& file, Config& config, Problems& problems) {
    const toml::table* table = top.subtable("retention");
    if (table == nullptr) return;
    const TableReader reader(*table, file, "retention.", problems);
    reader.only({"10s", "5m", "30m", "2h", "1d"});
    for (std::size_t i = 0; i < Retention::kResolution_s.size(); ++i) {
        const std::string key = duration_text(Retention::kResolution_s[i]);
        std::string text;
        if (reader.text(key, text)) {
            if (const auto keep = parse_duration(text)) {
                config.retention.keep_s[i] = *keep;
            } else {
                reader.fault(
                    key, "is \"" + text + "\": write a length of time like \"2d\", \"60d\" or \"2y\" (s m h d w y)");
            }
        }
        if (config.retention.keep_s[i] == 0 || config.retention.keep_s[i] % Retention::kDay_s != 0) {
            reader.fault(key, "is \"" + text + "\": write whole days, like \"2d\"");
        }
        if (i > 0 && config.retention.keep_s[i] < config.retention.keep_s[i - 1]) {
            reader.fault(key, "keeps " + duration_text(config.retention.keep_s[i]) + ", less than the finer " +
                                  duration_text(Retention::kResolution_s[i - 1]) + " with " +
                                  duration_text(config.retention.keep_s[i - 1]) +
                                  ": keep the coarser at least as long");
        }
    }
}

// `keep` of the table `name`, in whole days.
void read_keep(const TableReader& top, const std::string& file, const char* name, std::uint32_t& days,
               Problems& problems) {
    const toml::table* table = top.subtable(name);
    if (table == nullptr) return;
    const TableReader reader(*table, file, std::string(name) + ".", problems);
    reader.only({"keep"});
    std::string text;
    if (!reader.text("keep", text)) return;
    const auto keep_s = parse_duration(text);
    if (!keep_s || *keep_s == 0 || *keep_s % Retention::kDay_s != 0) {
        reader.fault("keep", "is \"" + text + "\": write whole days, like \"60d\" or \"1y\"");
        return;
    }
    days = static_cast<std::uint32_t>(*keep_s / Retention::kDay_s);
}

// The file must be there and readable only for who compiles filters, so that is not looked at here.
void read_geo(const TableReader& reader, const char* key, const fs::path& directory, std::string& path,
              flow::Place& place) {
    if (!reader.text(key, path)) return;
    place = reader.place(key);
    if (path.empty()) {
        reader.fault(key, "is empty: name a MaxMind database (.mmdb), or leave the key out");
    } else {
        path = absolute_from(directory, path);
    }
}

void read_filters(const TableReader& top, const fs::path& directory, Config& config, Problems& problems) {
    FiltersConfig& filters = config.filters;
    filters.pattern_cache = config.data + kPatternCacheName;
    const toml::table* table = top.subtable("filters");
    if (table == nullptr) return;
    const TableReader reader(*table, config.file, "filters.", problems);
    reader.only({"missing_fields", "resolve_timeout", "geo_country", "geo_as", "pattern_cache"});
    auto missing = static_cast<std::size_t>(filters.missing_fields);
    reader.choice("missing_fields", {"never match", "zero"}, missing);
    filters.missing_fields = static_cast<FiltersConfig::MissingFields>(missing);
    std::string timeout;
    if (reader.text("resolve_timeout", timeout)) {
        const auto seconds = parse_duration(timeout);
        if (!seconds || *seconds == 0 || *seconds > FiltersConfig::kMostResolve_s) {
            reader.fault("resolve_timeout", "is \"" + timeout + "\": write a length of time from \"1s\" to \"" +
                                                duration_text(FiltersConfig::kMostResolve_s) + "\"");
        } else {
            filters.resolve_timeout_s = static_cast<std::uint32_t>(*seconds);
        }
    }
    read_geo(reader, "geo_country", directory, filters.geo_country, filters.geo_country_place);
    read_geo(reader, "geo_as", directory, filters.geo_as, filters.geo_as_place);
    if (!reader.text("pattern_cache", filters.pattern_cache)) return;
    if (filters.pattern_cache.empty())
        reader.fault("pattern_cache", "is empty: name a directory, or write \"off\" to keep no compiled patterns");
    filters.pattern_cache =
        filters.pattern_cache == "off" ? std::string{} : absolute_from(directory, filters.pattern_cache);
}

void read_channel(const toml::table& table, const std::string& file, std::string_view file_text, ProfileConfig& profile,
                  Problems& problems) {
    const TableReader reader(table, file, "channel.", problems);
    reader.only({"name", "filter", "colour", "sign", "order", "sources"});
    ChannelConfig channel;
    channel.place = reader.place();
    reader.require("name", "give the channel a name");
    reader.require("filter", "write filter = \"any\" for a channel of all flows");
    reader.name("name", channel.name);
    if (reader.text("filter", channel.filter)) channel.filter_place = text_place(reader.place("filter"), file_text);
    reader.colour("colour", channel.colour);
    std::size_t sign = 0;
    reader.choice("sign", {"+", "-"}, sign);
    channel.above_axis = sign == 0;
    std::int64_t order = static_cast<std::int64_t>(profile.channels.size()) + 1;
    reader.number("order", 1, 1000000, order);
    channel.order = static_cast<std::int32_t>(order);
    if (reader.texts("sources", channel.sources) && channel.sources.empty()) {
        reader.fault("sources",
                     "is empty, so the channel would never match: name sources, or leave the key out for all of them");
    }
    if (!channel.name.empty()) profile.channels.push_back(std::move(channel));
}

void read_profile(const std::string& path, const FileInstead* instead, Config& config, Problems& problems) {
    const bool another = instead != nullptr && instead->path == path;
    auto parsed = another ? parse_text(path, instead->text.value_or(std::string{})) : parse_file(path);
    if (!parsed) {
        problems.add(parsed.error().place, parsed.error().message);
        return;
    }
    const TableReader reader(parsed->table, path, "", problems);
    reader.only({"profile", "description", "group", "channel"});
    ProfileConfig profile;
    profile.place = {path, 1, 1};
    profile.version = file_version(parsed->text);
    profile.name = fs::path(path).stem().string();
    if (reader.node("profile") == nullptr && !is_name(profile.name)) {
        problems.add(profile.place,
                     "profile is missing: write profile = \"name\"; the file's name cannot serve as one");
    }
    reader.name("profile", profile.name);
    reader.text("description", profile.description);
    if (reader.text("group", profile.group) && !profile.group.empty()) reader.name("group", profile.group);
    if (profile.name == kLiveProfile) {
        problems.add(reader.place("profile"),
                     "profile \"live\" exists already, with a channel for each source: choose another name");
    }
    for (const toml::table* channel : reader.tables("channel"))
        read_channel(*channel, path, parsed->text, profile, problems);
    if (reader.node("channel") == nullptr) {
        problems.add(profile.place,
                     "profile \"" + profile.name + "\" has no channels: add [[channel]] with name and filter");
    }
    config.profiles.push_back(std::move(profile));
}

void read_profiles(const TableReader& top, const FileInstead* instead, Config& config, Problems& problems) {
    std::error_code error;
    std::vector<std::string> files;
    fs::directory_iterator entry(config.profiles_dir, error);
    if (error) {
        const bool merely_absent = error == std::errc::no_such_file_or_directory && top.node("profiles") == nullptr;
        if (!merely_absent) top.fault("profiles", "cannot be read: " + config.profiles_dir + ": " + error.message());
        return;
    }
    for (; entry != fs::directory_iterator{} && !error; entry.increment(error)) {
        const fs::path& path = entry->path();
        if (path.extension() == ".toml" && !path.filename().string().starts_with(".")) files.push_back(path.string());
    }
    if (instead != nullptr) {
        std::erase(files, instead->path);
        if (instead->text) files.push_back(instead->path);
    }
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) read_profile(file, instead, config, problems);
    std::stable_sort(config.profiles.begin(), config.profiles.end(),
                     [](const ProfileConfig& a, const ProfileConfig& b) { return a.name < b.name; });
}

void read_machine(const TableReader& top, const fs::path& directory, Config& config, Problems& problems) {
    top.only({"devices",    "device",  "cores",     "match_cores", "hugepages", "memory_mb", "eal_args",  "data",
              "user",       "socket",  "log_level", "addresses",   "profiles",  "metrics",   "retention", "ledger",
              "interfaces", "filters", "archive",   "source",      "exporter",  "http"});
    read_devices(top, directory, config, problems);
    read_cores(top, config);
    read_hugepages(top, config);
    std::int64_t memory_mb = config.memory_mb;
    top.number("memory_mb", 64, 1 << 20, memory_mb);
    config.memory_mb = static_cast<std::uint32_t>(memory_mb);
    top.texts("eal_args", config.eal_args);
    read_addresses(top, config);
    read_paths(top, directory, config);
    auto level = static_cast<std::size_t>(config.log_level);
    top.choice("log_level", {"trace", "debug", "info", "warning", "error"}, level);
    config.log_level = static_cast<LogLevel>(level);
    read_metrics(top, config.file, config, problems);
    read_http(top, directory, config, problems);
    read_filters(top, directory, config, problems);
    read_archive(top, config, problems);
    read_retention(top, config.file, config, problems);
    read_keep(top, config.file, "ledger", config.retention.ledger_days, problems);
    read_keep(top, config.file, "interfaces", config.retention.interfaces_days, problems);
}

}  // namespace

flow::Result<Config> load_config(const std::string& path, const FileInstead* instead) {
    Config config;
    config.file = path;
    auto parsed = parse_file(path);
    if (!parsed) return flow::pass(parsed);

    Problems problems;
    const TableReader top(parsed->table, config.file, "", problems);
    std::error_code error;
    const fs::path directory = fs::absolute(path, error).parent_path();
    read_machine(top, directory, config, problems);
    const bool all_sources = read_sources(top, config, problems);
    read_exporters(top, config, problems);
    read_profiles(top, instead, config, problems);
    check_sources(config, problems);
    // A channel may name a source that is there but faulty: one fault at a time.
    if (all_sources) check_profiles(config, problems);
    if (all_sources) check_archive(config, problems);
    if (!problems.empty()) return tl::unexpected(problems.joined());
    return config;
}

flow::Result<Config> load_whereabouts(const std::string& path) {
    Config config;
    config.file = path;
    auto parsed = parse_sound_part(path);
    if (!parsed) return flow::pass(parsed);
    Problems ignored;
    std::error_code error;
    const TableReader top(parsed->table, config.file, "", ignored);
    read_paths(top, fs::absolute(path, error).parent_path(), config);
    read_retention(top, config.file, config, ignored);
    read_archive(top, config, ignored);
    return config;
}

}  // namespace control
