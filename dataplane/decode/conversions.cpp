// SPDX-License-Identifier: Apache-2.0
// What is true of each conversion, for the compiler of copy plans.
#include <algorithm>

#include "dataplane/decode/copy_field.hpp"

namespace decode {

Widths widths_of(const Element& element) noexcept {
    constexpr std::uint16_t kAny = 65535;
    switch (element.conversion) {
        case Conversion::known:
        case Conversion::text:
        case Conversion::nbar_text:
        case Conversion::bytes:
        case Conversion::frame_section:
        case Conversion::ip_section:
        case Conversion::mpls_section:
        case Conversion::basic_list:
        case Conversion::sub_template_list:
        case Conversion::sub_template_multi_list:
            return {0, kAny};
        case Conversion::community:
        case Conversion::ipv4:
            return {4, 4};
        case Conversion::ipv6:
            return {16, 16};
        case Conversion::mac:
            return {6, 6};
        case Conversion::acl:
            return {12, 12};
        case Conversion::application:
            return {1, kApplicationBytes};
        case Conversion::mpls:
            return {3, 4};
        case Conversion::ntp:
        case Conversion::segment:
        case Conversion::segment_tunnel:
            return {8, 8};
        case Conversion::sample_probability:
            return {4, 8};
        case Conversion::icmp_type:
        case Conversion::icmp_code:
        case Conversion::dscp:
            return {1, 1};
        case Conversion::icmp_type_code:
            return {2, 2};
        case Conversion::uptime_ms:
            return {1, 4};
        case Conversion::number: {
            const std::uint32_t column = column_place(element.column).width;
            return {1, static_cast<std::uint16_t>(std::max<std::uint32_t>(column, element.bytes))};
        }
        default:
            return {1, 8};
    }
}

bool needs_rows(Conversion c) noexcept {
    return is_text(c) || c == Conversion::community || is_kept(c);
}

bool always_writes(Conversion c) noexcept {
    return c != Conversion::juniper_exception && c != Conversion::icmp_type_code && c != Conversion::icmp_type &&
           c != Conversion::icmp_code;
}

}  // namespace decode
