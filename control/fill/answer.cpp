// SPDX-License-Identifier: Apache-2.0
#include "control/fill/answer.hpp"

#include <algorithm>
#include <charconv>

namespace fill {
namespace {

constexpr std::size_t kNowhere = ~std::size_t{0};

// The next number of `text`, which is cut off; false: there is none.
bool take_number(std::string_view& text, std::uint64_t& out) {
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (fault != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return true;
    if (text.front() != ' ' || text.size() == 1) return false;
    text.remove_prefix(1);
    return true;
}

bool take_cells(std::string_view& text, std::array<flow::Cell, flow::kClasses>& cells) {
    for (flow::Cell& c : cells) {
        if (!take_number(text, c.flows) || !take_number(text, c.packets) || !take_number(text, c.bytes)) return false;
    }
    return true;
}

}  // namespace

AnswerReader::AnswerReader(const Question& question)
    : sources_(question.sources.size()),
      windows_(windows(question.stretches)),
      windows_left_(windows_.size()),
      at_(windows_.size()),
      source_(sources_) {}

double AnswerReader::progress() const noexcept {
    if (is_complete()) return 1;
    return rows_ == 0 ? 0 : std::min(1.0, static_cast<double>(rows_done_) / static_cast<double>(rows_));
}

flow::Result<void> AnswerReader::take(std::string_view bytes, std::vector<Values>& out) {
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view part = bytes.substr(0, end);
        if (unfinished_.size() + part.size() > kLongestLine) return flow::fail("the answer has a line without an end");
        unfinished_ += part;
        if (end == std::string_view::npos) return {};
        bytes.remove_prefix(end + 1);
        auto done = line(unfinished_, out);
        if (!done) return done;
        unfinished_.clear();
    }
    return {};
}

flow::Result<void> AnswerReader::line(std::string_view text, std::vector<Values>& out) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, blank);
    const std::string_view rest = text.substr(std::min(blank + 1, text.size()));
    const bool good = !has_covers_ && (word == "progress" ? told(rest)
                                       : word == "window" ? window(rest)
                                       : word == "source" ? source(rest, out)
                                       : word == "none"   ? state(rest, true)
                                       : word == "part"   ? state(rest, false)
                                       : word == "cell"   ? cell(rest)
                                       : word == "end"    ? end(out)
                                       : word == "covers" ? (covers_ = rest, has_covers_ = true)
                                                          : false);
    if (good) return {};
    return flow::fail("the answer has a line that does not belong there: " + std::string(text.substr(0, 64)));
}

bool AnswerReader::told(std::string_view rest) {
    return take_number(rest, rows_done_) && take_number(rest, rows_) && rest.empty();
}

bool AnswerReader::window(std::string_view rest) {
    std::uint64_t from_s = 0, to_s = 0, step_s = 0;
    if (at_ != windows_.size()) return false;
    if (!take_number(rest, from_s) || !take_number(rest, to_s) || !take_number(rest, step_s) || !rest.empty())
        return false;
    const auto found = std::find_if(windows_.begin(), windows_.end(), [&](const Stretch& w) {
        return w.from_s == from_s && w.to_s == to_s && w.step_s == step_s;
    });
    at_ = static_cast<std::size_t>(found - windows_.begin());
    seen_.assign(sources_, false);
    return at_ != windows_.size();
}

bool AnswerReader::source(std::string_view rest, std::vector<Values>& out) {
    std::uint64_t number = 0;
    if (at_ == windows_.size() || !take_number(rest, number) || !rest.empty()) return false;
    if (number >= sources_ || seen_[number]) return false;
    finish_source(out);
    const Stretch& w = windows_[at_];
    source_ = number;
    seen_[number] = true;
    none_.assign((w.to_s - w.from_s) / w.step_s, false);
    values_ = {.source = source_, .step_s = w.step_s, .points = {}};
    for (std::uint32_t at_s = w.from_s; at_s < w.to_s; at_s += w.step_s) values_.points.push_back({.at_s = at_s});
    return true;
}

std::size_t AnswerReader::place_of(std::uint64_t at_s) const noexcept {
    if (at_ == windows_.size() || source_ == sources_) return kNowhere;
    const Stretch& w = windows_[at_];
    if (at_s < w.from_s || at_s >= w.to_s || at_s % w.step_s != 0) return kNowhere;
    return (at_s - w.from_s) / w.step_s;
}

bool AnswerReader::state(std::string_view rest, bool none) {
    std::uint64_t at_s = 0;
    if (!take_number(rest, at_s) || !rest.empty()) return false;
    const std::size_t place = place_of(at_s);
    if (place == kNowhere) return false;
    if (none) {
        none_[place] = true;
    } else {
        values_.points[place].at_least = true;
    }
    return true;
}

bool AnswerReader::cell(std::string_view rest) {
    std::uint64_t at_s = 0;
    if (!take_number(rest, at_s)) return false;
    const std::size_t place = place_of(at_s);
    if (place == kNowhere) return false;
    store::FillPoint& point = values_.points[place];
    if (!take_cells(rest, point.sum)) return false;
    const bool has_max = values_.step_s > store::kResolutions[store::kMaximumOf].step_s;
    return (!has_max || take_cells(rest, point.max)) && rest.empty();
}

void AnswerReader::finish_source(std::vector<Values>& out) {
    if (source_ == sources_) return;
    std::erase_if(values_.points, [&](const store::FillPoint& p) { return none_[place_of(p.at_s)]; });
    if (!values_.points.empty()) out.push_back(std::move(values_));
    values_ = {};
    source_ = sources_;
}

bool AnswerReader::end(std::vector<Values>& out) {
    if (at_ == windows_.size()) return false;
    finish_source(out);
    windows_[at_].from_s = windows_[at_].to_s;  // once
    at_ = windows_.size();
    --windows_left_;
    return true;
}

}  // namespace fill
