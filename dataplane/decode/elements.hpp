// SPDX-License-Identifier: Apache-2.0
// The element table: which column an information element fills, and how. Data, made from elements.tsv.
//
// Thread: any; constant.
// Source: IANA IPFIX registry; NetFlow v9 field types (RFC 3954 section 8 and Cisco's later ones); RFC 5103 section 6.1
//         (reverse elements); the vendors' registries.
#pragma once

#include <cstdint>
#include <span>

#include "dataplane/flow/columns.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/wire.hpp"

namespace decode {

// How the bytes of a field become the value of its column. Big-endian on the wire (RFC 7011 section 6.1).
enum class Conversion : std::uint8_t {
    known,   // understood, not kept
    number,  // unsigned, reduced sizes too (RFC 7011 section 6.2); what the column cannot hold becomes its largest value
    low_byte,      // unsigned of any width, its last byte
    or_byte,       // likewise, added to the bits that other elements of the record set
    dscp,          // the upper six bits of a type of service
    times_1000,    // number, in a thousandth of the unit on the wire
    plus,          // number, added to what other elements of the record told
    plus_million,  // likewise, in a millionth of the unit on the wire
    ipv4,
    ipv6,            // 4 and 16 bytes
    mac,             // 6 bytes
    octets,          // up to 8 bytes as a number
    application,     // likewise, and nine bytes: application_id()
    text,            // string: padding of NUL and blanks at the end is cut
    nbar_text,       // string behind six bytes of Cisco's application and field ids
    bytes,           // octets as they are
    community,       // BGP community (RFC 1997), added to the text
    acl,             // 12 bytes, three numbers
    mpls,            // label stack entry, with or without its TTL; `label` says which
    icmp_type_code,  // type * 256 + code
    icmp_type,
    icmp_code,
    seconds,
    milliseconds,      // since 1970
    ntp,               // 64-bit NTP timestamp (RFC 7011 sections 6.1.9, 6.1.10): seconds since 1900, fraction
    uptime_ms,         // milliseconds since the exporter's start
    before_export_us,  // microseconds before the export time of the header
    // Of a layer 2 segment id (351): the id, and from its first byte the kind of tunnel.
    segment,
    segment_tunnel,
    ovs_tunnel,         // Open vSwitch's tunnel types as flow::Tunnel
    juniper_exception,  // Juniper's common properties: a forwarding exception means dropped
    // Kept with the record until all of it is read, see RecordState.
    init_ms,  // milliseconds since 1970 at the exporter's start (160)
    duration_ms,
    duration_us,       // length of the flow, used where its end is not told
    reverse_delay_ms,  // from the first packet to the first one in reverse direction
    sample_interval,
    sample_space,  // of every interval + space packets, interval were taken
    sample_size,
    sample_population,  // of every population packets, size were taken
    sample_probability,
    frame_bytes,  // length of the frame that a section is from
    frame_type,   // what a frame section begins with
    section_offset,
    frame_section,
    ip_section,
    mpls_section,
    // Structured data, RFC 6313.
    basic_list,
    sub_template_list,
    sub_template_multi_list,
};

// Classification engine and selector of an application as one number. Engine 20 (RFC 6759 section 4.1: PANA-L7-PEN, FortiGates
// use it) has an enterprise number of four bytes between them; the upper byte of that, 0 in all numbers that were given out,
// makes room for the ninth byte.
inline constexpr std::uint16_t kApplicationBytes = 9;
[[nodiscard]] inline std::uint64_t application_id(const std::uint8_t* data, std::size_t width) noexcept {
    if (width < kApplicationBytes) return flow::load_be(data, width);
    return static_cast<std::uint64_t>(data[0]) << 56 | (flow::load_be64(data + 1) & 0x00ff'ffff'ffff'ffff);
}

struct Element {
    std::uint32_t pen;  // private enterprise number, 0 = IANA
    std::uint16_t id;
    bool v9_only;
    bool reverse;  // tells of the packets in reverse direction by its own meaning
    Conversion conversion;
    flow::Column column;  // Column::count_ where none
    std::uint8_t rank;    // among elements of one column the lowest present wins; others fill what is zero
    std::uint8_t label;   // mpls: 0 = top of stack
    std::uint8_t bytes;   // of its abstract data type; 0: as its column
    const char* name;
};

// What an element fills: a row for each column; empty: not known. NetFlow v9 has no enterprise numbers: pen is 0 there, its
// own rows win, and field types of vendors (Cisco's from 32768, ntop's from 57472) are found where IPFIX has them.
[[nodiscard]] std::span<const Element> find_elements(flow::Protocol protocol, std::uint32_t pen,
                                                     std::uint16_t id) noexcept;
// The first row.
[[nodiscard]] const Element* find_element(flow::Protocol protocol, std::uint32_t pen, std::uint16_t id) noexcept;

// An element that tells of the reverse direction of a biflow, and the one it mirrors: RFC 5103 section 6.1, and CERT's own.
struct Direction {
    std::uint32_t pen;
    std::uint16_t id;
    bool reverse;
};
[[nodiscard]] Direction direction_of(std::uint32_t pen, std::uint16_t id) noexcept;

}  // namespace decode
