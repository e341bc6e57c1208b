// SPDX-License-Identifier: Apache-2.0
// One kind of traffic of the mix.
//
// Thread: any; constant data.
// Units:  sizes are of IPv4 packets; `weight` counts slots of Mix::kSlots.
#pragma once

#include <cstdint>
#include <string_view>

namespace generator {

enum class Shape : std::uint8_t { question, talk, transfer };

struct Service {
    std::uint16_t weight;
    std::uint8_t protocol;
    std::uint16_t port;         // of the server; 0: a random one that no channel has
    std::uint16_t client_port;  // 0: ephemeral
    Shape shape;
    std::uint16_t request_bytes;
    std::uint16_t reply_bytes;
    std::uint8_t tos;
    std::string_view payload;
};

}  // namespace generator
