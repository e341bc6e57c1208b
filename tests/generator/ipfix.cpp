// SPDX-License-Identifier: Apache-2.0
#include "tests/generator/sets.hpp"

namespace generator {

namespace {

constexpr std::uint8_t kHopLimit = 61;
constexpr std::uint16_t kCountBased = 1;  // selectorAlgorithm (304): systematic, by count

constexpr std::array kIpv4Fields = {
    TemplateField{8, 4},    // sourceIPv4Address
    TemplateField{12, 4},   // destinationIPv4Address
    TemplateField{10, 4},   // ingressInterface
    TemplateField{14, 4},   // egressInterface
    TemplateField{1, 8},    // octetDeltaCount
    TemplateField{2, 4},    // packetDeltaCount, reduced size (RFC 7011 section 6.2)
    TemplateField{152, 8},  // flowStartMilliseconds
    TemplateField{153, 8},  // flowEndMilliseconds
    TemplateField{7, 2},    // sourceTransportPort
    TemplateField{11, 2},   // destinationTransportPort
    TemplateField{32, 2},   // icmpTypeCodeIPv4
    TemplateField{16, 4},   // bgpSourceAsNumber
    TemplateField{17, 4},   // bgpDestinationAsNumber
    TemplateField{4, 1},    // protocolIdentifier
    TemplateField{6, 1},    // tcpControlBits, reduced size
    TemplateField{5, 1},    // ipClassOfService
    TemplateField{9, 1},    // sourceIPv4PrefixLength
    TemplateField{13, 1},   // destinationIPv4PrefixLength
    TemplateField{61, 1},   // flowDirection
};
static_assert(record_size(kIpv4Fields) == 64);

constexpr std::array kIpv6Fields = {
    TemplateField{27, 16},  // sourceIPv6Address
    TemplateField{28, 16},  // destinationIPv6Address
    TemplateField{10, 4},   // ingressInterface
    TemplateField{14, 4},   // egressInterface
    TemplateField{1, 8},    // octetDeltaCount
    TemplateField{2, 4},    // packetDeltaCount, reduced size
    TemplateField{152, 8},  // flowStartMilliseconds
    TemplateField{153, 8},  // flowEndMilliseconds
    TemplateField{7, 2},    // sourceTransportPort
    TemplateField{11, 2},   // destinationTransportPort
    TemplateField{139, 2},  // icmpTypeCodeIPv6
    TemplateField{16, 4},   // bgpSourceAsNumber
    TemplateField{17, 4},   // bgpDestinationAsNumber
    TemplateField{4, 1},    // protocolIdentifier
    TemplateField{6, 1},    // tcpControlBits, reduced size
    TemplateField{5, 1},    // ipClassOfService
    TemplateField{29, 1},   // sourceIPv6PrefixLength
    TemplateField{30, 1},   // destinationIPv6PrefixLength
    TemplateField{61, 1},   // flowDirection
    TemplateField{31, 4},   // flowLabelIPv6
    TemplateField{128, 4},  // bgpNextAdjacentAsNumber
    TemplateField{58, 2},   // vlanId
    TemplateField{52, 1},   // minimumTTL
    TemplateField{53, 1},   // maximumTTL
};
static_assert(record_size(kIpv6Fields) == 100);

class IpfixEncoder final : public SetEncoder {
  public:
    IpfixEncoder(std::size_t max_datagram, std::uint32_t sampling)
        : SetEncoder({max_datagram, 16, 2, kIpv4Fields, kIpv6Fields, sampling}) {}

  private:
    void write_record(Out out, const Flow& f) const override {
        if (f.ipv6) {
            out.ipv6(f.src).ipv6(f.dst);
        } else {
            out.ipv4(f.src).ipv4(f.dst);
        }
        out.u32(f.input).u32(f.output).u64(f.bytes).u32(static_cast<std::uint32_t>(f.packets));
        out.u64(f.first_ms).u64(f.last_ms);
        out.u16(f.src_port).u16(f.dst_port).u16(f.is_icmp() ? f.dst_port : std::uint16_t{0});
        out.u32(f.src_as).u32(f.dst_as).u8(f.protocol).u8(f.tcp_flags).u8(f.tos);
        out.u8(f.src_mask).u8(f.dst_mask).u8(f.egress ? 1 : 0);
        if (f.ipv6) out.u32(f.src_port & 0xfffffu).u32(f.dst_as).u16(f.input).u8(kHopLimit).u8(kHopLimit);
    }

    // PSAMP's way (RFC 5477): so many packets taken, so many left out, for the whole observation domain.
    Out write_sampling(Out out, std::uint32_t one_in) const override {
        out.u16(3).u16(26).u16(kTemplateSampling).u16(4).u16(1);
        out.u16(149).u16(4).u16(304).u16(2).u16(305).u16(4).u16(306).u16(4);
        out.u16(kTemplateSampling).u16(20).u32(exporter_->domain);
        return out.u16(kCountBased).u32(1).u32(one_in - 1).u16(0);
    }

    void write_header(Out out, std::size_t size, std::size_t, std::size_t data) override {
        out.u16(10).u16(static_cast<std::uint16_t>(size)).u32(static_cast<std::uint32_t>(now_us_ / 1'000'000));
        out.u32(exporter_->sequence).u32(exporter_->domain);
        // Data records count, templates do not (RFC 7011 section 3.1).
        exporter_->sequence += static_cast<std::uint32_t>(data);
    }
};

}  // namespace

std::unique_ptr<Encoder> make_ipfix(std::size_t max_datagram, std::uint32_t sampling) {
    return std::make_unique<IpfixEncoder>(max_datagram, sampling);
}

}  // namespace generator
