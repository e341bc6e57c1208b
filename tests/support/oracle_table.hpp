// SPDX-License-Identifier: Apache-2.0
// tests/data/valid/nfdump_filters.tsv, read.
//
// Thread: any; values.
// Errors: a table that cannot be read ends the test program: the test is wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace support {

// Which records a filter takes, and their sums.
struct OracleAnswer {
    bool refused = false;
    std::vector<std::uint32_t> records{};  // from 1, ascending
    std::uint64_t flows = 0;
    std::uint64_t bytes = 0;    // in and out
    std::uint64_t packets = 0;  // in and out
};

struct OracleCase {
    std::string filter{};
    OracleAnswer nfdump{};
    // What we answer instead; without sums.
    std::optional<OracleAnswer> ours{};
    std::string why{};
};

[[nodiscard]] std::vector<OracleCase> oracle_cases(const std::string& path);
// "1,3-5", "-".
[[nodiscard]] std::vector<std::uint32_t> record_numbers(std::string_view text);
[[nodiscard]] std::string record_text(const std::vector<std::uint32_t>& records);

}  // namespace support
