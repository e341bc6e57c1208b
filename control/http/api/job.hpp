// SPDX-License-Identifier: Apache-2.0
// One question to the archive: its child, what came of it so far, and what it says about itself.
//
// Thread: guarded by the Jobs that it belongs to.
// Limits: kMostResultBytes of result; what is beyond is left out, and said.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/http/api/child.hpp"
#include "control/http/api/columns.hpp"
#include "control/http/api/question.hpp"

namespace api {

inline constexpr std::size_t kMostResultBytes = 64u << 20;

class Job {
  public:
    using Clock = std::chrono::steady_clock;
    enum class State : std::uint8_t { waiting, running, done, failed, cancelled };

    Job(std::string id, std::string owner, Question question, std::uint64_t now_ms);

    // Bytes of the child's streams, as they come.
    void take_output(std::string_view bytes);
    void take_errors(std::string_view bytes);
    void take_progress(std::string_view bytes);
    // What finish() needs of the output, which takes a while: of a statistic or a series.
    [[nodiscard]] Json parsed() const;
    // It has ended with this status of waitpid().
    void finish(int status, Json parsed);
    // Asks it to end; the first reason is kept.
    void cancel(std::string why);
    [[nodiscard]] bool truncated() const noexcept { return truncated_; }
    // Ends without a child, or without what it would have said.
    void end(State as, std::string why);

    [[nodiscard]] bool over() const noexcept { return state != State::waiting && state != State::running; }
    [[nodiscard]] bool has_result() const noexcept { return over() && (state != State::failed); }
    // Job of console/src/api_types.ts.
    [[nodiscard]] Json json() const;
    [[nodiscard]] std::size_t total() const noexcept;
    // Of kind series: what `net-collector series -o json` printed; null where it is not whole.
    [[nodiscard]] const Json& series() const noexcept { return parsed_; }
    // Result, without `series`: rows [offset, offset + limit).
    [[nodiscard]] Json result(std::size_t offset, std::size_t limit) const;

    std::string id, owner;
    Question question;
    State state = State::waiting;
    std::optional<Child> child{};
    bool cancelled = false;    // asked to end
    bool killed = false;       // not asked any more
    unsigned streams = 0;      // that watch it
    Clock::time_point seen{};  // when somebody last looked
    Clock::time_point began{}, ended{}, asked_to_end{};
    std::uint64_t version = 1;  // another when json() is
    std::size_t bytes = 0;      // that the result holds
    // Text for people, or the JSON of a series. Shared with streams that send it: not changed when over().
    std::shared_ptr<std::string> whole = std::make_shared<std::string>();

  private:
    void take_line(std::string_view line);
    void take_summary(const Json& summary);

    std::uint64_t started_ms_;
    std::string line_{}, errors_{}, progress_line_{};
    bool skipping_ = false;  // the rest of a line that is too long
    bool truncated_ = false;
    bool partial_ = false;
    std::string why_{}, detail_{}, covers_{}, statistic_{};
    Json sums_, parsed_;
    std::vector<std::string> rows_{};
    Seen seen_columns_{};
    std::uint64_t rows_all_ = 0, rows_done_ = 0, blocks_ = 0, skipped_ = 0;
};

[[nodiscard]] std::string_view name_of(Job::State state) noexcept;

}  // namespace api
