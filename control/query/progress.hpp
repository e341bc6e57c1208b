// SPDX-License-Identifier: Apache-2.0
// How far a long question is, on a terminal's standard error: one line, gone when the answer comes.
//
// Thread: one.
#pragma once

#include <chrono>
#include <iosfwd>

#include "store/query/scan.hpp"

namespace query {

class ProgressLine {
  public:
    // `shown`: standard error is a terminal. Nothing is shown of what takes less than a second.
    ProgressLine(std::ostream& err, bool shown) : err_(err), shown_(shown) {}
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine() { clear(); }

    void show(const store::query::Progress& progress);
    void clear();

  private:
    std::ostream& err_;
    bool shown_;
    bool visible_ = false;
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

}  // namespace query
