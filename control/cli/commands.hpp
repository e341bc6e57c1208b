// SPDX-License-Identifier: Apache-2.0
// The subcommands of net-collector. Each prints its answer to context.out, as JSON when context.json.
//
// Thread: one.
#pragma once

#include <string>

#include "control/cli/context.hpp"

namespace cli {

using Done = Outcome<void>;

// What the data directory says.
[[nodiscard]] Done show_ledger(const Context& context);
[[nodiscard]] Done show_exporters(const Context& context);
[[nodiscard]] Done show_templates(const Context& context);
struct SeriesQuery {
    std::string profile, channel, source;  // empty = all
    std::string from = "-1h", to = "now";  // see control/duration.hpp
    std::string resolution = "auto";       // or "10s", "5m", "30m", "2h", "1d"
    bool per_source = false;               // a row for each source instead of one a channel
};
[[nodiscard]] Done show_series(const Context& context, const SeriesQuery& query);
[[nodiscard]] Done back_up(const Context& context, const std::string& target_directory);

// What the configuration says.
[[nodiscard]] Done show_profiles(const Context& context);
[[nodiscard]] Done show_sources(const Context& context);
[[nodiscard]] Done check_config(const Context& context, const std::string& file);

// What the running daemon says.
[[nodiscard]] Done show_status(const Context& context);
[[nodiscard]] Done reload(const Context& context);

}  // namespace cli
