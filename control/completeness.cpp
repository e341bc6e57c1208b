// SPDX-License-Identifier: Apache-2.0
#include "control/completeness.hpp"

#include <algorithm>

#include "store/books.hpp"

namespace control {

void Completeness::add(flow::Protocol protocol, const flow::ExporterCounts& counts) noexcept {
    const double ratio = store::completeness(protocol, counts);
    const auto here = static_cast<double>(counts.flows_through);
    here_ += here;
    if (ratio > 0 && here > 0)
        expected_ += std::max(here, here / ratio);
    else if (ratio < 1)  // nothing came by which a datagram could be valued: at least a flow each
        expected_ += here + static_cast<double>(counts.lost + counts.flows_lost + counts.thinned);
}

double lost_in_us(const flow::ExporterCounts& counts) noexcept {
    const double mean =
        counts.datagrams == 0 ? 0 : static_cast<double>(counts.flows) / static_cast<double>(counts.datagrams);
    return static_cast<double>(counts.flows_lost) + static_cast<double>(counts.thinned + counts.handoff_lost) * mean;
}

}  // namespace control
