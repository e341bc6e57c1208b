// SPDX-License-Identifier: Apache-2.0
#include "filters/language/fields.hpp"

namespace filters::language {

namespace {

using flow::Column;

constexpr std::array kFields = {
    Field{.words = "proto",
          .value = "a protocol name or a number from 0 to 255",
          .operand = Operand::protocol,
          .columns = {Column::proto, Column::proto},
          .most = 255},
    Field{.words = "port",
          .value = "a port number from 0 to 65535",
          .operand = Operand::number,
          .columns = {Column::src_port, Column::dst_port},
          .most = 65535,
          .compares = true,
          .lists = true},
    Field{.words = "ip|host",
          .value = "a complete IPv4 or IPv6 address",
          .operand = Operand::address,
          .columns = {Column::src_addr, Column::dst_addr},
          .lists = true},
    Field{.words = "net",
          .value = "a prefix such as 10.0.0.0/8 or 2001:db8::/32",
          .operand = Operand::prefix,
          .columns = {Column::src_addr, Column::dst_addr},
          .lists = true},
    Field{.words = "ipv4|inet",
          .value = "",
          .operand = Operand::fixed,
          .columns = {Column::family, Column::family},
          .constant = 4},
    Field{.words = "ipv6|inet6",
          .value = "",
          .operand = Operand::fixed,
          .columns = {Column::family, Column::family},
          .constant = 6},
    Field{.words = "icmp-type",
          .value = "an ICMP type from 0 to 255",
          .operand = Operand::number,
          .columns = {Column::dst_port, Column::dst_port},
          .most = 255,
          .part = Part::high_byte,
          .icmp_only = true},
    Field{.words = "icmp-code",
          .value = "an ICMP code from 0 to 255",
          .operand = Operand::number,
          .columns = {Column::dst_port, Column::dst_port},
          .most = 255,
          .part = Part::low_byte,
          .icmp_only = true},
    Field{.words = "payload content",
          .value = "a text in quotes",
          .operand = Operand::content,
          .columns = {Column::payload, Column::payload}},
    Field{.words = "payload regex",
          .value = "a regular expression in quotes",
          .operand = Operand::regex,
          .columns = {Column::payload, Column::payload}},
};

}  // namespace

std::span<const Field> fields() noexcept {
    return kFields;
}

}  // namespace filters::language
