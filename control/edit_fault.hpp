// SPDX-License-Identifier: Apache-2.0
// Which of the values that were sent a fault of the configuration is about. Beside profile_editor.cpp.
//
// Thread: any; pure but for the host names and included files of filters.
#pragma once

#include "control/profile_editor.hpp"

namespace control {

// The channel that a change is about; null when it is about none that must be there.
[[nodiscard]] const std::string* channel_of(const ProfileChange& change);
[[nodiscard]] bool has_channel(const ProfileText& profile, const std::string& name);

// `error` of load_config() or check(), `after`: what the file at `path` would be.
[[nodiscard]] EditFault fault_of(const flow::Error& error, const ProfileEdit& wanted, const std::string& path,
                                 const std::string& after);
// Filters that are sent, each alone, so that a fault is told by its place in what was sent. They include files of the profiles'
// directory only: who sends them need not be who may read all that this process may.
[[nodiscard]] Edited<void> check_filters(const Config& config, const ProfileEdit& wanted,
                                         const std::optional<ProfileText>& before);

}  // namespace control
