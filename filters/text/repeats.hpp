// SPDX-License-Identifier: Apache-2.0
// How large a regular expression gets when its bounded repeats are written out: a{3} is aaa. Hyperscan does
// write them out, and nested counts can cost it minutes and gigabytes; so this is asked first.
//
// Thread: any; no state.
// Limits: an estimate that errs upwards; it need not understand every construct. Saturates at
// kWrittenOutMost.
#pragma once

#include <cstdint>
#include <string_view>

namespace filters::text {

inline constexpr std::uint64_t kWrittenOutMost = 1ull << 40;

[[nodiscard]] std::uint64_t written_out(std::string_view regex);

}  // namespace filters::text
