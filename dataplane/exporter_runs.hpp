// SPDX-License-Identifier: Apache-2.0
// Whose rows a batch holds: datagrams bring them in runs of one exporter.
//
// Thread: whoever owns the batch.
#pragma once

#include <cstdint>

#include "dataplane/flow/batch.hpp"

namespace dataplane {

// Calls visit(exporter id, rows) for each run of rows of one exporter; several times for one that comes back.
template <class Visit>
void each_exporter_run(const flow::FlowBatch& batch, Visit&& visit) noexcept {
    for (std::uint32_t row = 0; row < batch.rows;) {
        const std::uint32_t first = row, id = batch.exporter[row];
        do ++row;
        while (row < batch.rows && batch.exporter[row] == id);
        visit(id, row - first);
    }
}

}  // namespace dataplane
