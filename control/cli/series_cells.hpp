// SPDX-License-Identifier: Apache-2.0
// `net-collector series-cells`: an inner command, which the daemon starts to fill a channel's past.
//
// Thread: the main one.
#pragma once

#include <iosfwd>

#include "control/cli/commands.hpp"

namespace cli {

// `in`: the question, see control/fill/question.hpp. Exit::bad_filter, Exit::no_data: message says why.
[[nodiscard]] Done show_cells(const Context& context, std::istream& in);

}  // namespace cli
