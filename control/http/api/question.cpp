// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/question.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "control/config.hpp"
#include "control/duration.hpp"
#include "control/http/api/child.hpp"
#include "control/http/api/filter_check.hpp"
#include "control/query/options.hpp"
#include "filters/language/editing.hpp"
#include "store/series/resolution.hpp"

namespace api {
namespace {

using Done = flow::Result<void>;

constexpr const char* kMemory = "256M";  // for groups; beyond they go to disk
constexpr const char* kTime = "10m";
constexpr std::size_t kMostWordBytes = 1024;

tl::unexpected<flow::Error> wrong(const std::string& member, const std::string& what) {
    return flow::fail("\"" + member + "\" " + what);
}

class Reader {
  public:
    Reader(const Json& given, const Whereabouts& where) : given_(given), where_(where) {}

    flow::Result<Question> run();

  private:
    // A text of the question; empty where there is none.
    flow::Result<std::string> word(const std::string& member, std::size_t most = kMostWordBytes) const;
    flow::Result<std::vector<std::string>> words(const std::string& member) const;
    flow::Result<std::uint64_t> number(const std::string& member, std::uint64_t otherwise, std::uint64_t most) const;
    flow::Result<bool> flag(const std::string& member) const;
    flow::Result<std::uint64_t> time(const std::string& member) const;

    Done span();
    Done scope();
    Done query();
    Done groups(bool& grouped);
    Done series();
    void where();

    // For both command lines.
    void add(std::initializer_list<std::string> words) {
        out_.arguments.insert(out_.arguments.end(), words);
        out_.shown.insert(out_.shown.end(), words);
    }

    const Json& given_;
    const Whereabouts& where_;
    Question out_{};
    std::string filter_{};
};

flow::Result<std::string> Reader::word(const std::string& member, std::size_t most) const {
    const auto at = given_.find(member);
    if (at == given_.end() || at->is_null()) return std::string();
    if (!at->is_string()) return wrong(member, "is no text");
    auto text = at->get<std::string>();
    if (text.size() > most) return wrong(member, "has more than " + std::to_string(most) + " bytes");
    if (text.find('\0') != std::string::npos) return wrong(member, "has a character of code 0 in it");
    return text;
}

flow::Result<std::vector<std::string>> Reader::words(const std::string& member) const {
    std::vector<std::string> out;
    const auto at = given_.find(member);
    if (at == given_.end() || at->is_null()) return out;
    if (!at->is_array() || at->size() > kMostNames)
        return wrong(member, "is no list of at most " + std::to_string(kMostNames) + " names");
    for (const Json& one : *at) {
        if (!one.is_string()) return wrong(member, "has something in it that is no name");
        out.push_back(one.get<std::string>());
        if (out.back().empty() || out.back().size() > kMostWordBytes || out.back().find('\0') != std::string::npos)
            return wrong(member, "has something in it that is no name");
    }
    return out;
}

flow::Result<std::uint64_t> Reader::number(const std::string& member, std::uint64_t otherwise,
                                           std::uint64_t most) const {
    const auto at = given_.find(member);
    if (at == given_.end() || at->is_null()) return otherwise;
    if (!at->is_number_unsigned() || at->get<std::uint64_t>() > most)
        return wrong(member, "is no number from 0 to " + std::to_string(most));
    return at->get<std::uint64_t>();
}

flow::Result<bool> Reader::flag(const std::string& member) const {
    const auto at = given_.find(member);
    if (at == given_.end() || at->is_null()) return false;
    if (!at->is_boolean()) return wrong(member, "is neither true nor false");
    return at->get<bool>();
}

flow::Result<std::uint64_t> Reader::time(const std::string& member) const {
    constexpr std::uint64_t kMost = 0xffffffff;
    const auto at = given_.find(member);
    std::optional<std::uint64_t> out;
    if (at != given_.end() && at->is_number()) {
        const double seconds = at->get<double>();
        if (seconds >= 0 && seconds <= static_cast<double>(kMost)) out = static_cast<std::uint64_t>(seconds);
    } else if (at != given_.end() && at->is_string()) {
        out = control::parse_time(at->get<std::string>(), where_.now_s);
    }
    if (!out || *out > kMost)
        return wrong(member, "is no time: write seconds since 1970, \"-1h\", \"now\" or \"2024-05-01T12:30\"");
    return *out;
}

Done Reader::span() {
    const auto from = time("from");
    if (!from) return tl::unexpected(from.error());
    const auto to = time("to");
    if (!to) return tl::unexpected(to.error());
    if (*from >= *to) return flow::fail("\"from\" is not before \"to\"");
    out_.from_s = *from;
    out_.to_s = *to;
    return {};
}

Done Reader::scope() {
    const auto profile = word("profile");
    if (!profile) return tl::unexpected(profile.error());
    const auto channels = words("channels");
    if (!channels) return tl::unexpected(channels.error());
    const auto sources = words("sources");
    if (!sources) return tl::unexpected(sources.error());
    if (!channels->empty() && profile->empty())
        return flow::fail("\"channels\" needs \"profile\": channels of several profiles may be called so");
    out_.profile = *profile;
    if (!profile->empty()) add({"--profile", *profile});
    for (const std::string& channel : *channels) add({"--channel", channel});
    for (const std::string& source : *sources) add({"--source", source});
    out_.sources = *sources;
    const auto filter = word("filter", 4 * kMostFilterUnits);
    if (!filter) return tl::unexpected(filter.error());
    if (filters::language::utf16_units(*filter) > kMostFilterUnits)
        return wrong("filter", "has more than " + std::to_string(kMostFilterUnits) + " characters");
    filter_ = *filter;
    return {};
}

// -a, -A, -b, -O, -n, -l, -L
Done Reader::groups(bool& grouped) {
    const auto aggregate = word("aggregate");
    if (!aggregate) return tl::unexpected(aggregate.error());
    const auto both = flag("bidirectional");
    if (!both) return tl::unexpected(both.error());
    if (!aggregate->empty()) add({"-A", *aggregate});
    if (*both) add({"-b"});
    grouped = grouped || !aggregate->empty() || *both;
    for (const auto& [member, option] : {std::pair("order", "-O"), {"packet_limit", "-l"}, {"byte_limit", "-L"}}) {
        const auto value = word(member);
        if (!value) return tl::unexpected(value.error());
        if (value->empty()) continue;
        add({option, *value});
        grouped = grouped || std::string_view(member) == "order";
    }
    return {};
}

Done Reader::query() {
    const bool statistic = out_.kind == Question::Kind::statistic;
    if (out_.from_s != 0 || out_.to_s < where_.now_s)
        add({"-t", control::time_text(out_.from_s) + ".." + control::time_text(out_.to_s)});
    const auto element = word("statistic");
    if (!element) return tl::unexpected(element.error());
    if (element->empty() == statistic)
        return wrong("statistic", statistic ? "is missing: \"srcip/bytes\" for instance" : "is for kind statistic");
    if (statistic) add({"-s", *element});
    out_.element = element->substr(0, element->find_first_of(":/"));
    bool grouped = statistic;
    if (auto ok = groups(grouped); !ok) return ok;
    const auto top = number("top", statistic ? kUsualLines : kUsualRows, kMostLines);
    if (!top) return tl::unexpected(top.error());
    if (grouped) add({"-n", std::to_string(*top == 0 ? kMostLines : *top)});
    const auto count = number("count", grouped ? 0 : kUsualRows, kMostRows);
    if (!count) return tl::unexpected(count.error());
    if (*count != 0 || !grouped) add({"-c", std::to_string(*count == 0 ? kMostRows : *count)});
    const auto text = word("text");
    if (!text) return tl::unexpected(text.error());
    out_.text = !text->empty();
    if (out_.text) {
        add({"-o", *text});
    } else {
        out_.arguments.emplace_back("--json");
    }
    for (auto* line : {&out_.arguments, &out_.shown}) {
        if (!filter_.empty()) line->insert(line->end(), {"--", filter_});
    }
    const auto right = query::parse_options({out_.arguments.begin() + 1, out_.arguments.end()}, where_.now_s);
    if (!right) return flow::fail(right.error().text());
    return {};
}

Done Reader::series() {
    const auto wanted = number("resolution", 0, store::kResolutions.back().step_s);
    if (!wanted) return tl::unexpected(wanted.error());
    const std::uint64_t span = out_.to_s - out_.from_s;
    for (const store::Resolution& r : store::kResolutions) {
        // The coarsest that has at least half as many steps as there is room for.
        const bool coarse = *wanted == 0 && (out_.resolution_s == 0 || span / r.step_s >= kUsualSteps / 2);
        if (coarse || r.step_s == *wanted) out_.resolution_s = r.step_s;
    }
    if (out_.resolution_s == 0) return wrong("resolution", "is none: 10, 300, 1800, 7200 or 86400");
    if (span / out_.resolution_s > kMostSteps)
        return flow::fail("these are more than " + std::to_string(kMostSteps) +
                          " steps: ask for a coarser \"resolution\"");
    add({"--from", control::time_text(out_.from_s), "--to", control::time_text(out_.to_s), "--resolution",
         std::to_string(out_.resolution_s), "--filter=" + (filter_.empty() ? "any" : filter_)});
    out_.arguments.insert(out_.arguments.end(), {"-o", "json"});
    return {};
}

// What is not where everybody looks is named to people, too.
void Reader::where() {
    const bool series = out_.kind == Question::Kind::series;
    const std::string command = series ? "series" : "query";
    out_.arguments = {command, "--confined", "--progress", std::to_string(kProgressDescriptor)};
    out_.shown = {"net-collector", command};
    if (!series) out_.arguments.insert(out_.arguments.end(), {"--memory", kMemory, "--timeout", kTime});
    out_.arguments.insert(out_.arguments.end(), {"--data", where_.data_directory});
    if (where_.data_directory != control::Config{}.data)
        out_.shown.insert(out_.shown.end(), {"--data", where_.data_directory});
    if (where_.config_file.empty()) return;
    out_.arguments.insert(out_.arguments.end(), {"--config", where_.config_file});
    if (where_.config_file != control::kDefaultConfigPath)
        out_.shown.insert(out_.shown.end(), {"--config", where_.config_file});
}

flow::Result<Question> Reader::run() {
    const auto kind = word("kind");
    if (!kind) return tl::unexpected(kind.error());
    if (*kind == "statistic") {
        out_.kind = Question::Kind::statistic;
    } else if (*kind == "series") {
        out_.kind = Question::Kind::series;
    } else if (*kind != "flows") {
        return wrong("kind", "is none of flows, statistic and series");
    }
    const auto keep = flag("keep");
    if (!keep) return tl::unexpected(keep.error());
    out_.keep = *keep;
    where();
    if (auto ok = span(); !ok) return flow::pass(ok);
    if (auto ok = scope(); !ok) return flow::pass(ok);
    if (auto ok = out_.kind == Question::Kind::series ? series() : query(); !ok) return flow::pass(ok);
    return std::move(out_);
}

}  // namespace

flow::Result<Question> read_question(const Json& given, const Whereabouts& where) {
    return Reader(given, where).run();
}

}  // namespace api
