// SPDX-License-Identifier: Apache-2.0
// What is wrong at the moment, in words, with what to do. The thresholds are those of conf/prometheus/alerts.yml; what an
// alert waits for (`for:`) is shown here at once.
//
// Thread: any; pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/http/api/exporter_watch.hpp"
#include "control/status.hpp"

namespace api {

enum class Severity : std::uint8_t { error, warning, info };
[[nodiscard]] const char* severity_name(Severity severity) noexcept;

struct Trouble {
    Severity severity = Severity::warning;
    std::string key{};  // the same as long as it is the same trouble
    std::string what{}, advice{};
    std::string about{};         // path of the console that shows more; empty: none
    std::uint64_t since_ms = 0;  // 0: not known
};

// Worst first.
[[nodiscard]] std::vector<Trouble> find_troubles(const control::Status& status, const LedgerGrowth& growth);

}  // namespace api
