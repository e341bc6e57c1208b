// SPDX-License-Identifier: Apache-2.0
// Which source a datagram belongs to: by destination port, then by the longest prefix that holds the exporter's address.
//
// Thread: any; immutable once built.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "dataplane/decode/decoder.hpp"
#include "dataplane/flow/address.hpp"

namespace dataplane {

struct SourceRule {
    std::uint16_t port = 0;
    decode::Accepts accepts = decode::Accepts::any;
    std::uint32_t source_id = 0;         // stable id
    std::vector<flow::Prefix> prefixes;  // none: the rest of the port's exporters
};

// What the configuration says of the exporters within a prefix; the longest one counts.
struct PrefixRule {
    flow::Prefix prefix;
    decode::ExporterRule rule;
};

class SourceMap {
  public:
    // Source i is rules[i]. The configuration has checked that no two rules of a port are equal.
    explicit SourceMap(std::span<const SourceRule> rules, std::span<const PrefixRule> exporters = {});

    struct Match {
        std::uint16_t source;
        decode::Accepts accepts;
        std::uint32_t source_id;
        const decode::ExporterRule* rule = &decode::kNoRule;  // lives as long as the map
    };
    // Some source listens on this port (host byte order).
    [[nodiscard]] bool has_port(std::uint16_t port) const noexcept { return by_port_[port] != 0; }
    // Some source, on whatever port, admits the exporter.
    [[nodiscard]] bool admits(const flow::IpAddress& exporter) const noexcept;
    // nullopt: no source on this port admits the exporter.
    [[nodiscard]] std::optional<Match> find(std::uint16_t port, const flow::IpAddress& exporter) const noexcept;

  private:
    struct Entry {
        flow::Prefix prefix;  // bits 0: everybody
        Match match;
    };
    struct PortSources {
        std::unordered_map<flow::IpAddress, Match> addresses;  // prefixes of all bits
        std::vector<Entry> prefixes;                           // the others, longest first
    };
    [[nodiscard]] static std::optional<Match> find_source(const PortSources& sources,
                                                          const flow::IpAddress& exporter) noexcept;

    std::vector<std::uint16_t> by_port_;  // port -> index into ports_, 0 = no source
    std::vector<PortSources> ports_;
    std::vector<PrefixRule> exporters_;  // longest prefix first; never changed: matches point into it
};

}  // namespace dataplane
