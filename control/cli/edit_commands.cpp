// SPDX-License-Identifier: Apache-2.0
// `net-collector profile ...` and `channel ...`: profiles and channels edited in their files, and taken over by the daemon when one
// runs.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "control/cli/commands.hpp"
#include "control/cli/daemon_json.hpp"
#include "control/cli/text.hpp"
#include "control/filter_excerpt.hpp"
#include "control/profile_editor.hpp"
#include "control/status_json.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using control::ProfileEdit;

constexpr long kReloadTimeout_s = 60;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
}

// What changes, with the lines around left out: an edit is one stretch, or a few close together.
void print_difference(std::ostream& out, const control::EditDone& done, Style style) {
    const std::vector<std::string> before = lines_of(done.before), after = lines_of(done.after);
    std::size_t same = 0, tail = 0;
    const std::size_t most = std::min(before.size(), after.size());
    while (same < most && before[same] == after[same]) ++same;
    while (tail < most - same && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
    out << style.bold(done.file) << ", line " << same + 1 << '\n';
    for (std::size_t i = same; i < before.size() - tail; ++i)
        out << style.bad("-" + control::harmless(before[i])) << '\n';
    for (std::size_t i = same; i < after.size() - tail; ++i)
        out << style.good("+" + control::harmless(after[i])) << '\n';
}

// Makes a running daemon take the files over; without one they count at its next start.
flow::Result<void> publish(const Context& context, bool& running) {
    running = false;
    const auto where = find_daemon(context);
    if (!where) return flow::fail(where.error().message);
    const auto answer = ask(where->socket, "POST", control::kReloadPath, kReloadTimeout_s);
    if (!answer && answer.error().exit == Exit::not_running) return {};
    if (!answer) return flow::fail(answer.error().message);
    running = true;
    const auto result = parsed(*answer);
    if (!result) return flow::fail(result.error().message);
    if (!flag(*result, "ok")) return flow::fail(text(*result, "error"));
    return {};
}

tl::unexpected<Failure> refusal(const control::EditFault& fault) {
    using Kind = control::EditFault::Kind;
    std::string message = fault.message;
    const bool filter = fault.field.ends_with("filter");
    if (filter) {
        const control::FilterTexts texts;
        if (const std::string lines = texts.excerpt(fault.text, fault.place); !lines.empty()) message += "\n" + lines;
    }
    const bool unknown = fault.kind == Kind::not_found;
    return failure(unknown ? Exit::no_data : filter ? Exit::bad_filter : Exit::failed, message);
}

Done carry_out(const Context& context, ProfileEdit edit, const EditQuery& query) {
    bool running = false;
    control::ProfileEditor editor(config_path(context), [&] { return publish(context, running); });
    edit.dry_run = query.dry_run;
    const auto done = editor.edit(edit);
    if (!done) return refusal(done.error());
    const bool changed = done->before != done->after;
    if (context.json) {
        context.out << Json{{"profile", done->profile}, {"file", done->file},    {"changed", changed},
                            {"dry_run", query.dry_run}, {"taken_over", running}, {"text", done->after}}
                           .dump(2, ' ', false, Json::error_handler_t::replace)
                    << '\n';
    } else if (!changed) {
        context.out << "nothing changes: it is so already\n";
    } else {
        if (query.dry_run)
            print_difference(context.out, *done, Style{context.colour});
        else
            context.out << done->file << " written"
                        << (running ? ", and taken over by the daemon"
                                    : "; no daemon runs, it counts from its next start")
                        << '\n';
    }
    return {};
}

control::ChannelValues values_of(const EditQuery& query) {
    control::ChannelValues out{.name = {},
                               .filter = query.filter,
                               .colour = query.colour,
                               .sign = query.sign,
                               .order = query.order,
                               .sources = {}};
    if (query.all_sources) out.sources.emplace();
    if (!query.sources.empty()) out.sources = query.sources;
    return out;
}

Done change(const Context& context, const EditQuery& query, control::ProfileChange what) {
    return carry_out(context, {.profile = query.profile, .what = std::move(what), .version = {}}, query);
}

}  // namespace

Done add_profile(const Context& context, const EditQuery& query) {
    control::ProfileText profile{
        .name = query.profile, .description = query.description, .group = query.group, .channels = {}};
    control::ChannelValues channel = values_of(query);
    channel.name = query.channel;
    profile.channels.push_back(std::move(channel));
    return carry_out(context,
                     {.profile = query.profile, .what = control::NewProfile{std::move(profile)}, .version = {}}, query);
}
Done set_profile(const Context& context, const EditQuery& query) {
    return change(
        context, query,
        control::SetProfile{
            .name = query.name, .description = query.description, .group = query.group, .order = query.channels});
}
Done delete_profile(const Context& context, const EditQuery& query) {
    return carry_out(context, {.profile = query.profile, .what = control::DeleteProfile{}, .version = {}}, query);
}
Done add_channel(const Context& context, const EditQuery& query) {
    control::ChannelValues values = values_of(query);
    values.name = query.channel;
    return change(context, query, control::AddChannel{std::move(values)});
}
Done set_channel(const Context& context, const EditQuery& query) {
    control::ChannelValues values = values_of(query);
    values.name = query.name;
    return change(context, query, control::SetChannel{query.channel, std::move(values)});
}
Done delete_channel(const Context& context, const EditQuery& query) {
    return change(context, query, control::DeleteChannel{query.channel});
}

Done move_channel(const Context& context, const EditQuery& query) {
    const auto config = read_config(context);
    if (!config) return tl::unexpected(config.error());
    std::vector<control::ChannelConfig> channels;
    for (const auto& profile : config->profiles) {
        if (profile.name == query.profile) channels = profile.channels;
    }
    std::stable_sort(channels.begin(), channels.end(), [](const auto& a, const auto& b) {
        return std::pair(!a.above_axis, a.order) < std::pair(!b.above_axis, b.order);
    });
    std::vector<std::string> names;
    for (const auto& channel : channels) {
        if (channel.name != query.channel) names.push_back(channel.name);
    }
    const std::string beside = query.before.empty() ? query.behind : query.before;
    auto at = query.first ? names.begin() : names.end();
    if (!beside.empty()) {
        at = std::find(names.begin(), names.end(), beside);
        if (at == names.end())
            return failure(Exit::no_data, "profile \"" + query.profile + "\" has no other channel \"" + beside + "\"");
        if (query.before.empty()) ++at;
    }
    names.insert(at, query.channel);
    return change(context, query, control::SetProfile{.name = {}, .description = {}, .group = {}, .order = names});
}

}  // namespace cli
