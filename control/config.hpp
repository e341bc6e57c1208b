// SPDX-License-Identifier: Apache-2.0
// The configuration: one file for the machine, one file a profile. Plain values, checked as a whole.
//
// Thread: any; values. Nothing here is changed after load_config() returned it.
// Units:  stand in the names; ports in host byte order.
// Errors: load_config() reports every fault it finds at once: `Error::text()` is one line a fault, each with
// file, line
//         and column. A key that does not exist is a fault, with the nearest key that does.
// Limits: kMaxSources sources, kMaxChannels channels over all profiles, kMaxExporterPrefixes prefixes over all exporters;
//         files up to kMaxConfigBytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/address.hpp"
#include "dataplane/flow/result.hpp"

namespace control {

inline constexpr std::size_t kMaxSources = 1024;
inline constexpr std::size_t kMaxChannels = 65536;
inline constexpr std::size_t kMaxExporterPrefixes = 4096;
inline constexpr std::size_t kMaxConfigBytes = 16u << 20;
inline constexpr std::string_view kDefaultConfigPath = "/etc/net-collector/net-collector.toml";
inline constexpr std::string_view kLiveProfile = "live";  // implicit: one channel a source, no filter
// Below the data directory, unless the configuration says otherwise.
inline constexpr const char* kSocketName = "/control.sock";
inline constexpr const char* kPatternCacheName = "/patterns";

// Memory for packets: hugepages where the machine has some, always, or never.
enum class Hugepages : std::uint8_t { automatic, on, off };
enum class LogLevel : std::uint8_t { trace, debug, info, warning, error };
// What a source takes. netflow = NetFlow v5, v9 and IPFIX, told apart by the datagram.
enum class SourceProtocol : std::uint8_t { netflow, sflow, any };
[[nodiscard]] const char* source_protocol_name(SourceProtocol p) noexcept;  // "netflow", "sflow", "any"

// Where to listen; port 0 = one that the kernel chooses.
struct Endpoint {
    flow::IpAddress address{};
    std::uint16_t port = 0;

    // "127.0.0.1:9108", "[::1]:9108".
    [[nodiscard]] static std::optional<Endpoint> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
    friend bool operator==(const Endpoint&, const Endpoint&) noexcept = default;
};

[[nodiscard]] bool is_loopback(const flow::IpAddress& address) noexcept;  // 127.0.0.0/8, ::1

// An address of an interface with the length of its network's prefix, in the address's own family.
struct InterfaceAddress {
    flow::IpAddress address{};
    std::uint8_t bits = 0;  // 0 to 32, or 0 to 128

    // "192.0.2.10/24", "2001:db8::10/64"; without a length all bits.
    [[nodiscard]] static std::optional<InterfaceAddress> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
    friend bool operator==(const InterfaceAddress&, const InterfaceAddress&) noexcept = default;
};

struct DeviceConfig {
    // PCI address, "af_xdp:IFACE", "af_packet:IFACE", "tap:NAME", "pcap:FILE" or "loopback".
    std::string name;
    // Of the kernel's interface beside a device that the kernel does not see; empty = left to networkd and the like.
    std::vector<InterfaceAddress> addresses{};
    std::string tap{};                  // name of that interface; empty = "nc<number of the device>"
    std::uint32_t punt_limit = 10'000;  // packets a second that the kernel is given at most; 0: no such interface

    // Such an interface is made beside this device: the packets that are no exports go there.
    [[nodiscard]] bool has_tap() const noexcept;
    // `number`: which of the devices it is, from 0.
    [[nodiscard]] std::string tap_name(std::size_t number) const {
        return tap.empty() ? "nc" + std::to_string(number) : tap;
    }
    friend bool operator==(const DeviceConfig&, const DeviceConfig&) = default;
};

// Which flows are archived.
struct ArchiveKeep {
    enum class What : std::uint8_t { all, none, channels, sample };
    struct Channel {
        std::string name;  // "profile/channel", or "profile/*" for all of a profile; `live` is one, too
        flow::Place place{};
    };

    What what = What::all;
    std::vector<Channel> channels{};  // of What::channels: flows that one of them takes
    std::uint16_t sample = 0;         // of What::sample: 1 in n, at random

    // "all flows", "flows of services/web, live/backbone", "1 in 100 flows".
    [[nodiscard]] std::string text() const;
};

enum class ArchiveCompression : std::uint8_t { none, lz4, zstd };
[[nodiscard]] const char* archive_compression_name(ArchiveCompression c) noexcept;  // "none", "lz4", "zstd"

// Raw flows on disk: [archive].
struct ArchiveConfig {
    // Need a restart when changed.
    bool enabled = true;
    ArchiveCompression compression = ArchiveCompression::lz4;
    std::uint32_t writers = 1;           // threads
    std::vector<std::uint32_t> cores{};  // one for each writer; empty = wherever the kernel likes
    std::uint32_t memory_mb = 1024;      // for flows that are not on disk yet

    // Taken over by a reload. What goes first when one of the limits is reached are the oldest flows.
    ArchiveKeep keep{};  // of sources that say nothing else
    std::uint64_t keep_for_s = 30 * 86400;
    std::uint64_t max_bytes = 0;         // of the whole archive; 0: no such limit
    std::uint32_t min_free_percent = 5;  // of the file system; where min_free_bytes is 0
    std::uint64_t min_free_bytes = 0;
    flow::Place channels_place{}, sample_place{};

    // "all flows, lz4, kept for 30d, with 5% of the disk left free"; "off".
    [[nodiscard]] std::string text() const;
};

struct SourceConfig {
    std::string name;  // [A-Za-z0-9_-]{1,32}, unique; also the name of its channel in the profile `live`
    std::uint16_t port = 0;
    SourceProtocol protocol = SourceProtocol::netflow;
    std::vector<flow::Prefix> addresses;   // exporters it takes; empty = those that no other source on the port takes
    std::string colour = "#808080";        // "#RRGGBB", lower case
    flow::Place place{};                   // of its table
    std::optional<ArchiveKeep> archive{};  // nothing: as [archive] says
};

// What is said of the exporters within some prefixes; the longest prefix over all exporters counts.
struct ExporterConfig {
    std::vector<flow::Prefix> addresses;
    std::uint32_t sampling = 0;              // 1 in n, whatever the exporter tells; 0: believe the exporter
    std::uint32_t default_sampling = 0;      // where the exporter tells nothing; 0: unknown
    std::uint32_t datagrams_per_second = 0;  // more are left out; 0: no limit
    bool per_port = false;                   // one address, several devices told apart by their UDP source port
    bool split_domains = false;              // too much for one worker: its observation domains are spread over all
    bool inner_headers = false;              // sampled packets in tunnels: the inner packet's addresses and ports
};

struct ChannelConfig {
    std::string name;                  // [A-Za-z0-9_-]{1,32}, unique in its profile
    std::string filter = "any";        // nfdump's language
    flow::Place filter_place{};        // of the first character of `filter`'s text, inside the quotes
    std::string colour = "#808080";    // "#RRGGBB", lower case
    bool above_axis = true;            // sign "+": drawn above the axis; "-": below
    std::int32_t order = 0;            // place in the stack; without `order`, the channels' order in the file from 1
    std::vector<std::string> sources;  // names of sources; empty = every source, those added later too
    flow::Place place{};               // of its table
};

struct ProfileConfig {
    std::string name;  // [A-Za-z0-9_-]{1,32}, unique; never "live"
    std::string description;
    std::string group;  // "" = none
    std::vector<ChannelConfig> channels;
    flow::Place place{};    // its file
    std::string version{};  // of the file's bytes as they were read; see config_version.hpp
};

// How long time series are kept, finest first; whole days, a coarser resolution never
// shorter than a finer one.
struct Retention {
    static constexpr std::array<std::uint32_t, 5> kResolution_s{10, 300, 1800, 7200, 86400};
    static constexpr std::uint64_t kDay_s = 86400;
    std::uint32_t ledger_days = 60;      // the ledger of each exporter and 5 minutes
    std::uint32_t interfaces_days = 60;  // interfaces' counters
    std::array<std::uint64_t, 5> keep_s{2 * kDay_s, 60 * kDay_s, 180 * kDay_s, 730 * kDay_s, 3650 * kDay_s};
    friend bool operator==(const Retention&, const Retention&) noexcept = default;
};

// How filters are read: [filters]. Paths are absolute.
struct FiltersConfig {
    // How a test treats a flow without the field it asks of: it is false (nfdump 1.7.5 and later), or the field is 0.
    enum class MissingFields : std::uint8_t { never_match, zero };
    static constexpr std::uint64_t kMostResolve_s = 10;

    MissingFields missing_fields = MissingFields::never_match;
    std::uint32_t resolve_timeout_s = 5;  // for all host names in filters together
    std::string geo_country;              // MaxMind database of countries or cities; "" = none
    std::string geo_as;                   // of autonomous systems
    flow::Place geo_country_place{}, geo_as_place{};
    std::string pattern_cache;  // directory of compiled patterns; needs a restart; "" = none kept ("off")
};

// The console and its API: [http]. Paths are absolute.
struct HttpConfig {
    // Need a restart when changed.
    std::vector<Endpoint> listen{{flow::IpAddress::v4(0x7f000001), 8080}};  // empty: "off"
    std::string certificate, key;                                           // PEM files; "" = no TLS
    // Taken over by a reload.
    std::vector<std::string> hosts;  // lower case: names that the console is asked by, besides those of `listen`
    std::string users;               // file of who may log in; "" = no login
};

struct Config {
    std::string file;  // as given to load_config()

    // Need a restart when changed.
    std::vector<DeviceConfig> devices;
    std::vector<std::uint32_t> cores{0};     // a worker on each
    std::vector<std::uint32_t> match_cores;  // empty = match on the worker's core, else one for each of `cores`
    Hugepages hugepages = Hugepages::automatic;
    std::uint32_t memory_mb = 256;      // for packets and batches
    std::vector<std::string> eal_args;  // appended to DPDK's arguments as they are
    std::string data = "/var/lib/net-collector";
    std::string user;    // to run as after start; "" = stay
    std::string socket;  // control socket; load_config() makes it absolute, <data>/control.sock when not given
    std::optional<Endpoint> metrics = Endpoint{flow::IpAddress::v4(0x7f000001), 9108};  // nullopt: "off"
    ArchiveConfig archive;                                                              // in part
    HttpConfig http;                                                                    // in part
    std::vector<std::string> overridden;  // keys of these that the command line gave: the file has no say

    // Taken over by a reload.
    LogLevel log_level = LogLevel::info;
    std::vector<flow::IpAddress> addresses;  // datagrams to others are not ours; empty = any destination
    Retention retention;
    std::uint32_t metrics_exporters = 256;  // with label values of their own
    FiltersConfig filters;
    std::string profiles_dir;           // load_config(): absolute, profiles.d beside the file when not given
    std::vector<SourceConfig> sources;  // in the file's order
    std::vector<ExporterConfig> exporters;
    std::vector<ProfileConfig> profiles;  // by name; `live` is not among them

    [[nodiscard]] const ArchiveKeep& archive_of(const SourceConfig& source) const noexcept {
        return source.archive ? *source.archive : archive.keep;
    }
    // Index into `sources`.
    [[nodiscard]] std::optional<std::size_t> find_source(std::string_view name) const noexcept;
};

// Reads the file and every *.toml of its profiles directory. Relative paths in the file (data, socket,
// profiles, pcap:FILE, those of [filters]) are taken from the file's directory. A missing profiles directory is an error only
// when the key is given.
// `instead`: a profile's file is read as if it were this one already.
struct FileInstead {
    std::string path{};                 // as ProfileConfig::place has it
    std::optional<std::string> text{};  // nothing: as if it were not there
};
[[nodiscard]] flow::Result<Config> load_config(const std::string& path, const FileInstead* instead = nullptr);

// Only `data`, `socket`, `retention` and `archive`, whatever else is wrong with the file, so that the running daemon can be
// asked what it says of it. An error when it cannot be read, or is no TOML before `data` already.
[[nodiscard]] flow::Result<Config> load_whereabouts(const std::string& path);

// Sets another data directory (`--data`): socket and pattern cache move along where they lay in the old one.
void set_data_directory(Config& config, const std::string& data);

// Keys that differ and that a reload cannot change, as written in the file ("devices", "cores" ...); without those
// that `running` has from the command line.
[[nodiscard]] std::vector<std::string> restart_needed(const Config& running, const Config& next);

}  // namespace control
