// SPDX-License-Identifier: Apache-2.0
#include "store/books.hpp"

#include <algorithm>

namespace store {

double completeness(flow::Protocol protocol, const flow::ExporterCounts& c) noexcept {
    const auto number = [](std::uint64_t n) { return static_cast<double>(n); };
    const double mean = c.datagrams == 0 ? 0 : number(c.flows) / number(c.datagrams);
    const double by_sequence = number(c.lost) * (numbers_datagrams(protocol) ? mean : 1);
    const double missing = std::max(by_sequence, number(c.handoff_lost) * mean);
    const double through = number(c.flows_through);
    const double all = through + number(c.flows_lost) + number(c.thinned) * mean + missing;
    if (all > 0) return through / all;
    return c.lost + c.lost_datagrams + c.handoff_lost + c.thinned == 0 ? 1 : 0;
}

}  // namespace store
