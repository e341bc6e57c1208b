// SPDX-License-Identifier: Apache-2.0
// Faults that need no TOML to be seen: how the parts of a configuration fit together.
#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "control/config_problems.hpp"

namespace control {
namespace {

// Edits (insert, delete, replace, case counts nothing) from `a` to `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replace = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replace});
        }
    }
    return row[b.size()];
}

bool is_hex(std::string_view text, std::size_t least, std::size_t most) {
    return text.size() >= least && text.size() <= most &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

// "0000:3b:00.0", the domain may be left out.
bool is_pci_address(std::string_view text) {
    const auto dot = text.rfind('.');
    const auto colon = text.rfind(':');
    if (dot == std::string_view::npos || colon == std::string_view::npos || colon > dot) return false;
    if (!is_hex(text.substr(colon + 1, dot - colon - 1), 2, 2) || !is_hex(text.substr(dot + 1), 1, 1)) return false;
    const std::string_view front = text.substr(0, colon);
    const auto domain = front.find(':');
    if (domain == std::string_view::npos) return is_hex(front, 2, 2);
    return is_hex(front.substr(0, domain), 4, 8) && is_hex(front.substr(domain + 1), 2, 2);
}

void check_channel(const Config& config, const ProfileConfig& profile, const ChannelConfig& channel,
                   Problems& problems) {
    std::set<std::string_view> seen;
    for (const std::string& name : channel.sources) {
        if (!seen.insert(name).second) {
            problems.add(channel.place, "channel \"" + channel.name + "\" of profile \"" + profile.name +
                                            "\" names source \"" + name + "\" twice: remove one");
        }
        if (config.find_source(name)) continue;
        std::vector<std::string_view> names;
        for (const SourceConfig& source : config.sources) names.push_back(source.name);
        const auto near = nearest(name, names);
        problems.add(channel.place, "channel \"" + channel.name + "\" of profile \"" + profile.name +
                                        "\" names source \"" + name + "\", which does not exist" +
                                        (near.empty() ? std::string(": define it or remove it from `sources`")
                                                      : ": did you mean \"" + std::string(near) + "\"?"));
    }
}

}  // namespace

std::string where(const flow::Place& place) {
    return place.file + ":" + std::to_string(place.line);
}

void Problems::add(flow::Place place, std::string message) {
    errors_.push_back({std::move(message), std::move(place)});
}

flow::Error Problems::joined() const {
    if (errors_.empty()) return {};
    std::vector<flow::Error> sorted = errors_;
    const auto key = [](const flow::Error& e) { return std::tie(e.place.file, e.place.line, e.place.column); };
    // By place, but the order of files as found: the main file comes first.
    std::map<std::string, std::size_t> file_rank;
    for (const flow::Error& e : errors_) file_rank.emplace(e.place.file, file_rank.size());
    std::stable_sort(sorted.begin(), sorted.end(), [&](const flow::Error& a, const flow::Error& b) {
        if (a.place.file != b.place.file) return file_rank[a.place.file] < file_rank[b.place.file];
        return key(a) < key(b);
    });
    flow::Error out = sorted.front();
    for (std::size_t i = 1; i < sorted.size() && i < kShown; ++i) out.message += "\n" + sorted[i].text();
    if (sorted.size() > kShown) out.message += "\nand " + std::to_string(sorted.size() - kShown) + " more";
    return out;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string_view candidate : candidates) {
        if (const std::size_t d = edit_distance(word, candidate); d < best_distance && d < candidate.size()) {
            best = candidate;
            best_distance = d;
        }
    }
    return best;
}

bool is_interface_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 15 && text.find_first_of("/, \t") == std::string_view::npos;
}

bool is_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-';
    });
}

std::string device_fault(std::string_view device) {
    if (device == "loopback" || is_pci_address(device)) return {};
    const auto colon = device.find(':');
    const std::string_view kind = device.substr(0, colon);
    const std::string_view rest = colon == std::string_view::npos ? std::string_view{} : device.substr(colon + 1);
    static constexpr std::array<std::string_view, 5> kKinds{"af_xdp", "af_packet", "tap", "pcap", "loopback"};
    if (kind == "pcap") return rest.empty() ? "names no file: write \"pcap:FILE\"" : "";
    if (kind == "af_xdp" || kind == "af_packet" || kind == "tap") {
        if (is_interface_name(rest)) return {};
        return "names no network interface: write \"" + std::string(kind) +
               ":eth0\", with a name of 1 to 15 characters";
    }
    if (const auto near = nearest(kind, kKinds); !near.empty()) {
        return "is no device: did you mean \"" + std::string(near) + (near == "loopback" ? "\"?" : ":...\"?");
    }
    return "is no device: write a PCI address (\"0000:3b:00.0\"), \"af_xdp:IFACE\", \"af_packet:IFACE\", "
           "\"tap:NAME\", "
           "\"pcap:FILE\" or \"loopback\"";
}

void check_sources(const Config& config, Problems& problems) {
    std::map<std::string_view, const SourceConfig*> by_name;
    std::map<std::uint16_t, const SourceConfig*> rest;
    std::map<std::tuple<std::uint16_t, flow::IpAddress, std::uint8_t>, const SourceConfig*> by_prefix;
    for (const SourceConfig& source : config.sources) {
        if (const auto [other, fresh] = by_name.emplace(source.name, &source); !fresh) {
            problems.add(source.place, "source \"" + source.name + "\" is already defined at " +
                                           where(other->second->place) + ": give one of them another name");
        }
        if (source.addresses.empty()) {
            const auto [other, fresh] = rest.emplace(source.port, &source);
            if (fresh) continue;
            problems.add(source.place, "sources \"" + other->second->name + "\" and \"" + source.name +
                                           "\" both take the rest of port " + std::to_string(source.port) +
                                           ": give one of them `addresses`");
        }
        for (const flow::Prefix& prefix : source.addresses) {
            const auto [other, fresh] =
                by_prefix.emplace(std::tuple(source.port, prefix.address, prefix.bits), &source);
            if (fresh) continue;
            problems.add(source.place, "sources \"" + other->second->name + "\" and \"" + source.name +
                                           "\" both take " + prefix.text() + " on port " + std::to_string(source.port) +
                                           ": remove it from one of them");
        }
    }
}

void check_profiles(const Config& config, Problems& problems) {
    std::map<std::string_view, const ProfileConfig*> by_name;
    std::size_t channels = 0;
    for (const ProfileConfig& profile : config.profiles) {
        if (const auto [other, fresh] = by_name.emplace(profile.name, &profile); !fresh) {
            problems.add(profile.place, "profile \"" + profile.name + "\" is already defined in " +
                                            other->second->place.file + ": give one of them another name");
        }
        channels += profile.channels.size();
        std::map<std::string_view, const ChannelConfig*> in_profile;
        for (const ChannelConfig& channel : profile.channels) {
            if (const auto [other, fresh] = in_profile.emplace(channel.name, &channel); !fresh) {
                problems.add(channel.place, "channel \"" + channel.name + "\" of profile \"" + profile.name +
                                                "\" is already defined at line " +
                                                std::to_string(other->second->place.line) +
                                                ": give one of them another name");
            }
            check_channel(config, profile, channel, problems);
        }
    }
    if (channels > kMaxChannels) {
        problems.add({config.file, 0, 0}, "the profiles have " + std::to_string(channels) + " channels, the limit is " +
                                              std::to_string(kMaxChannels) + ": remove some");
    }
}

void check_archive(const Config& config, Problems& problems) {
    std::vector<std::string> known{std::string(kLiveProfile) + "/*"};
    for (const SourceConfig& source : config.sources) known.push_back(std::string(kLiveProfile) + "/" + source.name);
    for (const ProfileConfig& profile : config.profiles) {
        known.push_back(profile.name + "/*");
        for (const ChannelConfig& channel : profile.channels) known.push_back(profile.name + "/" + channel.name);
    }
    const std::set<std::string_view> names(known.begin(), known.end());
    const auto nearest_name = [&](const std::string& wanted) {
        std::vector<std::string_view> alike;  // whole profiles, or channels
        for (const std::string_view name : names) {
            if (name.ends_with("/*") == wanted.ends_with("/*")) alike.push_back(name);
        }
        return std::string(nearest(wanted, alike));
    };
    std::set<std::pair<std::uint32_t, std::uint32_t>> told;  // sources share the names of [archive]
    bool by_channels = false, by_sample = false;
    const auto check = [&](const ArchiveKeep& keep) {
        by_channels |= keep.what == ArchiveKeep::What::channels;
        by_sample |= keep.what == ArchiveKeep::What::sample;
        for (const ArchiveKeep::Channel& channel : keep.channels) {
            if (names.contains(channel.name) || !told.emplace(channel.place.line, channel.place.column).second)
                continue;
            const auto near = nearest_name(channel.name);
            problems.add(channel.place, "archive: there is no channel \"" + channel.name + "\": " +
                                            (near.empty() ? std::string("write \"PROFILE/CHANNEL\" or \"PROFILE/*\"")
                                                          : "did you mean \"" + near + "\"?"));
        }
    };
    check(config.archive.keep);
    for (const SourceConfig& source : config.sources) {
        if (source.archive) check(*source.archive);
    }
    if (!config.archive.keep.channels.empty() && !by_channels)
        problems.add(
            config.archive.channels_place,
            "archive.channels is given, but nothing keeps by channels: write keep = \"channels\", or remove it");
    if (config.archive.keep.sample != 0 && !by_sample)
        problems.add(config.archive.sample_place,
                     "archive.sample is given, but nothing keeps a sample: write keep = \"sample\", or remove it");
}

}  // namespace control
