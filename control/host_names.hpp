// SPDX-License-Identifier: Apache-2.0
// Host names in filters -> addresses, within a time limit: a name server that does not answer must not keep a
// configuration waiting.
//
// Thread: one at a time. A look-up runs on a thread of its own; one that is not back in time is left to end by itself.
// Limits: kMostAddresses of a name. Each name is asked once; all names together get the time given to the constructor.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/address.hpp"
#include "dataplane/flow/result.hpp"

namespace control {

class HostNames {
  public:
    static constexpr std::size_t kMostAddresses = 256;
    using Addresses = std::vector<flow::IpAddress>;
    // May take as long as it likes; called on other threads, and perhaps still running after *this is gone.
    using LookUp = std::function<flow::Result<Addresses>(const std::string& name)>;

    explicit HostNames(std::chrono::milliseconds limit, LookUp look_up = ask_system)
        : look_up_(std::move(look_up)), limit_(limit), left_(limit) {}

    // All of its IPv4 and IPv6 addresses, ascending, at least one.
    [[nodiscard]] flow::Result<Addresses> resolve(std::string_view name);

    // By hosts file, DNS and what else this machine is configured for.
    [[nodiscard]] static flow::Result<Addresses> ask_system(const std::string& name);

  private:
    [[nodiscard]] flow::Result<Addresses> look_up(const std::string& name);

    LookUp look_up_;
    std::chrono::milliseconds limit_;
    std::chrono::nanoseconds left_;
    std::map<std::string, flow::Result<Addresses>, std::less<>> known_;  // by name in lower case
};

}  // namespace control
