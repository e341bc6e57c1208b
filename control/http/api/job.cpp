// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/job.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "control/http/api/members.hpp"

namespace api {
namespace {

constexpr std::size_t kMostErrorBytes = 16 * 1024;
constexpr std::size_t kMostProgressBytes = 4096;
constexpr std::string_view kOurName = "net-collector: ";

// What the command said that it could not do, without its name, without remarks and without its drawing of the filter.
std::string reason(const std::string& errors) {
    const std::size_t found = errors.rfind(kOurName);
    std::string out = found == std::string::npos ? errors : errors.substr(found + kOurName.size());
    out = out.substr(0, out.find('\n'));
    return out;
}

std::string how_it_died(int status) {
    const int number = WTERMSIG(status);
    const std::string name = strsignal(number);
    if (number == SIGXCPU || number == SIGKILL)
        return "the question was ended (" + name + "): it took too much; ask for a shorter time";
    return "the question broke off (" + name +
           "): it needed more memory than it may have; ask for fewer groups or a shorter "
           "time";
}

}  // namespace

std::string_view name_of(Job::State state) noexcept {
    switch (state) {
        case Job::State::waiting:
            return "waiting";
        case Job::State::running:
            return "running";
        case Job::State::done:
            return "done";
        case Job::State::failed:
            return "failed";
        case Job::State::cancelled:
            break;
    }
    return "cancelled";
}

Job::Job(std::string id_given, std::string owner_given, Question asked, std::uint64_t now_ms)
    : id(std::move(id_given)),
      owner(std::move(owner_given)),
      question(std::move(asked)),
      seen(Clock::now()),
      started_ms_(now_ms),
      sums_(Json{{"flows", 0}, {"packets", 0}, {"bytes", 0}}) {}

void Job::take_output(std::string_view got) {
    if (question.text || question.kind == Question::Kind::series) {
        const std::size_t room = kMostResultBytes - bytes;
        truncated_ = truncated_ || got.size() > room;
        whole->append(got.substr(0, room));
        bytes += std::min(got.size(), room);
        return;
    }
    while (!got.empty()) {
        const std::size_t end = got.find('\n');
        const std::string_view part = got.substr(0, end);
        skipping_ = skipping_ || line_.size() + part.size() > kMostResultBytes;
        if (!skipping_) line_ += part;
        if (end == std::string_view::npos) return;
        got.remove_prefix(end + 1);
        truncated_ = truncated_ || skipping_;
        if (!skipping_) take_line(line_);
        skipping_ = false;
        line_.clear();
    }
}

void Job::take_line(std::string_view line) {
    if (line.starts_with(R"({"type":"record")")) {
        if (bytes + line.size() > kMostResultBytes) {
            truncated_ = true;
            return;
        }
        see(line, seen_columns_);
        rows_.emplace_back(line);
        bytes += line.size() + sizeof(std::string);
        return;
    }
    if (line.starts_with(R"({"type":"statistic")")) {
        if (!statistic_.empty()) return;
        statistic_ = line;
        bytes += line.size();
        return;
    }
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return;
    const std::string type = text_in(json, "type");
    if (type == "summary") take_summary(json);
    if (type == "coverage") partial_ = partial_ || flag_in(member(json, "coverage"), "partial");
}

void Job::take_summary(const Json& summary) {
    for (const char* member : {"flows", "packets", "bytes"}) sums_[member] = number_in(summary, member);
    covers_ = text_in(summary, "coverage");
}

void Job::take_errors(std::string_view got) {
    errors_.append(got.substr(0, kMostErrorBytes - std::min(errors_.size(), kMostErrorBytes)));
}

void Job::take_progress(std::string_view got) {
    progress_line_.append(got.substr(0, kMostProgressBytes));
    for (std::size_t end = 0; (end = progress_line_.find('\n')) != std::string::npos;) {
        const Json told = Json::parse(progress_line_.substr(0, end), nullptr, false);
        progress_line_.erase(0, end + 1);
        if (!told.is_object()) continue;
        rows_all_ = number_in(told, "rows");
        rows_done_ = number_in(told, "rows_done");
        blocks_ = number_in(told, "blocks");
        skipped_ = number_in(told, "skipped");
        ++version;
    }
    if (progress_line_.size() > kMostProgressBytes) progress_line_.clear();
}

Json Job::parsed() const {
    if (question.text) return nullptr;
    const std::string& text = question.kind == Question::Kind::series ? *whole : statistic_;
    Json out = Json::parse(text, nullptr, false);
    return out.is_object() ? out : Json();
}

void Job::cancel(std::string why) {
    if (!cancelled) why_ = std::move(why);
    cancelled = true;
}

void Job::finish(int status, Json parsed) {
    const bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    parsed_ = std::move(parsed);
    if (!good && !cancelled && !truncated_)
        return end(State::failed, WIFSIGNALED(status) ? how_it_died(status) : reason(errors_));
    if (question.kind == Question::Kind::series) {
        const Json& coverage = member(parsed_, "coverage");
        if (coverage.is_object()) {
            partial_ = flag_in(coverage, "partial");
            covers_ = text_in(coverage, "text");
        } else if (!cancelled) {
            return end(State::failed, "the series came incomplete: ask for a coarser resolution");
        }
    }
    partial_ = partial_ || truncated_ || cancelled;
    if (truncated_) {
        why_ = "the result has more than " + std::to_string(kMostResultBytes >> 20) +
               " MB: the rest was left out; narrow the filter or the time";
    }
    end(cancelled ? State::cancelled : State::done, why_);
}

void Job::end(State as, std::string why) {
    state = as;
    detail_ = std::move(why);
    ended = Clock::now();
    ++version;
    line_ = {};
    errors_ = {};
    statistic_ = {};
    if (state == State::done) rows_done_ = std::max(rows_done_, rows_all_);
}

Json Job::json() const {
    const bool begun = began != Clock::time_point{};
    const Clock::time_point until = over() ? ended : Clock::now();
    const double seconds = begun ? std::chrono::duration<double>(until - began).count() : 0;
    const double ratio = state == State::done ? 1
                         : rows_all_ == 0
                             ? 0
                             : std::min(1.0, static_cast<double>(rows_done_) / static_cast<double>(rows_all_));
    return {
        {"id", id},
        {"state", name_of(state)},
        {"command", question.shown},
        {"progress",
         {{"ratio", ratio}, {"rows", rows_done_}, {"blocks", blocks_}, {"skipped", skipped_}, {"seconds", seconds}}},
        {"partial", partial_},
        {"detail", detail_},
        {"covers", covers_.empty() ? "" : "Coverage: " + covers_ + "."},
        {"started_ms", started_ms_}};
}

std::size_t Job::total() const noexcept {
    return parsed_.is_null() ? rows_.size() : list_in(parsed_, "rows").size();
}

Json Job::result(std::size_t offset, std::size_t limit) const {
    const std::size_t all = total();
    const std::size_t begin = std::min(offset, all);
    const std::size_t end = begin + std::min(limit, all - begin);
    Json rows = Json::array();
    for (std::size_t i = begin; i < end; ++i) {
        if (!parsed_.is_null()) {
            rows.push_back(statistic_row(parsed_, list_in(parsed_, "rows")[i]));
            continue;
        }
        const Json record = Json::parse(rows_[i], nullptr, false);
        if (record.is_object()) rows.push_back(record_row(record, seen_columns_));
    }
    return {{"columns", parsed_.is_null() ? record_columns(seen_columns_) : statistic_columns(parsed_)},
            {"total", all},
            {"offset", begin},
            {"rows", std::move(rows)},
            {"sums", sums_}};
}

}  // namespace api
