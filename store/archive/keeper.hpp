// SPDX-License-Identifier: Apache-2.0
// Deletes what retention says, in bounded steps.
//
// Thread: start(), stop() by control; set() by any; the rest is a thread of its own.
// Order:  the file goes first, then its entry: an entry without a file is put right by the next start, a file without an
//         entry would come back.
#pragma once

#include <mutex>
#include <string>

#include "store/archive/context.hpp"
#include "store/archive/step_thread.hpp"

namespace store::archive {

class Keeper {
  public:
    explicit Keeper(Context& context) : context_(context), retention_(context.options.retention) {}

    void start();
    void stop() { thread_.stop(); }
    void set(const ArchiveRetention& retention);
    // One step, as the thread makes one a second. True: there may be more to do at once.
    bool step();
    [[nodiscard]] std::string error() const;  // what cannot be deleted and why; empty = all is well

  private:
    [[nodiscard]] ArchiveRetention retention() const;

    Context& context_;
    ArchiveNews untold_;  // of the thread: deleted, and not taken by the store yet

    mutable std::mutex mutex_;
    ArchiveRetention retention_;  // guarded by mutex_, as all below
    std::string error_;
    StepThread thread_;
};

}  // namespace store::archive
