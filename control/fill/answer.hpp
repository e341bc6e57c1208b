// SPDX-License-Identifier: Apache-2.0
// What `net-collector series-cells` answers: values of sources' steps, window by window, as lines.
//
//   progress ROWS_DONE ROWS         what is read or skipped, of all
//   window FROM TO STEP             of the question's windows(); lines up to `end` are of it
//   source I                        of the question's sources; lines up to the next are of it. Steps that are not named are zero.
//   none AT | part AT               the archive has nothing, or only a part, of what came in this step
//   cell AT F P B ...               flows, packets, bytes of tcp, udp, icmp, other; of steps longer than 300 s twice, the second
//                                   ones are the highest 300-s values
//   end                             the window is complete
//   covers TEXT                     a sentence, last of all
//
// Thread: one.
// Limits: kLongestLine. Bytes are checked as those of a stranger: what is no answer to the question is an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "control/fill/question.hpp"
#include "dataplane/flow/result.hpp"
#include "store/fill.hpp"

namespace fill {

inline constexpr std::size_t kLongestLine = 4096;

// Of one source in one window: every step but those of which the archive has nothing. FillPoint::at_least: it has only a part.
struct Values {
    std::size_t source = 0;  // of the question's
    std::uint32_t step_s = 0;
    std::vector<store::FillPoint> points{};
};

class AnswerReader {
  public:
    explicit AnswerReader(const Question& question);

    // More of the answer, cut anywhere. What is complete is added to `out`.
    [[nodiscard]] flow::Result<void> take(std::string_view bytes, std::vector<Values>& out);
    [[nodiscard]] bool is_complete() const noexcept { return windows_left_ == 0 && has_covers_; }
    [[nodiscard]] double progress() const noexcept;  // 0 to 1
    [[nodiscard]] const std::string& covers() const noexcept { return covers_; }

  private:
    [[nodiscard]] flow::Result<void> line(std::string_view text, std::vector<Values>& out);
    [[nodiscard]] bool window(std::string_view rest);
    [[nodiscard]] bool source(std::string_view rest, std::vector<Values>& out);
    [[nodiscard]] bool state(std::string_view rest, bool none);
    [[nodiscard]] bool cell(std::string_view rest);
    [[nodiscard]] bool end(std::vector<Values>& out);
    [[nodiscard]] bool told(std::string_view rest);
    [[nodiscard]] std::size_t place_of(std::uint64_t at_s) const noexcept;
    void finish_source(std::vector<Values>& out);

    std::size_t sources_;
    std::vector<Stretch> windows_;  // not answered yet have a length
    std::size_t windows_left_;
    std::size_t at_ = 0;      // window under way; windows_.size(): none
    std::size_t source_ = 0;  // under way; sources_: none
    std::vector<bool> seen_;  // sources of this window
    std::vector<bool> none_;  // steps of this source
    Values values_;
    std::string unfinished_;
    std::uint64_t rows_done_ = 0, rows_ = 0;
    std::string covers_;
    bool has_covers_ = false;
};

}  // namespace fill
