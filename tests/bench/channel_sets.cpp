// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/channel_sets.hpp"

#include <array>
#include <utility>

#include "dataplane/flow/address.hpp"

namespace bench {

namespace {

using flow::IpAddress;

constexpr std::uint32_t kClients = 0x0a000000;  // 10.0.0.0/16
constexpr std::uint32_t kServers = 0xc6120000;  // 198.18.0.0/18
constexpr std::array kDefaultPorts = {19,  21,  22,  23,   53,   80,   110,  123,  135,  137,
                                      161, 443, 445, 8080, 1433, 3306, 3389, 5060, 6681, 6682};
constexpr std::array kKnownPorts = {443, 80, 53, 22, 123, 161, 445, 8080, 25, 993, 3306, 3389, 5060, 1433, 6682, 110};

// Number i of a row in which neighbours lie far apart: `count` is a power of two, and each comes once.
std::uint32_t scattered(std::size_t i, std::uint32_t count) {
    return static_cast<std::uint32_t>(i * 40503 + 17) & (count - 1);
}

std::string v4(std::uint32_t address) {
    return IpAddress::v4(address).text();
}

// A customer's network: a /29 of the clients' or servers'; some have the /24 or /20 around others, each once.
std::string net4(std::size_t i) {
    const std::uint32_t base = i % 4 == 3 ? kServers + 8 * scattered(i / 4, 2048) : kClients + 8 * scattered(i, 8192);
    if (i % 128 == 64 && i / 128 < 16) return v4(kClients + scattered(i / 128, 16) * 4096) + "/20";
    if (i % 16 == 5 && i / 16 < 256) return v4(kClients + scattered(i / 16, 256) * 256) + "/24";
    return i < 8192 ? v4(base) + "/29" : v4(base + static_cast<std::uint32_t>(i % 7)) + "/32";
}

std::string net6(std::size_t i) {
    static constexpr char kHex[] = "0123456789abcdef";
    const std::uint32_t site = scattered(i, 256);
    const std::string of_site{kHex[site / 16], kHex[site % 16]};
    const std::string prefix = (i % 4 == 3 ? "2001:db8:f000:" : "2001:db8:0:") + of_site;
    if (i % 8 == 5) return prefix + "::/64";
    return prefix + "::" + std::to_string(100 + i / 256 % 90) + "/124";
}

std::string host(std::size_t i) {
    return v4(i % 4 == 3 ? kServers + scattered(i, 16384) : kClients + scattered(i, 65536));
}

std::string port(std::size_t i) {
    return std::to_string(i % 8 == 7 && i < 8 * kKnownPorts.size()
                              ? static_cast<std::uint32_t>(kKnownPorts[i / 8 % kKnownPorts.size()])
                              : scattered(i, 65536));
}

std::string as(std::size_t i) {
    const std::uint32_t network = scattered(i, 512) % 272;
    return std::to_string(network % 8 == 0 ? 4'200'000'000u + network : 64'512u + network);
}

std::string word(std::string_view name, std::size_t i) {
    if (name == "net") return i % 8 == 6 ? net6(i) : net4(i);
    if (name == "net4") return net4(i);
    if (name == "host") return host(i);
    if (name == "port") return port(i);
    if (name == "ports") return port(i) + " " + port(i + 7001) + " " + port(i + 9002);
    if (name == "as") return as(i);
    if (name == "app") return std::to_string(i / 4 % kApplications);
    if (name == "site") return std::to_string(scattered(i, 32768) % kSites);
    if (name == "source") return std::to_string(i % 5);
    if (name == "if") return std::to_string(1 + i % 8);
    if (name == "number") return std::to_string(scattered(i, 65536));
    return std::to_string(i);
}

// `pattern` with its {words} filled in for channel i.
std::string filled(std::string_view pattern, std::size_t i) {
    std::string out;
    while (!pattern.empty()) {
        const std::size_t open = pattern.find('{');
        out += pattern.substr(0, open);
        if (open == std::string_view::npos) break;
        const std::size_t close = pattern.find('}', open);
        out += word(pattern.substr(open + 1, close - open - 1), i);
        pattern.remove_prefix(close + 1);
    }
    return out;
}

constexpr std::array<std::string_view, 4> kPorts = {"port {port}", "dst port {port}", "src port {port}",
                                                    "port in [{ports}]"};
constexpr std::array<std::string_view, 4> kPrefixes = {"net {net}", "src net {net}", "dst net {net}", "net {net}"};
// Services and customers' networks, narrowed down by each other and by protocols.
constexpr std::array<std::string_view, 12> kMixed = {
    "port {port}",
    "net {net}",
    "dst net {net} and proto tcp",
    "src ip {host} or dst port in [{ports}]",
    "proto udp and port {port} and not src net {net4}",
    "src net {net}",
    "dst port {port} and proto tcp",
    "net {net} and not port in [80 443]",
    "(src net {net} or dst net {net}) and proto udp",
    "src net {net4} and dst port > 1023",
    "not net 10.0.0.0/8 and dst port {port}",
    "host {host} and (port in [{ports}] or proto icmp)",
};
// Customers' networks, services, and both narrowed down by everything else that a flow says.
constexpr std::array<std::string_view, 30> kLanguage = {
    "net {net}",
    "src net {net}",
    "dst net {net} and proto tcp",
    "port {port}",
    "host {host}",
    "net {net} and not src net 10.0.0.0/9",
    "dst net {net} and bytes > 100k",
    "src ip {host} or dst port in [{ports}]",
    "net {net} and flags S and not flags AF",
    "src as {as} and proto udp",
    "proto udp and port {port} and not src net {net4}",
    "net {net} and packets < 4 and proto tcp",
    "in if {if} and dst net {net}",
    "host {host} and duration > 1000",
    "dst port {port} and proto tcp",
    "as in [{as} {number}] and port {port}",
    "net {net} and pps > 100",
    "src net {net} and dst port in [{ports}]",
    "next ip 172.31.0.2 and dst net {net}",
    "proto icmp and icmp-type 3 and net {net}",
    "(src net {net} or dst net {net}) and bpp < 100",
    "tos 184 and net {net}",
    "bytes > {number}m",
    "vlan {number} or mpls label1 {number}",
    "dst net {net} and out if {if} and not proto udp",
    "src mask 24 and dst as {as} and not port in [80 443]",
    "ipv6 and port {port}",
    "net {net} and (bps > 1m or packets > 1k)",
    "ident {source} and net {net}",
    "not net {net} and dst port {port} and proto tcp",
};
constexpr std::array<std::string_view, 4> kText = {
    "application = 'app-{app}'",
    "host contains 'site-{site}.'",
    "host = 'www.site-{site}.example'",
    "host matches /^[a-z]+[0-9]*[.]site-{site}[.]/i",
};
constexpr std::array<std::string_view, 4> kRegexes = {
    "host matches /(^|[.])site-{site}[.]example$/i",
    "host matches /^(www|cdn)[0-9]*[.]site-{site}[.]/",
    "application matches /^app-{app}[0-9]?$/i",
    "host matches /site-{site}[.](example|test)/i",
};
constexpr std::array<std::string_view, 4> kPayload = {
    "payload content 'host{number}.example'", "payload content 'index{number}.html'",
    "payload regex 'Host: [a-z]+{number}[.]example'", "payload content 'User-Agent: tool{number}'"};

template <std::size_t kCount>
std::vector<std::string> from(const std::array<std::string_view, kCount>& patterns, std::size_t count) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(filled(patterns[i % kCount], i));
    return out;
}

std::vector<std::string> default_filters() {
    std::vector<std::string> out{"proto icmp"};
    for (const int number : kDefaultPorts) out.push_back("port " + std::to_string(number));
    return out;
}

}  // namespace

std::optional<ChannelKind> kind_named(std::string_view name) noexcept {
#define X(kind, what) \
    if (name == #kind) return ChannelKind::kind;
    BENCH_CHANNEL_KINDS(X)
#undef X
    return std::nullopt;
}

std::vector<std::string> filters_of(ChannelKind kind, std::size_t count) {
    switch (kind) {
        case ChannelKind::ports:
            return from(kPorts, count);
        case ChannelKind::prefixes:
            return from(kPrefixes, count);
        case ChannelKind::mixed:
            return from(kMixed, count);
        case ChannelKind::language:
            return from(kLanguage, count);
        case ChannelKind::text:
            return from(kText, count);
        case ChannelKind::regexes:
            return from(kRegexes, count);
        case ChannelKind::payload:
            return from(kPayload, count);
        case ChannelKind::defaults:
        case ChannelKind::live:
            break;
    }
    return default_filters();
}

}  // namespace bench
