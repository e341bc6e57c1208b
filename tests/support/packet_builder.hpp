// SPDX-License-Identifier: Apache-2.0
// Export datagrams, byte by byte, for tests. Knows nothing of the decoder: it is its oracle.
//
// Every builder makes a conforming result from what it is given. Whatever can be wrong on the wire (version,
// counts, lengths, checksums, set ids) can be overridden, so that broken input is built by the same calls.
//
//   V9(7).template_set({{256, {{8, 4}, {12, 4}, {1, 8}}}})
//        .data_set(256, {Writer().ip("10.0.0.1").ip("10.0.0.2").u64(1500)})
//        .build();
//
// Thread: any; values.
// Source: Cisco's NetFlow v5 format, RFC 3954, RFC 7011, sFlow version 5 (sflow.org).
// Shape:  as writer.hpp; addresses as text. Frames are in frame_builder.hpp, which comes with this header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/frame_builder.hpp"
#include "tests/support/writer.hpp"

namespace support {

// ---- NetFlow v5

struct V5Record {
    std::string src = "10.0.0.1";
    std::string dst = "10.0.0.2";
    std::string next_hop = "0.0.0.0";
    std::uint16_t input = 1;
    std::uint16_t output = 2;
    std::uint32_t packets = 1;
    std::uint32_t bytes = 64;
    std::uint32_t first_uptime_ms = 0;
    std::uint32_t last_uptime_ms = 0;
    std::uint16_t src_port = 0;
    std::uint16_t dst_port = 0;
    std::uint8_t tcp_flags = 0;
    std::uint8_t protocol = 6;
    std::uint8_t tos = 0;
    std::uint16_t src_as = 0;
    std::uint16_t dst_as = 0;
    std::uint8_t src_mask = 0;
    std::uint8_t dst_mask = 0;
};

// 24 bytes of header, 48 a record.
class V5 {
  public:
    V5& version(std::uint16_t v) { return version_ = v, *this; }
    V5& count(std::uint16_t v) { return count_ = v, *this; }  // default: the records given
    V5& uptime_ms(std::uint32_t v) { return uptime_ms_ = v, *this; }
    V5& unix_time(std::uint32_t seconds, std::uint32_t nanoseconds = 0);
    V5& sequence(std::uint32_t v) { return sequence_ = v, *this; }
    V5& engine(std::uint8_t type, std::uint8_t id);
    // mode: the top 2 bits of the field; interval: the other 14.
    V5& sampling(std::uint8_t mode, std::uint16_t interval);
    V5& record(const V5Record& r);
    V5& raw(std::span<const std::uint8_t> bytes);  // after the records so far
    [[nodiscard]] Bytes build() const;

  private:
    std::uint16_t version_ = 5;
    std::optional<std::uint16_t> count_;
    std::uint16_t given_ = 0;
    std::uint32_t uptime_ms_ = 0;
    std::uint32_t seconds_ = 0;
    std::uint32_t nanoseconds_ = 0;
    std::uint32_t sequence_ = 0;
    std::uint16_t engine_ = 0;
    std::uint16_t sampling_ = 0;
    Writer records_;
};

// ---- NetFlow v9 and IPFIX

inline constexpr std::uint16_t kVariableLength = 65535;

// One field of a template. An enterprise number sets the top bit of the element (IPFIX only).
struct Field {
    std::uint16_t element = 0;
    std::uint16_t length = 0;
    std::uint32_t enterprise = 0;
};

struct Template {
    std::uint16_t id = 256;
    std::vector<Field> fields;
    std::optional<std::uint16_t> field_count{};  // default: the fields given
};

// v9 scopes are types 1 to 5 (system, interface, line card, cache, template); IPFIX scopes are elements.
struct OptionsTemplate {
    std::uint16_t id = 512;
    std::vector<Field> scopes;
    std::vector<Field> fields;
    std::optional<std::uint16_t> scope_count{};  // v9: bytes of the scopes; IPFIX: their number
    std::optional<std::uint16_t> field_count{};  // v9: bytes of the other fields; IPFIX: number of all fields
};

// What both protocols have in common. Derived is V9 or Ipfix.
template <class Derived>
class SetBuilder {
  public:
    Derived& version(std::uint16_t v) { return version_ = v, self(); }
    Derived& sequence(std::uint32_t v) { return sequence_ = v, self(); }
    Derived& unix_seconds(std::uint32_t v) { return seconds_ = v, self(); }
    // One set with these templates and `padding` zero bytes behind them, inside the set's length.
    Derived& template_set(const std::vector<Template>& templates, std::size_t padding = 0);
    // v9 pads the set to a multiple of 4 when no padding is given (RFC 3954 section 6.1); IPFIX does not.
    Derived& options_template_set(const std::vector<OptionsTemplate>& templates,
                                  std::optional<std::size_t> padding = std::nullopt);
    // v9 pads the set to a multiple of 4 when no padding is given (RFC 3954 section 5.3); IPFIX does not.
    Derived& data_set(std::uint16_t id, const std::vector<Bytes>& records,
                      std::optional<std::size_t> padding = std::nullopt);
    // Any set; `length` overrides the one in its header. `records`: what it adds to the v9 header's count.
    Derived& set(std::uint16_t id, std::span<const std::uint8_t> body,
                 std::optional<std::uint16_t> length = std::nullopt, std::uint16_t records = 0);
    // Bytes behind the sets so far.
    Derived& raw(std::span<const std::uint8_t> bytes);

  protected:
    SetBuilder(std::uint16_t version, std::uint32_t domain) : version_(version), domain_(domain) {}

    std::uint16_t version_;
    std::uint16_t given_ = 0;  // templates and records
    std::uint32_t sequence_ = 0;
    std::uint32_t seconds_ = 0;
    std::uint32_t domain_;
    Writer sets_;

  private:
    Derived& self() { return static_cast<Derived&>(*this); }
};

// 20 bytes of header. Set ids 0 (templates), 1 (options templates), 256 and up.
class V9 : public SetBuilder<V9> {
  public:
    explicit V9(std::uint32_t source_id = 0) : SetBuilder(9, source_id) {}
    V9& count(std::uint16_t v) { return count_ = v, *this; }  // default: templates and records given
    V9& uptime_ms(std::uint32_t v) { return uptime_ms_ = v, *this; }
    [[nodiscard]] Bytes build() const;

  private:
    std::optional<std::uint16_t> count_;
    std::uint32_t uptime_ms_ = 0;
};

// 16 bytes of header. Set ids 2 (templates), 3 (options templates), 256 and up.
class Ipfix : public SetBuilder<Ipfix> {
  public:
    explicit Ipfix(std::uint32_t domain = 0) : SetBuilder(10, domain) {}
    Ipfix& length(std::uint16_t v) { return length_ = v, *this; }  // default: the whole message
    // Template withdrawal; id 2 or 3 withdraws all (RFC 7011 section 8.1).
    Ipfix& withdrawal(std::uint16_t id, std::uint16_t set_id = 2);
    [[nodiscard]] Bytes build() const;

  private:
    std::optional<std::uint16_t> length_;
};

// ---- sFlow version 5

inline constexpr std::uint32_t kSflowEthernet = 1;
inline constexpr std::uint32_t kSflowIpv4 = 11;
inline constexpr std::uint32_t kSflowIpv6 = 12;

// A flow or counter record: data format (enterprise << 12 | format), length, body padded to 4.
[[nodiscard]] Bytes sflow_record(std::uint32_t format, std::span<const std::uint8_t> body,
                                 std::optional<std::uint32_t> length = std::nullopt);

// Raw packet header, format 1. frame_length 0: header size + stripped.
struct RawHeader {
    std::uint32_t protocol = kSflowEthernet;
    std::uint32_t frame_length = 0;
    std::uint32_t stripped = 4;
    Bytes header;
    std::optional<std::uint32_t> header_length{};
};
[[nodiscard]] Bytes sflow_raw_header(const RawHeader& h);

// Sampled IPv4 (format 3) or IPv6 (format 4); the family is that of src.
struct SampledIp {
    std::uint32_t length = 64;
    std::uint32_t protocol = 6;
    std::string src = "10.0.0.1";
    std::string dst = "10.0.0.2";
    std::uint32_t src_port = 0;
    std::uint32_t dst_port = 0;
    std::uint32_t tcp_flags = 0;
    std::uint32_t tos = 0;  // IPv6: priority
};
[[nodiscard]] Bytes sflow_sampled_ip(const SampledIp& s);
// Sampled Ethernet (format 2).
[[nodiscard]] Bytes sflow_sampled_ethernet(std::uint32_t length, std::string_view src_mac, std::string_view dst_mac,
                                           std::uint32_t ether_type);
// Extended switch (format 1001) and extended router (format 1002).
[[nodiscard]] Bytes sflow_switch(std::uint32_t src_vlan, std::uint32_t dst_vlan, std::uint32_t src_priority = 0,
                                 std::uint32_t dst_priority = 0);
[[nodiscard]] Bytes sflow_router(std::string_view next_hop, std::uint32_t src_mask, std::uint32_t dst_mask);

// Extended gateway (format 1003). Segments of the path: type 1 set, 2 sequence.
struct Gateway {
    std::string next_hop = "10.9.9.9";
    std::uint32_t as = 65000;
    std::uint32_t src_as = 65100;
    std::uint32_t src_peer_as = 65101;
    std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>> path{};
    std::vector<std::uint32_t> communities{};
    std::optional<std::uint32_t> segment_count{};
    std::optional<std::uint32_t> community_count{};
};
[[nodiscard]] Bytes sflow_gateway(const Gateway& g);

// Interface: format 0 ifIndex, 1 discarded (value = reason), 2 several (value = how many).
struct SflowInterface {
    std::uint32_t format = 0;
    std::uint32_t value = 0;
};

struct FlowSample {
    std::uint32_t sequence = 1;
    std::uint32_t source_class = 0;
    std::uint32_t source_index = 1;
    std::uint32_t rate = 1;
    std::uint32_t pool = 0;
    std::uint32_t drops = 0;
    SflowInterface input{0, 1};
    SflowInterface output{0, 2};
    std::vector<Bytes> records;
    std::optional<std::uint32_t> record_count{};
};

// A packet that the device dropped (format 5); `drops`: such packets that it had no room to tell of.
struct DiscardedPacket {
    std::uint32_t sequence = 1;
    std::uint32_t source_class = 0;
    std::uint32_t source_index = 1;
    std::uint32_t drops = 0;
    std::uint32_t input = 1;
    std::uint32_t output = 0;
    std::uint32_t reason = 256;
    std::vector<Bytes> records;
};

struct CounterSample {
    std::uint32_t sequence = 1;
    std::uint32_t source_class = 0;
    std::uint32_t source_index = 1;
    std::vector<Bytes> records;
    std::optional<std::uint32_t> record_count{};
};
// Generic interface counters (format 1), 88 bytes, octets in and out given, the rest 0.
[[nodiscard]] Bytes sflow_interface_counters(std::uint32_t if_index, std::uint64_t in_octets, std::uint64_t out_octets);

class Sflow {
  public:
    explicit Sflow(std::string_view agent = "192.0.2.1", std::uint32_t sub_agent = 0)
        : agent_(agent), sub_agent_(sub_agent) {}
    Sflow& version(std::uint32_t v) { return version_ = v, *this; }
    Sflow& agent_type(std::uint32_t v) { return agent_type_ = v, *this; }  // default: 1 IPv4, 2 IPv6
    Sflow& sequence(std::uint32_t v) { return sequence_ = v, *this; }
    Sflow& uptime_ms(std::uint32_t v) { return uptime_ms_ = v, *this; }
    Sflow& count(std::uint32_t v) { return count_ = v, *this; }  // default: the samples given
    Sflow& flow_sample(const FlowSample& s);                     // format 1
    Sflow& expanded_flow_sample(const FlowSample& s);            // format 3
    Sflow& counter_sample(const CounterSample& s);               // format 2
    Sflow& expanded_counter_sample(const CounterSample& s);      // format 4
    Sflow& discarded_packet(const DiscardedPacket& s);           // format 5
    // Any sample; `length` overrides the one in its header.
    Sflow& sample(std::uint32_t format, std::span<const std::uint8_t> body,
                  std::optional<std::uint32_t> length = std::nullopt);
    Sflow& raw(std::span<const std::uint8_t> bytes);
    [[nodiscard]] Bytes build() const;

  private:
    std::string agent_;
    std::uint32_t sub_agent_;
    std::uint32_t version_ = 5;
    std::optional<std::uint32_t> agent_type_;
    std::optional<std::uint32_t> count_;
    std::uint32_t given_ = 0;
    std::uint32_t sequence_ = 0;
    std::uint32_t uptime_ms_ = 0;
    Writer samples_;
};

}  // namespace support
