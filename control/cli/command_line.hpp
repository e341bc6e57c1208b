// SPDX-License-Identifier: Apache-2.0
// How the subcommands are declared. Beside run.cpp.
//
// Thread: one.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "control/cli/commands.hpp"

namespace cli {

struct Arguments {
    std::string output = "text";
    std::string config;
    std::string data;
    SeriesQuery series;
    LedgerQuery ledger;
    CaptureQuery capture;
    ExportersQuery exporters;
    InterfacesQuery interfaces;
    FilterQuery filter;
    FillQuery fill;
    EditQuery edit;
    PasswdQuery passwd;
    ArchiveQuery archive;
    std::string check_file;
    std::string backup_directory;
};

using Command = std::function<Done(const Context&)>;

class Commands {
  public:
    Commands(CLI::App& app, Arguments& arguments) : app_(app), arguments_(arguments) {}

    CLI::App& add(const std::string& name, const std::string& help, Command command) {
        return add(app_, name, help, std::move(command));
    }
    // A command of two words: `parent` is the first one.
    CLI::App& add(CLI::App& parent, const std::string& name, const std::string& help, Command command) {
        CLI::App* sub = parent.add_subcommand(name, help);
        // After the subcommand too: `net-collector ledger -o json`.
        sub->add_option("-o,--output", arguments_.output, "text (default) or json")
            ->check(CLI::IsMember({"text", "json"}));
        sub->add_option("-d,--data", arguments_.data, "data directory, instead of the configured one");
        sub->add_option("-c,--config", arguments_.config, "configuration file");
        sub->callback([this, command = std::move(command)] { chosen_ = command; });
        return *sub;
    }
    // One whose options another parser reads; here it is only listed.
    CLI::App& add_elsewhere(const std::string& name, const std::string& help) {
        CLI::App* sub = app_.add_subcommand(name, help);
        sub->callback([this] { chosen_ = [](const Context&) { return Done{}; }; });
        return *sub;
    }
    // The first of two words.
    CLI::App& add_group(const std::string& name, const std::string& help) {
        CLI::App* group = app_.add_subcommand(name, help);
        group->require_subcommand(1);
        return *group;
    }
    [[nodiscard]] const Command& chosen() const noexcept { return chosen_; }

  private:
    CLI::App& app_;
    Arguments& arguments_;
    Command chosen_;
};

// `profile ...` and `channel ...`.
void add_profile_commands(Commands& commands, Arguments& a);
void add_channel_commands(Commands& commands, Arguments& a);

}  // namespace cli
