// SPDX-License-Identifier: Apache-2.0
// How a question ends that cannot be answered: who is to blame decides the exit code.
//
// Thread: any; values.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace query {

enum class Trouble : std::uint8_t { failed, usage, no_data, filter, cancelled };

struct Refusal {
    Trouble trouble = Trouble::failed;
    std::string message{};  // says what to do next; empty: all is said
};
template <class T>
using Outcome = tl::expected<T, Refusal>;

[[nodiscard]] inline tl::unexpected<Refusal> refuse(Trouble trouble, std::string message) {
    return tl::unexpected<Refusal>(Refusal{trouble, std::move(message)});
}

}  // namespace query
