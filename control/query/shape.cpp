// SPDX-License-Identifier: Apache-2.0
#include "control/query/shape.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace query {
namespace {

using store::query::Grouping;
using store::query::GroupLimits;
using store::query::Order;
using store::query::Ordering;
using store::query::StatisticRequest;

constexpr std::uint64_t kTopOfStatistics = 10;
// More lines than that are all of them.
constexpr std::uint64_t kMostLines = 1ull << 40;

tl::unexpected<Refusal> wrong(const flow::Error& error, const char* advice) {
    return refuse(Trouble::usage, error.text() + ": " + advice);
}

GroupLimits::Limit limit_of(const std::optional<Limit>& limit) {
    return limit ? GroupLimits::Limit{limit->value, limit->below} : GroupLimits::Limit{};
}

bool is_null(const std::string& format) {
    return std::ranges::equal(format, std::string_view("null"), [](char a, char b) { return (a | 0x20) == b; });
}

// Where groups go that find no room in memory: not /tmp, which may be memory itself.
std::string spill_directory() {
    const char* given = std::getenv("TMPDIR");
    return given != nullptr && *given != '\0' ? given : "/var/tmp";
}

// All -s record are one statistic in several orders, and stand first.
Outcome<std::vector<StatisticRequest>> statistics_of(const Request& request) {
    std::vector<StatisticRequest> out;
    for (const std::string& text : request.statistics) {
        auto parsed = store::query::parse_statistic(text);
        if (!parsed) return wrong(parsed.error(), "write ELEMENT[:p][/ORDER...], as in -s srcip/bytes");
        if (parsed->element != nullptr || out.empty() || out.front().element != nullptr) {
            const bool record = parsed->element == nullptr;
            out.insert(record ? out.begin() : out.end(), *std::move(parsed));
            continue;
        }
        auto& orders = out.front().orders;
        orders.insert(orders.end(), parsed->orders.begin(), parsed->orders.end());
        std::ranges::stable_sort(orders, {}, &Ordering::order);
        orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
    }
    return out;
}

// What -a, -A, -b and -B group by; -s record too.
Outcome<Grouping> connection_grouping(const Request& request) {
    Grouping grouping;
    if (!request.aggregation.empty()) {
        auto parts = store::query::parse_aggregation(request.aggregation);
        if (!parts) return wrong(parts.error(), "write fields such as -A proto,srcip4/24,dstport");
        grouping.parts = *std::move(parts);
    }
    grouping.bidirectional = request.bidirectional;
    grouping.guess_direction = request.guess_direction;
    return grouping;
}

std::string default_format(const Request& request, const Grouping& grouping) {
    if (request.bidirectional) return "biline";
    return request.aggregation.empty() ? "line" : format_of(grouping);
}

Outcome<void> take_statistics(const Request& request, const Grouping& connection, Shape& shape) {
    auto statistics = statistics_of(request);
    if (!statistics) return tl::unexpected(statistics.error());
    shape.kind = Shape::Kind::statistics;
    shape.top = request.top.value_or(kTopOfStatistics);
    for (const StatisticRequest& s : *statistics)
        shape.groupings.push_back(s.element == nullptr ? connection : store::query::grouping_of(s));
    shape.statistics = *std::move(statistics);
    return {};
}

bool is_connection(const Grouping& grouping) {
    return grouping.parts.empty();
}

void share(const Request& request, const flow::ExporterTable& exporters, const RecordPrinter& printer, Shape& shape) {
    for (Grouping& grouping : shape.groupings) {
        grouping.raw = request.raw;
        grouping.exporters = &exporters;
        // What lines of connections show besides their key.
        if (is_connection(grouping)) grouping.carried = printer.columns();
        grouping.memory_bytes = request.memory_bytes;
        grouping.spill_directory = spill_directory();
    }
}

}  // namespace

Outcome<Shape> shape_of(const Request& request, const flow::ExporterTable& exporters) {
    Shape shape;
    const auto connection = connection_grouping(request);
    if (!connection) return tl::unexpected(connection.error());
    shape.limits = {.packets = limit_of(request.packet_limit), .bytes = limit_of(request.byte_limit)};
    shape.top = request.top.value_or(0);
    if (!request.order.empty()) {
        const auto order = store::query::parse_order(request.order);
        if (!order) return wrong(order.error(), "write flows, packets, bytes, pps, bps, bpp, tstart, tend or duration");
        shape.order = *order;
    }
    const bool grouped = request.aggregate || !request.aggregation.empty() || request.bidirectional;
    if (request.action == Request::Action::totals) {
        shape.kind = Shape::Kind::totals;
        shape.by_class = true;
    } else if (!request.statistics.empty()) {
        if (auto ok = take_statistics(request, *connection, shape); !ok) return tl::unexpected(ok.error());
    } else if (grouped) {
        shape.kind = Shape::Kind::groups;
        shape.groupings.push_back(*connection);
    } else if (is_null(request.format) && !request.json) {
        shape.kind = Shape::Kind::totals;
    } else if (shape.order.order != Order::none) {
        shape.kind = Shape::Kind::sorted;
    }
    if (shape.top > kMostLines) shape.top = 0;
    shape.print = {.format = request.format.empty() ? default_format(request, *connection) : request.format,
                   .objects = request.json,
                   .quiet = request.quiet,
                   .plain_numbers = request.plain_numbers,
                   .long_v6 = request.long_v6,
                   .tag_addresses = request.tag_addresses,
                   .raw = request.raw,
                   .exporters = &exporters};
    const auto printer = RecordPrinter::make(shape.print);
    if (!printer) return refuse(Trouble::usage, "-o " + shape.print.format + ": " + printer.error().text());
    share(request, exporters, **printer, shape);
    return shape;
}

}  // namespace query
