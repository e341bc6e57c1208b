// SPDX-License-Identifier: Apache-2.0
// Renamed profiles and channels of which the store has not been told: history belongs to names, and a file says only what a channel
// is called now. Kept beside the profiles, so that a rename made while no daemon runs, or shortly before it dies, keeps its
// history too.
//
// Thread: any; who changes it holds the directory's lock.
// Shape:  PROFILE/CHANNEL or PROFILE/*, a blank, the new name in the same form; a line each, oldest first.
// Limits: kMostRenames; older ones are forgotten.
#pragma once

#include <string>
#include <vector>

#include "control/config.hpp"
#include "dataplane/flow/result.hpp"

namespace control {

inline constexpr std::size_t kMostRenames = 1000;

struct Rename {
    std::string from_profile, from_channel, to_profile,
        to_channel;  // channels are empty where a whole profile is renamed
    friend bool operator==(const Rename&, const Rename&) = default;
};

// Lines that are none are left out; none where there is no such file. The newest may be of a change that was never made: it is
// left out where `config` shows that.
[[nodiscard]] std::vector<Rename> renames(const std::string& directory, const Config& config);
// As it stands there.
[[nodiscard]] std::vector<Rename> read_renames(const std::string& directory);
[[nodiscard]] flow::Result<void> write_renames(const std::string& directory, const std::vector<Rename>& all);

}  // namespace control
