// SPDX-License-Identifier: Apache-2.0
// A thread that calls step() again and again: soon after one that said there may be more to do, else once a second.
//
// Thread: start(), stop() and the end by the owner; is_stopping() by any.
#pragma once

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace store::archive {

class StepThread {
  public:
    ~StepThread() { stop(); }

    // `begin`: called first, on the thread. `name`: at most 15 letters.
    void start(
        const char* name, std::chrono::milliseconds soon, std::function<bool()> step,
        std::function<void()> begin = [] {}) {
        thread_ = std::jthread([this, soon, step = std::move(step), begin = std::move(begin)](std::stop_token stop) {
            begin();
            while (!stop.stop_requested()) {
                const bool more = step();
                std::unique_lock lock(mutex_);
                wake_.wait_for(lock, stop, more ? soon : kEvery, [] { return false; });
            }
        });
        pthread_setname_np(thread_.native_handle(), name);
    }
    // Waits for the step under way.
    void stop() {
        if (!thread_.joinable()) return;
        thread_.request_stop();
        thread_.join();
    }
    [[nodiscard]] bool is_stopping() const noexcept { return thread_.get_stop_token().stop_requested(); }

  private:
    static constexpr std::chrono::milliseconds kEvery{1000};

    std::mutex mutex_;  // of nothing but the wait
    std::condition_variable_any wake_;
    std::jthread thread_;
};

}  // namespace store::archive
