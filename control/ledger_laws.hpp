// SPDX-License-Identifier: Apache-2.0
// The ledger's laws (DESIGN section 4), term by term, so that each can be shown: flow::broken_law() tells only whether
// all of them hold.
//
// Thread: any; constant.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "dataplane/flow/outcome.hpp"

namespace control {

struct Law {
    // exact:        left = right, at any moment.
    // in_flight:    left = right + what is on its way between cores at this moment.
    // at_least:     left >= right, at any moment.
    enum class Kind : std::uint8_t { exact, in_flight, at_least };

    std::string_view name;  // label in Prometheus, key in JSON
    std::string_view text;
    Kind kind = Kind::exact;
    std::vector<std::size_t> left, right;  // values of a flow::Ledger
};

[[nodiscard]] std::span<const Law> laws();

struct Balance {
    std::uint64_t left = 0, right = 0;

    // What is in flight; negative while the later stage has handed over and the earlier has not yet.
    [[nodiscard]] std::int64_t difference() const noexcept { return static_cast<std::int64_t>(left - right); }
};
[[nodiscard]] Balance weigh(const Law& law, const flow::Ledger& ledger) noexcept;
// `idle`: nothing is in flight.
[[nodiscard]] bool holds(const Law& law, const flow::Ledger& ledger, bool idle) noexcept;

}  // namespace control
