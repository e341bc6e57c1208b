// SPDX-License-Identifier: Apache-2.0
// The element table: which column an information element fills, and how. Data, made from elements.tsv.
//
// Thread: any; constant.
// Source: IANA IPFIX registry; NetFlow v9 field types (RFC 3954 section 8 and Cisco's later ones).
#pragma once

#include <cstdint>

#include "dataplane/flow/columns.hpp"
#include "dataplane/flow/exporter.hpp"

namespace decode {

// How the bytes of a field become the value of its column. Big-endian on the wire (RFC 7011 section 6.1).
enum class Conversion : std::uint8_t {
    known,     // understood, not kept
    number,    // unsigned, 1 to 8 bytes (reduced-size encoding, RFC 7011 section 6.2), not wider than the column
    low_byte,  // unsigned of any width, its last byte
    ipv4,
    ipv6,            // 4 and 16 bytes
    mac,             // 6 bytes
    octets,          // up to 8 bytes as a number
    text,            // string: padding of NUL and blanks at the end is cut
    acl,             // 12 bytes, three numbers
    mpls,            // 3 bytes of label stack entry, `label` says which
    icmp_type_code,  // type * 256 + code
    icmp_type,
    icmp_code,
    seconds,
    milliseconds,      // since 1970
    ntp,               // 64-bit NTP timestamp (RFC 7011 sections 6.1.9, 6.1.10): seconds since 1900, fraction
    uptime_ms,         // milliseconds since the exporter's start
    before_export_us,  // microseconds before the export time of the header
    init_ms,           // milliseconds since 1970 at the exporter's start (160)
    duration_ms,
    duration_us,  // length of the flow, used where its end is not told
};

struct Element {
    std::uint32_t pen;  // private enterprise number, 0 = IANA
    std::uint16_t id;
    bool v9_only;
    Conversion conversion;
    flow::Column column;  // Column::count_ where none
    std::uint8_t rank;    // among elements of one column the lowest present wins; others fill what is zero
    std::uint8_t label;   // mpls: 0 = top of stack
    const char* name;
};

// nullptr: not known. NetFlow v9 has no enterprise numbers: pen is 0 there and v9's own rows win.
[[nodiscard]] const Element* find_element(flow::Protocol protocol, std::uint32_t pen, std::uint16_t id) noexcept;

}  // namespace decode
