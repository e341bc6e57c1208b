// SPDX-License-Identifier: Apache-2.0
#include "tests/generator/report.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace generator {

namespace {

using Json = nlohmann::ordered_json;

Json sums_json(const Sums& s) {
    return {{"flows", s.flows}, {"packets", s.packets}, {"bytes", s.bytes}};
}

std::string source_text(const Exporter& e) {
    return e.address == flow::IpAddress{} ? std::string("(any)") : e.address.text();
}

std::string row(std::string_view name, const Sums& s) {
    char line[128];
    std::snprintf(line, sizeof line, "%-14.*s %14llu %16llu %20llu\n", static_cast<int>(name.size()), name.data(),
                  static_cast<unsigned long long>(s.flows), static_cast<unsigned long long>(s.packets),
                  static_cast<unsigned long long>(s.bytes));
    return line;
}

std::string heading(std::string_view first) {
    char line[128];
    std::snprintf(line, sizeof line, "\n%-14.*s %14s %16s %20s\n", static_cast<int>(first.size()), first.data(),
                  "flows", "packets", "bytes");
    return line;
}

}  // namespace

std::string report_text(const Run& run, const Stream& stream) {
    char line[512];
    const double per_second = run.seconds > 0 ? static_cast<double>(stream.records()) / run.seconds : 0;
    std::snprintf(line, sizeof line,
                  "%s to %s: %llu datagrams (%llu of them templates), %llu bytes, %llu records in %.1f s = %.0f/s, "
                  "%zu exporters\n",
                  std::string(kProtocolNames[static_cast<std::size_t>(run.protocol)]).c_str(), run.target.c_str(),
                  static_cast<unsigned long long>(stream.datagrams()),
                  static_cast<unsigned long long>(stream.template_datagrams()),
                  static_cast<unsigned long long>(stream.datagram_bytes()),
                  static_cast<unsigned long long>(stream.records()), run.seconds, per_second,
                  stream.exporters().size());
    const Counts& counts = stream.counts();
    std::string out = line + heading("channel");
    for (std::size_t i = 0; i < kChannels.size(); ++i) out += row(kChannels[i].name, counts.channels()[i]);
    out += heading("class");
    for (std::size_t i = 0; i < kClasses.size(); ++i) out += row(kClasses[i], counts.classes()[i]);
    return out + row("all", counts.total());
}

std::string report_json(const Run& run, const Stream& stream) {
    const Counts& counts = stream.counts();
    Json out = {{"protocol", kProtocolNames[static_cast<std::size_t>(run.protocol)]},
                {"target", run.target},
                {"seed", run.seed},
                {"seconds", run.seconds},
                {"datagrams", stream.datagrams()},
                {"template_datagrams", stream.template_datagrams()},
                {"datagram_bytes", stream.datagram_bytes()},
                {"records", stream.records()},
                {"packets", counts.total().packets},
                {"bytes", counts.total().bytes}};
    for (std::size_t i = 0; i < kClasses.size(); ++i) out["classes"][kClasses[i]] = sums_json(counts.classes()[i]);
    for (std::size_t i = 0; i < kChannels.size(); ++i) {
        out["channels"][kChannels[i].name] = sums_json(counts.channels()[i]);
    }
    out["exporters"] = Json::array();
    for (const Exporter& e : stream.exporters()) {
        out["exporters"].push_back(
            {{"address", source_text(e)}, {"domain", e.domain}, {"datagrams", e.datagrams}, {"records", e.records}});
    }
    return out.dump(2) + "\n";
}

}  // namespace generator
