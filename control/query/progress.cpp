// SPDX-License-Identifier: Apache-2.0
#include "control/query/progress.hpp"

#include <unistd.h>

#include <ostream>
#include <string>

#include "control/query/json_text.hpp"
#include "control/query/print.hpp"

namespace query {
namespace {

struct Told {
    std::uint64_t rows, rows_done, rows_passed, blocks, skipped;
};

void tell(int descriptor, const Told& told) {
    if (descriptor == kNoDescriptor) return;
    std::string line;
    JsonObject object(line, JsonObject::Layout::one_line);
    object.number("rows", told.rows);
    object.number("rows_done", told.rows_done);
    object.number("rows_passed", told.rows_passed);
    object.number("blocks", told.blocks);
    object.number("skipped", told.skipped);
    object.close();
    line += '\n';
    static_cast<void>(!::write(descriptor, line.data(), line.size()));
}

}  // namespace

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

void tell_progress(int descriptor, const store::query::Progress& progress) {
    tell(descriptor, {progress.rows, progress.rows_done, progress.rows_passed, 0, 0});
}

void tell_end(int descriptor, const store::query::Report& report) {
    tell(descriptor, {report.rows + report.rows_skipped, report.rows + report.rows_skipped, report.rows_passed,
                      report.blocks_read + report.blocks_whole,
                      report.skipped_time + report.skipped_zones + report.skipped_addresses + report.skipped_absent});
}

}  // namespace query
