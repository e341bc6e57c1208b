// SPDX-License-Identifier: Apache-2.0
// /queries: questions to the archive as jobs.
//
// Thread: handlers on the server's thread; results are put together on those of answer_later().
// Limits: those of Jobs and of question.hpp; kMostPage rows in an answer, kMostStreams event streams of jobs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "control/http/api/losses.hpp"
#include "control/http/api/world.hpp"
#include "control/http/server.hpp"

namespace api {

inline constexpr std::size_t kMostPage = 1'000;
inline constexpr std::size_t kUsualPage = 100;

class Job;
class Jobs;
struct JobLimits;

class Queries {
  public:
    // `world` must outlive it. World::command is started for each. `gaps`: of the time that a series is of.
    Queries(const World& world, GapsOf gaps);
    Queries(const World& world, GapsOf gaps, const JobLimits& limits);
    [[nodiscard]] std::vector<http::Route> routes();

  private:
    [[nodiscard]] http::Response ask(const http::Request& request);
    [[nodiscard]] http::Response list(const http::Request& request);
    [[nodiscard]] http::Response one(const http::Request& request);
    [[nodiscard]] http::Response cancel(const http::Request& request);
    [[nodiscard]] http::Response events(const http::Request& request);
    [[nodiscard]] http::Response result(const http::Request& request);
    [[nodiscard]] http::Response text(const http::Request& request);
    // Whether there is such a job and this person may see it; else the answer that says no.
    [[nodiscard]] bool may(const http::Request& request, http::Response& no);
    // One that has ended and has something; else the answer that says why not.
    [[nodiscard]] std::shared_ptr<const Job> answered(const http::Request& request, http::Response& no);

    const World& world_;
    const GapsOf gaps_;
    std::shared_ptr<Jobs> jobs_;  // shared with the streams
};

}  // namespace api
