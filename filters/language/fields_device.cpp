// SPDX-License-Identifier: Apache-2.0
#include "filters/language/field_rows.hpp"

namespace filters::language {

namespace {

using flow::Column;

constexpr std::string_view kPort = "a port number from 0 to 65535";
constexpr std::string_view kMac = "a MAC address such as 00:11:22:33:44:55";
constexpr std::string_view kLabel = "a label from 0 to 1048575";
constexpr std::string_view kAcl = "an id from 0 to 4294967295";
constexpr std::string_view kVrf = "a VRF id from 0 to 4294967295";
constexpr std::string_view kLatency = "a number of microseconds";
constexpr std::string_view kEngine = "a number from 0 to 255";
constexpr std::uint64_t kMostLabel = (1u << 20) - 1;

// NSEL element 233 (Cisco ASA NetFlow implementation guide), with nfdump's names of all versions.
constexpr std::array kFirewallEvents = {
    NamedValue{"ignore", 0}, NamedValue{"create", 1}, NamedValue{"delete", 2}, NamedValue{"term", 2},
    NamedValue{"denied", 3}, NamedValue{"deny", 3},   NamedValue{"alert", 4},  NamedValue{"update", 5},
};
// NSEL element 33002.
constexpr std::array kDenials = {
    NamedValue{"ingress", 1001},   NamedValue{"i-acl", 1001},  NamedValue{"egress", 1002}, NamedValue{"e-acl", 1002},
    NamedValue{"interface", 1003}, NamedValue{"access", 1003}, NamedValue{"deny", 1003},   NamedValue{"nosyn", 1004},
};
// RFC 8158 section 4.3, with nfdump's names.
constexpr std::array kNatEvents = {
    NamedValue{"invalid", 0},   NamedValue{"add", 1},       NamedValue{"create", 1},    NamedValue{"delete", 2},
    NamedValue{"exhaust", 3},   NamedValue{"add44", 4},     NamedValue{"del44", 5},     NamedValue{"add64", 6},
    NamedValue{"del64", 7},     NamedValue{"add44bib", 8},  NamedValue{"del44bib", 9},  NamedValue{"add64bib", 10},
    NamedValue{"del64bib", 11}, NamedValue{"pexhaust", 12}, NamedValue{"quotaexh", 13}, NamedValue{"addaddr", 14},
    NamedValue{"deladdr", 15},  NamedValue{"addpblk", 16},  NamedValue{"delpblk", 17},  NamedValue{"threshld", 18},
};

constexpr Field mac_field(std::string_view words, Subjects subjects) {
    Field f = with_operand(words, kMac, Operand::mac, subjects);
    f.lists = true;
    f.most = (1ull << 48) - 1;
    return f;
}
template <std::uint8_t kIndex>
constexpr Field label_field(std::string_view words) {
    return number_field(words, kLabel, kOf<Subject(Reading::mpls_label, kIndex)>, kMostLabel);
}
template <std::uint8_t kIndex>
constexpr Field exp_field(std::string_view words) {
    return number_field(words, "EXP bits from 0 to 7", kOf<Subject(Reading::mpls_exp, kIndex)>, 7);
}
constexpr Field block_field(std::string_view words, Subjects subjects) {
    return number_field(words, kPort, subjects, kMost16);
}

constexpr std::array kFields = {
    mac_field("mac|src or dst mac|dst or src mac",
              kOf<Column::in_src_mac, Column::out_dst_mac, Column::in_dst_mac, Column::out_src_mac>),
    mac_field("in mac", kOf<Column::in_src_mac, Column::in_dst_mac>),
    mac_field("out mac", kOf<Column::out_src_mac, Column::out_dst_mac>),
    mac_field("src mac", kOf<Column::in_src_mac, Column::out_src_mac>),
    mac_field("dst mac", kOf<Column::in_dst_mac, Column::out_dst_mac>),
    mac_field("in src mac", kOf<Column::in_src_mac>),
    mac_field("in dst mac", kOf<Column::in_dst_mac>),
    mac_field("out src mac", kOf<Column::out_src_mac>),
    mac_field("out dst mac", kOf<Column::out_dst_mac>),
    label_field<1>("mpls label1"),
    label_field<2>("mpls label2"),
    label_field<3>("mpls label3"),
    label_field<4>("mpls label4"),
    label_field<5>("mpls label5"),
    label_field<6>("mpls label6"),
    label_field<7>("mpls label7"),
    label_field<8>("mpls label8"),
    label_field<9>("mpls label9"),
    label_field<10>("mpls label10"),
    exp_field<1>("mpls exp1"),
    exp_field<2>("mpls exp2"),
    exp_field<3>("mpls exp3"),
    exp_field<4>("mpls exp4"),
    exp_field<5>("mpls exp5"),
    exp_field<6>("mpls exp6"),
    exp_field<7>("mpls exp7"),
    exp_field<8>("mpls exp8"),
    exp_field<9>("mpls exp9"),
    exp_field<10>("mpls exp10"),
    number_field("mpls eos", kLabel, kOf<Subject(Reading::mpls_eos)>, kMostLabel),
    number_field("mpls any", kLabel,
                 kOf<Subject(Reading::mpls_label, 1), Subject(Reading::mpls_label, 2), Subject(Reading::mpls_label, 3),
                     Subject(Reading::mpls_label, 4), Subject(Reading::mpls_label, 5), Subject(Reading::mpls_label, 6),
                     Subject(Reading::mpls_label, 7), Subject(Reading::mpls_label, 8), Subject(Reading::mpls_label, 9),
                     Subject(Reading::mpls_label, 10)>,
                 kMostLabel),
    sided(address_field("nat ip|xlate ip|xip|nip", kOf<Column::nat_src_addr, Column::nat_dst_addr>)),
    sided(prefix_field("nat net|xlate net|xnet|nnet", kOf<Column::nat_src_addr, Column::nat_dst_addr>)),
    sided(number_field("nat port|xlate port|xport|nport", kPort, kOf<Column::nat_src_port, Column::nat_dst_port>,
                       kMost16)),
    number_field("nat event|xlate event", "a NAT event: a number from 0 to 255, or a name such as add or delete",
                 kOf<Column::nat_event>, 255, kNatEvents),
    block_field("nat pblock start|xlate pblock start|pblock start", kOf<Column::port_block_start>),
    block_field("nat pblock end|xlate pblock end|pblock end", kOf<Column::port_block_end>),
    block_field("nat pblock step|xlate pblock step|pblock step", kOf<Column::port_block_step>),
    block_field("nat pblock size|xlate pblock size|pblock size", kOf<Column::port_block_size>),
    number_field("asa event", "a firewall event: a number from 0 to 255, or a name such as create or denied",
                 kOf<Column::firewall_event>, 255, kFirewallEvents),
    requiring(Requires::denied, number_field("asa denied|asa event denied|asa event deny",
                                             "ingress, egress, interface, nosyn, or a number from 0 to 65535",
                                             kOf<Column::firewall_xevent>, kMost16, kDenials)),
    number_field("asa xevent", "an extended firewall event from 0 to 65535", kOf<Column::firewall_xevent>, kMost16),
    number_field(
        "ingress acl", kAcl,
        kOf<Subject(Reading::ingress_acl, 0), Subject(Reading::ingress_acl, 1), Subject(Reading::ingress_acl, 2)>,
        kMost32),
    number_field("ingress ace", kAcl, kOf<Subject(Reading::ingress_acl, 1)>, kMost32),
    number_field("ingress xace", kAcl, kOf<Subject(Reading::ingress_acl, 2)>, kMost32),
    number_field("egress acl", kAcl,
                 kOf<Subject(Reading::egress_acl, 0), Subject(Reading::egress_acl, 1), Subject(Reading::egress_acl, 2)>,
                 kMost32),
    number_field("egress ace", kAcl, kOf<Subject(Reading::egress_acl, 1)>, kMost32),
    number_field("egress xace", kAcl, kOf<Subject(Reading::egress_acl, 2)>, kMost32),
    number_field("ingress vrf", kVrf, kOf<Column::ingress_vrf>, kMost32),
    number_field("egress vrf", kVrf, kOf<Column::egress_vrf>, kMost32),
    number_field("client latency", kLatency, kOf<Column::client_latency_us>, kMost32),
    number_field("server latency", kLatency, kOf<Column::server_latency_us>, kMost32),
    number_field("app latency", kLatency, kOf<Column::app_latency_us>, kMost32),
    address_field("router ip|exporter ip", kOf<Subject(Reading::exporter_address)>),
    prefix_field("router net|exporter net", kOf<Subject(Reading::exporter_address)>),
    number_field("exporter id|exporter sysid|sysid", "an exporter's number from 0 to 65535",
                 kOf<Subject(Reading::exporter_id)>, kMost16),
    number_field("engine-type|engine type", kEngine, kOf<Subject(Reading::engine_type)>, 255),
    number_field("engine-id|engine id", kEngine, kOf<Subject(Reading::engine_id)>, 255),
    number_field("nfversion", "a version from 0 to 255", kOf<Subject(Reading::exporter_version)>, 255),
    number_field("observation domain id", "a number from 0 to 4294967295", kOf<Column::observation_domain>, kMost32),
    number_field("observation point id", "a number", kOf<Column::observation_point>, kMost64),
    number_field("count|cnt", "a record's number", kOf<Subject(Reading::count)>, kMost64),
    with_operand("ident", "the name of a source", Operand::ident, kOf<Column::source>),
};

}  // namespace

std::span<const Field> device_fields() noexcept {
    return kFields;
}

}  // namespace filters::language
