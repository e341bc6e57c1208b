// SPDX-License-Identifier: Apache-2.0
// The archive's catalogue: which segments of raw flows there are, and how far each is durable.
//
// Shape:  a segment is one file <data>/archive/YYYY-MM-DD/HHMM-<source id>-<writer>-<part>.flows of one source and one slot of
//         receive time; a row of the table `segments`, key: slot u32, source u32, writer u16, part u16.
// Order:  blocks are written, fdatasync'ed, then told to the Store, which commits entry and ledger together. Bytes past
//         `bytes` are not there for readers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/outcome.hpp"

namespace store {

inline constexpr std::uint32_t kSlotSeconds = 300;

struct SegmentKey {
    std::uint32_t slot_s = 0;     // start of the slot of receive time, seconds since 1970 UTC
    std::uint32_t source_id = 0;  // of the store's catalogue
    std::uint16_t writer = 0;     // which archive writer; a run of the daemon never goes on in a file of an earlier run
    std::uint16_t part = 0;       // several of one writer, source and slot: after a restart, or when a file is full

    // "2026-01-15/1150-3-0-0.flows", below <data>/archive.
    [[nodiscard]] std::string path() const;
    // The other way round; nullopt: no name that path() makes.
    [[nodiscard]] static std::optional<SegmentKey> parse(std::string_view path);
    friend auto operator<=>(const SegmentKey&, const SegmentKey&) noexcept = default;
};

struct SegmentEntry {
    SegmentKey key{};
    bool sealed = false;      // nothing will be added
    std::uint64_t bytes = 0;  // durable ones, from the file's start
    std::uint64_t rows = 0;
    std::uint32_t blocks = 0;
    std::uint32_t damaged_blocks = 0;  // found by recovery or verify; skipped by readers
    // Of its rows; ms since 1970 UTC.
    std::uint64_t received_from_ms = ~0ull, received_to_ms = 0;
    std::uint64_t first_ms = ~0ull, last_ms = 0;  // smallest first_ms, largest last_ms
    // Sums over its rows, scaled, so that whole segments can be counted without being read.
    std::uint64_t flows = 0, packets = 0, bytes_sum = 0;
};

// Merged segments are of no writer: they replace others of their slot and source.
inline constexpr std::uint16_t kMergedWriter = 0xffff;

// What the archive tells the store, for its next commit. All of it or nothing of it becomes durable.
struct ArchiveNews {
    std::vector<SegmentEntry> segments{};  // new or grown: replace the entry of their key
    std::vector<SegmentKey> gone{};        // deleted by retention, merged, or not found on disk
    flow::Ledger ledger{};                 // archive.archived, archive.shed ... that belong to it
    // Found on disk by the archive of this run, written by one before that did not end by itself: the ledger's closing
    // takes it into account. To be told before Store::start().
    bool recovered = false;
};

}  // namespace store
