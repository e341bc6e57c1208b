// SPDX-License-Identifier: Apache-2.0
// GET /exporters/{id}/books: what an exporter sent and what of it was lost, step by step, out of the ledger's books.
//
// Thread: any; no state.
// Shape:  a list of numbers for each counter of FLOW_EXPORTER_COUNTS, and in flows what was lost before us and in us, and the
//         completeness (0 to 1); null in a step of which nothing is booked. Longer steps are the sums of their books, each
//         valued by itself.
// Limits: steps of five minutes (a book) at least; kMostPoints steps.
#pragma once

#include <cstdint>
#include <string>

#include "control/http/api/reply.hpp"
#include "control/http/api/shared.hpp"

namespace api {

// The exporter that a path names. 404: there is none.
[[nodiscard]] Answered<std::uint32_t> exporter_id(const control::Status& status, const std::string& text);

// Arguments `from`, `to`, `resolution` and `points` as /series reads them.
[[nodiscard]] http::Response exporter_books(Common& common, const http::Request& request, std::uint64_t now_s);

}  // namespace api
