// SPDX-License-Identifier: Apache-2.0
// What a packet carries when that is another packet. Private to this folder; layers.hpp says which and by which RFC.
#pragma once

#include "dataplane/flow/layers.hpp"

namespace flow {

struct Inside {
    Tunnel tunnel = Tunnel::none;  // none: nothing is in it, or nothing that can be read
    FirstHeader first = FirstHeader::ip;
    std::size_t offset = 0;  // of its first header
    bool has_key = false;
    std::uint64_t key = 0;
};

// `h` was read from `packet`.
[[nodiscard]] Inside inside_of(Bytes packet, const Headers& h) noexcept;

}  // namespace flow
