// SPDX-License-Identifier: Apache-2.0
// Counts of what was generated, by the definition of the 21 default channels: "port p" holds for a flow whose
// source or destination port is p, whatever its protocol; "proto icmp" is protocol 1 alone.
//
// Thread: one at a time per object.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "tests/generator/mix.hpp"

namespace generator {

struct Sums {
    std::uint64_t flows = 0;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;

    void add(std::uint64_t more_packets, std::uint64_t more_bytes) noexcept {
        ++flows;
        packets += more_packets;
        bytes += more_bytes;
    }
    friend bool operator==(const Sums&, const Sums&) = default;
};

struct Channel {
    std::string_view name;
    std::uint16_t port;  // 0: not by port
};

inline constexpr std::array<Channel, 21> kChannels = {{
    {"icmp", 0},    {"chargen", 19},       {"ftp", 21},          {"ssh", 22},        {"telnet", 23},      {"dns", 53},
    {"http", 80},   {"pop3", 110},         {"ntp", 123},         {"loc-srv", 135},   {"netbios-ns", 137}, {"snmp", 161},
    {"https", 443}, {"microsoft-ds", 445}, {"http-alt", 8080},   {"ms-sql-s", 1433}, {"mysql", 3306},     {"rdp", 3389},
    {"sip", 5060},  {"p2p", 6681},         {"bittorrent", 6682},
}};
inline constexpr std::array<std::string_view, 4> kClasses = {"tcp", "udp", "icmp", "other"};  // icmp: 1 and 58

class Counts {
  public:
    Counts();
    // What one exported flow stands for: with sampling more than it says itself.
    void add(const Flow& f, std::uint64_t packets, std::uint64_t bytes) noexcept;

    [[nodiscard]] const Sums& total() const noexcept { return total_; }
    [[nodiscard]] const std::array<Sums, kChannels.size()>& channels() const noexcept { return channels_; }
    [[nodiscard]] const std::array<Sums, kClasses.size()>& classes() const noexcept { return classes_; }

  private:
    static constexpr std::uint8_t kNone = 0xff;

    std::array<std::uint8_t, 65536> channel_of_port_{};
    Sums total_;
    std::array<Sums, kChannels.size()> channels_{};
    std::array<Sums, kClasses.size()> classes_{};
};

}  // namespace generator
