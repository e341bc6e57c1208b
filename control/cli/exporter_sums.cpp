// SPDX-License-Identifier: Apache-2.0
#include "control/cli/exporter_sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "control/cli/picture.hpp"
#include "control/duration.hpp"
#include "store/books.hpp"

namespace cli {

void ExporterSums::add(flow::Protocol protocol, const flow::ExporterCounts& more) noexcept {
    ++entries;
    counts.add(more);
    (store::numbers_datagrams(protocol) ? missing_datagrams : missing_records) += more.lost;
    completeness.add(protocol, more);
}

Outcome<std::vector<store::StoredExporter>> choose_exporters(std::vector<store::StoredExporter> exporters,
                                                             const std::string& text) {
    if (text.empty()) return exporters;
    const auto prefix = flow::Prefix::parse(text);
    if (!prefix)
        return failure(Exit::usage, "--exporter " + text +
                                        " is no address: write 192.0.2.1, 2001:db8::1, or a prefix like 10.0.0.0/8");
    std::erase_if(exporters, [&](const auto& e) { return !prefix->contains(e.key.address); });
    if (exporters.empty())
        return failure(Exit::no_data,
                       "no exporter " + text + " has sent anything: `net-collector exporters` shows who has");
    return exporters;
}

Outcome<std::vector<store::StoredExporter>> choose_exporters(const store::Reader& reader, const std::string& text) {
    auto all = reader.exporters();
    if (!all) return failure(Exit::failed, all.error().text());
    return choose_exporters(*std::move(all), text);
}

void print_missing(std::ostream& out, const ExporterSums& sums, Style style) {
    const flow::ExporterCounts& c = sums.counts;
    const auto line = [&](const char* what, std::uint64_t value) {
        if (value != 0) out << "  " << what << ": " << exact(value) << '\n';
    };
    const bool missing = sums.missing_records + sums.missing_datagrams != 0;
    std::string text = "missing by sequence numbers: ";
    if (sums.missing_records != 0) text += exact(sums.missing_records) + " records";
    if (sums.missing_datagrams != 0)
        text += (sums.missing_records != 0 ? " and " : "") + exact(sums.missing_datagrams) + " datagrams";
    out << (missing ? style.bad(text) : text + "0") << '\n';
    line("of these while the collector was down", c.lost_down);
    line("of these between our workers, in datagrams", c.handoff_lost);
    line("datagrams that came late", c.reordered);
    line("datagrams that came twice", c.duplicates);
    line("restarts of exporters", c.restarts);
    line("times that a sequence could not be told", c.gaps_unknown);
    line("dropped by the exporters, by their own word", c.announced_drops);
    line("flows that report dropped packets", c.flows_discarded);
    line("flows whose sampling rate nobody told", c.flows_unknown_rate);
    const double ratio = sums.completeness.ratio();
    const std::string complete = "complete: " + complete_text(ratio);
    out << (ratio < 1 ? style.bad(complete) : style.good(complete));
    if (ratio < 1) out << ", about " << scaled(std::ceil(sums.completeness.missing_flows())) << " flows are missing";
    out << '\n';
}

std::string address_text(const flow::ExporterKey& key) {
    std::string text = key.address.text();
    if (key.port != 0) text += " port " + std::to_string(key.port);
    if (key.protocol == flow::Protocol::sflow5 && key.agent != key.address) text += " (agent " + key.agent.text() + ")";
    return text;
}

std::string complete_text(double ratio) {
    if (ratio >= 1) return "100%";
    std::array<char, 16> out{};
    std::snprintf(out.data(), out.size(), "%.2f%%", std::floor(std::max(ratio, 0.0) * 10000) / 100);
    return out.data();
}

std::string sampling_text(const flow::ExporterCounts& counts) {
    if (counts.sampling == 1) return "every packet";
    if (counts.sampling != 0) return "1 in " + exact(counts.sampling);
    return "unknown";
}

std::string ago(const Context& context, std::uint64_t when_ms) {
    const std::uint64_t when_s = when_ms / 1000;
    if (when_ms == 0) return "never";
    if (when_s > context.now_s || context.now_s - when_s > 86400) return control::time_text(when_s);
    return control::duration_text(context.now_s - when_s) + " ago";
}

}  // namespace cli
