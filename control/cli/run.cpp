// SPDX-License-Identifier: Apache-2.0
#include "control/cli/run.hpp"

#include <CLI/CLI.hpp>
#include <functional>
#include <ostream>

#include "control/cli/commands.hpp"
#include "control/config_problems.hpp"
#include "control/version.hpp"

namespace cli {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done; 1 failed, standard error says why; 2 the command line is wrong; 3 net-collectord is "
    "not running;\n"
    "            4 there is no data, or none of that name.\n"
    "Without --config: /etc/net-collector/net-collector.toml, or conf/net-collector.toml in a checkout.";

struct Arguments {
    std::string output = "text";
    std::string config;
    std::string data;
    SeriesQuery series;
    std::string check_file;
    std::string backup_directory;
};

using Command = std::function<Done(const Context&)>;

class Commands {
  public:
    Commands(CLI::App& app, Arguments& arguments) : app_(app), arguments_(arguments) {}

    CLI::App& add(const std::string& name, const std::string& help, Command command) {
        CLI::App* sub = app_.add_subcommand(name, help);
        // After the subcommand too: `net-collector ledger -o json`.
        sub->add_option("-o,--output", arguments_.output, "text (default) or json")
            ->check(CLI::IsMember({"text", "json"}));
        sub->add_option("-d,--data", arguments_.data, "data directory, instead of the configured one");
        sub->add_option("-c,--config", arguments_.config, "configuration file");
        sub->callback([this, command = std::move(command)] { chosen_ = command; });
        return *sub;
    }
    [[nodiscard]] const Command& chosen() const noexcept { return chosen_; }

  private:
    CLI::App& app_;
    Arguments& arguments_;
    Command chosen_;
};

void add_series(Commands& commands, Arguments& a) {
    CLI::App& series = commands.add("series", "time series of channels: totals, classes, course",
                                    [&a](const Context& c) { return show_series(c, a.series); });
    series.add_option("--profile", a.series.profile, "only of this profile");
    series.add_option("--channel", a.series.channel, "only of this channel");
    series.add_option("--source", a.series.source, "only from this source");
    series.add_option("--from", a.series.from, "-1h (default), -7d, 2024-05-01T12:30, seconds since 1970; UTC");
    series.add_option("--to", a.series.to, "the same; not included; default now");
    series.add_option("--resolution", a.series.resolution, "auto (default), 10s, 5m, 30m, 2h or 1d");
    series.add_flag("--per-source", a.series.per_source, "a row for each source of a channel");
}

void add_all(Commands& commands, Arguments& a) {
    commands.add("status", "what the running daemon is doing", show_status);
    commands.add("ledger", "where everything that came in ended up", show_ledger);
    commands.add("exporters", "who sent, how much, what is missing", show_exporters);
    commands.add("templates", "templates that NetFlow v9 and IPFIX exporters announced", show_templates);
    add_series(commands, a);
    commands.add("profiles", "profiles and channels of the configuration", show_profiles);
    commands.add("sources", "sources of the configuration", show_sources);
    commands
        .add("check-config", "say what is wrong with a configuration",
             [&a](const Context& c) { return check_config(c, a.check_file); })
        .add_option("FILE", a.check_file, "instead of the usual one");
    commands.add("reload", "make the running daemon take over its configuration", reload);
    commands
        .add("backup", "copy the data directory, consistent even while the daemon runs",
             [&a](const Context& c) { return back_up(c, a.backup_directory); })
        .add_option("DIR", a.backup_directory, "where to; created, must not hold data")
        ->required();
}

// CLI11 tells about everything, --help too, by exception.
int explain(const CLI::App& app, const CLI::ParseError& error, std::ostream& out, std::ostream& err) {
    const std::vector<std::string> unknown = app.remaining();
    if (app.get_subcommands().empty() && !unknown.empty() && error.get_exit_code() != 0) {
        std::vector<std::string> names;
        for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
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
