// SPDX-License-Identifier: Apache-2.0
// A profile's file, changed as a person would change it: only the lines of what changes are touched, comments, blank lines,
// order and quotes of all else stay byte for byte.
//
// Thread: any; pure functions, no I/O.
// Errors: the text is no profile's file, the change cannot be carried out (profile_change.hpp), or the text has a layout that this
//         does not understand: then nothing is given back rather than something wrong. Every result has been parsed again
//         and says exactly what was wanted.
// Limits: deleting a channel takes its header, its keys and the comments among and right behind them; comments above the
//         header stay.
#pragma once

#include <string>
#include <string_view>

#include "control/profile_change.hpp"
#include "dataplane/flow/result.hpp"

namespace control {

// `file` for messages; `implied`: the profile's name where the text says none.
[[nodiscard]] flow::Result<std::string> edited(const std::string& file, std::string_view text,
                                               const ProfileChange& change, std::string_view implied);

// A new file for a profile.
[[nodiscard]] flow::Result<std::string> new_profile(const std::string& file, const ProfileText& profile);

}  // namespace control
