// SPDX-License-Identifier: Apache-2.0
#include "filters/language/fields.hpp"

#include <array>

namespace filters::language {

namespace {

using flow::Column;

// Subjects of a field, in static storage.
template <auto... kSubjects>
constexpr std::array<Subject, sizeof...(kSubjects)> kOf = {Subject(kSubjects)...};

constexpr std::array kFields = {
    Field{.words = "proto",
          .value = "a protocol name or a number from 0 to 255",
          .operand = Operand::protocol,
          .subjects = kOf<Column::proto>,
          .most = 255},
    Field{.words = "port",
          .value = "a port number from 0 to 65535",
          .operand = Operand::number,
          .subjects = kOf<Column::src_port, Column::dst_port>,
          .sided = true,
          .most = 65535,
          .compares = true,
          .lists = true},
    Field{.words = "ip|host",
          .value = "a complete IPv4 or IPv6 address",
          .operand = Operand::address,
          .subjects = kOf<Column::src_addr, Column::dst_addr>,
          .sided = true,
          .lists = true},
    Field{.words = "net",
          .value = "a prefix such as 10.0.0.0/8 or 2001:db8::/32",
          .operand = Operand::prefix,
          .subjects = kOf<Column::src_addr, Column::dst_addr>,
          .sided = true,
          .lists = true},
    Field{.words = "ipv4|inet", .value = "", .operand = Operand::fixed, .subjects = kOf<Column::family>, .constant = 4},
    Field{
        .words = "ipv6|inet6", .value = "", .operand = Operand::fixed, .subjects = kOf<Column::family>, .constant = 6},
    Field{.words = "icmp-type",
          .value = "an ICMP type from 0 to 255",
          .operand = Operand::number,
          .subjects = kOf<Reading::icmp_type>,
          .most = 255,
          .needs = Requires::icmp},
    Field{.words = "icmp-code",
          .value = "an ICMP code from 0 to 255",
          .operand = Operand::number,
          .subjects = kOf<Reading::icmp_code>,
          .most = 255,
          .needs = Requires::icmp},
    Field{.words = "payload content",
          .value = "a text in quotes",
          .operand = Operand::content,
          .subjects = kOf<Reading::application_bytes>},
    Field{.words = "payload regex",
          .value = "a regular expression in quotes",
          .operand = Operand::regex,
          .subjects = kOf<Reading::application_bytes>},
};

}  // namespace

std::span<const Field> fields() noexcept {
    return kFields;
}

}  // namespace filters::language
