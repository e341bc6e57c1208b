// SPDX-License-Identifier: Apache-2.0
// One fill, from the plan to the store.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "control/fill/answer.hpp"
#include "control/http/api/fill_plan.hpp"
#include "control/http/api/world.hpp"

namespace api {

struct FillWatch {
    std::function<std::string()> must_end;  // why the fill is to end; empty: it goes on. Asked several times a second
    std::function<void(double)> progress;   // 0 to 1
};

// Returns when all of it is durable: what it covers. Error: why not; what was durable by then stays.
[[nodiscard]] flow::Result<std::string> run_fill(const World& world, const FillPlan& plan, const FillWatch& watch);

// What a source's values are for the store: those up to the series' end. Where the archive has only a part of what was counted
// live, what was counted stays.
[[nodiscard]] store::FillPiece piece_of(const FillPlan::Series& series, fill::Values values);

}  // namespace api
