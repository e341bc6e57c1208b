// SPDX-License-Identifier: Apache-2.0
#include "control/cli/run.hpp"

#include <iostream>

#include "control/cli/command_line.hpp"
#include "control/cli/series_cells.hpp"
#include "control/config_problems.hpp"
#include "control/version.hpp"

namespace cli {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done; 1 failed, standard error says why; 2 the command line is wrong; 3 net-collectord is "
    "not running;\n"
    "            4 there is no data, or none of that name; 5 the filter is wrong.\n"
    "Without --config: /etc/net-collector/net-collector.toml, or conf/net-collector.toml in a checkout.";

constexpr const char* kQuery = "query";

void add_series(Commands& commands, Arguments& a) {
    CLI::App& series = commands.add("series", "time series of channels: totals, classes, course",
                                    [&a](const Context& c) { return show_series(c, a.series); });
    series.add_option("--profile", a.series.profile, "only of this profile");
    series.add_option("--channel", a.series.channels, "only of this channel; may be repeated")->allow_extra_args(false);
    series.add_option("--source", a.series.sources, "only from this source; may be repeated")->allow_extra_args(false);
    series.add_option("--from", a.series.from, "-1h (default), -7d, 2024-05-01T12:30, seconds since 1970; UTC");
    series.add_option("--to", a.series.to, "the same; not included; default now");
    series.add_option("--resolution", a.series.resolution, "auto (default), 10s, 5m, 30m, 2h or 1d");
    series.add_flag("--per-source", a.series.per_source, "a row for each source of a channel");
    series.add_option("--filter", a.series.filter,
                      "of the archived flows that this filter takes, as if a channel had counted them");
    series.add_option("--progress", a.series.progress, "with --filter: how far it is, as JSON on this descriptor");
    series.add_flag("--confined", a.series.confined,
                    "with --filter: without privileges, of lowest priority, with bounded memory and time");
    series.footer(
        "Examples:\n"
        "  net-collector series                                        every channel, the last hour\n"
        "  net-collector series --profile live --from -7d              each source, a week\n"
        "  net-collector series --channel dns --resolution 5m -o json  for programs\n"
        "  net-collector series --filter 'src net 10/8 and port 53'    from the archive, whatever was asked before");
}

void add_ledger(Commands& commands, Arguments& a) {
    CLI::App& ledger = commands.add("ledger", "where everything that came in ended up, and whether it adds up",
                                    [&a](const Context& c) { return show_ledger(c, a.ledger); });
    ledger.add_option("--exporter", a.ledger.exporter, "only of this address or prefix, all its entries");
    ledger.add_option("--since", a.ledger.since, "of the last 1h, 7d ..., or since a point in time; whole 5 minutes");
    ledger.add_option("--from", a.ledger.from, "-7d, 2024-05-01T12:30, seconds since 1970; UTC");
    ledger.add_option("--to", a.ledger.to, "the same; not included; default now");
    ledger.add_flag("--per-bucket", a.ledger.per_bucket, "a row for each 5 minutes (of the last hour, if not said)");
    ledger.add_flag("--watch", a.ledger.watch, "again each second, with rates; Ctrl-C ends");
    ledger.add_option("--times", a.ledger.times, "with --watch: end after so many pictures");
    ledger.footer(
        "Examples:\n"
        "  net-collector ledger                                    since the data directory was made\n"
        "  net-collector ledger --watch                            what happens now\n"
        "  net-collector ledger --since 24h --per-bucket           how complete each 5 minutes are\n"
        "  net-collector ledger --exporter 192.0.2.1 --since 1h    one router\n"
        "  net-collector ledger -o json                            for programs\n"
        "Exit code 1: the books do not balance.");
}

void add_exporters(Commands& commands, Arguments& a) {
    CLI::App& exporters = commands.add("exporters", "who sent, how much, what is missing, what they told",
                                       [&a](const Context& c) { return show_exporters(c, a.exporters); });
    exporters.add_option("--exporter", a.exporters.exporter, "only of this address or prefix");
    exporters.add_flag("--options", a.exporters.options, "sampling rates, names of interfaces, VRFs and applications");
    exporters.footer(
        "Examples:\n"
        "  net-collector exporters                                   all, since the data directory was made\n"
        "  net-collector exporters --options --exporter 192.0.2.1    what a router told about itself\n"
        "MISSING is told by sequence numbers: datagrams for NetFlow v9 and sFlow, records else.");
    CLI::App& interfaces = commands.add("interfaces", "counters of interfaces, from sFlow's counter samples",
                                        [&a](const Context& c) { return show_interfaces(c, a.interfaces); });
    interfaces.add_option("--exporter", a.interfaces.exporter, "only of this address or prefix");
    interfaces.add_option("--since", a.interfaces.since, "mean of the last 10m (default), 1h, 7d ...");
    interfaces.footer(
        "Examples:\n"
        "  net-collector interfaces                                  all, mean of 10 minutes\n"
        "  net-collector interfaces --exporter 192.0.2.1 --since 1d  one switch, mean of a day\n"
        "A dash: the device does not count it, or it cannot be told.");
}

void add_capture(Commands& commands, Arguments& a) {
    CLI::App& capture = commands.add("capture", "what an exporter really sends, as a pcap file",
                                     [&a](const Context& c) { return cli::capture(c, a.capture); });
    capture.add_option("--exporter", a.capture.exporter, "address, or prefix like 10.0.0.0/8")->required();
    capture.add_option("--for", a.capture.for_time, "end after 10s, 5m ...; default: with Ctrl-C");
    capture.add_option("--count", a.capture.count, "end after so many frames");
    capture.add_option("FILE", a.capture.file, "to write; - = standard output")->required();
    capture.footer(
        "Examples:\n"
        "  net-collector capture --exporter 192.0.2.1 --for 10s router.pcap\n"
        "  net-collector capture --exporter 10.0.0.0/8 --count 100 - | tcpdump -nr -\n"
        "  net-collectord --replay router.pcap --data /tmp/trial     looks at it again\n"
        "One capture at a time. Frames are as they came from the wire, fragments and broken ones included.");
}

void add_daemon_commands(Commands& commands, Arguments& a) {
    commands.add("status", "what the running daemon is doing", show_status)
        .footer(
            "Devices and how they spread packets over cores, what is handed from core to core, what waits, who is "
            "thinned.\n"
            "Examples:\n"
            "  net-collector status\n"
            "  net-collector status -o json | jq .workers");
    commands.add("reload", "make the running daemon take over its configuration", reload)
        .footer(
            "As SIGHUP, but it says what came of it. A faulty configuration changes nothing.\n"
            "Example:\n"
            "  net-collector check-config && net-collector reload");
    add_capture(commands, a);
}

void add_config_commands(Commands& commands, Arguments& a) {
    commands
        .add("profiles", "profiles and channels of the configuration: as `profile list`",
             [](const Context& c) { return show_profiles(c, {}); })
        .footer("Example:\n  net-collector profiles -o json");
    commands.add("sources", "sources of the configuration", show_sources)
        .footer("Example:\n  net-collector sources --config conf/net-collector.toml");
    CLI::App& check = commands.add("check-config", "say what is wrong with a configuration",
                                   [&a](const Context& c) { return check_config(c, a.check_file); });
    check.add_option("FILE", a.check_file, "instead of the usual one");
    check.footer(
        "Every fault with file, line and column, profiles and filters included.\n"
        "Example:\n  net-collector check-config ./new.toml");
}

void add_passwd(Commands& commands, Arguments& a) {
    CLI::App& passwd = commands.add("passwd", "who may log in at the console: passwords and roles",
                                    [&a](const Context& c) { return cli::passwd(c, a.passwd); });
    passwd.add_option("USER", a.passwd.user, "letters, digits and ._@-");
    passwd.add_option("--role", a.passwd.role, "viewer (default for a new user) or admin")
        ->check(CLI::IsMember({"viewer", "admin"}));
    passwd.add_flag("--delete", a.passwd.remove, "this user may no longer log in");
    passwd.add_flag("--list", a.passwd.list, "all users and their roles");
    passwd.add_flag("--stdin", a.passwd.standard_input, "the password is the first line of standard input");
    passwd.footer(
        "Writes the file that `users` of [http] names; a running daemon takes it over with `net-collector reload`.\n"
        "Examples:\n"
        "  net-collector passwd ann --role admin      asks for the password, twice\n"
        "  pwgen 20 1 | tee ann.txt | net-collector passwd ann --stdin\n"
        "  net-collector passwd ann --delete && net-collector reload\n"
        "Exit code 4: there is no such user to delete.");
}

void add_filter_input(CLI::App& command, Arguments& a) {
    command.add_option("FILTER", a.filter.words, "nfdump's language; several words are joined by blanks");
    command.add_option("-f,--file", a.filter.file,
                       "read the filter from this file, - = standard input; FILTER goes first");
}

void add_filter_commands(Commands& commands, Arguments& a) {
    CLI::App& filter = commands.add_group("filter", "is a filter right, what does it mean, what does it cost");
    filter.footer(
        "Examples:\n"
        "  net-collector filter check 'proto tcp and dst port 443'\n"
        "  net-collector filter explain --config /etc/net-collector/net-collector.toml\n"
        "  net-collector filter fields");
    CLI::App& check = commands.add(filter, "check", "say whether a filter is right, and how it is understood",
                                   [&a](const Context& c) { return check_filter(c, a.filter); });
    add_filter_input(check, a);
    check.footer(
        "Prints `ok` and the filter in its normal form: one spelling for each meaning, with the brackets that count.\n"
        "Without a filter, those of all channels of the configuration are checked.\n"
        "Names of sources, host names, databases and included files are those of the configuration, when there is "
        "one.\n"
        "Examples:\n"
        "  net-collector filter check 'src net 10/8 and not dst port in [80 443]'\n"
        "  net-collector filter check proto tcp and flags S and not flags A\n"
        "  net-collector filter check -f web.filter && echo it is fine\n"
        "  net-collector filter check --config ./new.toml        every channel of it\n"
        "  net-collector filter check -o json 'port 53' | jq -r .normal\n"
        "Exit code 5: the filter is wrong; standard error says where, why, and what would be right.");
    CLI::App& explain = commands.add(filter, "explain", "how a filter is understood, who answers it, what it costs",
                                     [&a](const Context& c) { return explain_filter(c, a.filter); });
    add_filter_input(explain, a);
    explain.footer(
        "The normal form, a drawing of it, what it asks of a flow, which index answers that, and what a row costs "
        "each\n"
        "(estimates from a small machine: they tell cheap from dear). Without a filter, that of all channels "
        "together.\n"
        "Examples:\n"
        "  net-collector filter explain 'proto tcp and (dst port 443 or application contains tls)'\n"
        "  net-collector filter explain --config /etc/net-collector/net-collector.toml\n"
        "  net-collector filter explain -o json 'payload regex /^SSH/' | jq .ns_per_row\n"
        "Exit code 5: the filter is wrong.");
    CLI::App& fields =
        commands.add(filter, "fields", "everything a filter can ask, with an example of each", show_fields);
    fields.footer(
        "Examples:\n"
        "  net-collector filter fields | grep -i mpls\n"
        "  net-collector filter fields -o json");
}

void add_archive_commands(Commands& commands, Arguments& a) {
    CLI::App& archive = commands.add_group("archive", "the raw flows on disk: how many, whether they can be read");
    archive.footer(
        "Examples:\n"
        "  net-collector archive list\n"
        "  net-collector archive verify\n"
        "`net-collector query` asks what is in it.");
    CLI::App& list = commands.add(archive, "list", "flows and bytes by day and source, and from when to when",
                                  [&a](const Context& c) { return list_archive(c, a.archive); });
    list.add_option("--source", a.archive.source, "only of this source");
    list.add_flag("--segments", a.archive.segments, "a line for each segment, with its file");
    list.footer(
        "Examples:\n"
        "  net-collector archive list\n"
        "  net-collector archive list --source edge --segments\n"
        "  net-collector archive list -o json | jq .together.bytes_per_flow\n"
        "Times are those of arrival, UTC.");
    CLI::App& verify = commands.add(archive, "verify", "read every block and check it; the daemon may run",
                                    [&a](const Context& c) { return verify_archive(c, a.archive); });
    verify.add_flag("--repair", a.archive.repair,
                    "afterwards leave out of the catalogue what cannot be read; net-collectord must be stopped");
    verify.footer(
        "Examples:\n"
        "  net-collector archive verify && echo all is well\n"
        "  net-collector archive verify -o json | jq '.findings[].text'\n"
        "Exit code 1: something is damaged or missing.");
    CLI::App& expire = commands.add(archive, "expire", "what retention would delete now, oldest first, and why",
                                    [&a](const Context& c) { return expire_archive(c, a.archive); });
    expire.add_flag("--dry-run", a.archive.dry_run, "needed: only net-collectord deletes, by itself");
    expire.add_option("--keep", a.archive.keep, "instead of the configured keep_for: 7d, 8w ...");
    expire.add_option("--max-size", a.archive.max_size, "instead of the configured size: 500GB ...");
    expire.add_option("--min-free", a.archive.min_free, "instead of the configured free room: 50GB ...");
    expire.footer(
        "Examples:\n"
        "  net-collector archive expire --dry-run                    what goes next by [archive] of the configuration\n"
        "  net-collector archive expire --dry-run --max-size 100GB   what would go if there were 100 GB at most");
}

void add_data_commands(Commands& commands, Arguments& a) {
    add_ledger(commands, a);
    add_exporters(commands, a);
    commands.add("templates", "templates that NetFlow v9 and IPFIX exporters announced", show_templates)
        .footer("Example:\n  net-collector templates -o json");
    add_series(commands, a);
    commands.add("series-cells", "of the daemon's own", [](const Context& c) { return show_cells(c, std::cin); })
        .group("");  // not listed
    add_archive_commands(commands, a);
    commands.add_elsewhere(kQuery, "the raw flows themselves, with nfdump's options")
        .footer("`net-collector query --help` tells of its options.");
    CLI::App& backup = commands.add("backup", "copy the data directory, consistent even while the daemon runs",
                                    [&a](const Context& c) { return back_up(c, a.backup_directory); });
    backup.add_option("DIR", a.backup_directory, "where to; created, must not hold data")->required();
    backup.footer(
        "Example:\n"
        "  net-collector backup /backup/$(date +%F) && net-collector --data /backup/$(date +%F) ledger");
}

void add_all(Commands& commands, Arguments& a) {
    add_daemon_commands(commands, a);
    add_data_commands(commands, a);
    add_config_commands(commands, a);
    add_passwd(commands, a);
    add_profile_commands(commands, a);
    add_channel_commands(commands, a);
    add_filter_commands(commands, a);
}

// CLI11 tells about everything, --help too, by exception.
int explain(const CLI::App& app, const CLI::ParseError& error, std::ostream& out, std::ostream& err) {
    const CLI::App* last = &app;
    while (!last->get_subcommands().empty()) last = last->get_subcommands().front();
    const std::vector<std::string> unknown = last->remaining();
    const std::vector<const CLI::App*> known = last->get_subcommands({});
    if (!known.empty() && !unknown.empty() && error.get_exit_code() != 0) {
        std::vector<std::string> names;
        for (const CLI::App* sub : known) names.push_back(sub->get_name());
        const std::vector<std::string_view> candidates(names.begin(), names.end());
        const auto near = control::nearest(unknown.front(), candidates);
        err << "net-collector: there is no subcommand \"" << unknown.front() << '"'
            << (near.empty() ? std::string(": see --help") : ": did you mean \"" + std::string(near) + "\"?") << '\n';
        return static_cast<int>(Exit::usage);
    }
    return app.exit(error, out, err) == 0 ? 0 : static_cast<int>(Exit::usage);
}

}  // namespace

int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colour, std::uint64_t now_s) {
    // Its options are nfdump's: another parser reads them.
    if (argc > 1 && std::string_view(argv[1]) == kQuery)
        return query_command({argv + 2, argv + argc}, Context{out, err, colour, now_s, false, {}, {}});
    CLI::App app("The operator's command of the flow collector net-collector.", "net-collector");
    app.set_version_flag("-V,--version", std::string("net-collector ") + control::kVersion);
    app.require_subcommand(1);
    app.footer(kFooter);
    app.set_help_all_flag("--help-all", "help of all subcommands");
    Arguments arguments;
    Commands commands(app, arguments);
    add_all(commands, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return explain(app, error, out, err);
    }
    const Context context{out, err, colour, now_s, arguments.output == "json", arguments.config, arguments.data};
    const Done done = commands.chosen()(context);
    if (done) return static_cast<int>(Exit::ok);
    if (!done.error().message.empty()) err << "net-collector: " << done.error().message << '\n';
    return static_cast<int>(done.error().exit);
}

}  // namespace cli
