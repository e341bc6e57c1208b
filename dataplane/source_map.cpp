// SPDX-License-Identifier: Apache-2.0
#include "dataplane/source_map.hpp"

#include <algorithm>

namespace dataplane {

SourceMap::SourceMap(std::span<const SourceRule> rules, std::span<const PrefixRule> exporters)
    : by_port_(65536), ports_(1), exporters_(exporters.begin(), exporters.end()) {
    std::stable_sort(exporters_.begin(), exporters_.end(),
                     [](const PrefixRule& a, const PrefixRule& b) { return a.prefix.bits > b.prefix.bits; });
    std::uint16_t source = 0;
    for (const SourceRule& rule : rules) {
        std::uint16_t& at = by_port_[rule.port];
        if (at == 0) {
            at = static_cast<std::uint16_t>(ports_.size());
            ports_.emplace_back();
        }
        PortSources& sources = ports_[at];
        const Match match{source++, rule.accepts, rule.source_id};
        for (const flow::Prefix& prefix : rule.prefixes) {
            if (prefix.bits == 128)
                sources.addresses.emplace(prefix.address, match);
            else
                sources.prefixes.push_back({prefix, match});
        }
        if (rule.prefixes.empty()) sources.prefixes.push_back({{.address = {}, .bits = 0}, match});
    }
    for (PortSources& sources : ports_) {
        std::stable_sort(sources.prefixes.begin(), sources.prefixes.end(),
                         [](const Entry& a, const Entry& b) { return a.prefix.bits > b.prefix.bits; });
    }
}

std::optional<SourceMap::Match> SourceMap::find(std::uint16_t port, const flow::IpAddress& exporter) const noexcept {
    std::optional<Match> found = find_source(ports_[by_port_[port]], exporter);
    if (!found) return found;
    for (const PrefixRule& rule : exporters_) {
        if (!rule.prefix.contains(exporter)) continue;
        found->rule = &rule.rule;
        break;
    }
    return found;
}

bool SourceMap::admits(const flow::IpAddress& exporter) const noexcept {
    return std::any_of(ports_.begin(), ports_.end(),
                       [&](const PortSources& sources) { return find_source(sources, exporter).has_value(); });
}

std::optional<SourceMap::Match> SourceMap::find_source(const PortSources& sources,
                                                       const flow::IpAddress& exporter) noexcept {
    if (const auto exact = sources.addresses.find(exporter); exact != sources.addresses.end()) return exact->second;
    for (const Entry& entry : sources.prefixes) {
        if (entry.prefix.bits == 0 || entry.prefix.contains(exporter)) return entry.match;
    }
    return std::nullopt;
}

}  // namespace dataplane
