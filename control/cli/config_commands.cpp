// SPDX-License-Identifier: Apache-2.0
// `net-collector profiles`, `sources` and `check-config`: what the configuration says.
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/check.hpp"
#include "control/cli/commands.hpp"
#include "control/cli/text.hpp"
#include "control/filter_excerpt.hpp"
#include "control/http/tls.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

void print(const Context& context, const Json& json) {
    context.out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

std::vector<std::string> texts(const std::vector<flow::Prefix>& prefixes) {
    std::vector<std::string> out;
    for (const flow::Prefix& prefix : prefixes) out.push_back(prefix.text());
    return out;
}

std::string joined(const std::vector<std::string>& parts, const char* none) {
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "" : " ") + part;
    return out.empty() ? none : out;
}

Json channel_json(const control::ChannelConfig& c) {
    return {{"name", c.name},   {"filter", c.filter},  {"colour", c.colour}, {"sign", c.above_axis ? "+" : "-"},
            {"order", c.order}, {"sources", c.sources}};
}

Json profile_json(const control::ProfileConfig& p) {
    Json out{{"name", p.name}, {"description", p.description}, {"group", p.group}};
    out["channels"] = Json::array();
    for (const auto& c : p.channels) out["channels"].push_back(channel_json(c));
    return out;
}

// `live` as it would be written down.
control::ProfileConfig live_profile(const control::Config& config) {
    control::ProfileConfig live;
    live.name = control::kLiveProfile;
    live.description = "every source, unfiltered";
    for (const control::SourceConfig& source : config.sources) {
        control::ChannelConfig channel;
        channel.name = source.name;
        channel.colour = source.colour;
        channel.order = static_cast<std::int32_t>(live.channels.size()) + 1;
        channel.sources = {source.name};
        live.channels.push_back(std::move(channel));
    }
    return live;
}

Json archive_json(const control::Config& config) {
    Json out{{"enabled", config.archive.enabled},
             {"policy", config.archive.text()},
             {"keep_for_s", config.archive.keep_for_s},
             {"max_bytes", config.archive.max_bytes}};
    out["sources"] = Json::object();
    for (const control::SourceConfig& source : config.sources)
        out["sources"][source.name] = config.archive_of(source).text();
    return out;
}

}  // namespace

Done show_profiles(const Context& context, const std::string& only) {
    const auto config = read_config(context);
    if (!config) return tl::unexpected(config.error());
    std::vector<control::ProfileConfig> profiles{live_profile(*config)};
    profiles.insert(profiles.end(), config->profiles.begin(), config->profiles.end());
    if (!only.empty()) std::erase_if(profiles, [&](const auto& p) { return p.name != only; });
    if (profiles.empty())
        return failure(Exit::no_data, "there is no profile \"" + only + "\": `net-collector profile list` shows them");
    if (context.json) {
        Json out = Json::array();
        for (const auto& p : profiles) out.push_back(profile_json(p));
        print(context, out);
        return {};
    }
    const Style style{context.colour};
    for (const auto& p : profiles) {
        context.out << style.bold(p.name) << (p.group.empty() ? "" : " (" + p.group + ")")
                    << (p.description.empty() ? "" : ": " + p.description) << '\n';
        Table table({"  CHANNEL", ">ORDER", "SIGN", "COLOUR", "FILTER", "SOURCES"});
        for (const auto& c : p.channels) {
            const bool all = c.sources.empty() || c.sources.size() == config->sources.size();
            table.add({"  " + c.name, std::to_string(c.order), c.above_axis ? "+" : "-", c.colour, c.filter,
                       all ? "all" : joined(c.sources, "all")});
        }
        table.print(context.out, style);
        context.out << '\n';
    }
    return {};
}

Done show_sources(const Context& context) {
    const auto config = read_config(context);
    if (!config) return tl::unexpected(config.error());
    Json out = Json::array();
    Table table({"SOURCE", ">PORT", "PROTOCOL", "COLOUR", "EXPORTERS"});
    for (const control::SourceConfig& s : config->sources) {
        const char* protocol = control::source_protocol_name(s.protocol);
        out.push_back({{"name", s.name},
                       {"port", s.port},
                       {"protocol", protocol},
                       {"addresses", texts(s.addresses)},
                       {"colour", s.colour}});
        table.add(
            {s.name, std::to_string(s.port), protocol, s.colour, joined(texts(s.addresses), "all others on the port")});
    }
    if (context.json) {
        print(context, out);
    } else {
        table.print(context.out, Style{context.colour});
    }
    return {};
}

Done check_config(const Context& context, const std::string& file) {
    const std::string path = file.empty() ? config_path(context) : file;
    const auto config = control::load_config(path);
    auto checked = config ? control::check(*config) : flow::Result<void>(tl::unexpected(config.error()));
    if (checked) checked = http::check_files(config->http);
    if (!checked) {
        if (!context.json) return failure(Exit::failed, checked.error().text());
        print(context, {{"ok", false}, {"file", path}, {"errors", control::faults(checked.error().text())}});
        return failure(Exit::failed, {});
    }
    std::size_t channels = 0;
    for (const auto& p : config->profiles) channels += p.channels.size();
    if (context.json) {
        print(context, {{"ok", true},
                        {"file", path},
                        {"sources", config->sources.size()},
                        {"profiles", config->profiles.size()},
                        {"channels", channels},
                        {"archive", archive_json(*config)}});
    } else {
        context.out << path << " is right (sources: " << config->sources.size()
                    << ", profiles: " << config->profiles.size() << ", channels: " << channels << ")\n"
                    << "archive: " << config->archive.text() << '\n';
        for (const control::SourceConfig& source : config->sources) {
            if (config->archive.enabled && source.archive)
                context.out << "archive, source " << source.name << ": " << source.archive->text() << '\n';
        }
    }
    return {};
}

}  // namespace cli
