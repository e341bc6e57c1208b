// SPDX-License-Identifier: Apache-2.0
// What was sent, for people and for the smoke tests.
//
// Thread: any; reads only.
// Shape:  JSON: protocol, target, seed, seconds, datagrams, template_datagrams, datagram_bytes, records,
// packets,
//         bytes, classes.{tcp,udp,icmp,other}.{flows,packets,bytes}, channels.{name}.{flows,packets,bytes},
//         exporters[].{address,domain,datagrams,records}. Packets and bytes are scaled by the sampling
//         factor; bytes are those of IP packets, with sFlow those of the sampled frames.
#pragma once

#include <cstdint>
#include <string>

#include "tests/generator/stream.hpp"

namespace generator {

struct Run {
    Protocol protocol = Protocol::v5;
    std::string target;
    std::uint64_t seed = 0;
    double seconds = 0;
};

[[nodiscard]] std::string report_text(const Run& run, const Stream& stream);
[[nodiscard]] std::string report_json(const Run& run, const Stream& stream);

}  // namespace generator
