// SPDX-License-Identifier: Apache-2.0
#include "tests/captures/column_text.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <type_traits>

namespace captures {

namespace {

template <class T>
std::string text_of(const flow::FlowBatch& batch, const T& value) {
    if constexpr (std::is_integral_v<T>) {
        return std::to_string(value);
    } else if constexpr (std::is_same_v<T, flow::IpAddress>) {
        return value.text();
    } else if constexpr (std::is_same_v<T, flow::Text>) {
        return std::string(batch.arena.view(value));
    } else if constexpr (std::is_same_v<T, flow::AclId>) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "%08x-%08x-%08x", value.acl, value.ace, value.xace);
        return text.data();
    } else {
        static_assert(std::is_same_v<T, flow::MplsStack>);
        std::string text;
        for (std::uint32_t i = 0; i < value.count; ++i) text += (i == 0 ? "" : " ") + std::to_string(value.labels[i]);
        return text;
    }
}

}  // namespace

std::optional<std::string> column_text(const RowPlace& place, flow::Column column) {
    const flow::FlowBatch& batch = *place.batch;
    const std::uint64_t bit = flow::present_bit(column);
    if (bit != 0 && (batch.present[place.row] & bit) == 0) return std::nullopt;
    switch (column) {
#define X(name, type, what)  \
    case flow::Column::name: \
        return text_of(batch, batch.name[place.row]);
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case flow::Column::count_:
            break;
    }
    return std::nullopt;
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
    std::uint64_t value = 0;
    std::uint32_t bits = 0, pending = 0;
    for (const char c : base64) {
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos) break;  // padding
        pending = pending << 6 | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        value = value << 8 | (pending >> bits & 0xff);
    }
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
