// SPDX-License-Identifier: Apache-2.0
// What the ledger's picture shows: every law with its terms, whole or of one exporter.
//
// Thread: any; pure functions.
#pragma once

#include <string>

#include "control/cli/picture.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/tally.hpp"

namespace cli {

// Devices that cannot tell what they lost themselves, by kind of loss; empty = all can, or nobody is there to ask.
struct CannotTell {
    std::string missed, no_buffer, errors;
};

// The same lines for every ledger, so that two can be compared line by line.
[[nodiscard]] Picture ledger_picture(const flow::Ledger& ledger, const CannotTell& unknown);
// Of one exporter, or of several added up.
[[nodiscard]] Picture exporter_picture(const flow::ExporterCounts& counts);

}  // namespace cli
