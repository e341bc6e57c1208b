// SPDX-License-Identifier: Apache-2.0
// Profiles and channels changed by the running daemon, through its API on the Unix socket: who may open that may edit, and need not
// be allowed to write the files.
//
// Thread: one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/cli/context.hpp"
#include "control/profile_editor.hpp"

namespace cli {

// What was made, by whom ever.
struct EditMade {
    std::string profile{};          // its name now; "" when it was deleted
    std::string file{};             // path
    std::string before{}, after{};  // its contents; "" where there is none
    bool taken_over = false;        // by a daemon
};

// The socket of the daemon that runs for this configuration; nothing: none does.
[[nodiscard]] Outcome<std::optional<std::string>> daemon_of(const Context& context);

// Failure: as ask(), or why it is refused; then nothing has changed.
[[nodiscard]] Outcome<EditMade> edit_by_daemon(const std::string& socket, const control::ProfileEdit& edit);

// The channels of a profile from the axis upwards, then downwards.
struct ChannelOrder {
    std::vector<std::string> names{};
    std::string version{};  // ProfileEdit::version
};
[[nodiscard]] Outcome<ChannelOrder> order_by_daemon(const std::string& socket, const std::string& profile);

// A refusal as people read it. `filter`: what was sent as such.
[[nodiscard]] tl::unexpected<Failure> bad_filter(std::string message, const std::string& filter,
                                                 const flow::Place& place);

}  // namespace cli
