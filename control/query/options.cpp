// SPDX-License-Identifier: Apache-2.0
#include "control/query/options.hpp"

#include <getopt.h>

#include <algorithm>
#include <array>
#include <limits>

#include "control/config_problems.hpp"
#include "control/duration.hpp"
#include "control/query/whole_number.hpp"
#include "control/size.hpp"

namespace query {
namespace {

using Action = Request::Action;
using Outcome = flow::Result<void>;

constexpr std::size_t kMostThreads = 256;
constexpr std::uint64_t kLeastMemory = 16u << 20;
constexpr std::uint64_t kWatch_s = 5;

tl::unexpected<flow::Error> needs(std::string_view option, const char* what, std::string_view given) {
    return flow::fail(std::string(option) + " needs " + what + ", not \"" + std::string(given) + "\"");
}

// A number and a letter for a power of `base`.
std::optional<std::uint64_t> scaled_number(std::string_view text, std::uint64_t base) {
    std::uint64_t factor = 1;
    constexpr std::string_view kLetters = "kmgt";
    if (!text.empty()) {
        const auto letter = kLetters.find(static_cast<char>(text.back() | 0x20));
        if (letter != std::string_view::npos) {
            for (std::size_t i = 0; i <= letter; ++i) factor *= base;
            text.remove_suffix(1);
        }
    }
    const auto value = whole_number(text);
    if (!value || *value > std::numeric_limits<std::uint64_t>::max() / factor) return std::nullopt;
    return *value * factor;
}

// "100", "+1M", "-100".
Outcome take_limit(std::string_view option, std::string_view text, std::optional<Limit>& out) {
    std::string_view rest = text;
    const bool below = rest.starts_with('-');
    if (below || rest.starts_with('+')) rest.remove_prefix(1);
    const auto value = scaled_number(rest, 1000);
    if (!value) return needs(option, "a limit such as 100, +1M or -10k (more than, less than)", text);
    out = Limit{below, *value};
    return {};
}

Outcome take_seconds(std::string_view option, std::string_view text, std::uint64_t& seconds) {
    auto value = control::parse_duration(text);
    if (!value) value = whole_number(text);
    constexpr std::uint64_t kMost_s = 365ull * 86400;
    if (!value || *value == 0 || *value > kMost_s) return needs(option, "a length of time such as 5s or 10m", text);
    seconds = *value;
    return {};
}

struct Option {
    char letter;       // 0: none
    const char* name;  // long form; nullptr: none
    bool takes_value;
    Outcome (*take)(Request& request, std::string_view value);
};

template <auto Member, auto Value>
Outcome set(Request& request, std::string_view) {
    request.*Member = Value;
    return {};
}
template <auto Member>
Outcome set_text(Request& request, std::string_view value) {
    request.*Member = value;
    return {};
}

Outcome set_count(Request& r, std::string_view v) {
    const auto n = whole_number(v);
    if (!n || *n == 0) return needs("-c", "a number of records above 0", v);
    r.count = *n;
    return {};
}
Outcome set_top(Request& r, std::string_view v) {
    r.top = whole_number(v);
    if (!r.top) return needs("-n", "a number of lines, 0 for all", v);
    return {};
}
Outcome set_threads(Request& r, std::string_view v) {
    const auto n = whole_number(v);
    if (!n || *n == 0 || *n > kMostThreads) return needs("--threads", "a number from 1 to 256", v);
    r.threads = *n;
    return {};
}
Outcome set_memory(Request& r, std::string_view v) {
    const auto n = parse_bytes(v);
    if (!n || *n < kLeastMemory) return needs("--memory", "an amount such as 512M or 4G, at least 16M", v);
    r.memory_bytes = *n;
    return {};
}
Outcome set_timeout(Request& r, std::string_view v) {
    std::uint64_t seconds = 0;
    if (auto ok = take_seconds("--timeout", v, seconds); !ok) return ok;
    r.timeout_ms = seconds * 1000;
    return {};
}
Outcome set_progress(Request& r, std::string_view v) {
    constexpr std::uint64_t kFirst = 3, kLast = 1023;  // not the standard streams
    const auto n = whole_number(v);
    if (!n || *n < kFirst || *n > kLast) return needs("--progress", "the number of an open descriptor from 3 on", v);
    r.progress = static_cast<int>(*n);
    return {};
}
Outcome set_both_ways(Request& r, std::string_view) {
    r.bidirectional = r.guess_direction = true;
    return {};
}
Outcome set_old_order(Request& r, std::string_view) {
    r.order = "tstart";
    r.notes.emplace_back("-m is -O tstart");
    return {};
}

constexpr std::array kOptions = {
    Option{'6', nullptr, false, set<&Request::long_v6, true>},
    Option{'a', nullptr, false, set<&Request::aggregate, true>},
    Option{'A', nullptr, true, set_text<&Request::aggregation>},
    Option{'b', nullptr, false, set<&Request::bidirectional, true>},
    Option{'B', nullptr, false, set_both_ways},
    Option{'c', nullptr, true, set_count},
    Option{'d', "data", true, set_text<&Request::data>},
    Option{'f', nullptr, true, set_text<&Request::filter_file>},
    Option{'h', "help", false, set<&Request::action, Action::help>},
    Option{'I', nullptr, false, set<&Request::action, Action::totals>},
    Option{'l', nullptr, true, [](Request& r, std::string_view v) { return take_limit("-l", v, r.packet_limit); }},
    Option{'L', nullptr, true, [](Request& r, std::string_view v) { return take_limit("-L", v, r.byte_limit); }},
    Option{'m', nullptr, false, set_old_order},
    Option{'M', nullptr, true, set_text<&Request::read_directories>},
    Option{'n', nullptr, true, set_top},
    Option{'N', nullptr, false, set<&Request::plain_numbers, true>},
    Option{'o', nullptr, true, set_text<&Request::format>},
    Option{'O', nullptr, true, set_text<&Request::order>},
    Option{'q', nullptr, false, set<&Request::quiet, true>},
    Option{'r', nullptr, true, set_text<&Request::read_path>},
    Option{'R', nullptr, true, set_text<&Request::read_range>},
    Option{'s', nullptr, true,
           [](Request& r, std::string_view v) {
               r.statistics.emplace_back(v);
               return Outcome{};
           }},
    Option{'t', nullptr, true, set_text<&Request::window>},
    Option{'T', nullptr, false, set<&Request::tag_addresses, true>},
    Option{'V', "version", false, set<&Request::action, Action::version>},
    Option{'X', nullptr, false, set<&Request::action, Action::dump_filter>},
    Option{'Z', nullptr, false, set<&Request::action, Action::check_filter>},
    Option{0, "channel", true,
           [](Request& r, std::string_view v) {
               r.channels.emplace_back(v);
               return Outcome{};
           }},
    Option{0, "config", true, set_text<&Request::config>},
    Option{0, "confined", false, set<&Request::confined, true>},
    Option{0, "explain", false, set<&Request::explain, true>},
    Option{0, "json", false, set<&Request::json, true>},
    Option{0, "memory", true, set_memory},
    Option{0, "profile", true, set_text<&Request::profile>},
    Option{0, "progress", true, set_progress},
    Option{0, "raw", false, set<&Request::raw, true>},
    Option{0, "source", true,
           [](Request& r, std::string_view v) {
               r.sources.emplace_back(v);
               return Outcome{};
           }},
    Option{0, "threads", true, set_threads},
    Option{0, "timeout", true, set_timeout},
    Option{0, "watch", false, set<&Request::watch_s, kWatch_s>},
};

// nfdump's options that have no meaning here, and what to use instead.
struct Refused {
    char letter;
    bool takes_value;
    const char* why;
};
constexpr std::array kRefused = {
    Refused{'C', true, "formats are given with -o fmt:...: there is no nfdump.config here"},
    Refused{'D', true, "host names in filters are looked up by the system's resolver (/etc/resolv.conf)"},
    Refused{'E', true, "`net-collector exporters` lists the exporters"},
    Refused{'G', true, "databases of countries and autonomous systems are named in [filters] of the configuration"},
    Refused{'g', false, "`net-collector series --filter '...' -o json` gives time series to draw"},
    Refused{'i', true, "a flow's ident is its source, which the configuration names"},
    Refused{'j', false, "the archive is compressed already: [archive] compression in the configuration"},
    Refused{'J', true, "the archive is compressed already: [archive] compression in the configuration"},
    Refused{'v', true, "`net-collector archive verify` checks the archive"},
    Refused{'w', true, "nfdump's files are not written here: print with -o csv, -o json or -o pipe into a file"},
    Refused{'x', true, "there are no extension maps here: `net-collector templates` lists templates"},
    Refused{'y', false, "the archive is compressed already: [archive] compression in the configuration"},
    Refused{'z', false, "the archive is compressed already: [archive] compression in the configuration"},
};

constexpr int kLongOnly = 1000;  // value of option i without a letter: kLongOnly + i

const Option* find(int value) {
    for (std::size_t i = 0; i < kOptions.size(); ++i) {
        if (kOptions[i].letter != 0 ? kOptions[i].letter == value : kLongOnly + static_cast<int>(i) == value)
            return &kOptions[i];
    }
    return nullptr;
}

std::string option_text(int value) {
    const Option* option = find(value);
    return option != nullptr && option->letter == 0 ? "--" + std::string(option->name)
                                                    : "-" + std::string(1, static_cast<char>(value));
}

// For getopt: '-': words in their place, ':': missing values told apart.
std::string short_forms() {
    std::string out = "-:";
    for (const Option& o : kOptions) {
        if (o.letter != 0) out += std::string(1, o.letter) + (o.takes_value ? ":" : "");
    }
    for (const Refused& r : kRefused) out += std::string(1, r.letter) + (r.takes_value ? ":" : "");
    return out;
}

std::vector<option> long_forms() {
    std::vector<option> out;
    for (std::size_t i = 0; i < kOptions.size(); ++i) {
        const Option& o = kOptions[i];
        if (o.name == nullptr) continue;
        const int has_value = o.takes_value ? required_argument : no_argument;
        // `--watch=10`, too.
        out.push_back({o.name, std::string_view(o.name) == "watch" ? optional_argument : has_value, nullptr,
                       o.letter != 0 ? o.letter : kLongOnly + static_cast<int>(i)});
    }
    out.push_back({nullptr, 0, nullptr, 0});
    return out;
}

std::string unknown_option(const std::string& word) {
    if (word.starts_with("--")) {
        std::vector<std::string> names;
        for (const Option& o : kOptions) {
            if (o.name != nullptr) names.push_back("--" + std::string(o.name));
        }
        const std::vector<std::string_view> candidates(names.begin(), names.end());
        const auto near = control::nearest(word.substr(0, word.find('=')), candidates);
        return "there is no option " + word +
               (near.empty() ? ": see `net-collector query --help`" : ": did you mean " + std::string(near) + "?");
    }
    return "there is no option -" + std::string(1, static_cast<char>(optopt)) +
           (word.size() > 2 ? " (in " + word + ")" : "") + ": see `net-collector query --help`";
}

// What fits no other option.
Outcome agree(Request& r) {
    const bool grouped = r.aggregate || !r.aggregation.empty() || r.bidirectional;
    const auto is_record = [](const std::string& s) { return s.starts_with("record"); };
    const bool records = std::any_of(r.statistics.begin(), r.statistics.end(), is_record);
    if (records && !r.order.empty())
        return flow::fail("-s record has an order of its own: write -s record/" + r.order + " instead of -O");
    if (r.bidirectional && !r.aggregation.empty())
        return flow::fail("-b and -B group by connection: leave -A " + r.aggregation + " out");
    if ((r.packet_limit || r.byte_limit) && !grouped && r.statistics.empty())
        return flow::fail("-l and -L are limits of groups: give -s or -a, or ask in the filter: 'packets > 100'");
    if (!r.channels.empty() && r.profile.empty())
        return flow::fail("--channel " + r.channels.front() +
                          " needs --profile: channels of several profiles may be called so");
    if (int{!r.read_path.empty()} + int{!r.read_range.empty()} > 1)
        return flow::fail("-r and -R both say what to read: give one of them");
    if (!r.read_directories.empty() && r.read_path.empty() && r.read_range.empty())
        return flow::fail("-M needs -r or -R: which files of these directories to read");
    if (r.watch_s != 0 && (r.action != Action::answer || !r.read_path.empty() || !r.read_range.empty()))
        return flow::fail("--watch repeats questions to the archive: leave it out here");
    if (!r.statistics.empty() && (r.aggregate || r.bidirectional) && !records)
        r.notes.emplace_back("-s groups by its own element: -a and -b change nothing");
    return {};
}

// The seconds of `--watch 10`, which getopt leaves as a word of its own.
bool takes_next(const std::vector<char*>& argv) {
    if (optind >= static_cast<int>(argv.size()) - 1) return false;
    const std::string_view next = argv[static_cast<std::size_t>(optind)];
    return whole_number(next).has_value() || control::parse_duration(next).has_value();
}

Outcome take_option(Request& request, int value, const std::vector<char*>& argv) {
    for (const Refused& r : kRefused) {
        if (r.letter == value)
            return flow::fail("-" + std::string(1, r.letter) + " of nfdump is not supported: " + r.why);
    }
    const Option* found = find(value);
    std::string_view given = optarg == nullptr ? std::string_view{} : optarg;
    if (found->name == nullptr || std::string_view(found->name) != "watch") return found->take(request, given);
    if (optarg == nullptr && takes_next(argv)) given = argv[static_cast<std::size_t>(optind++)];
    return given.empty() ? found->take(request, given) : take_seconds("--watch", given, request.watch_s);
}

}  // namespace

std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept {
    if (const auto size = control::parse_size(text)) return size;
    return scaled_number(text, 1024);
}

flow::Result<Request> parse_options(const std::vector<std::string>& arguments, std::uint64_t now_s) {
    // getopt permutes nothing with "-", but wants what main() gets.
    std::vector<std::string> words{"query"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    Request request;
    const std::string letters = short_forms();
    const std::vector<option> names = long_forms();
    constexpr int kWord = 1;
    optind = 0;  // starts anew
    opterr = 0;
    while (true) {
        const int before = std::max(optind, 1);
        const int value =
            getopt_long(static_cast<int>(words.size()), argv.data(), letters.c_str(), names.data(), nullptr);
        if (value == -1) break;
        if (value == kWord) {
            request.filter_words.emplace_back(optarg);
            continue;
        }
        if (value == ':') return flow::fail(option_text(optopt) + " needs a value: see `net-collector query --help`");
        if (value == '?') return flow::fail(unknown_option(words[static_cast<std::size_t>(before)]));
        if (auto ok = take_option(request, value, argv); !ok) return flow::pass(ok);
    }
    for (auto i = static_cast<std::size_t>(optind); i < words.size(); ++i) request.filter_words.push_back(words[i]);
    if (!request.window.empty()) {
        auto time = parse_window(request.window, now_s);
        if (!time) return flow::pass(time);
        request.time = *time;
    }
    if (auto ok = agree(request); !ok) return flow::pass(ok);
    return request;
}

}  // namespace query
