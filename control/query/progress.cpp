// SPDX-License-Identifier: Apache-2.0
#include "control/query/progress.hpp"

#include <ostream>

#include "control/query/print.hpp"

namespace query {

void ProgressLine::show(const store::query::Progress& progress) {
    constexpr auto kQuiet = std::chrono::seconds(1);
    const auto taken = std::chrono::steady_clock::now() - since_;
    if (!shown_ || taken < kQuiet) return;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(taken).count();
    const std::uint64_t percent = progress.rows == 0 ? 0 : progress.rows_done * 100 / progress.rows;
    err_ << "\r\033[K" << percent << "% of " << scaled_number(progress.rows, false) << " flows, "
         << scaled_number(progress.rows_passed, false) << " taken, " << seconds << " s; Ctrl-C ends with what there is"
         << std::flush;
    visible_ = true;
}

void ProgressLine::clear() {
    if (visible_) err_ << "\r\033[K" << std::flush;
    visible_ = false;
}

}  // namespace query
