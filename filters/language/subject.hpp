// SPDX-License-Identifier: Apache-2.0
// What of a flow a test looks at: a column as it stands, or a number, an address or a text worked out of columns.
//
// Thread: any; values.
// Units:  as nfdump shows them: packets and bytes scaled by sampling and thinning (flow/scale.hpp), duration in
//         milliseconds, rates per second, integer arithmetic; what is too large for 64 bits is the largest number.
// Missing: a subject is missing in a row when the record did not bring what it is worked out of; see subject.cpp. Besides:
//         mpls_label and mpls_exp beyond the stack; mpls_eos (the first label with the bottom-of-stack bit) where no entry
//         has that bit; what is asked of an exporter that nobody knows, which never holds, whatever the rule.
//         A NAT port block whose last port is 0 has port_block_size ports.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "dataplane/flow/columns.hpp"

namespace filters::language {

enum class SubjectKind : std::uint8_t { number, address, text };

// X(name, kind, what it is). Besides there is Reading::column: any column, of the kind its type has.
#define FILTER_READINGS(X)                                                                                       \
    X(icmp_type, number, "ICMP type: high byte of dst_port")                                                     \
    X(icmp_code, number, "ICMP code: low byte of dst_port")                                                      \
    X(packets, number, "in_packets, scaled")                                                                     \
    X(bytes, number, "in_bytes, scaled")                                                                         \
    X(out_packets, number, "out_packets, scaled")                                                                \
    X(out_bytes, number, "out_bytes, scaled")                                                                    \
    X(flows, number, "flows the record stands for: flow_count or 1, scaled by thinning")                         \
    X(duration_ms, number, "last_ms - first_ms, 0 where that is negative")                                       \
    X(pps, number, "packets * 1000 / duration_ms, 0 when that is 0")                                             \
    X(bps, number, "bytes * 8000 / duration_ms, 0 when that is 0")                                               \
    X(bpp, number, "bytes / packets, 0 without packets")                                                         \
    X(count, number, "number of the row, from 1, since the Matcher was made")                                    \
    X(mpls_label, number, "label of MPLS stack entry `index`, 1 to 10; missing beyond the stack")                \
    X(mpls_exp, number, "EXP bits of MPLS stack entry `index`")                                                  \
    X(mpls_eos, number, "label at the bottom of the MPLS stack")                                                 \
    X(ingress_acl, number, "NSEL ingress access list; index 0 ACL, 1 ACE, 2 extended ACE")                       \
    X(egress_acl, number, "NSEL egress access list; index as above")                                             \
    X(same_ttl, number, "1 when smallest and largest TTL are equal, else 0")                                     \
    X(in_port_block, number, "1 when the port (index 0 source, 1 destination) is in the NAT port block, else 0") \
    X(exporter_address, address, "UDP source address of the exporter; of sFlow the agent's")                     \
    X(exporter_id, number, "number of the exporter in this collector, from 1")                                   \
    X(exporter_version, number, "protocol version as nfdump tells it: 1, 5, 7, 9, 10; sFlow 5")                  \
    X(engine_type, number, "NetFlow engine type; of v9 and IPFIX bits 8 to 15 of the domain")                    \
    X(engine_id, number, "NetFlow engine id; of v9 and IPFIX the low byte of the domain")                        \
    X(application_bytes, text, "payload behind the headers (text/payload.hpp)")                                  \
    X(tls_ja3, text, "JA3 digest of a TLS hello in the payload, 32 hex digits; missing where there is none")     \
    X(tls_ja4, text, "JA4 digest of a TLS client hello in the payload; missing where there is none")             \
    X(tls_server_name, text, "server name of a TLS client hello in the payload; missing where there is none")

enum class Reading : std::uint8_t {
    column,
#define X(name, kind, what) name,
    FILTER_READINGS(X)
#undef X
};

struct Subject {
    Reading reading = Reading::column;
    flow::Column column = flow::Column::count_;  // of Reading::column only
    std::uint8_t index = 0;

    constexpr Subject() = default;
    constexpr Subject(flow::Column c) : column(c) {}  // NOLINT: a column is a subject
    constexpr explicit Subject(Reading r, std::uint8_t i = 0) : reading(r), index(i) {}

    friend auto operator<=>(const Subject&, const Subject&) = default;
};

[[nodiscard]] SubjectKind kind_of(Subject subject) noexcept;
// "src_port", "duration_ms", "mpls_label3".
[[nodiscard]] std::string name_of(Subject subject);
// The presence bit that says whether a row has it. 0: never missing, as nfdump's own basic block never is (protocol,
// ports, flags, TOS, counters in, times, forwarding status; they compare as 0 where a template left them out), or
// missing for reasons of its own, which the FILTER_READINGS row tells.
[[nodiscard]] std::uint64_t presence_of(Subject subject) noexcept;

// How a test treats a row in which its subject is missing.
enum class Missing : std::uint8_t {
    no_match,  // the test is false, whatever it asks (nfdump 1.7.5 and later)
    zero,      // the subject is 0 (nfdump 1.6 to 1.7.4); texts are empty, addresses still false
};

}  // namespace filters::language
