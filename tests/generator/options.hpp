// SPDX-License-Identifier: Apache-2.0
// The command line of flow-generator.
//
// Thread: any; values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "dataplane/flow/result.hpp"
#include "tests/generator/encoder.hpp"
#include "tests/generator/output.hpp"

namespace generator {

struct Options {
    Protocol protocol = Protocol::v5;
    std::string host = "127.0.0.1";
    std::optional<std::uint16_t> port;   // default: of the protocol
    std::uint64_t rate = 10'000;         // records a second; 0: as fast as can be
    std::optional<double> span_seconds;  // --write: `count` records over so long, in place of `rate`
    Model model = Model::few;
    std::uint32_t exporters = 1;
    std::uint64_t seed = 1;
    std::optional<double> for_seconds;
    std::optional<std::uint64_t> count;
    double ipv6_share = 0.1;
    std::optional<std::uint32_t> sampling;  // default: sFlow 1000, the others 1
    std::optional<std::uint32_t> per_datagram;
    std::uint32_t late_templates = 0;
    std::string source;  // empty: chosen by the target
    std::string file;    // empty: send
    std::optional<std::uint64_t> start_ms;
    bool json = false;
};

// The options, or the exit code of a run that ends here (help: 0, wrong use: 2); what is to be said was
// printed.
[[nodiscard]] std::variant<Options, int> parse_options(int argc, const char* const* argv);

// "10s", "5m", "1.5h", "500ms", or seconds.
[[nodiscard]] flow::Result<double> parse_duration(const std::string& text);
// "2026-01-15T11:50:00" in UTC, or seconds since the epoch; gives milliseconds.
[[nodiscard]] flow::Result<std::uint64_t> parse_time(const std::string& text);

// 2055, IPFIX 4739, sFlow 6343.
[[nodiscard]] std::uint16_t default_port(Protocol protocol) noexcept;

}  // namespace generator
