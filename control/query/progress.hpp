// SPDX-License-Identifier: Apache-2.0
// How far a question is: for whoever looks at standard error, and for programs.
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

// `--progress FD`: {"rows", "rows_done", "rows_passed", "blocks", "skipped"} on lines of their own, several a second and once at
// the end; blocks read and skipped are known then only, and 0 before. A descriptor that does not take them is left alone.
inline constexpr int kNoDescriptor = -1;
void tell_progress(int descriptor, const store::query::Progress& progress);
void tell_end(int descriptor, const store::query::Report& report);

}  // namespace query
