// SPDX-License-Identifier: Apache-2.0
// POST /fills, GET /fills, GET /fills/{id}, DELETE /fills/{id}: a channel's past out of the archive.
//
// Thread: made and destroyed by the main thread; handlers by the server's. One fill runs at a time, on a thread of this object's
//         that the first one starts; the archive is read by a program beside the daemon (`net-collector series-cells`).
// Limits: kMostFills are remembered, finished ones give way, oldest first; kMostWaitingFills wait, more are refused ("busy").
//         What has been read waits for the store: neither memory nor commits grow with the archive.
// Errors: what a fill that was begun ends with stands in its `detail`. What is in the store by then stays: a fill that was broken
//         off may be begun again, and gives the same values.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "control/http/api/fill_plan.hpp"
#include "control/http/api/reply.hpp"
#include "control/http/api/world.hpp"
#include "control/http/server.hpp"

namespace api {

inline constexpr std::size_t kMostFills = 64;
inline constexpr std::size_t kMostWaitingFills = 16;

class Fills {
  public:
    explicit Fills(const World& world) : world_(world) {}
    Fills(const Fills&) = delete;
    Fills& operator=(const Fills&) = delete;
    ~Fills();  // cancels what runs and waits

    [[nodiscard]] std::vector<http::Route> routes();
    // Those that have changed since the last call, as GET /fills has them: JSON without line breaks, for the event streams. Thread: one.
    [[nodiscard]] std::vector<std::string> take_changed();

  private:
    enum class State : std::uint8_t { waiting, running, done, failed, cancelled };
    struct Fill {
        std::string id{};
        FillAsked asked{};
        FillPlan plan{};
        State state = State::waiting;
        double progress = 0;
        std::string detail{}, covers{};
        std::string cancel{};  // why; not empty: it is to end
        bool changed = true;
    };
    [[nodiscard]] http::Response begin(const http::Request& request);
    [[nodiscard]] http::Response add(const FillAsked& asked, const std::string& who);
    [[nodiscard]] http::Response list();
    [[nodiscard]] http::Response one(const http::Request& request);
    [[nodiscard]] http::Response end(const http::Request& request);
    [[nodiscard]] static Json describe(const Fill& fill);
    [[nodiscard]] std::shared_ptr<Fill> find(const std::string& id);  // under mutex_
    void forget_old();                                                // under mutex_

    void work(const std::stop_token& stop);
    void run(const std::shared_ptr<Fill>& fill, const std::stop_token& stop);
    // Why the fill is to end; empty: it goes on.
    [[nodiscard]] std::string told_to_end(const Fill& fill, const std::stop_token& stop);
    void show(Fill& fill, double progress);

    const World& world_;
    std::mutex mutex_;  // guards the fills' state and what is below
    std::condition_variable_any wake_;
    std::deque<std::shared_ptr<Fill>> fills_;  // oldest first
    std::uint64_t last_id_ = 0;
    bool ending_ = false;
    std::jthread worker_;
};

}  // namespace api
