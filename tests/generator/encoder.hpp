// SPDX-License-Identifier: Apache-2.0
// From flows to export datagrams, one implementation a protocol.
//
// Use: begin(), add() until it says no or enough, finish(). An encoder serves all exporters; what differs
// between them is in Exporter.
//
// Thread: one at a time per object.
// Source: Cisco's NetFlow v5 format; RFC 3954; RFC 7011; sFlow version 5.
// Limits: a datagram fills one packet of 1,500 bytes (sFlow: 1,400 bytes of payload, as agents do).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "dataplane/flow/address.hpp"
#include "tests/generator/mix.hpp"

namespace generator {

enum class Protocol : std::uint8_t { v5, v9, ipfix, sflow };
inline constexpr std::array<std::string_view, 4> kProtocolNames = {"v5", "v9", "ipfix", "sflow"};

inline constexpr std::size_t kMaxDatagram = 1472;  // IPv4 packet of 1,500 bytes less its headers
inline constexpr std::size_t kMaxDatagramOverIpv6 = 1452;

// One device, as the collector sees it.
struct Exporter {
    flow::IpAddress address;     // where its datagrams come from; all zeros: whatever the kernel picks
    std::uint32_t domain = 0;    // v5: engine type and id; v9: source id; IPFIX: domain; sFlow: sub-agent
    std::uint64_t boot_ms = 0;   // since the epoch
    std::uint32_t sequence = 0;  // of the next datagram, in the protocol's unit
    std::uint64_t datagrams = 0;
    std::uint64_t records = 0;
    struct Port {  // sFlow: a sampled interface
        std::uint32_t sequence = 0;
        std::uint32_t pool = 0;
    };
    std::array<Port, 16> ports{};
};

class Encoder {
  public:
    virtual ~Encoder() = default;

    // A datagram of this exporter, sent at `now_us` since the epoch, into `buffer` of kMaxDatagram bytes.
    virtual void begin(Exporter& exporter, std::uint64_t now_us, std::uint8_t* buffer) = 0;
    // False: it does not fit any more, and was not taken.
    [[nodiscard]] virtual bool add(const Flow& f) = 0;
    // The bytes that a collector counts for the flow, before sampling.
    [[nodiscard]] virtual std::uint64_t counted_bytes(const Flow& f) const { return f.bytes; }
    // Length of the datagram; moves the exporter's sequence on.
    [[nodiscard]] virtual std::size_t finish() = 0;
    // A datagram with all templates, and the sampling rate as options data where packets are sampled: begun, finished. 0: the protocol has none.
    [[nodiscard]] virtual std::size_t templates(Exporter&, std::uint64_t, std::uint8_t*) { return 0; }
};

struct EncoderOptions {
    Protocol protocol = Protocol::v5;
    std::size_t max_datagram = kMaxDatagram;
    std::uint32_t sampling = 1;  // one packet in so many
};
[[nodiscard]] std::unique_ptr<Encoder> make_encoder(const EncoderOptions& options);

[[nodiscard]] std::unique_ptr<Encoder> make_v5(std::size_t max_datagram, std::uint32_t sampling);
[[nodiscard]] std::unique_ptr<Encoder> make_v9(std::size_t max_datagram, std::uint32_t sampling);
[[nodiscard]] std::unique_ptr<Encoder> make_ipfix(std::size_t max_datagram, std::uint32_t sampling);
[[nodiscard]] std::unique_ptr<Encoder> make_sflow(std::uint32_t sampling);

// sysUptime at `at_ms`, modulo 2^32 as devices have it.
[[nodiscard]] inline std::uint32_t uptime_ms(const Exporter& e, std::uint64_t at_ms) noexcept {
    return static_cast<std::uint32_t>(at_ms - e.boot_ms);
}

}  // namespace generator
