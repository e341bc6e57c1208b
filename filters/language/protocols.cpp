// SPDX-License-Identifier: Apache-2.0
#include "filters/language/protocols.hpp"

#include <algorithm>
#include <array>

#include "filters/language/lexer.hpp"

namespace filters::language {

namespace {

struct Name {
    std::uint8_t number;
    std::string_view name;
};

// The index is the protocol number, up to where nfdump's names are contiguous.
constexpr std::array<std::string_view, 90> kShort = {
    "",      "icmp",  "igmp",  "ggp",   "ipip",  "st",    "tcp",   "cbt",   "egp",   "igp",  "bbn",   "nvpii", "pup",
    "argus", "encom", "xnet",  "chaos", "udp",   "mux",   "dcn",   "hmp",   "prm",   "xns",  "trnk1", "trnk2", "leaf1",
    "leaf2", "rdp",   "irtp",  "iso-4", "netbk", "mfesp", "meinp", "dccp",  "3pc",   "idpr", "xtp",   "ddp",   "idpr",
    "tp++",  "il",    "ipv6",  "sdrp",  "rte6",  "frag6", "idrp",  "rsvp",  "gre",   "mhrp", "bna",   "esp",   "ah",
    "inlsp", "swipe", "narp",  "mobil", "tlsp",  "skip",  "icmp6", "nohe6", "opts6", "host", "cftp",  "net",   "satnt",
    "klan",  "rvd",   "ippc",  "fs",    "satm",  "visa",  "ipcv",  "cpnx",  "cphb",  "wsn",  "pvp",   "bsatm", "sunnd",
    "wbmon", "wbexp", "isoip", "vmtp",  "svmtp", "vines", "ttp",   "nsigp", "dgp",   "tcf",  "eigrp", "ospf"};

constexpr std::array kShortHigh = {
    Name{103, "pim"},  Name{108, "ipcmp"}, Name{112, "vrrp"},  Name{113, "pgm"},   Name{115, "l2tp"},
    Name{132, "sctp"}, Name{133, "fc"},    Name{135, "mhead"}, Name{136, "udp-l"}, Name{137, "mpls"},
};

// IANA keywords that differ from the short names, and short names of protocols that nobody prints.
constexpr std::array kIana = {
    Name{0, "hopopt"},       Name{4, "ipv4"},
    Name{10, "bbn-rcc-mon"}, Name{11, "nvp-ii"},
    Name{14, "emcon"},       Name{19, "dcn-meas"},
    Name{22, "xns-idp"},     Name{23, "trunk-1"},
    Name{24, "trunk-2"},     Name{25, "leaf-1"},
    Name{26, "leaf-2"},      Name{29, "iso-tp4"},
    Name{30, "netblt"},      Name{31, "mfe-nsp"},
    Name{32, "merit-inp"},   Name{38, "idpr-cmtp"},
    Name{43, "ipv6-route"},  Name{44, "ipv6-frag"},
    Name{48, "dsr"},         Name{52, "i-nlsp"},
    Name{55, "mobile"},      Name{55, "min-ipv4"},
    Name{58, "ipv6-icmp"},   Name{58, "icmpv6"},
    Name{59, "ipv6-nonxt"},  Name{60, "ipv6-opts"},
    Name{64, "sat-expak"},   Name{65, "kryptolan"},
    Name{69, "sat-mon"},     Name{76, "br-sat-mon"},
    Name{77, "sun-nd"},      Name{78, "wb-mon"},
    Name{79, "wb-expak"},    Name{80, "iso-ip"},
    Name{82, "secure-vmtp"}, Name{84, "iptm"},
    Name{85, "nsfnet-igp"},  Name{89, "ospfigp"},
    Name{90, "sprite-rpc"},  Name{91, "larp"},
    Name{92, "mtp"},         Name{93, "ax.25"},
    Name{95, "micp"},        Name{96, "scc-sp"},
    Name{97, "etherip"},     Name{98, "encap"},
    Name{100, "gmtp"},       Name{101, "ifmp"},
    Name{102, "pnni"},       Name{104, "aris"},
    Name{105, "scps"},       Name{106, "qnx"},
    Name{107, "a/n"},        Name{108, "ipcomp"},
    Name{109, "snp"},        Name{110, "compaq-peer"},
    Name{111, "ipx-in-ip"},  Name{116, "ddx"},
    Name{117, "iatp"},       Name{118, "stp"},
    Name{119, "srp"},        Name{120, "uti"},
    Name{121, "smp"},        Name{122, "sm"},
    Name{123, "ptp"},        Name{124, "isis"},
    Name{125, "fire"},       Name{126, "crtp"},
    Name{127, "crudp"},      Name{128, "sscopmce"},
    Name{129, "iplt"},       Name{130, "sps"},
    Name{131, "pipe"},       Name{134, "rsvp-e2e-ignore"},
    Name{136, "udplite"},    Name{137, "mpls-in-ip"},
    Name{138, "manet"},      Name{139, "shim6"},
    Name{140, "wesp"},       Name{141, "rohc"},
    Name{142, "ethernet"},   Name{143, "aggfrag"},
    Name{144, "nsh"},        Name{90, "s-rpc"},
    Name{94, "os"},          Name{96, "sccsp"},
    Name{97, "ethip"},       Name{110, "cpqpp"},
    Name{111, "ipxip"},      Name{114, "0hop"},
    Name{124, "isis4"},
};

template <class Names>
std::optional<std::uint8_t> find(const Names& names, std::string_view name) noexcept {
    const auto at = std::find_if(names.begin(), names.end(), [&](const Name& n) { return same_word(n.name, name); });
    if (at == names.end()) return std::nullopt;
    return at->number;
}

}  // namespace

std::optional<std::uint8_t> protocol_number(std::string_view name) noexcept {
    if (name.empty()) return std::nullopt;
    for (std::size_t i = 0; i < kShort.size(); ++i) {
        if (same_word(kShort[i], name)) return static_cast<std::uint8_t>(i);
    }
    if (const auto high = find(kShortHigh, name)) return high;
    return find(kIana, name);
}

std::string_view protocol_name(std::uint8_t number) noexcept {
    if (number < kShort.size()) return protocol_number(kShort[number]) == number ? kShort[number] : "";
    const auto at =
        std::find_if(kShortHigh.begin(), kShortHigh.end(), [&](const Name& n) { return n.number == number; });
    return at == kShortHigh.end() ? "" : at->name;
}

}  // namespace filters::language
