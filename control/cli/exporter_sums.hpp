// SPDX-License-Identifier: Apache-2.0
// Exporters for people: who is meant, what several of them sent together, and how their figures are written.
//
// Thread: any; values.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "control/cli/context.hpp"
#include "control/cli/text.hpp"
#include "control/completeness.hpp"

namespace cli {

// Entries of one exporter or of all: added up where that makes sense.
struct ExporterSums {
    std::size_t entries = 0;
    flow::ExporterCounts counts;          // but for `lost`, whose unit is the protocol's
    std::uint64_t missing_records = 0;    // by sequence numbers of NetFlow v5, v7 and IPFIX
    std::uint64_t missing_datagrams = 0;  // by those of NetFlow v9 and sFlow
    control::Completeness completeness;

    void add(flow::Protocol protocol, const flow::ExporterCounts& more) noexcept;
};

// The entries of --exporter A or A/prefix; all when `text` is empty. Failure: Exit::usage when it is no address,
// Exit::no_data when nobody there has sent.
[[nodiscard]] Outcome<std::vector<store::StoredExporter>> choose_exporters(std::vector<store::StoredExporter> exporters,
                                                                           const std::string& text);
// Of those in the data directory.
[[nodiscard]] Outcome<std::vector<store::StoredExporter>> choose_exporters(const store::Reader& reader,
                                                                           const std::string& text);

// What is missing, from when and by whose word, as a few lines.
void print_missing(std::ostream& out, const ExporterSums& sums, Style style);

// "192.0.2.1", with sFlow's agent and a UDP port of its own where there are some.
[[nodiscard]] std::string address_text(const flow::ExporterKey& key);
// "98.61%"; never rounded up to 100.
[[nodiscard]] std::string complete_text(double ratio);
// "1 in 100", "every packet" or "unknown".
[[nodiscard]] std::string sampling_text(const flow::ExporterCounts& counts);
// "3s ago", the date when it is longer than a day ago, "never".
[[nodiscard]] std::string ago(const Context& context, std::uint64_t when_ms);

}  // namespace cli
