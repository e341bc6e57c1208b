// SPDX-License-Identifier: Apache-2.0
// From the first header of a sampled frame to its IP header. Private to this folder; layers.hpp says by which RFCs.
#pragma once

#include "dataplane/flow/layers.hpp"

namespace flow {

// What follows the link's headers.
struct LinkEnd {
    std::uint8_t family = 0;  // 4, 6: IP; 0: something else, or nothing
    bool pseudowire = false;  // an Ethernet frame behind MPLS labels
    std::uint32_t bottom_label = 0;
};

// Fills the link's part of `h`, and labels and PPPoE session of `out` where it has none yet. When `at` ends first it is not
// ok(); what was read stands, and h.depth is link when that is a whole link header.
[[nodiscard]] LinkEnd read_link_headers(Cursor& at, FirstHeader first, Headers& h, Layers& out) noexcept;

}  // namespace flow
