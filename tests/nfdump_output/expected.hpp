// SPDX-License-Identifier: Apache-2.0
// Reads what ./refresh wrote: command lines and what nfdump printed.
//
// Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nfdump_output {

struct Case {
    std::string command{};  // as in the file
    std::string zone = "UTC";
    std::string set{};
    std::vector<std::string> options{};  // words, quotes taken off
    std::string output{};

    [[nodiscard]] bool has(std::string_view option) const;
    // The word behind it; empty: the option is not there.
    [[nodiscard]] std::string value_of(std::string_view option) const;
};

// All cases of tests/data/valid/nfdump_output/<file>.
[[nodiscard]] std::vector<Case> cases_in(const std::string& file);
// The footer without its lines that no two runs have alike, as in the files.
[[nodiscard]] std::string without_runtime(std::string_view output);

}  // namespace nfdump_output
