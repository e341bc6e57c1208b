// SPDX-License-Identifier: Apache-2.0
// Answers that take their time, made on threads beside the server's. Private to the server.
//
// Thread: add() by the server's, whose privileges and signal mask the threads inherit; the end by the owner.
// Limits: kMostAnswersAtOnce threads, begun when they are needed; kMostWaitingAnswers wait for one of them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "control/http/server.hpp"

namespace http {

class LateAnswers {
  public:
    // `done`: called on one of the threads for each answer that is ready.
    explicit LateAnswers(std::function<void()> done) : done_(std::move(done)) {}
    LateAnswers(const LateAnswers&) = delete;
    LateAnswers& operator=(const LateAnswers&) = delete;
    // What is being made is waited for; what waits is dropped.
    ~LateAnswers();

    // Nothing: too many wait. Who lets go of the future waits for nothing.
    [[nodiscard]] std::optional<std::future<Response>> add(std::function<Response()> make);

  private:
    struct Task {
        std::function<Response()> make{};
        std::promise<Response> made{};
    };
    void run();

    const std::function<void()> done_;
    std::vector<std::thread> threads_{};
    std::mutex mutex_;  // guards what is below
    std::condition_variable asked_;
    std::deque<Task> waiting_{};
    std::size_t idle_ = 0;
    bool ending_ = false;
};

}  // namespace http
