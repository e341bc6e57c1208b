// SPDX-License-Identifier: Apache-2.0
// Keeps the kernel quiet on interfaces that it shares with us (loopback, af_packet).
//
// A UDP socket with a filter that drops everything is bound to each configured port: without it the kernel answers "port
// unreachable", and exporters with connected sockets get ECONNREFUSED. [::] dual-stack covers both families.
// Thread: control.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "dataplane/flow/result.hpp"

namespace control {

class PortSockets {
  public:
    PortSockets() = default;
    ~PortSockets();
    PortSockets(const PortSockets&) = delete;
    PortSockets& operator=(const PortSockets&) = delete;

    // Opens what is new, closes what is gone. A sentence for each port that somebody else has: then that program's socket
    // does the same for us, and nothing is lost.
    std::vector<std::string> set(const std::set<std::uint16_t>& ports);

  private:
    static flow::Result<int> open(std::uint16_t port);
    std::map<std::uint16_t, int> sockets_;
};

}  // namespace control
