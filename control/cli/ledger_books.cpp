// SPDX-License-Identifier: Apache-2.0
// `net-collector ledger --since`: the books of a span of time, added up or each five minutes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/ledger.hpp"
#include "control/duration.hpp"
#include "control/json_parts.hpp"
#include "control/ledger_laws.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kDefaultSince_s = 3600;
constexpr std::size_t kSparklineWidth = 60;
constexpr std::size_t kBarWidth = 10;

struct TimeSpan {
    std::uint32_t from_s = 0, to_s = 0;  // `to_s` not included
};

// All exporters asked for, of one book of time.
struct Bucket {
    flow::ExporterCounts counts;
    control::Completeness completeness;
};

struct Books {
    TimeSpan span;
    flow::Ledger ledger;  // of all exporters
    ExporterSums sums;
    std::map<std::uint32_t, Bucket> buckets;       // by start
    std::vector<store::StoredExporter> exporters;  // those that were counted, with their sums
};

Outcome<std::uint32_t> point_in_time(const char* option, const std::string& text, std::uint64_t now_s) {
    const auto point = control::parse_time(text, now_s);
    if (point && *point <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(*point);
    return failure(Exit::usage, std::string(option) + " " + text +
                                    " is no time: write -1h, 2024-05-01, 2024-05-01T12:30 or seconds since 1970");
}

Outcome<TimeSpan> span_of(const LedgerQuery& query, std::uint64_t now_s) {
    if (query.watch)
        return failure(Exit::usage, "--watch shows what happens now: leave --since, --from, --to and --per-bucket out");
    if (!query.since.empty() && (!query.from.empty() || !query.to.empty()))
        return failure(Exit::usage, "--since goes up to now: give --from and --to instead of it");
    TimeSpan span{static_cast<std::uint32_t>(now_s - std::min(now_s, kDefaultSince_s)),
                  static_cast<std::uint32_t>(now_s + 1)};
    if (const auto length = control::parse_duration(query.since)) {
        span.from_s = static_cast<std::uint32_t>(now_s - std::min(now_s, *length));
    } else if (const std::string& from = query.since.empty() ? query.from : query.since; !from.empty()) {
        const auto point = point_in_time(query.since.empty() ? "--from" : "--since", from, now_s);
        if (!point) return tl::unexpected(point.error());
        span.from_s = *point;
    }
    if (!query.to.empty()) {
        const auto point = point_in_time("--to", query.to, now_s);
        if (!point) return tl::unexpected(point.error());
        span.to_s = *point;
    }
    span.from_s -= span.from_s % store::kBookSeconds;
    if (span.from_s >= span.to_s)
        return failure(Exit::usage, "the time asked for is empty: its beginning is not before its end");
    return span;
}

Outcome<Books> read_books(const store::Reader& reader, const LedgerQuery& query, TimeSpan span) {
    Books books{.span = span, .ledger = {}, .sums = {}, .buckets = {}, .exporters = {}};
    auto all = reader.exporters();
    if (!all) return failure(Exit::failed, all.error().text());
    std::vector<flow::Protocol> protocols;  // by id
    for (const auto& e : *all) protocols.push_back(e.key.protocol);
    auto chosen = choose_exporters(*std::move(all), query.exporter);
    if (!chosen) return tl::unexpected(chosen.error());
    std::vector<std::uint32_t> ids;
    for (const auto& e : *chosen) ids.push_back(e.id);
    std::map<std::uint32_t, flow::ExporterCounts> of_exporter;
    const auto read = reader.visit_books(span.from_s, span.to_s,
                                         query.exporter.empty() ? std::span<const std::uint32_t>{} : std::span(ids),
                                         [&](const store::Book& book) {
                                             // One that came since the exporters were read.
                                             if (book.exporter >= protocols.size()) return;
                                             of_exporter[book.exporter].add(book.counts);
                                             Bucket& bucket = books.buckets[book.start_s];
                                             bucket.counts.add(book.counts);
                                             bucket.completeness.add(protocols[book.exporter], book.counts);
                                         });
    if (!read) return failure(Exit::failed, read.error().text());
    for (store::StoredExporter& e : *chosen) {
        const auto found = of_exporter.find(e.id);
        if (found == of_exporter.end()) continue;
        const std::uint32_t sampling = e.counts.sampling;
        e.counts = found->second;
        e.counts.sampling = sampling;
        books.sums.add(e.key.protocol, e.counts);
        books.exporters.push_back(std::move(e));
    }
    const auto ledgers = reader.ledger_books(span.from_s, span.to_s);
    if (!ledgers) return failure(Exit::failed, ledgers.error().text());
    for (const store::LedgerBook& book : *ledgers) books.ledger.add(book.ledger);
    return books;
}

void print_json(std::ostream& out, const Books& books, bool whole) {
    Json json{{"from", books.span.from_s}, {"to", books.span.to_s}};
    if (whole) json["ledger"] = control::ledger_json(books.ledger);
    json["completeness"] = books.sums.completeness.ratio();
    json["missing"] = {{"records", books.sums.missing_records},
                       {"datagrams", books.sums.missing_datagrams},
                       {"flows", std::llround(std::ceil(books.sums.completeness.missing_flows()))}};
    json["books"] = Json::array();
    for (const auto& [start_s, bucket] : books.buckets) {
        Json one{{"start", start_s}};
#define X(name, text) one[#name] = bucket.counts.name;
        FLOW_EXPORTER_COUNTS(X)
#undef X
        one["completeness"] = bucket.completeness.ratio();
        json["books"].push_back(std::move(one));
    }
    json["exporters"] = Json::array();
    for (const auto& e : books.exporters)
        json["exporters"].push_back(control::exporter_json(e.key, e.source, e.counts));
    out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

double missing_share(const Bucket& bucket) {
    return 1 - bucket.completeness.ratio();
}

double worst(const Books& books) {
    double out = 0;
    for (const auto& [start_s, bucket] : books.buckets) out = std::max(out, missing_share(bucket));
    return out;
}

void print_buckets(std::ostream& out, const Books& books, Style style) {
    const double most = worst(books);
    Table table({"FROM", ">DATAGRAMS", ">FLOWS", ">MISSING", ">LOST", ">THINNED", ">COMPLETE", "MISSING"});
    for (const auto& [start_s, bucket] : books.buckets) {
        const double share = missing_share(bucket);
        const auto bar = static_cast<std::size_t>(most > 0 ? std::ceil(share / most * kBarWidth) : 0);
        std::string drawn;
        for (std::size_t i = 0; i < bar; ++i) drawn += "█";
        const flow::ExporterCounts& c = bucket.counts;
        table.add({control::time_text(start_s), scaled(c.datagrams), scaled(c.flows), scaled(c.lost_datagrams),
                   scaled(c.flows_lost), scaled(c.thinned), complete_text(bucket.completeness.ratio()), drawn});
    }
    table.print(out, style);
    out << "MISSING and THINNED are datagrams, LOST are flows lost in us; bars: share of missing flows\n\n";
}

// Missing flows over time, where there are some; a step without books counts as complete.
void print_course(std::ostream& out, const Books& books) {
    const double most = worst(books);
    if (most <= 0) return;
    std::vector<double> course;
    const std::uint32_t last_s = books.buckets.rbegin()->first;
    for (std::uint32_t at = books.buckets.begin()->first; at <= last_s; at += store::kBookSeconds) {
        const auto found = books.buckets.find(at);
        course.push_back(found == books.buckets.end() ? 0 : missing_share(found->second));
    }
    const auto at = std::max_element(books.buckets.begin(), books.buckets.end(), [](const auto& a, const auto& b) {
        return missing_share(a.second) < missing_share(b.second);
    });
    out << "missing over time: " << sparkline(course, kSparklineWidth) << '\n'
        << "least complete: " << complete_text(1 - most) << " at " << control::time_text(at->first) << '\n';
}

void print_text(std::ostream& out, const Books& books, const LedgerQuery& query, Style style) {
    out << control::time_text(books.span.from_s) << " to " << control::time_text(books.span.to_s) << ", "
        << books.buckets.size() << " books of " << control::duration_text(store::kBookSeconds) << "\n\n";
    if (query.per_bucket)
        print_buckets(out, books, style);
    else if (query.exporter.empty())
        ledger_picture(books.ledger, {}).print(out, style);
    else
        exporter_picture(books.sums.counts).print(out, style);
    out << (query.per_bucket ? "" : "\n") << "exporters: " << books.sums.entries << "; ";
    print_missing(out, books.sums, style);
    print_course(out, books);
    if (query.exporter.empty()) out << verdict(books.ledger, false, style) << '\n';
}

}  // namespace

Done show_ledger_of_time(const Context& context, const LedgerQuery& query, const store::Reader& reader) {
    const auto span = span_of(query, context.now_s);
    if (!span) return tl::unexpected(span.error());
    const auto books = read_books(reader, query, *span);
    if (!books) return tl::unexpected(books.error());
    if (context.json)
        print_json(context.out, *books, query.exporter.empty());
    else
        print_text(context.out, *books, query, Style{context.colour});
    return judge(books->ledger, false);
}

}  // namespace cli
