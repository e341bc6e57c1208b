// SPDX-License-Identifier: Apache-2.0
// Which segments a question is asked of: those of the catalogue, or files that -r, -R and -M name.
//
// Thread: one.
// Errors: Trouble::no_data: nothing archived, a source that nobody has, a file that is not there; Trouble::usage: a file that is no
//         segment (one of nfdump's: with how to bring it in).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "control/query/options.hpp"
#include "control/query/outcome.hpp"
#include "store/query/scan.hpp"
#include "store/reader.hpp"

namespace query {

struct Selection {
    std::vector<store::query::SegmentChoice> segments{};
    // Names of sources; SegmentChoice::source counts in it.
    std::vector<std::string> sources{};
    std::vector<std::uint32_t> source_ids{};  // of the store, those asked for; empty = all
    // Of all segments of these sources.
    std::uint64_t first_ms = ~0ull, last_ms = 0;  // of their flows
    std::uint64_t received_from_ms = ~0ull, received_to_ms = 0;
    std::uint64_t rows = 0;
};

// `only`: names of sources; empty = all.
[[nodiscard]] Outcome<Selection> select_archive(const store::Reader& reader, const std::string& archive_directory,
                                                const std::vector<std::string>& only);
[[nodiscard]] Outcome<Selection> select_files(const Request& request, const std::vector<std::string>& only);
// For scan(): what the catalogue has now of a slot and source.
[[nodiscard]] std::function<std::vector<store::query::SegmentChoice>(const store::SegmentKey&)> refreshed(
    const store::Reader& reader, const std::string& archive_directory);

// The files that -r, -R and -M name, in order.
[[nodiscard]] Outcome<std::vector<std::string>> named_files(const Request& request);

}  // namespace query
