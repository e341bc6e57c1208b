// SPDX-License-Identifier: Apache-2.0
// A profile's file as it is written: what stands in it and what does not, before anything is filled in or checked.
//
// Thread: any; values.
// Errors: no TOML, or a key of another type than a profile's file has: with file, line and column.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/result.hpp"

namespace control {

struct ChannelText {
    std::optional<std::string> name{}, filter{}, colour{}, sign{};
    std::optional<std::int64_t> order{};
    std::optional<std::vector<std::string>> sources{};
    friend bool operator==(const ChannelText&, const ChannelText&) = default;
};

struct ProfileText {
    std::optional<std::string> name{}, description{}, group{};
    std::vector<ChannelText> channels{};  // in the file's order
    friend bool operator==(const ProfileText&, const ProfileText&) = default;
};

[[nodiscard]] flow::Result<ProfileText> read_profile_text(const std::string& file, std::string_view text);

}  // namespace control
