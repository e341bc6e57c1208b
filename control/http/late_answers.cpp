// SPDX-License-Identifier: Apache-2.0
#include "control/http/late_answers.hpp"

#include <pthread.h>

#include <utility>

namespace http {

LateAnswers::~LateAnswers() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
        waiting_.clear();
    }
    asked_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

std::optional<std::future<Response>> LateAnswers::add(std::function<Response()> make) {
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() >= kMostWaitingAnswers) return std::nullopt;
    Task& task = waiting_.emplace_back();
    task.make = std::move(make);
    if (waiting_.size() > idle_ && threads_.size() < kMostAnswersAtOnce) threads_.emplace_back([this] { run(); });
    asked_.notify_one();
    return task.made.get_future();
}

void LateAnswers::run() {
    pthread_setname_np(pthread_self(), "http-answer");
    std::unique_lock lock(mutex_);
    while (true) {
        ++idle_;
        asked_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        --idle_;
        if (ending_) return;
        Task task = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        Response made = task.make();
        task.make = nullptr;  // what it held is free before anybody has the answer
        task.made.set_value(std::move(made));
        done_();
        lock.lock();
    }
}

}  // namespace http
