// SPDX-License-Identifier: Apache-2.0
// What is asked of the archive, as a command line: `net-collector query` or `net-collector series --filter`.
//
// Thread: the server's: checks options with query::parse_options().
// Limits: kMostFilterUnits of filter, kMostNames names, kMostRows of flows, kMostLines of groups, kMostSteps of a series.
// Errors: a sentence that names the member.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/http/api/reply.hpp"
#include "dataplane/flow/result.hpp"

namespace api {

inline constexpr std::uint64_t kMostRows = 100'000;  // of kind flows
inline constexpr std::uint64_t kUsualRows = 10'000;  // where nothing is said
inline constexpr std::uint64_t kMostLines = 10'000;  // of statistics and groups
inline constexpr std::uint64_t kUsualLines = 10;     // of statistics
inline constexpr std::uint64_t kMostSteps = 10'000;  // of a series
inline constexpr std::uint64_t kUsualSteps = 1'000;
inline constexpr std::size_t kMostNames = 1'000;

// Where the answer is looked for.
struct Whereabouts {
    std::string data_directory{};
    std::string config_file{};
    std::uint64_t now_s = 0;
};

struct Question {
    enum class Kind : std::uint8_t { flows, statistic, series };
    Kind kind = Kind::flows;
    std::vector<std::string> arguments{};  // of the program, for Child
    std::vector<std::string> shown{};      // with its name: what a person types for the same, as text
    bool text = false;                     // its output is text for people
    bool keep = false;
    std::string element{};  // of kind statistic: "srcip"
    std::string profile{};
    std::vector<std::string> sources{};  // none: all
    std::uint64_t from_s = 0, to_s = 0;
    std::uint32_t resolution_s = 0;  // of kind series
};

[[nodiscard]] flow::Result<Question> read_question(const Json& given, const Whereabouts& where);

}  // namespace api
