// SPDX-License-Identifier: Apache-2.0
// What the archive has on disk, in memory: for retention, merging, part numbers and figures. About 40 bytes a segment.
//
// Thread: any; a mutex, never held during I/O.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "store/archive/retention.hpp"
#include "store/segments.hpp"

namespace store::archive {

// Of a segment, what is needed here.
struct Held {
    SegmentKey key{};
    bool sealed = false;
    std::uint32_t blocks = 0;
    std::uint32_t damaged_blocks = 0;
    std::uint64_t rows = 0, bytes = 0;
};

class Holdings {
  public:
    explicit Holdings(std::span<const SegmentEntry> catalogue);

    void apply(const ArchiveNews& news);

    // Highest part of this writer, slot and source; nullopt: there is none.
    [[nodiscard]] std::optional<std::uint16_t> last_part(const SegmentKey& like) const;
    // What retention takes, at most `most` and the rest of the last one's slot; not what is being merged.
    [[nodiscard]] std::vector<Held> expired(const ArchiveRetention& retention, std::uint64_t now_s,
                                            std::uint64_t free_bytes, std::size_t most) const;
    // Segments of one source and slot that are worth merging, by key; empty: there are none. Slots that end after
    // `ended_s` wait. merged() must follow; `again`: false when it failed and is not to be tried again.
    [[nodiscard]] std::vector<Held> next_merge(std::uint64_t ended_s);
    void merged(bool again);

    struct Totals {
        std::uint64_t segments = 0, open = 0, rows = 0, bytes = 0;
        std::uint32_t oldest_slot_s = 0, newest_slot_s = 0;
    };
    [[nodiscard]] Totals totals() const;

  private:
    using Place = std::pair<std::uint32_t, std::uint32_t>;  // slot, source
    void set(const Held& held);
    void erase(const SegmentKey& key);

    mutable std::mutex mutex_;                          // guards all
    std::map<std::uint32_t, std::vector<Held>> slots_;  // each by key
    std::set<std::uint32_t> to_look_at_;                // slots in which something may be merged
    std::set<Place> left_alone_;                        // merging failed
    std::optional<Place> merging_;
    Totals totals_;
};

}  // namespace store::archive
