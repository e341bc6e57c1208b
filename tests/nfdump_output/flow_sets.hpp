// SPDX-License-Identifier: Apache-2.0
// The sets of printed_flows.hpp as rows, and the options of a case.
//
// Thread: one.
#pragma once

#include <string>

#include "control/query/print.hpp"
#include "tests/nfdump_output/expected.hpp"
#include "tests/support/decode_rig.hpp"

namespace nfdump_output {

// The rows of a set, decoded once for the life of the program; received at the time that ./refresh writes.
[[nodiscard]] const support::DecodeRig& rows_of(const std::string& set);
[[nodiscard]] query::PrintOptions options_of(const Case& c, const support::DecodeRig& rig);
// What ./refresh wrote of the case, mended where nfdump itself is wrong and we are not: see DEVIATIONS.md.
[[nodiscard]] std::string expected(const Case& c);

}  // namespace nfdump_output
