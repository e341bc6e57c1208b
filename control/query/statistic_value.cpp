// SPDX-License-Identifier: Apache-2.0
#include "control/query/statistic_value.hpp"

#include "control/query/address_text.hpp"
#include "control/query/names.hpp"
#include "control/query/numbers.hpp"
#include "control/query/tags.hpp"

namespace query {

using store::query::ElementKind;

std::string value_text(ElementKind kind, const store::query::GroupValue& value, bool v6) {
    std::array<char, kWidestField> text;
    Pen pen(text.data());
    switch (kind) {
        case ElementKind::address:
            address_text(pen, value.address, v6);
            break;
        case ElementKind::mac:
            mac_text(pen, value.number);
            break;
        case ElementKind::mpls:
            write_mpls_label(pen, {.labels = {static_cast<std::uint32_t>(value.number)}, .count = 1}, 0, 0);
            break;
        case ElementKind::hexadecimal:
            pen.text("0x");
            pen.hexadecimal(value.number);
            break;
        case ElementKind::latency:
            latency(pen, static_cast<std::uint32_t>(value.number), 0);
            break;
        case ElementKind::event:
            pen.text(firewall_event_name(static_cast<std::uint8_t>(value.number)));
            break;
        case ElementKind::application:
            write_application_id(pen, value.number);
            break;
        case ElementKind::flags:
            flags_text(pen, static_cast<std::uint8_t>(value.number));
            break;
        case ElementKind::text:
            return std::string(value.text.substr(0, kWidestText));
        case ElementKind::port:
        case ElementKind::number:
        case ElementKind::protocol:
            pen.number(value.number);
            break;
    }
    std::string out(text.data(), pen.at());
    // An engine of one digit stands behind a blank, in columns alone.
    if (out.starts_with(' ')) out.erase(0, 1);
    return out;
}

}  // namespace query
