// SPDX-License-Identifier: Apache-2.0
// What an answer covers: whether all was read that the archive has of it, and what the archive has not.
//
// Thread: one.
// Shape:  losses are those of the five-minute books (store/books.hpp) in which the segments asked were received.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "control/query/selection.hpp"
#include "dataplane/flow/result.hpp"
#include "store/query/scan.hpp"
#include "store/reader.hpp"

namespace query {

struct Coverage {
    // Of the scan: not all was read.
    store::query::EndedBy ended_by = store::query::EndedBy::all_read;
    std::uint64_t segments_expired = 0, segments_failed = 0, blocks_damaged = 0;
    std::uint64_t rows_left_out = 0;  // for want of memory

    // Of the archive, in flows.
    bool known = false;  // there are books
    std::uint64_t through = 0;
    std::uint64_t shed_busy = 0, shed_disk = 0;  // the writers were behind; the disk was full or failed
    std::uint64_t unwritten = 0;                 // when the collector died
    std::uint64_t not_wanted = 0, off = 0;       // by the archive's policy; nothing was archived
    std::uint64_t lost = 0;                      // in the collector
    std::uint64_t missing = 0;                   // by sequence numbers; about
    // Some sources were asked for; the books tell all but `missing` of all sources together.
    bool of_some_sources = false;
    bool sampled = false;  // rows of samples are among them: sums make up for what was left out beside them

    [[nodiscard]] bool partial() const noexcept;
    [[nodiscard]] bool complete() const noexcept;
    // Part of the flows that should be in the archive and are, 0 to 1.
    [[nodiscard]] double ratio() const noexcept;
    // "complete", or what is missing; "partial: yes" where not all was read.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] nlohmann::ordered_json json() const;
};

[[nodiscard]] Coverage coverage_of(const store::query::Report& report);
// Adds what the books say. `now_s`: where an open window ends.
[[nodiscard]] flow::Result<void> add_books(const store::Reader& reader, const Selection& selection,
                                           const store::query::Window& window, std::uint64_t now_s, Coverage& coverage);

}  // namespace query
