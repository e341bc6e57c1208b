// SPDX-License-Identifier: Apache-2.0
#include "control/config_network.hpp"

#include <algorithm>
#include <map>

#include "control/config_archive.hpp"

namespace control {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostRate = 0xffffffff;
constexpr std::int64_t kMostPacketsPerSecond = 100'000'000;

// Of one device, whichever way it is written: why it is none, as the end of a sentence; else its path made absolute.
std::string settle_device(std::string& name, const fs::path& directory) {
    std::string fault = device_fault(name);
    if (fault.empty() && name.starts_with("pcap:")) name = "pcap:" + absolute_from(directory, name.substr(5));
    return fault;
}

bool has_device(const Config& config, const std::string& name) {
    return std::any_of(config.devices.begin(), config.devices.end(), [&](const auto& d) { return d.name == name; });
}

void read_device_list(const TableReader& top, const fs::path& directory, Config& config) {
    std::vector<std::string> names;
    if (!top.texts("devices", names)) return;
    if (names.empty()) top.fault("devices", "is empty: name at least one, for a trial [\"loopback\"]");
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string written = names[i];
        if (const std::string fault = settle_device(names[i], directory); !fault.empty())
            top.fault_at("devices", i, "\"" + written + "\" " + fault);
        else if (has_device(config, names[i]))
            top.fault_at("devices", i, "\"" + names[i] + "\" stands twice: remove one");
        else
            config.devices.push_back({.name = names[i]});
    }
}

void read_device_addresses(const TableReader& reader, DeviceConfig& device) {
    std::vector<std::string> texts;
    if (!reader.texts("address", texts)) return;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto address = InterfaceAddress::parse(texts[i]);
        if (!address) {
            reader.fault_at(
                "address", i,
                "\"" + texts[i] +
                    "\" is no address with a prefix length: write \"192.0.2.10/24\" or \"2001:db8::10/64\"");
        } else if (std::find(device.addresses.begin(), device.addresses.end(), *address) != device.addresses.end()) {
            reader.fault_at("address", i, "\"" + texts[i] + "\" stands twice: remove one");
        } else {
            device.addresses.push_back(*address);
        }
    }
}

// What only makes sense where the kernel gets an interface of its own.
void read_device_tap(const TableReader& reader, const Config& config, DeviceConfig& device) {
    read_device_addresses(reader, device);
    if (reader.text("tap", device.tap) && !is_interface_name(device.tap))
        reader.fault("tap", "is \"" + device.tap + "\": write a name of 1 to 15 characters, like \"nc0\"");
    const std::string tap = device.tap_name(config.devices.size());
    for (std::size_t i = 0; device.has_tap() && i < config.devices.size(); ++i) {
        const DeviceConfig& other = config.devices[i];
        if (other.has_tap() && other.tap_name(i) == tap)
            reader.fault("tap", "is \"" + tap + "\", as that of " + other.name + ": choose another");
    }
    std::int64_t limit = 0;
    if (reader.number("punt_limit", 0, kMostPacketsPerSecond, limit))
        device.punt_limit = static_cast<std::uint32_t>(limit);
    if (device.name.empty() || device.has_tap()) return;
    for (const char* key : {"address", "tap", "punt_limit"}) {
        if (reader.node(key) != nullptr)
            reader.fault(key, "has no effect on " + device.name + ", which the kernel sees by itself: remove it");
    }
}

void read_device(const toml::table& table, const fs::path& directory, Config& config, Problems& problems) {
    const TableReader reader(table, config.file, "device.", problems);
    reader.only({"name", "address", "tap", "punt_limit"});
    reader.require("name", "give a PCI address, \"af_xdp:IFACE\" or the like");
    DeviceConfig device;
    if (reader.text("name", device.name)) {
        const std::string written = device.name;
        if (const std::string fault = settle_device(device.name, directory); !fault.empty()) {
            reader.fault("name", "\"" + written + "\" " + fault);
            device.name.clear();
        } else if (has_device(config, device.name)) {
            reader.fault("name", "\"" + device.name + "\" stands twice: remove one");
        }
    }
    read_device_tap(reader, config, device);
    if (!device.name.empty()) config.devices.push_back(std::move(device));
}

// Of a list of addresses and prefixes, those that are some; false when one is not.
bool read_prefixes(const TableReader& reader, std::string_view key, std::vector<flow::Prefix>& out) {
    std::vector<std::string> texts;
    bool complete = reader.texts(key, texts) || reader.node(key) == nullptr;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto prefix = flow::Prefix::parse(texts[i]);
        if (prefix)
            out.push_back(*prefix);
        else
            reader.fault_at(key, i,
                            "\"" + texts[i] +
                                "\" is no address or prefix: write \"192.0.2.7\", \"10.0.0.0/8\" or \"2001:db8::/32\"");
        complete = complete && prefix.has_value();
    }
    return complete;
}

void read_source(const toml::table& table, Config& config, Problems& problems) {
    const TableReader reader(table, config.file, "source.", problems);
    reader.only({"name", "port", "protocol", "addresses", "colour", "archive"});
    SourceConfig source;
    source.place = reader.place();
    reader.require("name", "give the source a name");
    reader.require("port", "give the UDP port that its exporters send to");
    reader.name("name", source.name);
    std::int64_t port = 0;
    if (reader.number("port", 1, 65535, port)) source.port = static_cast<std::uint16_t>(port);
    std::size_t protocol = 0;
    reader.choice("protocol", {"netflow", "sflow", "any"}, protocol);
    source.protocol = static_cast<SourceProtocol>(protocol);
    reader.colour("colour", source.colour);
    read_source_archive(reader, config, source, problems);
    const bool complete = read_prefixes(reader, "addresses", source.addresses);
    // A source whose name, port or addresses are wrong says nothing about the others.
    if (complete && !source.name.empty() && source.port != 0) config.sources.push_back(std::move(source));
}

using PrefixPlaces = std::map<std::pair<flow::IpAddress, std::uint8_t>, flow::Place>;

void read_exporter(const toml::table& table, Config& config, PrefixPlaces& places, Problems& problems) {
    const TableReader reader(table, config.file, "exporter.", problems);
    reader.only({"addresses", "sampling", "default_sampling", "datagrams_per_second", "per_port", "split_domains",
                 "inner_headers"});
    reader.require("addresses", "say of which exporters this is, like [\"10.0.0.0/8\"]");
    ExporterConfig exporter;
    const bool complete = read_prefixes(reader, "addresses", exporter.addresses);
    if (complete && exporter.addresses.empty() && reader.node("addresses") != nullptr)
        reader.fault("addresses", "is empty: say of which exporters this is, like [\"10.0.0.0/8\"]");
    for (std::size_t i = 0; complete && i < exporter.addresses.size(); ++i) {
        const flow::Prefix& prefix = exporter.addresses[i];
        const flow::Place here = reader.place_of(*reader.node("addresses")->as_array()->get(i));
        const auto [other, fresh] = places.emplace(std::pair(prefix.address, prefix.bits), here);
        if (!fresh)
            reader.fault_at("addresses", i,
                            prefix.text() + " stands already at " + where(other->second) + ": remove one of them");
    }
    const auto number = [&](std::string_view key, std::int64_t most, std::uint32_t& out) {
        std::int64_t value = 0;
        if (reader.number(key, 1, most, value)) out = static_cast<std::uint32_t>(value);
    };
    number("sampling", kMostRate, exporter.sampling);
    number("default_sampling", kMostRate, exporter.default_sampling);
    number("datagrams_per_second", kMostPacketsPerSecond, exporter.datagrams_per_second);
    reader.flag("per_port", exporter.per_port);
    reader.flag("split_domains", exporter.split_domains);
    reader.flag("inner_headers", exporter.inner_headers);
    if (exporter.sampling != 0 && exporter.default_sampling != 0)
        reader.fault("default_sampling", "has no effect beside sampling, which always holds: remove one of them");
    config.exporters.push_back(std::move(exporter));
}

}  // namespace

std::string absolute_from(const fs::path& directory, const std::string& path) {
    return (fs::path(path).is_absolute() ? fs::path(path) : directory / path).lexically_normal().string();
}

void read_devices(const TableReader& top, const fs::path& directory, Config& config, Problems& problems) {
    const auto tables = top.tables("device");
    if (top.node("device") == nullptr) {
        top.require("devices", "name at least one, for a trial devices = [\"loopback\"]");
    } else if (top.node("devices") != nullptr) {
        top.fault("devices", "stands beside [[device]]: name all devices in one of the two");
        return;
    }
    read_device_list(top, directory, config);
    for (const toml::table* table : tables) read_device(*table, directory, config, problems);
}

bool read_sources(const TableReader& top, Config& config, Problems& problems) {
    const auto sources = top.tables("source");
    const toml::node* list = top.node("source");
    if (list == nullptr || (list->is_array() && list->as_array()->empty()))
        problems.add({config.file, 0, 0},
                     "there is no [[source]]: add one with name and port, so that there is something to collect");
    if (sources.size() > kMaxSources)
        problems.add({config.file, 0, 0},
                     "there are more than " + std::to_string(kMaxSources) + " sources: remove some");
    for (const toml::table* source : sources) read_source(*source, config, problems);
    return config.sources.size() == sources.size();
}

void read_exporters(const TableReader& top, Config& config, Problems& problems) {
    PrefixPlaces places;
    for (const toml::table* exporter : top.tables("exporter")) read_exporter(*exporter, config, places, problems);
    if (places.size() > kMaxExporterPrefixes)
        problems.add({config.file, 0, 0}, "the exporters have more than " + std::to_string(kMaxExporterPrefixes) +
                                              " prefixes: put neighbours together");
}

void read_addresses(const TableReader& top, Config& config) {
    std::vector<std::string> texts;
    if (!top.texts("addresses", texts)) return;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (const auto address = flow::IpAddress::parse(texts[i])) {
            config.addresses.push_back(*address);
        } else {
            top.fault_at("addresses", i, "\"" + texts[i] + "\" is no IPv4 or IPv6 address of this machine");
        }
    }
}

}  // namespace control
