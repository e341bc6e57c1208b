// SPDX-License-Identifier: Apache-2.0
#include "control/query/address_text.hpp"

namespace query {

namespace {

constexpr std::size_t kNarrow = 16, kWide = 39;

struct ZeroRun {
    unsigned begin = 8, length = 0;
};

// The first of the longest runs of at least two zero groups.
ZeroRun longest_zeros(const std::array<std::uint16_t, 8>& groups) noexcept {
    ZeroRun best, now;
    for (unsigned i = 0; i < 8; ++i) {
        if (groups[i] != 0) {
            now = {};
            continue;
        }
        if (now.length == 0) now.begin = i;
        ++now.length;
        if (now.length > best.length) best = now;
    }
    return best.length < 2 ? ZeroRun{} : best;
}

}  // namespace

void ipv4_text(Pen& pen, std::uint32_t host_order) noexcept {
    for (int shift = 24; shift >= 0; shift -= 8) {
        const std::uint32_t byte = host_order >> shift & 0xff;
        if (byte >= 100) pen.put(static_cast<char>('0' + byte / 100));
        if (byte >= 10) pen.put(static_cast<char>('0' + byte / 10 % 10));
        pen.put(static_cast<char>('0' + byte % 10));
        if (shift != 0) pen.put('.');
    }
}

void ipv6_text(Pen& pen, const flow::IpAddress& address) noexcept {
    std::array<std::uint16_t, 8> groups;
    for (unsigned i = 0; i < 8; ++i) {
        groups[i] = static_cast<std::uint16_t>(address.bytes[2 * i] << 8 | address.bytes[2 * i + 1]);
    }
    const ZeroRun zeros = longest_zeros(groups);
    const bool ends_in_v4 = zeros.begin == 0 && (zeros.length == 6 || (zeros.length == 5 && groups[5] == 0xffff));
    for (unsigned i = 0; i < 8; ++i) {
        if (i >= zeros.begin && i < zeros.begin + zeros.length) {
            if (i == zeros.begin) pen.put(':');
            continue;
        }
        if (i != 0) pen.put(':');
        if (i == 6 && ends_in_v4) return ipv4_text(pen, static_cast<std::uint32_t>(address.low()));
        pen.hexadecimal(groups[i]);
    }
    if (zeros.begin + zeros.length == 8 && zeros.length != 0) pen.put(':');
}

void address_text(Pen& pen, const flow::IpAddress& address, bool v6) noexcept {
    if (reads_as_v6(address, v6)) return ipv6_text(pen, address);
    ipv4_text(pen, address.as_v4());
}

void address_column(Pen& pen, const flow::IpAddress& address, bool v6, bool wide) noexcept {
    std::array<char, kWidestAddress + 1> text;
    Pen inner(text.data());
    address_text(inner, address, v6);
    const std::string_view whole(text.data(), static_cast<std::size_t>(inner.at() - text.data()));
    if (wide) return pen.right(whole, kWide);
    if (whole.size() <= kNarrow) return pen.right(whole, kNarrow);
    pen.text(whole.substr(0, 7));
    pen.text("..");
    pen.text(whole.substr(whole.size() - 7));
}

void mac_text(Pen& pen, std::uint64_t mac) noexcept {
    constexpr std::string_view digits = "0123456789abcdef";
    for (int shift = 40; shift >= 0; shift -= 8) {
        pen.put(digits[mac >> (shift + 4) & 0xf]);
        pen.put(digits[mac >> shift & 0xf]);
        if (shift != 0) pen.put(':');
    }
}

}  // namespace query
