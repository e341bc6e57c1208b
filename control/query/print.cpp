// SPDX-License-Identifier: Apache-2.0
#include "control/query/print.hpp"

#include <algorithm>
#include <limits>

#include "control/query/numbers.hpp"
#include "control/query/print_csv.hpp"
#include "control/query/print_json.hpp"
#include "control/query/print_line.hpp"
#include "control/query/print_object.hpp"
#include "control/query/print_raw.hpp"
#include "control/query/style.hpp"
#include "dataplane/flow/scale.hpp"

namespace query {

namespace {

using flow::Column;

constexpr std::string_view kFmt = "fmt:";

class NullPrinter final : public RecordPrinter {
  public:
    [[nodiscard]] flow::ColumnSet columns() const override { return sums_columns(); }
    [[nodiscard]] bool received() const override { return false; }
    void header(std::string&) override {}
    void record(const flow::FlowBatch&, std::uint32_t, const store::query::Sums&, std::string&) override {}
    void footer(std::string&) override {}
};

// nullptr: no such format.
std::unique_ptr<RecordPrinter> special(std::string_view name, const Style& style, bool quiet) {
    if (name == "csv") return std::make_unique<CsvPrinter>(style, quiet);
    if (name == "pipe") return std::make_unique<PipePrinter>();
    if (name == "json") return std::make_unique<JsonPrinter>(style, quiet, false);
    if (name == "ndjson") return std::make_unique<JsonPrinter>(style, quiet, true);
    if (name == "raw") return std::make_unique<RawPrinter>(style);
    if (name == "null") return std::make_unique<NullPrinter>();
    return nullptr;
}

}  // namespace

std::string base_format(const PrintOptions& options) {
    std::string name = options.format;
    if (name.starts_with(kFmt)) return name;
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    if (name.ends_with('6')) name.pop_back();
    return name;
}

Style style_of(const PrintOptions& options) {
    const bool six = !options.format.starts_with(kFmt) && options.format.ends_with('6');
    return {.plain = options.plain_numbers,
            .wide = options.long_v6 || six,
            .tag_addresses = options.tag_addresses,
            .exporters = options.exporters};
}

flow::Result<std::unique_ptr<RecordPrinter>> RecordPrinter::make(const PrintOptions& options) {
    const Style style = style_of(options);
    if (options.objects) return std::make_unique<ObjectPrinter>(style);
    if (options.format == kFmt) return flow::fail("Missing format description for user defined output format!");
    if (options.format.starts_with(kFmt)) {
        return LinePrinter::make(std::string_view(options.format).substr(kFmt.size()), style, options.quiet);
    }
    const std::string name = base_format(options);
    if (const std::string_view format = format_named(name); !format.empty()) {
        return LinePrinter::make(format, style, options.quiet);
    }
    if (auto printer = special(name, style, options.quiet); printer != nullptr) return printer;
    return flow::fail("Unknown output mode '" + options.format +
                      "': use line, long, extended, biline, bilong, gline, glong, nsel, nel, raw, csv, json, ndjson, "
                      "pipe, null or fmt:<tags>");
}

store::query::Sums sums_of(const flow::FlowBatch& batch, std::uint32_t row, bool raw) noexcept {
    const std::uint32_t sampling = raw ? 1 : batch.sampling[row];
    const std::uint16_t thinning = raw ? std::uint16_t{1} : batch.thinning[row];
    const auto rare = [&](Column c, const std::array<std::uint64_t, flow::kBatchRows>& column) {
        return batch.has(row, c) ? flow::scaled(column[row], sampling, thinning) : 0;
    };
    const std::uint64_t told = batch.has(row, Column::flow_count) ? batch.flow_count[row] : 1;
    return {.flows = flow::multiply_saturated(told, flow::scaled_flows(thinning)),
            .in_packets = flow::scaled(batch.in_packets[row], sampling, thinning),
            .in_bytes = flow::scaled(batch.in_bytes[row], sampling, thinning),
            .out_packets = rare(Column::out_packets, batch.out_packets),
            .out_bytes = rare(Column::out_bytes, batch.out_bytes),
            .first_ms = batch.first_ms[row],
            .last_ms = batch.last_ms[row],
            .tcp_flags = batch.tcp_flags[row]};
}

const flow::ColumnSet& sums_columns() noexcept {
    static const flow::ColumnSet columns = {Column::present,     Column::sampling,   Column::thinning,
                                            Column::flow_count,  Column::in_packets, Column::in_bytes,
                                            Column::out_packets, Column::out_bytes,  Column::first_ms,
                                            Column::last_ms,     Column::tcp_flags,  Column::family};
    return columns;
}

std::string format_of(const store::query::Grouping& grouping) {
    // Two blanks around the key, as nfdump has them.
    std::string format = "fmt:%ts %td ";
    for (const store::query::KeyPart& part : grouping.parts) {
        format += ' ';
        format += part.element->tag;
    }
    return format + "  %pkt %byt %bps %bpp %fl";
}

std::string scaled_number(std::uint64_t value, bool plain) {
    std::array<char, kWidestField> text;
    Pen pen(text.data());
    scaled(pen, value, plain);
    return {text.data(), pen.at()};
}

}  // namespace query
