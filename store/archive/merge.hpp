// SPDX-License-Identifier: Apache-2.0
// Makes one segment of full blocks from a source's and slot's many small ones, and a thread that does so in idle time.
//
// Thread: merge() any; Merger's thread has the lowest priority of CPU and disk.
// Order:  the merged segment is synced, then told together with what it replaces in one piece of news; the old files go when
//         that is durable. A merged file says in its header what it replaces, so that a start after a crash in between knows
//         which of them to delete (recovery.hpp).
#pragma once

#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "store/archive/context.hpp"
#include "store/archive/segment.hpp"
#include "store/archive/step_thread.hpp"

namespace store::archive {

// Writes the rows of `inputs` (one source and slot, sealed) into `target`, in order of arrival. Its entry, sealed.
// Error: also when an input is damaged or has other rows than its entry says: then all stays as it is. `stop`: asked between
// blocks, gives up.
[[nodiscard]] flow::Result<SegmentEntry> merge(const Context& context, std::span<const Held> inputs,
                                               const SegmentKey& target, const std::function<bool()>& stop);

class Merger {
  public:
    explicit Merger(Context& context) : context_(context) {}

    void start();
    void stop() { thread_.stop(); }
    // One merge if there is one to do, and the deletion of what earlier ones replaced. True: there may be more at once.
    bool step();

  private:
    struct Replaced {
        std::uint64_t number = 0;  // of the news
        std::vector<SegmentKey> files{};
    };
    void delete_replaced();
    enum class Done : std::uint8_t { yes, later, never };
    Done merge_group(std::span<const Held> group);

    Context& context_;
    std::deque<Replaced> replaced_;  // of the thread

    StepThread thread_;
};

}  // namespace store::archive
