// SPDX-License-Identifier: Apache-2.0
// Which columns of a batch a subject is worked out of, and which a whole Program looks at: a scanner brings no others.
//
// Thread: any; no state.
#pragma once

#include "dataplane/flow/column_set.hpp"
#include "filters/language/subject.hpp"
#include "filters/program/tables.hpp"

namespace filters::program {

// With `present` where the subject can be missing in a row, and the sampling and thinning that counters are scaled by.
[[nodiscard]] flow::ColumnSet columns_of(language::Subject subject);
// Of all that the indexes ask. Values of other columns change no answer.
[[nodiscard]] flow::ColumnSet columns_of(const Tables& tables);

}  // namespace filters::program
