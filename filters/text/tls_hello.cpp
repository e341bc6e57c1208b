// SPDX-License-Identifier: Apache-2.0
#include "filters/text/tls_hello.hpp"

#include <algorithm>

namespace filters::text {

namespace {

using flow::Bytes;
using flow::Cursor;

constexpr std::uint8_t kHandshake = 22;
constexpr std::uint8_t kClientHello = 1;
constexpr std::uint8_t kServerHello = 2;
constexpr std::uint8_t kMajorVersion = 3;
constexpr std::size_t kRandomBytes = 32;
constexpr std::uint8_t kHostName = 0;

std::string_view as_text(Bytes bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// What a list of 8 or 16 bits of length holds; nothing when it is not all there.
Bytes list8(Bytes bytes) noexcept {
    Cursor in(bytes);
    return in.take(in.u8());
}
Bytes list16(Bytes bytes) noexcept {
    Cursor in(bytes);
    return in.take(in.u16());
}

std::string_view host_name(Bytes extension) noexcept {
    for (Cursor in(list16(extension)); in.left() > 0;) {
        const std::uint8_t type = in.u8();
        const Bytes name = in.take(in.u16());
        if (type == kHostName && in.ok()) return as_text(name);
    }
    return {};
}

void note(std::uint16_t type, Bytes bytes, TlsHello& hello) noexcept {
    switch (type) {
        case 0:
            if (hello.has_server_name) return;  // one is allowed; the first counts, so that a cut changes nothing
            hello.has_server_name = true;
            hello.server_name = host_name(bytes);
            return;
        case 10:
            hello.groups = list16(bytes);
            return;
        case 11:
            hello.point_formats = list8(bytes);
            return;
        case 13:
            hello.signatures = list16(bytes);
            return;
        case 16:
            hello.alpn = as_text(list8(list16(bytes)));
            return;
        case 43:
            if (hello.client) hello.versions = list8(bytes);
            return;
        default:
            return;
    }
}

// The extensions that are there, of a block that says it has `length` bytes. False when some are missing.
bool read_extensions(Cursor& in, TlsHello& hello) noexcept {
    if (in.left() == 0) return true;  // before TLS 1.2 there need be none
    const std::size_t length = in.u16();
    hello.extensions = in.rest().first(std::min(length, in.left()));
    const bool whole = each_extension(hello.extensions, [&](auto type, Bytes bytes) { note(type, bytes, hello); });
    return in.ok() && whole && hello.extensions.size() == length;
}

// False when the message ends before it should.
bool read_body(Cursor in, TlsHello& hello) noexcept {
    hello.version = in.u16();
    in.skip(kRandomBytes);
    in.skip(in.u8());  // session id
    hello.ciphers = in.take(hello.client ? in.u16() : std::size_t{2});
    in.skip(hello.client ? in.u8() : std::size_t{1});  // compression methods
    return in.ok() && hello.ciphers.size() % 2 == 0 && read_extensions(in, hello);
}

}  // namespace

std::optional<TlsHello> read_tls_hello(Bytes bytes) noexcept {
    Cursor record(bytes);
    if (record.u8() != kHandshake || record.u8() != kMajorVersion) return std::nullopt;
    record.skip(1);
    const std::size_t record_bytes = record.u16();
    Cursor message(record.rest().first(std::min(record_bytes, record.left())));
    const std::uint8_t type = message.u8();
    const std::size_t high = message.u8();
    const std::size_t length = high << 16 | message.u16();
    if (!message.ok() || (type != kClientHello && type != kServerHello)) return std::nullopt;
    TlsHello hello;
    hello.client = type == kClientHello;
    const Bytes body = message.rest().first(std::min(length, message.left()));
    hello.complete = read_body(Cursor(body), hello) && body.size() == length;
    return hello;
}

}  // namespace filters::text
