// SPDX-License-Identifier: Apache-2.0
// POST /filters/check and GET /filters/fields: what an editor of filters needs while one is being written.
//
// Thread: handlers on the server's thread; filters with patterns, included files or very many tests are compiled on one of
//         answer_later(), one at a time.
// Limits: kMostFilterUnits of text; kMostWaitingFilters filters that wait to be compiled (503 beyond). Host names are not looked
//         up: they are taken, with a note. Included files: those of the profiles' directory.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "control/filter_environment.hpp"
#include "control/http/api/world.hpp"
#include "control/http/places.hpp"
#include "control/http/server.hpp"

namespace api {

inline constexpr std::size_t kMostFilterUnits = 10'240;  // of UTF-16
inline constexpr unsigned kMostWaitingFilters = 4;       // of the server's kMostAnswersAtOnce

class FilterChecks {
  public:
    explicit FilterChecks(const World& world) : world_(world) {}
    [[nodiscard]] std::vector<http::Route> routes();

  private:
    struct Asked;

    [[nodiscard]] http::Response check(const http::Request& request);
    // Of the configuration in use, as it was a second ago at most.
    [[nodiscard]] std::shared_ptr<const control::FilterEnvironment> environment();
    [[nodiscard]] http::Response answer(const Asked& asked) const;
    [[nodiscard]] http::Response answer_in_turn(const std::shared_ptr<Asked>& asked);

    const World& world_;
    std::shared_ptr<const control::FilterEnvironment> environment_{};
    std::string profiles_directory_{};
    std::uint64_t environment_ms_ = 0;  // when it was made
    std::mutex turn_{};
    http::Places waiting_{kMostWaitingFilters};  // of those that hold the turn or wait for it
};

}  // namespace api
