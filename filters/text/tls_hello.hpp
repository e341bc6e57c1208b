// SPDX-License-Identifier: Apache-2.0
// The first message of a TLS connection: what a client offers (ClientHello) or a server chose (ServerHello).
//
// Thread: any; no state.
// Source: RFC 8446 section 4.1, RFC 5246 section 7.4.1, RFC 6066 section 3 (server name), RFC 7301 (ALPN), RFC 8701
//         (GREASE).
// Limits: the first handshake message of the first record. All views point into the bytes that were read.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dataplane/flow/wire.hpp"

namespace filters::text {

struct TlsHello {
    bool client = false;
    // All of it was there and well formed. Of a message that was cut, what comes before the cut is told.
    bool complete = false;
    std::uint16_t version = 0;       // of the message's own field, which TLS 1.3 leaves at 0x0303
    flow::Bytes ciphers{};           // numbers of 16 bits; a server's: the one it chose
    flow::Bytes extensions{};        // the whole block; see each_extension()
    flow::Bytes groups{};            // supported groups (10), numbers of 16 bits
    flow::Bytes point_formats{};     // point formats (11), bytes
    flow::Bytes signatures{};        // signature algorithms (13), numbers of 16 bits
    flow::Bytes versions{};          // supported versions (43) of a client, numbers of 16 bits
    std::string_view alpn{};         // first protocol name (16)
    bool has_server_name = false;    // extension 0 is there, whatever it says
    std::string_view server_name{};  // host name (0); empty when there is none
};

// Nothing when `bytes` do not begin with a hello in a TLS record.
[[nodiscard]] std::optional<TlsHello> read_tls_hello(flow::Bytes bytes) noexcept;

// Values that clients make up so that servers stay tolerant. RFC 8701.
[[nodiscard]] constexpr bool is_grease(std::uint16_t value) noexcept {
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

// Calls visit(number) for each number of 16 bits, GREASE left out.
template <class Visit>
void each_number(flow::Bytes numbers, Visit visit) noexcept {
    for (flow::Cursor in(numbers); in.left() >= 2;) {
        const std::uint16_t number = in.u16();
        if (!is_grease(number)) visit(number);
    }
}

// Calls visit(type, bytes) for each extension, GREASE left out. False when the block is not made of whole ones.
template <class Visit>
bool each_extension(flow::Bytes block, Visit visit) noexcept {
    flow::Cursor in(block);
    while (in.left() > 0) {
        const std::uint16_t type = in.u16();
        const flow::Bytes bytes = in.take(in.u16());
        if (!in.ok()) return false;
        if (!is_grease(type)) visit(type, bytes);
    }
    return true;
}

}  // namespace filters::text
