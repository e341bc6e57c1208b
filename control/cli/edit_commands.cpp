// SPDX-License-Identifier: Apache-2.0
// `net-collector profile ...` and `channel ...`: profiles and channels edited by the running daemon, else in their files.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/channel_order.hpp"
#include "control/cli/commands.hpp"
#include "control/cli/daemon_json.hpp"
#include "control/cli/edit_by_daemon.hpp"
#include "control/cli/line_difference.hpp"
#include "control/profile_editor.hpp"
#include "control/status_json.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using control::ProfileEdit;

constexpr long kReloadTimeout_s = 60;

// Makes a daemon that has started meanwhile take the files over.
flow::Result<void> publish(const Context& context, bool& running) {
    const auto socket = daemon_of(context);
    if (!socket) return flow::fail(socket.error().message);
    if (!*socket) return {};
    const auto answer = ask(**socket, "POST", control::kReloadPath, kReloadTimeout_s);
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
    if (fault.field.ends_with("filter")) return bad_filter(fault.message, fault.text, fault.place);
    return failure(fault.kind == Kind::not_found ? Exit::no_data : Exit::failed, fault.message);
}

Outcome<EditMade> edit_files(const Context& context, const ProfileEdit& edit) {
    bool running = false;
    control::ProfileEditor editor(config_path(context), [&] { return publish(context, running); });
    auto done = editor.edit(edit);
    if (!done) return refusal(done.error());
    return EditMade{.profile = done->profile,
                    .file = done->file,
                    .before = std::move(done->before),
                    .after = std::move(done->after),
                    .taken_over = running};
}

void tell(const Context& context, const EditMade& made, bool dry_run) {
    const bool changed = made.before != made.after;
    if (context.json) {
        context.out << Json{{"profile", made.profile},
                            {"file", made.file},
                            {"changed", changed},
                            {"dry_run", dry_run},
                            {"taken_over", made.taken_over && changed},
                            {"text", made.after}}
                           .dump(2, ' ', false, Json::error_handler_t::replace)
                    << '\n';
    } else if (!changed) {
        context.out << "nothing changes: it is so already\n";
    } else if (dry_run) {
        print_difference(context.out, made.file, made.before, made.after, Style{context.colour});
    } else {
        context.out << made.file << (made.after.empty() ? " removed" : " written")
                    << (made.taken_over ? ", and taken over by the daemon"
                                        : "; no daemon runs for this configuration, it counts from its next start")
                    << '\n';
    }
}

// By the daemon, else in the files.
Done carry_out(const Context& context, const std::optional<std::string>& socket, ProfileEdit edit, bool dry_run) {
    edit.dry_run = dry_run;
    const auto made = socket ? edit_by_daemon(*socket, edit) : edit_files(context, edit);
    if (!made) return tl::unexpected(made.error());
    tell(context, *made, dry_run);
    return {};
}

Done carry_out(const Context& context, ProfileEdit edit, const EditQuery& query) {
    const auto socket = daemon_of(context);
    if (!socket) return tl::unexpected(socket.error());
    return carry_out(context, *socket, std::move(edit), query.dry_run);
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

Outcome<ChannelOrder> order_in_files(const Context& context, const std::string& name) {
    const auto config = read_config(context);
    if (!config) return tl::unexpected(config.error());
    const auto profile = std::find_if(config->profiles.begin(), config->profiles.end(),
                                      [&](const control::ProfileConfig& p) { return p.name == name; });
    if (profile == config->profiles.end())
        return failure(Exit::no_data, "there is no profile \"" + name + "\": `net-collector profile list` shows them");
    ChannelOrder out{.names = {}, .version = profile->version};
    for (const auto& channel : control::drawn_order(profile->channels)) out.names.push_back(channel.name);
    return out;
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
    const auto socket = daemon_of(context);
    if (!socket) return tl::unexpected(socket.error());
    auto order = *socket ? order_by_daemon(**socket, query.profile) : order_in_files(context, query.profile);
    if (!order) return tl::unexpected(order.error());
    std::vector<std::string>& names = order->names;
    if (std::erase(names, query.channel) == 0)
        return failure(Exit::no_data, "profile \"" + query.profile + "\" has no channel \"" + query.channel + "\"");
    const std::string beside = query.before.empty() ? query.behind : query.before;
    auto at = query.first ? names.begin() : names.end();
    if (!beside.empty()) {
        at = std::find(names.begin(), names.end(), beside);
        if (at == names.end())
            return failure(Exit::no_data, "profile \"" + query.profile + "\" has no other channel \"" + beside + "\"");
        if (query.before.empty()) ++at;
    }
    names.insert(at, query.channel);
    control::SetProfile wanted{.name = {}, .description = {}, .group = {}, .order = std::move(names)};
    return carry_out(context, *socket,
                     {.profile = query.profile,
                      .what = control::ProfileChange(std::move(wanted)),
                      .version = std::move(order->version)},
                     query.dry_run);
}

}  // namespace cli
