// SPDX-License-Identifier: Apache-2.0
// What answers can be ordered by, as nfdump names it.
//
// Thread: any; constant data.
#pragma once

#include <string_view>

#include "store/query/aggregate.hpp"

namespace query {

// Whose counters an order is about.
enum class Side : std::uint8_t { in, out, both };

[[nodiscard]] constexpr Side side_of(store::query::Order order) noexcept {
    using store::query::Order;
    switch (order) {
        case Order::flows:
        case Order::ipkg:
        case Order::ibyte:
        case Order::ipps:
        case Order::ibps:
        case Order::ibpp:
            return Side::in;
        case Order::opkg:
        case Order::obyte:
        case Order::opps:
        case Order::obps:
        case Order::obpp:
            return Side::out;
        default:
            return Side::both;
    }
}

[[nodiscard]] constexpr std::string_view order_name(store::query::Order order) noexcept {
    using store::query::Order;
    switch (order) {
        case Order::none:
            return "none";
        case Order::flows:
            return "flows";
        case Order::packets:
            return "packets";
        case Order::ipkg:
            return "ipkg";
        case Order::opkg:
            return "opkg";
        case Order::bytes:
            return "bytes";
        case Order::ibyte:
            return "ibyte";
        case Order::obyte:
            return "obyte";
        case Order::pps:
            return "pps";
        case Order::ipps:
            return "ipps";
        case Order::opps:
            return "opps";
        case Order::bps:
            return "bps";
        case Order::ibps:
            return "ibps";
        case Order::obps:
            return "obps";
        case Order::bpp:
            return "bpp";
        case Order::ibpp:
            return "ibpp";
        case Order::obpp:
            return "obpp";
        case Order::tstart:
            return "tstart";
        case Order::tend:
            return "tend";
        case Order::duration:
            return "duration";
    }
    return "";
}

}  // namespace query
