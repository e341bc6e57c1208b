// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/ledger_routes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "control/http/api/reply.hpp"
#include "control/json_parts.hpp"
#include "control/ledger_laws.hpp"
#include "control/series_span.hpp"

namespace api {
namespace {

Json terms_json(const std::vector<std::size_t>& terms, const flow::Ledger& ledger) {
    Json out = Json::array();
    for (const std::size_t i : terms) {
        const flow::LedgerName name = flow::ledger_name(i);
        out.push_back({{"counter", name.path}, {"text", name.help}, {"value", ledger.values[i]}});
    }
    return out;
}

Json laws_json(const flow::Ledger& ledger) {
    Json out = Json::array();
    for (const control::Law& law : control::laws()) {
        const std::int64_t difference = control::weigh(law, ledger).difference();
        const bool flies = law.kind == control::Law::Kind::in_flight;
        out.push_back({{"name", law.name},
                       {"text", law.text},
                       {"left", terms_json(law.left, ledger)},
                       {"right", terms_json(law.right, ledger)},
                       {"in_flight", flies ? std::max<std::int64_t>(difference, 0) : 0},
                       {"balanced", control::holds(law, ledger, false)}});
    }
    return out;
}

}  // namespace

http::Response LedgerRoutes::of_now() {
    const auto status = common_.status.get();
    return json({{"process", control::ledger_json(status->process_ledger)},
                 {"total", control::ledger_json(status->total_ledger)},
                 {"laws", laws_json(status->process_ledger)}});
}

http::Response LedgerRoutes::of_time(const std::string& from, const std::string& to) {
    const auto span = control::parse_time_span(from, to, world_.now_ms() / 1000, "from", "to");
    if (!span) return problem(422, "bad_argument", span.error().text());
    flow::Ledger sum;
    const auto done = common_.readers.with([&](const store::Reader& reader) -> flow::Result<void> {
        const auto books = reader.ledger_books(span->from_s, span->to_s);
        if (!books) return tl::unexpected(books.error());
        for (const store::LedgerBook& book : *books) sum.add(book.ledger);
        return {};
    });
    if (!done) return problem(503, "no_data", done.error().text());
    return json({{"total", control::ledger_json(sum)}, {"laws", laws_json(sum)}});
}

std::vector<http::Route> LedgerRoutes::routes() {
    return {{"GET", std::string(kRoot) + "/ledger", http::Reach::anyone, [this](const http::Request& request) {
                 const bool timed = request.query.contains("from") || request.query.contains("to");
                 return http::answer_later(
                     [this, timed, from = text(request, "from", "-1h"), to = text(request, "to", "now")] {
                         return timed ? of_time(from, to) : of_now();
                     });
             }}};
}

}  // namespace api
