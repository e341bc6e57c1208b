// SPDX-License-Identifier: Apache-2.0
// `net-collector query`: where the data is, who asks, and how it ended.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <iostream>

#include "control/cli/client.hpp"
#include "control/cli/commands.hpp"
#include "control/cli/confine.hpp"
#include "control/cli/daemon_json.hpp"
#include "control/cli/filter_input.hpp"
#include "control/cli/query_world.hpp"
#include "control/query/options.hpp"
#include "control/query/run.hpp"
#include "control/status_json.hpp"
#include "control/version.hpp"

namespace cli {
namespace {

Exit exit_of(query::Trouble trouble) {
    switch (trouble) {
        case query::Trouble::usage:
            return Exit::usage;
        case query::Trouble::no_data:
            return Exit::no_data;
        case query::Trouble::filter:
            return Exit::bad_filter;
        case query::Trouble::failed:
        case query::Trouble::cancelled:
            break;
    }
    return Exit::failed;
}

query::FilterText filter_text(const std::optional<GivenFilter>& given, const query::Request& request) {
    query::FilterText out;
    if (!given) return out;
    out.text = given->text;
    out.begin = given->begin;
    if (request.filter_words.empty() && request.filter_file != "-") {
        const auto parent = std::filesystem::path(request.filter_file).parent_path().string();
        out.directory = parent.empty() ? "." : parent;
    }
    return out;
}

Done ask_archive(const Context& context, const query::Request& request) {
    const auto given = given_filter({.words = request.filter_words, .file = request.filter_file});
    if (!given) return tl::unexpected(given.error());
    auto config = usable_config(context, !request.profile.empty());
    // Those who ask through the daemon cannot mend a file that is being edited.
    if (!config && request.confined && request.profile.empty()) config = std::optional<control::Config>{};
    if (!config) return tl::unexpected(config.error());

    using Action = query::Request::Action;
    const bool checks = request.action == Action::check_filter || request.action == Action::dump_filter;
    const bool files = !request.read_path.empty() || !request.read_range.empty();
    query::World world{.out = context.out, .err = context.err};
    world.out_is_terminal = &context.out == &std::cout && isatty(STDOUT_FILENO) == 1;
    world.err_is_terminal = &context.err == &std::cerr && isatty(STDERR_FILENO) == 1;
    world.config = config->has_value() ? &**config : nullptr;
    world.now_s = [&context, began = std::time(nullptr)] {
        return context.now_s + static_cast<std::uint64_t>(std::time(nullptr) - began);
    };
    std::optional<store::Reader> reader;
    if (!checks && !files) {
        const auto where = find_daemon(context);
        if (!where) return tl::unexpected(where.error());
        auto opened = open_data(where->data);
        if (!opened) return tl::unexpected(opened.error());
        reader = *std::move(opened);
        world.reader = &*reader;
        world.archive_directory = archive_of(where->data);
        world.daemon = [socket = where->socket] { return daemon_load(socket); };
    }
    const auto done = query::run(world, request, filter_text(*given, request));
    if (done) return {};
    return tl::unexpected(failure_of(done.error()));
}

}  // namespace

Failure failure_of(const query::Refusal& refusal) {
    return {exit_of(refusal.trouble), refusal.message};
}

std::string archive_of(const std::string& data_directory) {
    return data_directory + "/archive";
}

query::DaemonLoad daemon_load(const std::string& socket) {
    constexpr long kTimeout_s = 1;
    // Nobody has to be asked, and no library loaded for it, where there is no socket: half of what a short question takes.
    if (::access(socket.c_str(), F_OK) != 0 && errno == ENOENT) return {.running = false, .busy_ratio = 0, .cores = 1};
    const auto answer = ask(socket, "GET", control::kStatusPath, kTimeout_s);
    if (!answer) {
        // It may be there and not talk to us: then the machine's own load tells.
        query::DaemonLoad load{.running = answer.error().exit != Exit::not_running, .busy_ratio = 0, .cores = 1};
        double average = 0;
        if (load.running && getloadavg(&average, 1) == 1)
            load.busy_ratio = average / static_cast<double>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
        return load;
    }
    query::DaemonLoad load{.running = true, .busy_ratio = 0, .cores = 0};
    const auto status = parsed(*answer);
    if (!status) return load;
    for (const auto& worker : part(*status, "workers")) {
        load.cores += worker.contains("match_core") ? 2 : 1;
        load.busy_ratio = std::max({load.busy_ratio, ratio(worker, "busy_ratio"), ratio(worker, "match_busy_ratio")});
    }
    return load;
}

int query_command(const std::vector<std::string>& arguments, const Context& context) {
    const auto say = [&](const Failure& failed) {
        if (!failed.message.empty()) context.err << "net-collector: " << failed.message << '\n';
        return static_cast<int>(failed.exit);
    };
    const auto request = query::parse_options(arguments, context.now_s);
    if (!request) return say({Exit::usage, "query: " + request.error().text()});
    if (request->action == query::Request::Action::help) {
        context.out << query::help_text();
        return static_cast<int>(Exit::ok);
    }
    if (request->action == query::Request::Action::version) {
        context.out << "net-collector " << control::kVersion << '\n';
        return static_cast<int>(Exit::ok);
    }
    if (request->confined) {
        if (auto ok = confine(); !ok) return say({Exit::failed, ok.error().text()});
    }
    Context ours = context;
    ours.config_path = request->config;
    ours.data_path = request->data;
    const Done done = ask_archive(ours, *request);
    return done ? static_cast<int>(Exit::ok) : say(done.error());
}

}  // namespace cli
