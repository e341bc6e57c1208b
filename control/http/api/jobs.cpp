// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/jobs.hpp"

#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <span>
#include <utility>

namespace api {
namespace {

constexpr int kLook_ms = 100;    // while something runs
constexpr int kIdle_ms = 2'000;  // else
constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr std::size_t kDescriptors = 4;  // of a child

// Nobody guesses it.
std::string new_id() {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<unsigned char, 12> random{};
    while (getrandom(random.data(), random.size(), 0) < 0 && errno == EINTR) {
    }
    std::string out;
    for (const unsigned char byte : random) {
        out += kDigits[byte >> 4];
        out += kDigits[byte & 15];
    }
    return out;
}

}  // namespace

Jobs::Jobs(std::string program, const JobLimits& limits)
    : program_(std::move(program)), limits_(limits), woken_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Jobs::~Jobs() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    wake();
    if (thread_.joinable()) thread_.join();
}

void Jobs::wake() const {
    const std::uint64_t one = 1;
    static_cast<void>(!write(woken_.fd(), &one, sizeof one));
}

std::size_t Jobs::count(Job::State state, const std::string& owner) const {
    return static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.end(), [&](const auto& job) {
        return job->state == state && (owner.empty() || job->owner == owner);
    }));
}

std::shared_ptr<Job> Jobs::find(const std::string& id) const {
    const auto found = std::find_if(jobs_.begin(), jobs_.end(), [&](const auto& job) { return job->id == id; });
    return found == jobs_.end() ? nullptr : *found;
}

flow::Result<std::string> Jobs::add(const std::string& owner, Question question, std::uint64_t now_ms) {
    const std::scoped_lock lock(mutex_);
    const std::size_t own = count(Job::State::waiting, owner) + count(Job::State::running, owner);
    if (own >= limits_.of_client)
        return flow::fail(std::to_string(own) + " questions of yours are under way: let one end, or cancel it");
    if (count(Job::State::waiting) >= limits_.waiting)
        return flow::fail(std::to_string(limits_.waiting) + " questions are waiting: try again in a moment");
    jobs_.push_back(std::make_shared<Job>(new_id(), owner, std::move(question), now_ms));
    if (thread_.joinable()) {
        wake();
    } else {
        thread_ = std::thread([this] { run(); });
    }
    return jobs_.back()->id;
}

bool Jobs::cancel(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    const auto job = find(id);
    if (job == nullptr) return false;
    if (job->over()) {
        std::erase(jobs_, job);
    } else if (job->state == Job::State::waiting) {
        job->end(Job::State::cancelled, "cancelled before it began");
    } else {
        job->cancel({});
        wake();
    }
    return true;
}

bool Jobs::with(const std::string& id, const std::function<void(Job&)>& use) {
    const std::scoped_lock lock(mutex_);
    const auto job = find(id);
    if (job == nullptr) return false;
    job->seen = Clock::now();
    use(*job);
    return true;
}

std::shared_ptr<const Job> Jobs::ended(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    const auto job = find(id);
    if (job == nullptr || !job->over()) return nullptr;
    job->seen = Clock::now();
    return job;
}

void Jobs::each(const std::function<void(const Job&)>& use) {
    const std::scoped_lock lock(mutex_);
    std::for_each(jobs_.rbegin(), jobs_.rend(), [&](const auto& job) { use(*job); });
}

void Jobs::start_waiting() {
    for (const auto& job : jobs_) {
        if (count(Job::State::running) >= limits_.running) return;
        if (job->state != Job::State::waiting) continue;
        job->began = Clock::now();
        auto child = Child::start(program_, job->question.arguments);
        if (!child) {
            job->end(Job::State::failed, child.error().text());
            continue;
        }
        job->child.emplace(*std::move(child));
        job->state = Job::State::running;
        ++job->version;
    }
}

// Ends what takes too long and what nobody wants any more.
void Jobs::look_after(Job& job) {
    const Clock::time_point now = Clock::now();
    if (job.over()) return;
    const bool alone = job.streams == 0 && !job.question.keep && now - job.seen > limits_.alone;
    if (alone && job.state == Job::State::waiting) return job.end(Job::State::cancelled, "nobody waited for it");
    if (job.state != Job::State::running) return;
    const bool late = now - job.began > limits_.longest;
    if (alone) job.cancel("its page was closed");
    if (late) job.cancel("it took too long: ask for a shorter time");
    if (!job.cancelled && !job.truncated()) return;
    if (job.asked_to_end == Clock::time_point{}) {
        job.asked_to_end = now;
        job.child->signal(SIGTERM);
    } else if (now - job.asked_to_end > limits_.grace && !job.killed) {
        job.killed = true;
        job.child->signal(SIGKILL);
    }
}

void Jobs::make_room() {
    const Clock::time_point now = Clock::now();
    std::size_t kept = 0, bytes = 0;
    for (const auto& job : jobs_) {
        bytes += job->bytes;
        kept += job->over() ? 1 : 0;
    }
    for (auto at = jobs_.begin(); at != jobs_.end();) {
        const Job& job = **at;
        const bool old = job.streams == 0 && now - std::max(job.seen, job.ended) > limits_.kept;
        if (job.over() && (old || kept > limits_.results || bytes > limits_.bytes)) {
            bytes -= job.bytes;
            --kept;
            at = jobs_.erase(at);
        } else {
            ++at;
        }
    }
}

void Jobs::read(Job& job, int descriptor) {
    thread_local std::vector<char> piece(kPieceBytes);
    const ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got == 0) job.child->forget(descriptor);
    if (got <= 0) return;
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(got));
    if (descriptor == job.child->output()) return job.take_output(bytes);
    if (descriptor == job.child->errors()) return job.take_errors(bytes);
    job.take_progress(bytes);
}

// Its streams first: its last words come before its end. True: it has ended, and all that it said is read.
bool Jobs::listen(Job& job, std::span<const pollfd> streams, const pollfd& end) {
    bool silent = true;
    for (const pollfd& stream : streams) {
        if (stream.fd < 0 || (stream.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
        read(job, stream.fd);
        silent = silent && (stream.revents & POLLIN) == 0;
    }
    return silent && (end.revents & POLLIN) != 0;
}

void Jobs::bury(const std::vector<std::shared_ptr<Job>>& ended) {
    for (const auto& job : ended) {
        const int status = job->child->reap();
        // Only this thread touches what is parsed; nobody has to wait meanwhile.
        Json parsed = job->parsed();
        const Lock lock(mutex_);
        job->finish(status, std::move(parsed));
        job->child.reset();
    }
}

void Jobs::run() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are the control thread's
    while (true) {
        std::vector<pollfd> polls{{woken_.fd(), POLLIN, 0}};
        std::vector<std::shared_ptr<Job>> running;
        {
            const Lock lock(mutex_);
            if (ending_) break;
            start_waiting();
            for (const auto& job : jobs_) {
                look_after(*job);
                if (job->state != Job::State::running) continue;
                running.push_back(job);
                for (const int fd :
                     {job->child->output(), job->child->errors(), job->child->progress(), job->child->ended()})
                    polls.push_back({fd, POLLIN, 0});
            }
            make_room();
        }
        poll(polls.data(), polls.size(), running.empty() ? kIdle_ms : kLook_ms);
        std::vector<std::shared_ptr<Job>> ended;
        {
            const Lock lock(mutex_);
            std::uint64_t times = 0;
            static_cast<void>(!::read(woken_.fd(), &times, sizeof times));
            for (std::size_t i = 0; i < running.size(); ++i) {
                const std::size_t first = 1 + i * kDescriptors;
                const auto streams = std::span<const pollfd>(polls).subspan(first, kDescriptors - 1);
                if (listen(*running[i], streams, polls[first + kDescriptors - 1])) ended.push_back(running[i]);
            }
        }
        bury(ended);
    }
    const Lock lock(mutex_);
    jobs_.clear();
}

}  // namespace api
