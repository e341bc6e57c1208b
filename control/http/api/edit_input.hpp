// SPDX-License-Identifier: Apache-2.0
// What is sent to change profiles and channels, read strictly: a key that is not known is a mistake.
//
// Thread: any; pure.
// Errors: a sentence that names the key.
#pragma once

#include "control/http/api/reply.hpp"
#include "control/profile_change.hpp"

namespace api {

[[nodiscard]] flow::Result<control::ChannelValues> channel_input(const Json& given);
// {name, description?, group?, channels}
[[nodiscard]] flow::Result<control::ProfileText> new_profile_input(const Json& given);
// {name?, description?, group?, order?}
[[nodiscard]] flow::Result<control::SetProfile> profile_input(const Json& given);

}  // namespace api
