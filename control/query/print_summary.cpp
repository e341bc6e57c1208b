// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>

#include "control/query/json_text.hpp"
#include "control/query/local_time.hpp"
#include "control/query/numbers.hpp"
#include "control/query/print_object.hpp"
#include "control/query/style.hpp"

namespace query {

namespace {

struct Totals {
    std::uint64_t flows, bytes, packets, bps, pps, bpp;
};

// In and out together, and no average where no time passes, as nfdump does.
Totals totals_of(const store::query::Sums& s) {
    const std::uint64_t bytes = store::query::add_saturated(s.in_bytes, s.out_bytes);
    const std::uint64_t packets = store::query::add_saturated(s.in_packets, s.out_packets);
    const std::uint64_t duration_ms = duration_of(s);
    return {.flows = s.flows,
            .bytes = bytes,
            .packets = packets,
            .bps = bits_per_second(bytes, duration_ms),
            .pps = packets_per_second(packets, duration_ms),
            .bpp = duration_ms == 0 ? 0 : bytes_per_packet(bytes, packets)};
}

std::string window_text(const Summary& s) {
    if (s.window_from_ms > s.window_to_ms || s.window_to_ms == 0) return "<unknown>";
    LocalTime times;
    std::array<char, 160> text;
    Pen pen(text.data());
    times.seconds(pen, s.window_from_ms);
    pen.text(" - ");
    times.seconds(pen, s.window_to_ms);
    return {text.data(), pen.at()};
}

template <class... Value>
void append(std::string& out, const char* format, Value... values) {
    std::array<char, 256> text{};
    std::snprintf(text.data(), text.size(), format, values...);
    out += text.data();
}

void csv_summary(const Totals& t, std::string& out) {
    out += "Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n";
    for (const std::uint64_t v : {t.flows, t.bytes, t.packets, t.bps, t.pps, t.bpp}) {
        out += std::to_string(v);
        out += ',';
    }
    out.back() = '\n';
}

void text_summary(const Summary& s, const Totals& t, bool plain, std::string& out) {
    out += "Summary: total flows: " + std::to_string(t.flows);
    out += ", total bytes: " + scaled_number(t.bytes, plain);
    out += ", total packets: " + scaled_number(t.packets, plain);
    out += ", avg bps: " + scaled_number(t.bps, plain);
    out += ", avg pps: " + scaled_number(t.pps, plain);
    out += ", avg bpp: " + scaled_number(t.bpp, plain);
    out += "\nTime window: " + window_text(s);
    out += "\nTotal flows processed: " + std::to_string(s.processed);
    out += ", passed: " + std::to_string(s.passed);
    out += ", Blocks skipped: " + std::to_string(s.blocks_skipped);
    out += ", Bytes read: " + std::to_string(s.bytes_read) + "\n";
    const double speed = s.wall_s > 0 ? static_cast<double>(s.processed) / s.wall_s : 0.0;
    append(out, "Sys: %.4fs User: %.4fs Wall: %.4fs flows/second: %-.1f Runtime: %.4fs\n", s.system_s, s.user_s,
           s.wall_s, speed, s.wall_s);
    if (!s.coverage.empty()) out += "Coverage: " + s.coverage + "\n";
}

void object_summary(const Summary& s, const Totals& t, std::string& out) {
    JsonObject o(out, JsonObject::Layout::one_line);
    const auto seconds = [&](std::string_view key, double v) {
        std::array<char, 40> text{};
        std::snprintf(text.data(), text.size(), "%.6f", v);
        o.bare(key, text.data());
    };
    o.text("type", "summary");
    o.number("flows", t.flows);
    o.number("packets", t.packets);
    o.number("bytes", t.bytes);
    o.number("bps", t.bps);
    o.number("pps", t.pps);
    o.number("bpp", t.bpp);
    if (s.total.first_ms <= s.total.last_ms) {
        json_utc(o, "first", s.total.first_ms);
        json_utc(o, "last", s.total.last_ms);
    }
    if (s.window_from_ms <= s.window_to_ms) {
        json_utc(o, "window_from", s.window_from_ms);
        json_utc(o, "window_to", s.window_to_ms);
    }
    o.number("processed", s.processed);
    o.number("passed", s.passed);
    o.number("blocks_skipped", s.blocks_skipped);
    o.number("bytes_read", s.bytes_read);
    seconds("system_s", s.system_s);
    seconds("user_s", s.user_s);
    seconds("wall_s", s.wall_s);
    if (!s.coverage.empty()) o.text("coverage", s.coverage);
    o.close();
    out += '\n';
}

bool is_json(const std::string& format) {
    return format == "json" || format == "ndjson";
}

}  // namespace

void print_summary(const Summary& summary, const PrintOptions& options, std::string& out) {
    const Totals totals = totals_of(summary.total);
    if (options.objects) return object_summary(summary, totals, out);
    const std::string format = base_format(options);
    if (options.quiet || is_json(format) || format == "pipe") return;
    if (format == "csv") return csv_summary(totals, out);
    text_summary(summary, totals, options.plain_numbers, out);
}

void print_no_match(const PrintOptions& options, std::string& out) {
    if (options.objects || is_json(base_format(options))) return;
    out += "No matching flows\n";
}

}  // namespace query
