// SPDX-License-Identifier: Apache-2.0
// Faults of a configuration, gathered so that an operator sees all of them at once.
//
// Thread: one.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/config.hpp"
#include "dataplane/flow/result.hpp"

namespace control {

class Problems {
  public:
    void add(flow::Place place, std::string message);
    [[nodiscard]] bool empty() const noexcept { return errors_.empty(); }
    // One error whose text() is one line a fault, by file and line, at most kShown of them.
    [[nodiscard]] flow::Error joined() const;
    static constexpr std::size_t kShown = 20;

  private:
    std::vector<flow::Error> errors_;
};

// The candidate that `word` was probably meant to be; empty when none is near.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

// "FILE:LINE"
[[nodiscard]] std::string where(const flow::Place& place);

// Sources against each other: names, and equal prefixes or two rest sources on a port.
void check_sources(const Config& config, Problems& problems);
// Profiles and channels against each other and against the sources.
void check_profiles(const Config& config, Problems& problems);
// Channels that the archive keeps flows of exist, and what is said of channels and samples is used.
void check_archive(const Config& config, Problems& problems);
// Why `device` is not one, as the end of a sentence; empty when its form is right.
[[nodiscard]] std::string device_fault(std::string_view device);
// Linux: at most 15 bytes, no '/', no space; ',' would end the name in a DPDK argument.
[[nodiscard]] bool is_interface_name(std::string_view text) noexcept;
// [A-Za-z0-9_-]{1,32}
[[nodiscard]] bool is_name(std::string_view text) noexcept;

}  // namespace control
