// SPDX-License-Identifier: Apache-2.0
// Questions to the archive, each answered by a process of its own; the daemon only listens to them.
//
// Thread: one of its own starts children, reads what they say and buries them. It begins with the first question and has the
//         privileges of who asks. All functions may be called from any thread.
// Limits: JobLimits. What is over them is refused (Error) or, of results, forgotten: the oldest that have ended go first.
// Errors: sentences; `busy` of Refused where it may work later.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <tl/expected.hpp>
#include <vector>

#include "control/http/api/job.hpp"

namespace api {

struct JobLimits {
    std::size_t running = 4;                     // at a time
    std::size_t waiting = 32;                    // besides
    std::size_t of_client = 8;                   // waiting and running
    std::size_t results = 64;                    // that are kept
    std::size_t bytes = 256u << 20;              // of all results
    std::chrono::milliseconds alone{10'000};     // without anybody who watches, then cancelled
    std::chrono::milliseconds kept{600'000};     // a result, since somebody looked
    std::chrono::milliseconds longest{660'000};  // a child's life; the command ends by itself before
    std::chrono::milliseconds grace{2'000};      // from SIGTERM to SIGKILL
};

class Jobs {
  public:
    // `program`: path of net-collector.
    Jobs(std::string program, const JobLimits& limits);
    Jobs(const Jobs&) = delete;
    Jobs& operator=(const Jobs&) = delete;
    // Kills and buries all children.
    ~Jobs();

    // The new job's id.
    [[nodiscard]] flow::Result<std::string> add(const std::string& owner, Question question, std::uint64_t now_ms);
    // Ends it with what there is; one that has ended is forgotten. False: no such job.
    [[nodiscard]] bool cancel(const std::string& id);
    // Calls `use` with the job while nothing changes it, and counts as a look at it; false: no such job.
    bool with(const std::string& id, const std::function<void(Job&)>& use);
    // One that has ended does not change any more: it may be read without the lock that with() holds. nullptr: no such job, or it
    // has not ended.
    [[nodiscard]] std::shared_ptr<const Job> ended(const std::string& id);
    // As with(), of all, the newest first, without counting.
    void each(const std::function<void(const Job&)>& use);

  private:
    using Clock = Job::Clock;
    using Lock = std::unique_lock<std::mutex>;

    void run();
    void wake() const;
    void start_waiting();
    void look_after(Job& job);
    void make_room();
    void read(Job& job, int descriptor);
    [[nodiscard]] bool listen(Job& job, std::span<const pollfd> streams, const pollfd& end);
    void bury(const std::vector<std::shared_ptr<Job>>& ended);
    [[nodiscard]] std::size_t count(Job::State state, const std::string& owner = {}) const;
    [[nodiscard]] std::shared_ptr<Job> find(const std::string& id) const;

    std::string program_;
    JobLimits limits_;
    http::Socket woken_;
    mutable std::mutex mutex_;
    std::deque<std::shared_ptr<Job>> jobs_;  // the oldest first
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace api
