// SPDX-License-Identifier: Apache-2.0
#include "control/fill/question.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "store/segments.hpp"

namespace fill {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kWindow_s = 7200;
// Steps longer than 10 s cannot be filled once retention has passed them by: a fill takes less than a day. Those of 10 s can
// (store/series/fill.hpp).
constexpr std::uint64_t kLongest_s = 86400;

bool is_step(std::uint32_t step_s) {
    return std::any_of(store::kResolutions.begin(), store::kResolutions.end(),
                       [&](const store::Resolution& r) { return r.step_s == step_s; });
}

// From where on each resolution can be filled; coarser ones from earlier on.
std::array<std::uint64_t, store::kResolutionCount> beginnings(const store::Retention& retention, std::uint64_t now_s) {
    std::array<std::uint64_t, store::kResolutionCount> out{};
    for (std::size_t level = 0; level < out.size(); ++level)
        out[level] = retention.kept_from(level, now_s) + (level == 0 ? 0 : kLongest_s);
    for (std::size_t level = out.size() - 1; level > 0; --level) out[level - 1] = std::max(out[level - 1], out[level]);
    return out;
}

bool sound(const std::vector<Stretch>& stretches) {
    std::uint64_t to_s = std::numeric_limits<std::uint64_t>::max();
    for (const Stretch& s : stretches) {
        if (!is_step(s.step_s) || s.from_s % s.step_s != 0 || s.to_s % s.step_s != 0) return false;
        if (s.from_s >= s.to_s || s.to_s > to_s) return false;
        to_s = s.from_s;
    }
    return !stretches.empty();
}

}  // namespace

std::vector<Stretch> stretches(std::uint32_t from_s, std::uint32_t to_s, const store::Retention& retention,
                               std::uint64_t now_s) {
    const auto begin = beginnings(retention, now_s);
    std::vector<Stretch> out;
    std::uint64_t end_s = to_s;
    for (std::size_t level = 0; level < begin.size() && end_s > from_s; ++level) {
        const std::uint32_t step_s = store::kResolutions[level].step_s;
        const std::uint32_t whole_s = std::max(step_s, store::kSlotSeconds);
        std::uint64_t start_s = std::max<std::uint64_t>(begin[level], from_s);
        start_s -= start_s % whole_s;
        if (start_s >= end_s) continue;
        const std::uint64_t up_s = (end_s + step_s - 1) / step_s * step_s;
        out.push_back({static_cast<std::uint32_t>(start_s), static_cast<std::uint32_t>(up_s), step_s});
        end_s = start_s;
    }
    return out;
}

std::vector<Stretch> windows(const std::vector<Stretch>& stretches) {
    std::vector<Stretch> out;
    for (const Stretch& s : stretches) {
        const std::uint32_t window_s = std::max(kWindow_s, s.step_s);
        for (std::uint32_t to_s = s.to_s; to_s > s.from_s;) {
            const std::uint32_t from_s = std::max(s.from_s, (to_s - 1) / window_s * window_s);
            out.push_back({from_s, to_s, s.step_s});
            to_s = from_s;
        }
    }
    return out;
}

std::string to_json(const Question& question) {
    Json out{{"filter", question.filter},       {"file", question.place.file}, {"line", question.place.line},
             {"column", question.place.column}, {"sources", question.sources}, {"stretches", Json::array()}};
    for (const Stretch& s : question.stretches) out["stretches"].push_back({s.from_s, s.to_s, s.step_s});
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

flow::Result<Question> parse_question(std::string_view text) {
    // The library tells about everything by exception.
    try {
        const Json in = Json::parse(text);
        Question out{.filter = in.at("filter"),
                     .place = {in.at("file"), in.at("line"), in.at("column")},
                     .sources = in.at("sources"),
                     .stretches = {}};
        for (const Json& s : in.at("stretches")) {
            out.stretches.push_back(
                {s.at(0).get<std::uint32_t>(), s.at(1).get<std::uint32_t>(), s.at(2).get<std::uint32_t>()});
        }
        if (!sound(out.stretches))
            return flow::fail("the question asks for no times, or for such that are no whole steps");
        return out;
    } catch (const Json::exception& error) {
        return flow::fail(std::string("the question is none: ") + error.what());
    }
}

}  // namespace fill
