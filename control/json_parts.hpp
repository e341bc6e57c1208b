// SPDX-License-Identifier: Apache-2.0
// Pieces of JSON that the daemon and the command write alike.
//
// Thread: any; holds nothing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/tally.hpp"

namespace control {

// Every value at its flow::ledger_name() path, and "balanced", with "broken_law" where a law is broken.
[[nodiscard]] nlohmann::ordered_json ledger_json(const flow::Ledger& ledger);
// {"address","agent","source","version","domain","port",<counts>,"sampling","completeness","last_seen_ms"}; "agent" for
// sFlow only, "port" 0 = all ports, "sampling" 0 = not known.
[[nodiscard]] nlohmann::ordered_json exporter_json(const flow::ExporterKey& key, const std::string& source,
                                                   const flow::ExporterCounts& counts);

}  // namespace control
