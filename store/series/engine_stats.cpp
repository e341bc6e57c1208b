// SPDX-License-Identifier: Apache-2.0
// What the engine says of itself.
#include <sys/statvfs.h>

#include <algorithm>

#include "store/series/engine.hpp"

namespace store {

Stats Engine::stats() const {
    Stats s = stats_;
    if (env_) {
        const lmdb::EnvInfo info = env_->info();
        s.map_bytes = info.map_bytes;
        s.used_bytes = info.used_bytes;
        s.file_bytes = info.file_bytes;
        if (auto txn = env_->read()) {
            s.book_rows = txn->entries(table(*env_, TableId::books));
            s.live_rows = txn->entries(table(*env_, TableId::live)) + txn->entries(table(*env_, TableId::folded));
        }
    }
    struct statvfs disk {};
    if (statvfs(options_.directory.c_str(), &disk) == 0) s.disk_free_bytes = disk.f_bavail * disk.f_frsize;
    s.pending_cells = pending_.size();
    s.pending_segments = segments_.size();
    s.series = series_count_;
    s.exporters = table_ != nullptr ? table_->size() : exporters_.size();
    s.interfaces = interfaces_.size();
    s.interface_samples_refused = interfaces_.refused();
    s.options_refused += new_options_.dropped();
    s.templates_dropped = new_templates_.dropped();
    s.templates_deleted = new_templates_.deleted();
    s.deleted_rows = state_.deleted_rows;
    s.deleted_books = state_.deleted_books;
    const Closing& closing = last_run_.closing();
    s.closed_in_flight = closing.in_flight();
    s.closed_unarchived = closing.unarchived;
    s.closed_raised = closing.raised;
    if (!closing.empty()) s.note += (s.note.empty() ? "" : "; ") + closing.text();
    s.damaged_values = state_.damaged;
    s.clock_leap = clock_.deletion_waits();
    s.clock_text = clock_.text();
    if (!commit_times_.empty()) {
        std::vector<double> times = commit_times_;
        std::sort(times.begin(), times.end());
        s.commit_median_s = times[times.size() / 2];
        s.commit_p99_s = times[times.size() * 99 / 100];
        s.commit_max_s = times.back();
    }
    return s;
}

}  // namespace store
