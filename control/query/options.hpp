// SPDX-License-Identifier: Apache-2.0
// The command line of `net-collector query`: nfdump's own options, and some of ours in long form.
//
// Thread: one (getopt).
// Source: nfdump(1) 1.7.1. Options that make no sense here are refused with a sentence that says what does.
// Shape:  options and words of the filter in any order; short options may be bundled (-qN), with their value attached (-n5).
// Errors: everything that is wrong with the command line: exit code 2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/query/times.hpp"
#include "dataplane/flow/result.hpp"

namespace query {

// -l and -L: of groups, those with more (or fewer) than `value` packets or bytes.
struct Limit {
    bool below = false;
    std::uint64_t value = 0;
};

struct Request {
    enum class Action : std::uint8_t { answer, help, version, check_filter, dump_filter, totals };
    Action action = Action::answer;

    // What is asked.
    std::vector<std::string> filter_words{};
    std::string filter_file{};  // -f; read when there are no words
    std::string window{};       // -t; empty = everything
    TimeSelection time{};       // `window`, at the time of parsing
    std::vector<std::string> sources{};
    std::string profile{};
    std::vector<std::string> channels{};                        // of the profile; empty: all
    std::string read_path{}, read_range{}, read_directories{};  // -r, -R, -M

    // How it is put together.
    std::vector<std::string> statistics{};  // each -s as written
    bool aggregate = false;                 // -a
    std::string aggregation{};              // -A
    bool bidirectional = false;             // -b
    bool guess_direction = false;           // -B; then `bidirectional` too
    std::string order{};                    // -O
    std::optional<std::uint64_t> top{};     // -n
    std::uint64_t count = 0;                // -c; 0 = all
    std::optional<Limit> packet_limit{}, byte_limit{};
    bool raw = false;

    // How it is printed.
    std::string format{};  // -o; empty = not said
    bool quiet = false, plain_numbers = false, long_v6 = false, tag_addresses = false;
    bool json = false;  // --json: records, statistics and what they cover as JSON
    bool explain = false;

    // How it is run.
    std::uint64_t watch_s = 0;  // 0 = once
    std::size_t threads = 0;    // 0 = as many as are idle
    std::uint64_t memory_bytes = 2ull << 30;
    std::uint64_t timeout_ms = 0;  // 0 = no limit
    std::string config{}, data{};
    int progress = -1;      // descriptor that progress is told on, as JSON; -1 = none
    bool confined = false;  // see control/cli/confine.hpp

    // Remarks for standard error: nfdump's deprecated options and what overrides what.
    std::vector<std::string> notes{};
};

// `arguments`: without the program's and the command's name.
[[nodiscard]] flow::Result<Request> parse_options(const std::vector<std::string>& arguments, std::uint64_t now_s);

[[nodiscard]] std::string_view help_text() noexcept;

// "2G", "512M", "64k", "1000000" (powers of 1,024), and what control/size.hpp reads: "500MB", "2GiB". Else nullopt.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept;

}  // namespace query
