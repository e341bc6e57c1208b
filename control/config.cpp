// SPDX-License-Identifier: Apache-2.0
#include "control/config.hpp"

#include <algorithm>
#include <charconv>

#include "control/duration.hpp"
#include "control/size.hpp"

namespace control {

const char* source_protocol_name(SourceProtocol p) noexcept {
    switch (p) {
        case SourceProtocol::netflow:
            return "netflow";
        case SourceProtocol::sflow:
            return "sflow";
        case SourceProtocol::any:
            return "any";
    }
    return "any";
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view number = text.substr(colon + 1);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const auto address = flow::IpAddress::parse(host);
    // Without brackets an IPv6 address and a port cannot be told apart.
    if (!address || (host.find(':') != std::string_view::npos) != bracketed) return std::nullopt;
    Endpoint out{*address, 0};
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), out.port);
    if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
    return out;
}

std::string Endpoint::text() const {
    const std::string host = address.is_v4() ? address.text() : "[" + address.text() + "]";
    return host + ":" + std::to_string(port);
}

bool is_loopback(const flow::IpAddress& address) noexcept {
    return address.is_v4() ? address.as_v4() >> 24 == 127 : address.high() == 0 && address.low() == 1;
}

std::optional<InterfaceAddress> InterfaceAddress::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = flow::IpAddress::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    InterfaceAddress out{*address, static_cast<std::uint8_t>(address->is_v4() ? 32 : 128)};
    if (slash == std::string_view::npos) return out;
    const std::string_view number = text.substr(slash + 1);
    std::uint8_t bits = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), bits);
    if (error != std::errc{} || end != number.data() + number.size() || bits > out.bits) return std::nullopt;
    out.bits = bits;
    return out;
}

std::string InterfaceAddress::text() const {
    return address.text() + "/" + std::to_string(bits);
}

bool DeviceConfig::has_tap() const noexcept {
    const auto is_kind = [this](std::string_view kind) { return std::string_view(name).starts_with(kind); };
    return name != "loopback" && !is_kind("pcap:") && !is_kind("af_packet:");
}

const char* archive_compression_name(ArchiveCompression c) noexcept {
    switch (c) {
        case ArchiveCompression::none:
            return "none";
        case ArchiveCompression::lz4:
            return "lz4";
        case ArchiveCompression::zstd:
            return "zstd";
    }
    return "none";
}

std::string ArchiveKeep::text() const {
    switch (what) {
        case What::all:
            return "all flows";
        case What::none:
            return "no flows";
        case What::sample:
            return "1 in " + std::to_string(sample) + " flows";
        case What::channels:
            break;
    }
    std::string names;
    for (const Channel& channel : channels) names += (names.empty() ? "" : ", ") + channel.name;
    return "flows of " + names;
}

std::string ArchiveConfig::text() const {
    if (!enabled) return "off";
    std::string out = keep.text();
    out += std::string(", ") + archive_compression_name(compression) + ", kept for " + duration_text(keep_for_s);
    if (max_bytes != 0) out += ", at most " + size_text(max_bytes);
    if (min_free_bytes != 0) return out + ", with " + size_text(min_free_bytes) + " of the disk left free";
    if (min_free_percent != 0) out += ", with " + std::to_string(min_free_percent) + "% of the disk left free";
    return out;
}

std::optional<std::size_t> Config::find_source(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (sources[i].name == name) return i;
    }
    return std::nullopt;
}

void set_data_directory(Config& config, const std::string& data) {
    const auto move = [&](std::string& path, const char* name) {
        if (path == config.data + name) path = data + name;
    };
    move(config.socket, kSocketName);
    move(config.filters.pattern_cache, kPatternCacheName);
    config.data = data;
}

std::vector<std::string> restart_needed(const Config& running, const Config& next) {
    std::vector<std::string> keys;
    const auto differs = [&](const char* key, const auto& a, const auto& b) {
        const auto& given = running.overridden;
        if (!(a == b) && std::find(given.begin(), given.end(), key) == given.end()) keys.emplace_back(key);
    };
    differs("devices", running.devices, next.devices);
    differs("cores", running.cores, next.cores);
    differs("match_cores", running.match_cores, next.match_cores);
    differs("hugepages", running.hugepages, next.hugepages);
    differs("memory_mb", running.memory_mb, next.memory_mb);
    differs("eal_args", running.eal_args, next.eal_args);
    differs("data", running.data, next.data);
    differs("user", running.user, next.user);
    differs("socket", running.socket, next.socket);
    differs("metrics.listen", running.metrics, next.metrics);
    differs("http.listen", running.http.listen, next.http.listen);
    differs("http.certificate", running.http.certificate, next.http.certificate);
    differs("http.key", running.http.key, next.http.key);
    differs("archive.enabled", running.archive.enabled, next.archive.enabled);
    differs("archive.compression", running.archive.compression, next.archive.compression);
    differs("archive.writers", running.archive.writers, next.archive.writers);
    differs("archive.cores", running.archive.cores, next.archive.cores);
    differs("archive.memory_mb", running.archive.memory_mb, next.archive.memory_mb);
    // Where it lies in the data directory, that has been told already.
    const auto is_usual = [](const Config& c) { return c.filters.pattern_cache == c.data + kPatternCacheName; };
    if (!is_usual(running) || !is_usual(next))
        differs("filters.pattern_cache", running.filters.pattern_cache, next.filters.pattern_cache);
    return keys;
}

}  // namespace control
