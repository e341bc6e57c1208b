// SPDX-License-Identifier: Apache-2.0
// Matched batches on their way to an archive writer and back: the only thing that data plane and archive share.
//
//   match --filled--> archive writer --home--> the decoding core's free slots
//
// Thread: filled: pushed by the matching core, popped by one archive writer. home: pushed by the writer, popped by the
//         decoding core.
// Limits: live, at most half of the core's slots are on this way: beyond that the matching core does not push but books the
//         rows as archive.shed. A replay pushes always and waits for slots to come home.
// Shape:  of a batch, the rows in FlowBatch::keep are to be archived (`kept` of them, at least one); the others are booked
//         already (archive.not_wanted, archive.off).
#pragma once

#include <atomic>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/spsc_ring.hpp"

namespace flow {

struct ArchiveLane {
    explicit ArchiveLane(std::size_t slots) : filled(slots), home(slots) {}

    SpscRing<FlowBatch*> filled;
    SpscRing<FlowBatch*> home;
    // All that will ever be pushed has been. Written by: control, after the cores have stopped.
    std::atomic<bool> ended{false};
};

}  // namespace flow
