// SPDX-License-Identifier: Apache-2.0
#include "tests/generator/sets.hpp"

namespace generator {

namespace {

constexpr std::uint8_t kDeterministic = 1;

constexpr std::array kIpv4Fields = {
    TemplateField{8, 4},   // IPV4_SRC_ADDR
    TemplateField{12, 4},  // IPV4_DST_ADDR
    TemplateField{15, 4},  // IPV4_NEXT_HOP
    TemplateField{10, 4},  // INPUT_SNMP
    TemplateField{14, 4},  // OUTPUT_SNMP
    TemplateField{1, 8},   // IN_BYTES
    TemplateField{2, 8},   // IN_PKTS
    TemplateField{22, 4},  // FIRST_SWITCHED
    TemplateField{21, 4},  // LAST_SWITCHED
    TemplateField{7, 2},   // L4_SRC_PORT
    TemplateField{11, 2},  // L4_DST_PORT
    TemplateField{32, 2},  // ICMP_TYPE
    TemplateField{16, 4},  // SRC_AS
    TemplateField{17, 4},  // DST_AS
    TemplateField{4, 1},   // PROTOCOL
    TemplateField{6, 1},   // TCP_FLAGS
    TemplateField{5, 1},   // SRC_TOS
    TemplateField{9, 1},   // SRC_MASK
    TemplateField{13, 1},  // DST_MASK
    TemplateField{61, 1},  // DIRECTION
};
static_assert(record_size(kIpv4Fields) == 64);

constexpr std::array kIpv6Fields = {
    TemplateField{27, 16},  // IPV6_SRC_ADDR
    TemplateField{28, 16},  // IPV6_DST_ADDR
    TemplateField{62, 16},  // IPV6_NEXT_HOP
    TemplateField{10, 4},   // INPUT_SNMP
    TemplateField{14, 4},   // OUTPUT_SNMP
    TemplateField{1, 8},    // IN_BYTES
    TemplateField{2, 8},    // IN_PKTS
    TemplateField{22, 4},   // FIRST_SWITCHED
    TemplateField{21, 4},   // LAST_SWITCHED
    TemplateField{7, 2},    // L4_SRC_PORT
    TemplateField{11, 2},   // L4_DST_PORT
    TemplateField{139, 2},  // icmpTypeCodeIPv6
    TemplateField{16, 4},   // SRC_AS
    TemplateField{17, 4},   // DST_AS
    TemplateField{4, 1},    // PROTOCOL
    TemplateField{6, 1},    // TCP_FLAGS
    TemplateField{5, 1},    // SRC_TOS
    TemplateField{29, 1},   // IPV6_SRC_MASK
    TemplateField{30, 1},   // IPV6_DST_MASK
    TemplateField{61, 1},   // DIRECTION
};
static_assert(record_size(kIpv6Fields) % 4 == 0);  // so that sets need no padding

class V9Encoder final : public SetEncoder {
  public:
    V9Encoder(std::size_t max_datagram, std::uint32_t sampling)
        : SetEncoder({max_datagram, 20, 0, kIpv4Fields, kIpv6Fields, sampling}) {}

  private:
    void write_record(Out out, const Flow& f) const override {
        if (f.ipv6) {
            out.ipv6(f.src).ipv6(f.dst).ipv6(f.next_hop);
        } else {
            out.ipv4(f.src).ipv4(f.dst).ipv4(f.next_hop);
        }
        out.u32(f.input).u32(f.output).u64(f.bytes).u64(f.packets);
        out.u32(uptime_ms(*exporter_, f.first_ms)).u32(uptime_ms(*exporter_, f.last_ms));
        out.u16(f.src_port).u16(f.dst_port).u16(f.is_icmp() ? f.dst_port : std::uint16_t{0});
        out.u32(f.src_as).u32(f.dst_as).u8(f.protocol).u8(f.tcp_flags).u8(f.tos);
        out.u8(f.src_mask).u8(f.dst_mask).u8(f.egress ? 1 : 0);
    }

    // SAMPLING_INTERVAL and SAMPLING_ALGORITHM of the whole system (RFC 3954 section 6.1).
    Out write_sampling(Out out, std::uint32_t one_in) const override {
        out.u16(1).u16(24).u16(kTemplateSampling).u16(4).u16(8).u16(1).u16(4).u16(34).u16(4).u16(35).u16(1).zeros(2);
        return out.u16(kTemplateSampling).u16(16).u32(0).u32(one_in).u8(kDeterministic).zeros(3);
    }

    void write_header(Out out, std::size_t, std::size_t count, std::size_t) override {
        // Whole seconds beside an uptime in milliseconds, as devices send it: flow times come out up to 1 s
        // early.
        out.u16(9).u16(static_cast<std::uint16_t>(count)).u32(uptime_ms(*exporter_, now_us_ / 1000));
        out.u32(static_cast<std::uint32_t>(now_us_ / 1'000'000)).u32(exporter_->sequence++).u32(exporter_->domain);
    }
};

}  // namespace

std::unique_ptr<Encoder> make_v9(std::size_t max_datagram, std::uint32_t sampling) {
    return std::make_unique<V9Encoder>(max_datagram, sampling);
}

}  // namespace generator
