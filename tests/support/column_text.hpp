// SPDX-License-Identifier: Apache-2.0
// A column of a row as text, so that values of all types are compared alike.
//
// Shape: numbers (MAC addresses too) in decimal, addresses as flow::IpAddress::text(), a label stack as its 24-bit entries,
//        an access list as "acl-ace-xace" in hexadecimal.
#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <type_traits>

#include "dataplane/flow/batch.hpp"

namespace support {

template <class T>
std::string value_text(const flow::FlowBatch& batch, const T& value) {
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

// nullopt: the record did not bring the column.
inline std::optional<std::string> column_text(const flow::FlowBatch& batch, std::uint32_t row, flow::Column column) {
    const std::uint64_t bit = flow::present_bit(column);
    if (bit != 0 && (batch.present[row] & bit) == 0) return std::nullopt;
    switch (column) {
#define X(name, type, what)  \
    case flow::Column::name: \
        return value_text(batch, batch.name[row]);
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case flow::Column::count_:
            break;
    }
    return std::nullopt;
}

}  // namespace support
