// SPDX-License-Identifier: Apache-2.0
// What the daemon asks of the program that works a channel's past out of the archive (`net-collector series-cells`): a filter,
// sources, and which times in which steps.
//
// Thread: any; values.
// Shape:  JSON on the program's standard input, because a filter may be longer than an argument can be.
// Limits: kMostQuestionBytes; what says something else than to_json() writes is an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "store/series/resolution.hpp"

namespace fill {

inline constexpr std::size_t kMostQuestionBytes = 8u << 20;  // a filter of 1 MiB, escaped, and names

// Times in steps of one resolution; both ends are multiples of it.
struct Stretch {
    std::uint32_t from_s = 0;
    std::uint32_t to_s = 0;  // not included
    std::uint32_t step_s = store::kBucketS;
    friend bool operator==(const Stretch&, const Stretch&) noexcept = default;
};

// [from_s, to_s) in the finest steps that the store still keeps for a while, newest first. Ends are widened to whole steps,
// the beginning to whole slots of the archive. Empty: nothing of it is kept.
[[nodiscard]] std::vector<Stretch> stretches(std::uint32_t from_s, std::uint32_t to_s,
                                             const store::Retention& retention, std::uint64_t now_s);
// The same in pieces that are worked out one after the other, newest first: two hours, or a step that is longer.
[[nodiscard]] std::vector<Stretch> windows(const std::vector<Stretch>& stretches);

struct Question {
    std::string filter{};
    flow::Place place{};                 // of its text, for messages
    std::vector<std::string> sources{};  // names, as the store has them
    std::vector<Stretch> stretches{};    // newest first
};

[[nodiscard]] std::string to_json(const Question& question);
[[nodiscard]] flow::Result<Question> parse_question(std::string_view text);

}  // namespace fill
