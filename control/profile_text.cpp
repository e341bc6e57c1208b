// SPDX-License-Identifier: Apache-2.0
#include "control/profile_text.hpp"

#include "control/config_reader.hpp"
#include "control/config_text.hpp"

namespace control {
namespace {

void read(const TableReader& reader, std::string_view key, std::optional<std::string>& out) {
    std::string value;
    if (reader.text(key, value)) out = std::move(value);
}

ChannelText read_channel(const TableReader& reader) {
    ChannelText out;
    reader.only({"name", "filter", "colour", "sign", "order", "sources"});
    read(reader, "name", out.name);
    read(reader, "filter", out.filter);
    read(reader, "colour", out.colour);
    read(reader, "sign", out.sign);
    std::int64_t order = 0;
    if (reader.number("order", INT64_MIN, INT64_MAX, order)) out.order = order;
    std::vector<std::string> sources;
    if (reader.texts("sources", sources)) out.sources = std::move(sources);
    return out;
}

}  // namespace

flow::Result<ProfileText> read_profile_text(const std::string& file, std::string_view text) {
    if (auto checked = check_text(file, text); !checked) return flow::pass(checked);
    const auto parsed = toml::parse(text, std::string_view(file));
    if (!parsed) {
        const auto& e = parsed.error();
        return flow::fail("this is not TOML: " + std::string(e.description()),
                          {file, e.source().begin.line, e.source().begin.column});
    }
    Problems problems;
    const TableReader reader(parsed.table(), file, "", problems);
    reader.only({"profile", "description", "group", "channel"});
    ProfileText out;
    read(reader, "profile", out.name);
    read(reader, "description", out.description);
    read(reader, "group", out.group);
    for (const toml::table* channel : reader.tables("channel"))
        out.channels.push_back(read_channel(TableReader(*channel, file, "channel.", problems)));
    if (!problems.empty()) return tl::unexpected(problems.joined());
    return out;
}

}  // namespace control
