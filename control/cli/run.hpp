// SPDX-License-Identifier: Apache-2.0
// The command net-collector: reads its arguments and runs one subcommand.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <iosfwd>

namespace cli {

// The exit code, see cli::Exit. Answers go to `out`, complaints to `err`.
[[nodiscard]] int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err, bool colour,
                      std::uint64_t now_s);

}  // namespace cli
