// SPDX-License-Identifier: Apache-2.0
#include "control/query/names.hpp"

namespace query {

namespace {

// What nfdump's column has room for.
constexpr std::array<std::string_view, 138> kProtocols = {
    "",      "ICMP",  "IGMP",  "GGP",   "IPIP",  "ST",    "TCP",   "CBT",   "EGP",   "IGP",  "BBN",   "NVPII", "PUP",
    "ARGUS", "ENCOM", "XNET",  "CHAOS", "UDP",   "MUX",   "DCN",   "HMP",   "PRM",   "XNS",  "Trnk1", "Trnk2", "Leaf1",
    "Leaf2", "RDP",   "IRTP",  "ISO-4", "NETBK", "MFESP", "MEINP", "DCCP",  "3PC",   "IDPR", "XTP",   "DDP",   "IDPR",
    "TP++",  "IL",    "IPv6",  "SDRP",  "Rte6",  "Frag6", "IDRP",  "RSVP",  "GRE",   "MHRP", "BNA",   "ESP",   "AH",
    "INLSP", "SWIPE", "NARP",  "MOBIL", "TLSP",  "SKIP",  "ICMP6", "NOHE6", "OPTS6", "HOST", "CFTP",  "NET",   "SATNT",
    "KLAN",  "RVD",   "IPPC",  "FS",    "SATM",  "VISA",  "IPCV",  "CPNX",  "CPHB",  "WSN",  "PVP",   "BSATM", "SUNND",
    "WBMON", "WBEXP", "ISOIP", "VMTP",  "SVMTP", "VINES", "TTP",   "NSIGP", "DGP",   "TCF",  "EIGRP", "OSPF",  "S-RPC",
    "LARP",  "MTP",   "AX.25", "OS",    "MICP",  "SCCSP", "ETHIP", "ENCAP", "",      "GMTP", "IFMP",  "PNNI",  "PIM",
    "ARIS",  "SCPS",  "QNX",   "A/N",   "IPcmp", "SNP",   "CpqPP", "IPXIP", "VRRP",  "PGM",  "0hop",  "L2TP",  "DDX",
    "IATP",  "STP",   "SRP",   "UTI",   "SMP",   "SM",    "PTP",   "ISIS4", "FIRE",  "CRTP", "CRUDP", "",      "IPLT",
    "SPS",   "PIPE",  "SCTP",  "FC",    "",      "MHEAD", "UDP-L", "MPLS"};

template <std::size_t N>
std::string_view named(const std::array<std::string_view, N>& names, std::size_t i, std::string_view other) noexcept {
    return i < N ? names[i] : other;
}

constexpr std::array<std::string_view, 6> kFirewallLabels = {"INVALID", "ADD", "DELETE", "DENIED", "UNKNOW", "UPDATE"};
constexpr std::array<std::string_view, 3> kNatLabels = {"INVALID", "ADD", "DELETE"};
constexpr std::array<std::string_view, 6> kFirewallTitles = {"IGNORE", "CREATE", "DELETE", "DENIED", "ALERT", "UPDATE"};
constexpr std::array<std::string_view, 4> kFirewallNames = {"ignore", "CREATE", "DELETE", "DENIED"};
constexpr std::array<std::string_view, 19> kNatTitles = {"Reserved",
                                                         "NAT translation create",
                                                         "NAT translation delete",
                                                         "NAT Addresses exhausted",
                                                         "NAT44 session create",
                                                         "NAT44 session delete",
                                                         "NAT64 session create",
                                                         "NAT64 session delete",
                                                         "NAT44 BIB create",
                                                         "NAT44 BIB delete",
                                                         "NAT64 BIB create",
                                                         "NAT64 BIB delete",
                                                         "NAT ports exhausted",
                                                         "Quota Exceeded",
                                                         "Address binding create",
                                                         "Address binding delete",
                                                         "Port block allocation",
                                                         "Port block de-allocation",
                                                         "Threshold Reached"};
constexpr std::array<std::string_view, 6> kEndReasons = {
    "", "idle timeout", "active timeout", "end of Flow detected", "forced end", "lack of resources"};

}  // namespace

std::string_view protocol_name(std::uint8_t protocol) noexcept {
    return named(kProtocols, protocol, "");
}

void write_protocol(Pen& pen, std::uint8_t protocol) noexcept {
    const std::string_view name = protocol_name(protocol);
    if (!name.empty()) return pen.text(name);
    pen.number_left(protocol, protocol < kProtocols.size() ? 0 : 5);
}

void flags_text(Pen& pen, std::uint8_t tcp_flags) noexcept {
    constexpr std::string_view letters = "CEUAPRSF";
    for (unsigned i = 0; i < 8; ++i) pen.put((tcp_flags & 0x80 >> i) != 0 ? letters[i] : '.');
}

std::string_view firewall_event_label(std::uint8_t event) noexcept {
    return named(kFirewallLabels, event, "UNKNOW");
}
std::string_view nat_event_label(std::uint8_t event) noexcept {
    return named(kNatLabels, event, "UNKNOW");
}
std::string_view firewall_event_name(std::uint8_t event) noexcept {
    return named(kFirewallNames, event, "UNKNOWN");
}
std::string_view firewall_event_title(std::uint8_t event) noexcept {
    return named(kFirewallTitles, event, "UNKNOW");
}
std::string_view nat_event_title(std::uint8_t event) noexcept {
    return named(kNatTitles, event, "");
}

std::string_view extended_event_label(std::uint16_t event) noexcept {
    switch (event) {
        case 0:
            return "Ignore";
        case 1001:
            return "I-ACL";
        case 1002:
            return "E-ACL";
        case 1003:
            return "Adap";
        case 1004:
            return "No Syn";
        default:
            return "";
    }
}

std::string_view end_reason_title(std::uint8_t reason) noexcept {
    return named(kEndReasons, reason, "");
}

}  // namespace query
