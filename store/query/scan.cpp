// SPDX-License-Identifier: Apache-2.0
#include "store/query/scan.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "store/query/bus_guard.hpp"
#include "store/query/scanner.hpp"

namespace store::query {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLook{20};  // for cancellation and time
constexpr milliseconds kProgress{250};
constexpr std::size_t kMostThreads = 256;
constexpr std::size_t kMostNotes = 1000;  // of damage

// Of the calling thread: runs and reads when nobody else wants to.
void step_back() noexcept {
    constexpr int kIoWhoProcess = 1;  // linux/ioprio.h, which not all C libraries bring
    constexpr int kIoIdle = 3 << 13;
    const sched_param none{};
    if (sched_setscheduler(0, SCHED_IDLE, &none) != 0) setpriority(PRIO_PROCESS, 0, 19);
    syscall(SYS_ioprio_set, kIoWhoProcess, 0, kIoIdle);
}

// Runs of segments of the same slot and source.
std::vector<std::span<const SegmentChoice>> slots_of(std::span<const SegmentChoice> choices) {
    std::vector<std::span<const SegmentChoice>> out;
    for (std::size_t first = 0; first < choices.size();) {
        const SegmentKey& key = choices[first].entry.key;
        std::size_t end = first + 1;
        while (end < choices.size() && choices[end].entry.key.slot_s == key.slot_s &&
               choices[end].entry.key.source_id == key.source_id) {
            ++end;
        }
        out.push_back(choices.subspan(first, end - first));
        first = end;
    }
    return out;
}

void add(Report& to, const Report& more) {
    to.segments += more.segments;
    to.segments_expired += more.segments_expired;
    to.segments_skipped += more.segments_skipped;
    to.segments_failed += more.segments_failed;
    to.blocks += more.blocks;
    to.blocks_read += more.blocks_read;
    to.blocks_whole += more.blocks_whole;
    to.skipped_time += more.skipped_time;
    to.skipped_zones += more.skipped_zones;
    to.skipped_addresses += more.skipped_addresses;
    to.skipped_absent += more.skipped_absent;
    to.blocks_damaged += more.blocks_damaged;
    to.rows += more.rows;
    to.rows_passed += more.rows_passed;
    to.rows_skipped += more.rows_skipped;
    to.bytes_read += more.bytes_read;
    to.exporters_unknown = std::max(to.exporters_unknown, more.exporters_unknown);
    to.received_from_ms = std::min(to.received_from_ms, more.received_from_ms);
    to.received_to_ms = std::max(to.received_to_ms, more.received_to_ms);
    to.first_ms = std::min(to.first_ms, more.first_ms);
    to.last_ms = std::max(to.last_ms, more.last_ms);
    for (const std::string& note : more.notes) {
        if (to.notes.size() < kMostNotes) to.notes.push_back(note);
    }
}

// The threads of a scan and the one that waits for them.
class Crew {
  public:
    Crew(const Options& options, ScanContext& context) : options_(options), context_(context) {
        progress_.segments = options.segments.size();
        for (const SegmentChoice& choice : options.segments) progress_.rows += choice.entry.rows;
    }

    flow::Result<Report> run() {
        Report report;
        const std::size_t threads =
            context_.plan.counts_rows() ? 1 : std::clamp(options_.threads, std::size_t{1}, kMostThreads);
        const std::size_t sinks = context_.ordered ? 1 : threads;
        for (std::size_t i = 0; i < sinks; ++i) report.sinks.push_back(options_.make_sink(i));
        std::vector<std::unique_ptr<Scanner>> scanners;
        for (std::size_t i = 0; i < threads; ++i) {
            auto scanner = Scanner::make(context_, *report.sinks[context_.ordered ? 0 : i]);
            if (!scanner) return flow::pass(scanner);
            scanners.push_back(std::move(*scanner));
        }
        report.ended_by = watch(scanners);
        std::vector<Planner::Tally> tallies;
        for (const auto& scanner : scanners) {
            add(report, scanner->report());
            join(tallies, scanner->tallies());
        }
        if (options_.program != nullptr && options_.program->outline() != nullptr) {
            for (std::string& note : notes_of(*options_.program->outline(), tallies))
                report.notes.push_back(std::move(note));
        }
        return report;
    }

  private:
    static void join(std::vector<Planner::Tally>& to, const std::vector<Planner::Tally>& more) {
        to.resize(std::max(to.size(), more.size()));
        for (std::size_t i = 0; i < more.size(); ++i) {
            to[i].asked += more[i].asked;
            to[i].absent += more[i].absent;
            to[i].zones += more[i].zones;
            to[i].addresses += more[i].addresses;
        }
    }

    // Starts them, looks after them, and waits for all.
    EndedBy watch(std::vector<std::unique_ptr<Scanner>>& scanners) {
        running_ = scanners.size();
        const Clock::time_point start = Clock::now();
        EndedBy by = look({});
        std::vector<std::jthread> threads;
        for (const auto& scanner : scanners) {
            threads.emplace_back([this, &scanner] {
                if (options_.background) step_back();
                scanner->run();
                const std::lock_guard lock(mutex_);
                --running_;
                ended_.notify_one();
            });
        }
        Clock::time_point told = start;
        std::unique_lock lock(mutex_);
        while (!ended_.wait_for(lock, kLook, [&] { return running_ == 0; })) {
            lock.unlock();
            const Clock::time_point now = Clock::now();
            if (by == EndedBy::all_read) by = look(now - start);
            if (options_.progress && now - told >= kProgress) {
                told = now;
                tell();
            }
            lock.lock();
        }
        return context_.enough.load(std::memory_order_relaxed) ? EndedBy::enough : by;
    }

    EndedBy look(Clock::duration since_start) {
        EndedBy by = EndedBy::all_read;
        if (options_.cancelled != nullptr && options_.cancelled->load(std::memory_order_relaxed))
            by = EndedBy::cancelled;
        if (options_.limits.time_ms != 0 && since_start >= milliseconds(options_.limits.time_ms)) by = EndedBy::time;
        if (by != EndedBy::all_read) context_.list.stop();
        return by;
    }

    void tell() {
        progress_.rows_done = context_.rows_done.load(std::memory_order_relaxed);
        progress_.rows_passed = context_.rows_passed.load(std::memory_order_relaxed);
        options_.progress(progress_);
    }

    const Options& options_;
    ScanContext& context_;
    Progress progress_{};
    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t running_ = 0;  // guarded by mutex_
};

}  // namespace

flow::Result<Report> scan(const Options& options) {
    if (!options.make_sink || options.exporters == nullptr) {
        return flow::fail("query: a scan needs somewhere to put its rows and a table of exporters");
    }
    const BusGuard guard;
    std::vector<SegmentChoice> segments = options.segments;
    std::ranges::sort(segments, {}, [](const SegmentChoice& choice) { return choice.entry.key; });
    ScanContext context(options, slots_of(segments));
    return Crew(options, context).run();
}

}  // namespace store::query
