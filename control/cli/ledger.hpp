// SPDX-License-Identifier: Apache-2.0
// The parts of `net-collector ledger`: as it is now, over a span of time, and watched.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/cli/commands.hpp"
#include "control/cli/exporter_sums.hpp"
#include "control/cli/ledger_picture.hpp"

namespace cli {

// The ledger at one moment, of all or of the exporters asked for.
struct LedgerView {
    std::uint64_t commit_ms = 0;  // when it was written
    flow::Ledger ledger;          // of all
    std::vector<store::StoredExporter> exporters;
    ExporterSums sums;
};
[[nodiscard]] Outcome<LedgerView> read_ledger(const store::Reader& reader, const std::string& exporter);

// Prints a picture of it and what is missing. `rates` and `brief`: see Picture::print().
void print_ledger(std::ostream& out, const LedgerQuery& query, const LedgerView& view, const Picture& picture,
                  const std::vector<double>& rates, Style style, bool brief = false);
// As asked, of one exporter or of all.
[[nodiscard]] Picture picture_of(const LedgerQuery& query, const LedgerView& view, const CannotTell& unknown);

// Why the books do not balance; empty when they do.
[[nodiscard]] std::string unbalanced(const flow::Ledger& ledger, bool idle);
[[nodiscard]] std::string verdict(const flow::Ledger& ledger, bool idle, Style style);
// Exit::failed when they do not.
[[nodiscard]] Done judge(const flow::Ledger& ledger, bool idle);

// --since, --from, --to: from the books of five minutes each.
[[nodiscard]] Done show_ledger_of_time(const Context& context, const LedgerQuery& query, const store::Reader& reader);
// --watch: until Ctrl-C, or `query.times` pictures.
[[nodiscard]] Done watch_ledger(const Context& context, const LedgerQuery& query, const store::Reader& reader,
                                const CannotTell& unknown);

}  // namespace cli
