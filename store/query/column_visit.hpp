// SPDX-License-Identifier: Apache-2.0
// A column by its number, as the array of its own type.
//
// Thread: any.
#pragma once

#include <type_traits>
#include <utility>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/columns.hpp"

namespace store::query {

// Calls visit(the batch's array) for the column.
template <class Batch, class Visit>
void with_column(Batch& batch, flow::Column column, Visit visit) {
    switch (column) {
#define X(name, type, what)  \
    case flow::Column::name: \
        visit(batch.name);   \
        break;
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case flow::Column::count_:
            break;
    }
}

// What such an array holds.
template <class Array>
using ValueOf = std::remove_cvref_t<decltype(std::declval<Array&>()[0])>;

}  // namespace store::query
