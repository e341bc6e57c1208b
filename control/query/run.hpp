// SPDX-License-Identifier: Apache-2.0
// `net-collector query` from what the command line says to what stands on standard output.
//
// Thread: the main one.
// Limits: Request: memory, time, threads. While the daemon is busy a question runs at the lowest priority and on fewer cores.
// Errors: see Trouble. A question that ends early prints what there is, says `partial: yes`, and where it was cancelled ends
//         with Trouble::cancelled without a message.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "control/config.hpp"
#include "control/query/answer.hpp"
#include "control/query/filter.hpp"
#include "control/query/options.hpp"
#include "control/query/outcome.hpp"
#include "store/reader.hpp"

namespace query {

// How busy the daemon is.
struct DaemonLoad {
    bool running = false;
    double busy_ratio = 0;  // of its busiest core, 0 to 1
    std::size_t cores = 0;  // that it has for itself
};

struct World {
    std::ostream& out;
    std::ostream& err;
    bool out_is_terminal = false, err_is_terminal = false;
    std::function<std::uint64_t()> now_s{};
    const control::Config* config = nullptr;  // nullptr: there is none
    const store::Reader* reader = nullptr;    // nullptr: files are asked, not the data directory
    std::string archive_directory{};
    std::function<DaemonLoad()> daemon{};  // asked before long questions; may take a moment
};

// Asks the daemon only before questions that look at many rows. `threads`: 0 = as many as are idle.
[[nodiscard]] Effort effort_for(const std::function<DaemonLoad()>& daemon, std::size_t threads, std::uint64_t rows);

[[nodiscard]] Outcome<void> run(const World& world, const Request& request, const FilterText& filter);

}  // namespace query
