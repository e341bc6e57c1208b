// SPDX-License-Identifier: Apache-2.0
// What daemon and child say to each other to fill a channel's past. First byte: an answer to a question of ours, cut as the byte
// says, or a question.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "control/fill/answer.hpp"
#include "control/fill/question.hpp"

namespace {

const fill::Question& question() {
    static const fill::Question kQuestion{
        .filter = "any",
        .place = {},
        .sources = {"edge", "peer"},
        .stretches = {{1'800'000'000, 1'800'003'600, 10}, {1'799'971'200, 1'800'000'000, 1800}}};
    return kQuestion;
}

// Steps are those of one window, each once, in order.
void check(const fill::Values& values) {
    if (values.source >= question().sources.size() || values.points.empty() || values.step_s == 0) std::abort();
    std::uint32_t last_s = 0;
    for (const store::FillPoint& point : values.points) {
        if (point.at_s <= last_s || point.at_s % values.step_s != 0) std::abort();
        if (point.at_s < 1'799'971'200 || point.at_s >= 1'800'003'600) std::abort();
        last_s = point.at_s;
    }
}

void read_answer(std::string_view text, std::size_t piece) {
    fill::AnswerReader reader(question());
    std::vector<fill::Values> values;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, piece);
        text.remove_prefix(part.size());
        if (!reader.take(part, values)) return;
        if (reader.progress() < 0 || reader.progress() > 1) std::abort();
    }
    if (values.size() > fill::windows(question().stretches).size() * question().sources.size()) std::abort();
    std::for_each(values.begin(), values.end(), check);
}

// What is one stays one.
void read_question(std::string_view text) {
    const auto asked = fill::parse_question(text);
    if (!asked) return;
    const auto again = fill::parse_question(fill::to_json(*asked));
    if (!again || again->filter != asked->filter || again->stretches != asked->stretches) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    data[0] == '{' ? read_question({reinterpret_cast<const char*>(data), size}) : read_answer(text, 1u + data[0]);
    return 0;
}
