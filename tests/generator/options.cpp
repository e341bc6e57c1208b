// SPDX-License-Identifier: Apache-2.0
#include "tests/generator/options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <ctime>

namespace generator {

namespace {

constexpr int kWrongUse = 2;
constexpr std::uint32_t kMostV5Sampling = 0x3fff;
constexpr double kLongestSeconds = 366.0 * 86400;

struct Texts {
    std::string protocol = "v5";
    std::string model = "few";
    std::string duration;
    std::string span;
    std::string start;
    std::string format = "text";
};

void add_traffic_options(CLI::App& app, Options& o, Texts& texts) {
    app.add_option("--protocol", texts.protocol, "v5, v9, ipfix or sflow (default v5)")
        ->check(CLI::IsMember({"v5", "v9", "ipfix", "sflow"}));
    app.add_option(
           "--model", texts.model,
           "whose flows: few hosts, a provider's with realistic skew, or every field drawn at random (default few)")
        ->check(CLI::IsMember({"few", "realistic", "random"}));
    app.add_option("--rate", o.rate, "records a second; 0 = as fast as can be (default 10000)")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000}));
    app.add_option("--exporters", o.exporters,
                   "how many devices to be: addresses 127.0.0.1 and up towards loopback, "
                   "else observation domains (default 1)")
        ->check(CLI::Range(1, 60'000));
    app.add_option("--seed", o.seed, "the same seed gives the same flows (default 1)");
    app.add_option("--for", texts.duration, "stop after so long: 10s, 5m, 1h (default: until Ctrl-C)");
    app.add_option("--count", o.count, "stop after so many records");
    app.add_option("--ipv6", o.ipv6_share, "share of IPv6 flows, 0 to 1; v5 has none (default 0.1)")
        ->check(CLI::Range(0.0, 1.0));
    app.add_option(
           "--sampling", o.sampling,
           "one packet in so many is sampled: told in v5's header, in v9's and IPFIX's options data, in each sFlow "
           "sample (default 1; sFlow 1000)")
        ->check(CLI::Range(1u, 16'777'216u));
    app.add_option("--per-datagram", o.per_datagram, "at most so many records in a datagram (default: as many as fit)")
        ->check(CLI::Range(1u, 1000u));
    app.add_option("--late-templates", o.late_templates,
                   "v9 and IPFIX: each exporter's templates come after so many of its datagrams (default 0)")
        ->check(CLI::Range(0u, 1000u));
}

void add_target_options(CLI::App& app, Options& o, Texts& texts) {
    app.add_option("-t,--target", o.host, "host or address to send to (default 127.0.0.1)");
    app.add_option("-p,--port", o.port, "UDP port (default 2055; ipfix 4739, sflow 6343)")
        ->check(CLI::Range(1, 65'535));
    app.add_option("--source", o.source, "address of the first exporter; the others count up from it");
    app.add_option("--write", o.file, "write frames to this pcap file instead of sending");
    app.add_option("--start", texts.start,
                   "with --write: time of the first record, 2026-01-15T11:50:00 in UTC or "
                   "seconds since the epoch (default now)");
    app.add_option("--span", texts.span,
                   "with --write and --count: spread the records over so long, in place of --rate");
    app.add_option("-o,--output", texts.format, "form of the final report: text or json (default text)")
        ->check(CLI::IsMember({"text", "json"}));
}

flow::Result<void> take_texts(Options& o, const Texts& texts) {
    for (std::size_t i = 0; i < kProtocolNames.size(); ++i) {
        if (kProtocolNames[i] == texts.protocol) o.protocol = static_cast<Protocol>(i);
    }
    for (std::size_t i = 0; i < kModelNames.size(); ++i) {
        if (kModelNames[i] == texts.model) o.model = static_cast<Model>(i);
    }
    o.json = texts.format == "json";
    if (!texts.duration.empty()) {
        flow::Result<double> seconds = parse_duration(texts.duration);
        if (!seconds) return flow::pass(seconds);
        o.for_seconds = *seconds;
    }
    if (!texts.span.empty()) {
        flow::Result<double> seconds = parse_duration(texts.span);
        if (!seconds) return flow::pass(seconds);
        o.span_seconds = *seconds;
    }
    if (!texts.start.empty()) {
        flow::Result<std::uint64_t> start = parse_time(texts.start);
        if (!start) return flow::pass(start);
        o.start_ms = *start;
    }
    return {};
}

flow::Result<void> check_together(const Options& o) {
    if (o.protocol == Protocol::v5 && o.sampling.value_or(1) > kMostV5Sampling) {
        return flow::fail("--sampling of v5 has 14 bits: at most 16383");
    }
    if (o.file.empty()) {
        if (o.start_ms) return flow::fail("--start goes with --write only: what is sent carries the present time");
        if (o.span_seconds) return flow::fail("--span goes with --write only: what is sent follows --rate");
        return {};
    }
    if (o.span_seconds) {
        if (o.count.value_or(0) == 0 || o.for_seconds) {
            return flow::fail("--span needs --count, and no --for: it says over how long the records are spread");
        }
        return {};
    }
    if (o.rate == 0) return flow::fail("--write needs a --rate above 0: the times in the file follow it");
    if (!o.for_seconds && !o.count) {
        return flow::fail("--write needs --for or --count: the file would grow without end");
    }
    return {};
}

}  // namespace

std::uint16_t default_port(Protocol protocol) noexcept {
    switch (protocol) {
        case Protocol::ipfix:
            return 4739;
        case Protocol::sflow:
            return 6343;
        default:
            return 2055;
    }
}

flow::Result<double> parse_duration(const std::string& text) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    const std::string unit(stopped, end);
    const double factor = unit == "ms"                  ? 0.001
                          : unit.empty() || unit == "s" ? 1
                          : unit == "m"                 ? 60
                          : unit == "h"                 ? 3600
                                                        : 0;
    const double seconds = number * factor;
    if (error != std::errc() || !(seconds > 0) || seconds > kLongestSeconds) {
        return flow::fail("\"" + text + "\" is not a time span; write 500ms, 10s, 5m or 1h, at most a year");
    }
    return seconds;
}

flow::Result<std::uint64_t> parse_time(const std::string& text) {
    std::uint64_t seconds = 0;
    const char* const end = text.data() + text.size();
    if (const auto [stopped, error] = std::from_chars(text.data(), end, seconds);
        error == std::errc() && stopped == end && seconds < 0xffffffffull) {
        return seconds * 1000;
    }
    std::tm utc{};
    const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
    if (rest == nullptr || (*rest != '\0' && std::string(rest) != "Z") || utc.tm_year < 101) {
        return flow::fail("\"" + text + "\" is not a time; write 2026-01-15T11:50:00 (UTC) or seconds since the epoch");
    }
    return static_cast<std::uint64_t>(timegm(&utc)) * 1000;
}

std::variant<Options, int> parse_options(int argc, const char* const* argv) {
    CLI::App app(
        "Sends plausible NetFlow v5, v9, IPFIX or sFlow datagrams, for trying and testing a collector.\n"
        "At the end it says what was sent, in all and for each of the 21 default channels.",
        "flow-generator");
    app.footer("Example: flow-generator -t 127.0.0.1 -p 2055 --protocol v9 --rate 50000 --for 10s");
    Options options;
    Texts texts;
    add_target_options(app, options, texts);
    add_traffic_options(app, options, texts);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : kWrongUse;
    }
    flow::Result<void> good = take_texts(options, texts);
    if (good) good = check_together(options);
    if (!good) {
        std::fprintf(stderr, "flow-generator: %s\n", good.error().message.c_str());
        return kWrongUse;
    }
    return options;
}

}  // namespace generator
