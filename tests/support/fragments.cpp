// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fragments.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace support {

namespace {

std::uint16_t u16(const Bytes& b, std::size_t at) {
    return static_cast<std::uint16_t>(b.at(at) << 8 | b.at(at + 1));
}
void set16(Bytes& b, std::size_t at, std::size_t value) {
    b.at(at) = static_cast<std::uint8_t>(value >> 8);
    b.at(at + 1) = static_cast<std::uint8_t>(value);
}

Bytes slice(const Bytes& b, std::size_t from, std::size_t bytes) {
    const auto begin = b.begin() + static_cast<std::ptrdiff_t>(from);
    return {begin, begin + static_cast<std::ptrdiff_t>(bytes)};
}

// The fragment header's "next" comes from where the chain before it ends.
Bytes ipv6_front(const Bytes& frame, std::size_t ip, std::size_t front, std::uint32_t id) {
    Bytes out = slice(frame, 0, front);
    std::size_t next_at = ip + 6;
    for (std::size_t at = ip + 40; at < front; at += (out[at + 1] + 1u) * 8) next_at = at;
    const std::uint8_t next = std::exchange(out[next_at], std::uint8_t{44});
    const Bytes header = Writer().u8(next).u8(0).u16(0).u32(id);
    out.insert(out.end(), header.begin(), header.end());
    return out;
}

}  // namespace

std::vector<Bytes> fragments_of(const Bytes& frame, std::size_t data_bytes, std::uint32_t id,
                                std::size_t unfragmentable) {
    std::size_t ip = 14;
    while (u16(frame, ip - 2) == 0x8100 || u16(frame, ip - 2) == 0x88a8) ip += 4;
    const bool v6 = u16(frame, ip - 2) == 0x86dd;
    const std::size_t data = v6 ? ip + 40 + unfragmentable : ip + (frame.at(ip) & 15u) * 4;
    const std::size_t end = ip + (v6 ? 40u : 0u) + u16(frame, ip + (v6 ? 4 : 2));
    if (data_bytes == 0 || data_bytes % 8 != 0 || end > frame.size()) {
        std::fprintf(stderr, "fragments_of: not a whole packet, or not a multiple of 8\n");
        std::abort();
    }
    std::vector<Bytes> out;
    for (std::size_t at = data; at < end; at += data_bytes) {
        const std::size_t bytes = std::min(data_bytes, end - at);
        const bool more = at + bytes < end;
        Bytes fragment = v6 ? ipv6_front(frame, ip, data, id) : slice(frame, 0, data);
        if (v6) {
            set16(fragment, ip + 4, fragment.size() - ip - 40 + bytes);
            set16(fragment, fragment.size() - 6, (at - data) | (more ? 1u : 0u));
        } else {
            set16(fragment, ip + 2, data - ip + bytes);
            set16(fragment, ip + 4, id);
            set16(fragment, ip + 6, (at - data) / 8 | (more ? 0x2000u : 0u));
        }
        const Bytes piece = slice(frame, at, bytes);
        fragment.insert(fragment.end(), piece.begin(), piece.end());
        out.push_back(fragment);
    }
    return out;
}

}  // namespace support
