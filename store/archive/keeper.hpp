// SPDX-License-Identifier: Apache-2.0
// Deletes what retention says, in bounded steps.
//
// Thread: start(), stop() by control; set() by any; the rest is a thread of its own.
// Order:  the file goes first, then its entry: an entry without a file is put right by the next start, a file without an
//         entry would come back.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/archive/context.hpp"

namespace store::archive {

class Keeper {
  public:
    explicit Keeper(Context& context) : context_(context), retention_(context.options.retention) {}
    ~Keeper() { stop(); }

    void start();
    void stop();
    void set(const ArchiveRetention& retention);
    // One step, as the thread makes one a second. True: there may be more to do at once.
    bool step();
    [[nodiscard]] std::string error() const;  // what cannot be deleted and why; empty = all is well

  private:
    void run();
    [[nodiscard]] ArchiveRetention retention() const;

    Context& context_;
    ArchiveNews untold_;  // of the thread: deleted, and not taken by the store yet

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    ArchiveRetention retention_;  // guarded by mutex_, as all below
    std::string error_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace store::archive
