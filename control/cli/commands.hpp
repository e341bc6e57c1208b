// SPDX-License-Identifier: Apache-2.0
// The subcommands of net-collector. Each prints its answer to context.out, as JSON when context.json.
//
// Thread: one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/cli/context.hpp"

namespace cli {

using Done = Outcome<void>;

// What the data directory says.
struct LedgerQuery {
    std::string exporter{};    // address or prefix; empty = all
    std::string since{};       // a length of time up to now, or a point in time
    std::string from{}, to{};  // see control/duration.hpp; empty = the beginning, now
    bool per_bucket = false;   // a row for each five minutes
    bool watch = false;        // again each second
    std::uint32_t times = 0;   // that often; 0 = until Ctrl-C
    bool idle = false;         // the collector has ended cleanly: nothing may be in flight
};
// Exit::failed when the books do not balance.
[[nodiscard]] Done show_ledger(const Context& context, const LedgerQuery& query);
struct ExportersQuery {
    std::string exporter{};  // address or prefix; empty = all
    bool options = false;    // what they told in options data, instead of what they sent
};
[[nodiscard]] Done show_exporters(const Context& context, const ExportersQuery& query);
struct InterfacesQuery {
    std::string exporter{};     // address or prefix; empty = all
    std::string since = "10m";  // a length of time up to now
};
[[nodiscard]] Done show_interfaces(const Context& context, const InterfacesQuery& query);
[[nodiscard]] Done show_templates(const Context& context);
struct SeriesQuery {
    std::string profile;                         // empty = all
    std::vector<std::string> channels, sources;  // empty = all
    std::string filter;                    // not empty: of the archive's flows that it takes, instead of channels' own
    std::string from = "-1h", to = "now";  // see control/duration.hpp
    std::string resolution = "auto";       // or "10s", "5m", "30m", "2h", "1d"
    bool per_source = false;               // a row for each source instead of one a channel
    // With `filter`: as those of `query`.
    int progress = -1;
    bool confined = false;
};
[[nodiscard]] Done show_series(const Context& context, const SeriesQuery& query);
// `net-collector query` with what follows it: nfdump's options, see control/query/options.hpp. The exit code.
[[nodiscard]] int query_command(const std::vector<std::string>& arguments, const Context& context);
// What is in the archive, whether it can be read, what would be deleted.
struct ArchiveQuery {
    std::string source{};   // empty = all
    bool segments = false;  // a line for each
    bool repair = false;    // of verify: tell the catalogue what can be read
    bool dry_run = false;
    std::string keep{}, max_size{}, min_free{};  // other limits than the configured ones, to try them
};
[[nodiscard]] Done list_archive(const Context& context, const ArchiveQuery& query);
// Exit::failed when something is damaged.
[[nodiscard]] Done verify_archive(const Context& context, const ArchiveQuery& query);
[[nodiscard]] Done expire_archive(const Context& context, const ArchiveQuery& query);
[[nodiscard]] Done back_up(const Context& context, const std::string& target_directory);

// Profiles and channels, changed in their files.
struct EditQuery {
    std::string profile{}, channel{};
    std::optional<std::string> name{}, description{}, group{}, filter{}, colour{}, sign{};
    std::optional<std::int64_t> order{};
    std::vector<std::string> sources{};   // none: as it is
    std::vector<std::string> channels{};  // in their new order
    bool all_sources = false, first = false, last = false, dry_run = false;
    std::string before{}, behind{};  // another channel
};
[[nodiscard]] Done add_profile(const Context& context, const EditQuery& query);
[[nodiscard]] Done set_profile(const Context& context, const EditQuery& query);
[[nodiscard]] Done delete_profile(const Context& context, const EditQuery& query);
[[nodiscard]] Done add_channel(const Context& context, const EditQuery& query);
[[nodiscard]] Done set_channel(const Context& context, const EditQuery& query);
[[nodiscard]] Done move_channel(const Context& context, const EditQuery& query);
[[nodiscard]] Done delete_channel(const Context& context, const EditQuery& query);

// What the configuration says; `only`: of this profile, all when empty.
[[nodiscard]] Done show_profiles(const Context& context, const std::string& only);
[[nodiscard]] Done show_sources(const Context& context);
[[nodiscard]] Done check_config(const Context& context, const std::string& file);

// Who may log in at the console.
struct PasswdQuery {
    std::string user{};
    std::string role{};  // "viewer", "admin"; empty = as it is, viewer for a new user
    bool remove = false, list = false;
    bool standard_input = false;  // the password is a line of it; else it is typed at the terminal
};
[[nodiscard]] Done passwd(const Context& context, const PasswdQuery& query);

// What a filter says. Exit::bad_filter when it is wrong.
struct FilterQuery {
    std::vector<std::string> words{};  // joined by blanks; none: `file`
    std::string file{};                // "-": standard input; empty: the channels of the configuration
};
[[nodiscard]] Done check_filter(const Context& context, const FilterQuery& query);
[[nodiscard]] Done explain_filter(const Context& context, const FilterQuery& query);
[[nodiscard]] Done show_fields(const Context& context);

// What the running daemon says.
[[nodiscard]] Done show_status(const Context& context);
[[nodiscard]] Done reload(const Context& context);
struct FillQuery {
    std::string profile;  // or PROFILE/CHANNEL; then `channel` is empty
    std::string channel{};
    std::string from{}, to{};  // see control/duration.hpp; empty = as much as there is
};
// Returns when the channel is filled; Ctrl-C cancels. Exit::no_data: no such channel, or nothing to fill.
[[nodiscard]] Done fill_channel(const Context& context, const FillQuery& query);
struct CaptureQuery {
    std::string exporter;     // address or prefix
    std::string for_time;     // a length of time; empty = until Ctrl-C
    std::uint64_t count = 0;  // frames; 0 = any number
    std::string file;         // "-": standard output
};
[[nodiscard]] Done capture(const Context& context, const CaptureQuery& query);

}  // namespace cli
