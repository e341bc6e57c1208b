// SPDX-License-Identifier: Apache-2.0
// `--confined`: what this process may do from now on, when it answers people who may ask questions and no more.
//
// Thread: the main one, before it starts others.
// Limits: no privileges and no way to gain any; kConfinedMemory of data, kConfinedProcessor_s of processor time, no files written
//         beyond kConfinedFile, no core dumps; the lowest priority; killed when the process that started it ends.
// Errors: what could not be given up: then nothing must be answered.
#pragma once

#include <cstdint>

#include "dataplane/flow/result.hpp"

namespace cli {

inline constexpr std::uint64_t kConfinedMemory = 1ull << 30;
inline constexpr std::uint64_t kConfinedProcessor_s = 3600;
inline constexpr std::uint64_t kConfinedFile = 16ull << 30;  // groups that memory has no room for
inline constexpr std::uint64_t kConfinedDescriptors = 1024;

[[nodiscard]] flow::Result<void> confine();

}  // namespace cli
