// SPDX-License-Identifier: Apache-2.0
#include "tests/captures/column_text.hpp"

#include <ctime>

#include "tests/support/column_text.hpp"

namespace captures {

std::optional<std::string> column_text(const RowPlace& place, flow::Column column) {
    return support::column_text(*place.batch, place.row, column);
}

std::string address_text(std::string_view address) {
    const auto parsed = flow::IpAddress::parse(address);
    return parsed ? parsed->text() : "no address: " + std::string(address);
}

std::string mac_text(std::string_view mac) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i + 1 < mac.size(); i += 3) {
        value = value << 8 | std::stoul(std::string(mac.substr(i, 2)), nullptr, 16);
    }
    return std::to_string(value);
}

std::string base64_number(std::string_view base64) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<std::uint8_t> bytes;
    std::uint32_t bits = 0, pending = 0;
    for (const char c : base64) {
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos) break;  // padding
        pending = pending << 6 | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::uint8_t>(pending >> bits));
    }
    // Of a nine-byte id the second byte, 0 in all that were given out, has no room.
    if (bytes.size() == 9) bytes.erase(bytes.begin() + 1);
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes) value = value << 8 | byte;
    return std::to_string(value);
}

std::uint64_t rfc3339_ms(std::string_view time) {
    std::tm parts{};
    const std::string text(time);
    const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (rest == nullptr) return 0;
    std::uint64_t ms = static_cast<std::uint64_t>(timegm(&parts)) * 1000;
    std::uint64_t digit = 100;
    if (*rest == '.') {
        for (++rest; *rest >= '0' && *rest <= '9'; ++rest, digit /= 10) {
            ms += digit * static_cast<std::uint64_t>(*rest - '0');
        }
    }
    return ms;
}

}  // namespace captures
