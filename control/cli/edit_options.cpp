// SPDX-License-Identifier: Apache-2.0
#include "control/cli/command_line.hpp"

namespace cli {
namespace {

void add_channel_values(CLI::App& command, EditQuery& e) {
    command.add_option("--filter", e.filter, "nfdump's language");
    command.add_option("--colour", e.colour, "\"#RRGGBB\"");
    command.add_option("--sign", e.sign, "+ above the axis, - below: --sign=-");
    command.add_option("--order", e.order, "place in the stack, 1 = next to the axis");
    command.add_option("--sources", e.sources, "names of sources, with commas")->delimiter(',');
    command.add_flag("--all-sources", e.all_sources, "of every source, those added later too");
}

CLI::App& add_edit(Commands& commands, CLI::App& group, Arguments& a, const char* name, const char* help,
                   Done (*edit)(const Context&, const EditQuery&), bool channel) {
    CLI::App& command = commands.add(group, name, help, [&a, edit](const Context& c) { return edit(c, a.edit); });
    command.add_option("PROFILE", a.edit.profile)->required();
    if (channel) command.add_option("CHANNEL", a.edit.channel)->required();
    command.add_flag("--dry-run", a.edit.dry_run, "check all, show what would change, write nothing");
    command.footer(
        "Written into the profile's file as by hand, checked with the whole configuration, taken over by a running "
        "daemon.\n"
        "Exit code 4: there is none of that name; 5: the filter is wrong.");
    return command;
}

void add_fill(Commands& commands, CLI::App& channel, Arguments& a) {
    CLI::App& fill = commands.add(channel, "fill", "count its past out of the archive, as if it had always been there",
                                  [&a](const Context& c) { return fill_channel(c, a.fill); });
    fill.add_option("PROFILE", a.fill.profile, "or PROFILE/CHANNEL")->required();
    fill.add_option("CHANNEL", a.fill.channel);
    fill.add_option("--from", a.fill.from, "-7d, 2024-05-01T12:30, seconds since 1970; UTC; default: all there is");
    fill.add_option("--to", a.fill.to, "the same; not included; default: where it began to count");
    fill.footer(
        "For a new channel, or one whose filter was changed: the older filter's values are replaced then.\n"
        "Waits for the end; Ctrl-C cancels. What the archive has not is told.\n"
        "Examples:\n"
        "  net-collector channel fill services/web\n"
        "  net-collector channel fill services web --from -1d");
}

}  // namespace

void add_profile_commands(Commands& commands, Arguments& a) {
    EditQuery& e = a.edit;
    CLI::App& profile = commands.add_group("profile", "profiles: listed, added, changed, renamed, deleted");
    profile.footer(
        "Examples:\n"
        "  net-collector profile add web --channel all --filter 'port in [80 443]'\n"
        "  net-collector profile set web --description 'The web' --dry-run\n"
        "  net-collector profile rename web http");
    commands.add(profile, "list", "all, with their channels", [](const Context& c) { return show_profiles(c, {}); });
    commands.add(profile, "show", "one", [&e](const Context& c) { return show_profiles(c, e.profile); })
        .add_option("PROFILE", e.profile)
        ->required();
    CLI::App& add = add_edit(commands, profile, a, "add", "a new one, with its first channel", add_profile, false);
    add.add_option("--channel", e.channel, "name of its first channel")->required();
    add_channel_values(add, e);
    CLI::App& set =
        add_edit(commands, profile, a, "set", "change description, group or the channels' order", set_profile, false);
    for (CLI::App* command : {&add, &set}) {
        command->add_option("--description", e.description, "a sentence");
        command->add_option("--group", e.group, "a name; empty: none");
    }
    set.add_option("--channels", e.channels, "all its channels in their new order, with commas")->delimiter(',');
    add_edit(commands, profile, a, "rename", "another name; the history stays", set_profile, false)
        .add_option("NAME", e.name)
        ->required();
    add_edit(commands, profile, a, "delete", "its file; what was counted stays until its retention ends",
             delete_profile, false);
}

void add_channel_commands(Commands& commands, Arguments& a) {
    EditQuery& e = a.edit;
    CLI::App& channel = commands.add_group("channel", "channels of a profile: added, changed, renamed, moved, deleted");
    channel.footer(
        "Examples:\n"
        "  net-collector channel add services ssh --filter 'port 22' --colour '#8536ff'\n"
        "  net-collector channel set services ssh --filter 'port in [22 2222]' --dry-run\n"
        "  net-collector channel move services ssh --before dns");
    commands.add(channel, "list", "those of a profile", [&e](const Context& c) { return show_profiles(c, e.profile); })
        .add_option("PROFILE", e.profile, "default: all");
    CLI::App& add = add_edit(commands, channel, a, "add", "a new one, on top of the others", add_channel, true);
    add_channel_values(add, e);
    add_channel_values(add_edit(commands, channel, a, "set", "change what is given", set_channel, true), e);
    add_edit(commands, channel, a, "rename", "another name; the history stays", set_channel, true)
        .add_option("NAME", e.name)
        ->required();
    CLI::App& move = add_edit(commands, channel, a, "move", "to another place in the stack", move_channel, true);
    CLI::App* where = move.add_option_group("place", "one of");
    where->add_option("--before", e.before, "another channel");
    where->add_option("--after", e.behind, "another channel");
    where->add_flag("--first", e.first, "next to the axis");
    where->add_flag("--last", e.last, "on top");
    where->require_option(1);
    add_edit(commands, channel, a, "delete", "what it counted stays until its retention ends", delete_channel, true);
    add_fill(commands, channel, a);
}

}  // namespace cli
