// SPDX-License-Identifier: Apache-2.0
#include "dataplane/source_map.hpp"

#include <algorithm>

namespace dataplane {

SourceMap::SourceMap(std::span<const SourceRule> rules) : by_port_(65536), lists_(1) {
    std::uint16_t source = 0;
    for (const SourceRule& rule : rules) {
        std::uint16_t& at = by_port_[rule.port];
        if (at == 0) {
            at = static_cast<std::uint16_t>(lists_.size());
            lists_.emplace_back();
        }
        const Match match{source++, rule.accepts, rule.source_id};
        for (const flow::Prefix& prefix : rule.prefixes) lists_[at].push_back({prefix, match});
        if (rule.prefixes.empty()) lists_[at].push_back({{.address = {}, .bits = 0}, match});
    }
    for (auto& list : lists_) {
        std::stable_sort(list.begin(), list.end(), [](const Entry& a, const Entry& b) { return a.prefix.bits > b.prefix.bits; });
    }
}

std::optional<SourceMap::Match> SourceMap::find(std::uint16_t port, const flow::IpAddress& exporter) const noexcept {
    for (const Entry& entry : lists_[by_port_[port]]) {
        if (entry.prefix.bits == 0 || entry.prefix.contains(exporter)) return entry.match;
    }
    return std::nullopt;
}

}  // namespace dataplane
