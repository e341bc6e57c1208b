// SPDX-License-Identifier: Apache-2.0
// What the generated traffic consists of: one plausible flow after the other.
//
// The services of the 21 default channels and some that match none; most flows are short, a few carry most
// bytes (sizes fall off as 1/x); requests and replies; both families; ICMP. What hosts talk is Model's.
//
// Thread: one at a time per object.
// Shape:  the same seed and options give the same flows; only their times depend on `now_ms`.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dataplane/flow/address.hpp"
#include "tests/generator/random.hpp"

namespace generator {

inline constexpr std::uint8_t kIcmp = 1;
inline constexpr std::uint8_t kTcp = 6;
inline constexpr std::uint8_t kUdp = 17;
inline constexpr std::uint8_t kIcmp6 = 58;

struct Flow {
    flow::IpAddress src;
    flow::IpAddress dst;
    flow::IpAddress next_hop;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;     // of IP packets, headers included
    std::uint64_t first_ms = 0;  // since the epoch
    std::uint64_t last_ms = 0;
    std::uint32_t src_as = 0;
    std::uint32_t dst_as = 0;
    std::uint16_t src_port = 0;
    std::uint16_t dst_port = 0;  // ICMP: type * 256 + code
    std::uint16_t input = 0;
    std::uint16_t output = 0;
    std::uint8_t protocol = 0;
    std::uint8_t tcp_flags = 0;
    std::uint8_t tos = 0;
    std::uint8_t src_mask = 0;
    std::uint8_t dst_mask = 0;
    bool ipv6 = false;
    bool egress = false;
    std::string_view payload;  // how the packets' contents begin

    [[nodiscard]] bool is_icmp() const noexcept { return protocol == kIcmp || protocol == kIcmp6; }
};

// Which hosts talk.
//   few        65,536 clients and 16,384 servers in two prefixes, some busier than others
//   realistic  a provider's: 4,096 networks of 256 clients and, all over the address space, 8,192 of 32 servers; how often
//              networks and hosts in them are seen falls off as 1/rank, each service has its own ranking; AS numbers, masks
//              and interfaces belong to networks; one flow in 64 is a scanner's, from anywhere to any client address
//   random     the worst case for archives and queries: every field that v5 has is drawn uniformly (models.cpp tells the ranges);
//              IPv4, TCP and UDP only
enum class Model : std::uint8_t { few, realistic, random };
inline constexpr std::array<std::string_view, 3> kModelNames = {"few", "realistic", "random"};

struct MixOptions {
    std::uint64_t seed = 1;
    double ipv6_share = 0.1;          // of the flows, 0 to 1
    std::uint64_t max_bytes = ~0ull;  // of one flow: v5 has 32-bit counters
    bool single_packets = false;      // sFlow: every flow is one sampled packet
    Model model = Model::few;
};

struct Service;

class Mix {
  public:
    explicit Mix(const MixOptions& options);
    void next(Flow& out, std::uint64_t now_ms) noexcept;

  private:
    void addresses(Flow& f, bool reply) noexcept;
    void networks(Flow& f, const Service& service, bool reply) noexcept;
    void scan(Flow& f, std::uint64_t now_ms) noexcept;
    void random_fields(Flow& f, std::uint64_t now_ms) noexcept;
    void ports(Flow& f, const Service& service, bool reply) noexcept;
    void icmp(Flow& f) noexcept;
    void sizes(Flow& f, const Service& service, bool reply) noexcept;
    void times(Flow& f, std::uint64_t now_ms) noexcept;

    static constexpr std::size_t kSlots = 1024;

    MixOptions options_;
    Random random_;
    std::uint64_t ipv6_below_;  // of 2^32
    std::array<const Service*, kSlots> service_of_slot_{};
};

}  // namespace generator
