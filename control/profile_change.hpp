// SPDX-License-Identifier: Apache-2.0
// What can be changed in a profile, and what it makes of the profile's contents.
//
// Thread: any; values and pure functions.
// Errors: only what cannot be carried out, such as a channel that is not there; whether the values are right is load_config()'s
//         to say.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control/profile_text.hpp"
#include "dataplane/flow/result.hpp"

namespace control {

// What is absent stays, or is left out of what is new. sources = {}: of every source.
using ChannelValues = ChannelText;

struct AddChannel {
    ChannelValues values;
};
struct SetChannel {
    std::string channel;
    ChannelValues values;
};
struct DeleteChannel {
    std::string channel;
};
struct SetProfile {
    std::optional<std::string> name{}, description{}, group{};
    // Names of all channels as they shall stand in the stack, those below the axis among them; empty: as they do.
    std::vector<std::string> order{};
};
using ProfileChange = std::variant<AddChannel, SetChannel, DeleteChannel, SetProfile>;

// A value that says what already holds leaves the file's spelling as it is: colours in other letters, "+" where no sign stands.
// `implied`: the profile's name where the file says none.
[[nodiscard]] flow::Result<ProfileText> changed(const ProfileText& before, const ProfileChange& change,
                                                std::string_view implied);

// "order" of each channel, as load_config() fills it in.
[[nodiscard]] std::vector<std::int64_t> orders_of(const ProfileText& profile);
// Indexes of the channels from the axis upwards, then downwards.
[[nodiscard]] std::vector<std::size_t> stacked(const ProfileText& profile);

}  // namespace control
