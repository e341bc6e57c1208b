// SPDX-License-Identifier: Apache-2.0
// The segments of one slot and source, opened together: while an archive merges them into larger ones, no row of theirs may be
// counted twice or missed.
//
// Thread: any; refresh is called by one at a time.
// Errors: files that are gone or cannot be opened are counted and said; the others are there.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "store/archive/segment.hpp"
#include "store/query/bus_guard.hpp"
#include "store/query/scan.hpp"

namespace store::query {

// An open segment, mapped only to look for a block behind a damaged one; closed with the last that holds it.
class OpenSegment {
  public:
    OpenSegment(SegmentChoice chosen, archive::SegmentHeaders opened)
        : choice(std::move(chosen)), headers(std::move(opened)) {}

    // Once, by the thread that looks it through.
    flow::Result<void> map();
    [[nodiscard]] bool is_mapped() const noexcept { return file_.has_value(); }
    [[nodiscard]] const archive::SegmentFile& file() const noexcept { return *file_; }

    const SegmentChoice choice;
    const archive::SegmentHeaders headers;

  private:
    std::optional<archive::SegmentFile> file_{};
    std::optional<GuardedMapping> guarded_{};
};

struct SlotFiles {
    std::vector<std::shared_ptr<OpenSegment>> files{};
    std::vector<SegmentEntry> entries{};  // of all that were to be opened
    std::uint64_t expired = 0, failed = 0;
    std::vector<std::string> notes{};  // why files failed
};

class SlotOpener {
  public:
    // Of options: refresh, which must outlive it.
    explicit SlotOpener(const std::function<std::vector<SegmentChoice>(const SegmentKey&)>& refresh)
        : refresh_(refresh) {}

    // `choices`: all of one slot and source. When a file is gone all are let go and asked for again: either all old files are
    // read or all that replaced them.
    [[nodiscard]] SlotFiles open(std::span<const SegmentChoice> choices);

  private:
    struct Tried {
        SlotFiles opened{};
        bool gone = false;  // some file
    };
    [[nodiscard]] static Tried attempt(std::span<const SegmentChoice> choices);
    // False: waited enough.
    [[nodiscard]] bool wait();

    const std::function<std::vector<SegmentChoice>(const SegmentKey&)>& refresh_;
    std::mutex mutex_;  // refresh_ and waited_
    std::chrono::milliseconds waited_{0};
};

}  // namespace store::query
