// SPDX-License-Identifier: Apache-2.0
// The channels that matching is measured with: filters as operators write them, of one kind each.
//
// Thread: any; values. The same kind and number give the same filters, and the first n of a longer list are those of a
// shorter one.
// Shape:  they fit the flows of tests/generator (mix.hpp): clients in 10.0.0.0/16 and 2001:db8::/48, servers in
//         198.18.0.0/18, so that a flow is in a handful of channels, as it is in an operator's network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/result.hpp"

namespace bench {

// X(name, what)
#define BENCH_CHANNEL_KINDS(X)                                                                              \
    X(defaults, "the 21 channels of conf/profiles.d, whatever the number")                                  \
    X(live, "these, and one channel a source, as the daemon adds them")                                     \
    X(ports, "source, destination and either port; lists")                                                  \
    X(prefixes, "source, destination and either net, IPv4 and IPv6, /20 to /124")                           \
    X(mixed, "ports, lists and ranges of them, IPv4 and IPv6 prefixes, protocols; and, or and not of them") \
    X(language, "these and all else that the language looks at in a flow: 30 shapes in turn")               \
    X(text, "names of applications and hosts: equal, contains, matches")                                    \
    X(regexes, "names of applications and hosts: matches only")                                             \
    X(payload, "literals and regular expressions, looked for in 512-byte samples")

// Names that flows carry: "app-0" on, "www.site-0.example" on.
inline constexpr std::uint32_t kApplications = 400;
inline constexpr std::uint32_t kSites = 20'000;

enum class ChannelKind : std::uint8_t {
#define X(name, what) name,
    BENCH_CHANNEL_KINDS(X)
#undef X
};

[[nodiscard]] std::optional<ChannelKind> kind_named(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string> filters_of(ChannelKind kind, std::size_t count);

}  // namespace bench
