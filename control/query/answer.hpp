// SPDX-License-Identifier: Apache-2.0
// One question answered once: the scan, what its sinks came to, printed.
//
// Thread: one; the scan starts its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "control/query/cancel.hpp"
#include "control/query/coverage.hpp"
#include "control/query/filter.hpp"
#include "control/query/options.hpp"
#include "control/query/outcome.hpp"
#include "control/query/output.hpp"
#include "control/query/selection.hpp"
#include "control/query/shape.hpp"
#include "store/query/scan.hpp"
#include "store/reader.hpp"

namespace query {

// How the scan is to be run.
struct Effort {
    std::size_t threads = 1;
    bool background = false;
};

// What --explain tells of how long things took.
struct Stages {
    double select_s = 0, filter_s = 0, scan_s = 0, put_together_s = 0;
};
[[nodiscard]] inline double since(std::chrono::steady_clock::time_point then) noexcept {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - then).count();
}

struct Question {
    const Request& request;
    const Shape& shape;
    const Filter& filter;
    const Selection& selection;
    store::query::Window window{};
    Effort effort{};
    const store::Reader* reader = nullptr;  // nullptr: of files
    std::string archive_directory{};
    std::uint64_t now_s = 0;
    flow::ExporterTable& exporters;
    const Cancel& cancel;
    std::function<void(const store::query::Progress&)> progress{};
};

struct Answered {
    store::query::Report report{};  // its sinks are used up
    store::query::Sums total{};
    Coverage coverage{};
    Stages stages{};
};

// Prints all of the answer but what comes behind the summary. Trouble::failed: the scan as a whole.
[[nodiscard]] Outcome<Answered> answer(const Question& question, Output& output);

// -I.
void print_totals(const Question& question, const class Totals& totals, Output& output);

}  // namespace query
