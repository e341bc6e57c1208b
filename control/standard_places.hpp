// SPDX-License-Identifier: Apache-2.0
// The first thing that a program of ours does.
//
// Thread: the main one, before any other.
#pragma once

namespace control {

// Where standard input, output or error is closed, the next file that is opened would take its place, and be written to: the
// store's own, too. What is written to them fails then.
void keep_standard_places() noexcept;

}  // namespace control
