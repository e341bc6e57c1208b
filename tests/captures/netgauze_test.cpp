// SPDX-License-Identifier: Apache-2.0
// Field by field against NetGauze's decodes of pmacct's captures (routers of Cisco and Huawei): one JSON object a datagram.
// Field names are the registry's; a second element of one kind in a record is called "name#2" here.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <ostream>

#include "tests/captures/golden.hpp"
#include "tests/captures/inventory.hpp"

namespace captures {
namespace {

using flow::Column;
using Expected = std::optional<std::string>;

std::string decimal(std::uint64_t n) {
    return std::to_string(n);
}
bool is_icmp(const RowPlace& place) {
    const std::uint8_t proto = place.batch->proto[place.row];
    return proto == 1 || proto == 58;
}

Expected number(const Json& value, const Json&, const RowPlace&) {
    return decimal(value.get<std::uint64_t>());
}
Expected address(const Json& value, const Json&, const RowPlace&) {
    return address_text(value.get<std::string>());
}
// Cisco brings IPv4 and IPv6 elements in one record; the other family's are zero.
Expected address_unless_zero(const Json& value, const Json&, const RowPlace&) {
    const std::string s = address_text(value.get<std::string>());
    return s == "::" || s == "0.0.0.0" ? std::nullopt : Expected(s);
}
Expected number_unless_zero(const Json& value, const Json&, const RowPlace&) {
    return value == 0 ? std::nullopt : Expected(decimal(value.get<std::uint64_t>()));
}
Expected octets(const Json& value, const Json&, const RowPlace&) {
    std::uint64_t n = 0;
    for (const Json& byte : value) n = n << 8 | byte.get<std::uint64_t>();
    return decimal(n);
}
Expected time(const Json& value, const Json&, const RowPlace&) {
    return decimal(rfc3339_ms(value.get<std::string>()));
}
// v9 tells its uptime in the header, IPFIX in an options record (systemInitTimeMilliseconds).
Expected uptime(const Json& value, const Json& record, const RowPlace&) {
    if (!record.contains("#start_ms")) return std::nullopt;
    return decimal(record["#start_ms"].get<std::uint64_t>() + value.get<std::uint64_t>());
}
Expected port(const Json& value, const Json& record, const RowPlace& place) {
    return is_icmp(place) ? std::nullopt : number(value, record, place);
}
Expected icmp_pair(const Json& value, const Json& record, const RowPlace& place) {
    return is_icmp(place) ? number(value, record, place) : std::nullopt;
}
Expected direction(const Json& value, const Json&, const RowPlace&) {
    if (value.is_object()) return decimal(value["Unassigned"].get<std::uint64_t>());
    return value == "ingress" ? "0" : "1";
}
// RFC 7270 section 4.12: the upper two bits and the reason.
Expected forwarding(const Json& value, const Json&, const RowPlace&) {
    if (value == Json{{"Forwarded", "Unknown"}}) return "64";
    if (value == Json{{"Consumed", "Forus"}}) return "195";
    return decimal(value["Unknown"]["Unassigned"].get<std::uint64_t>());
}
Expected end_reason(const Json& value, const Json&, const RowPlace&) {
    return value == "idletimeout" ? "1" : value == "activetimeout" ? "2" : "0";
}
Expected protocol(const Json& value, const Json&, const RowPlace&) {
    static const std::map<std::string, std::string> numbers{
        {"ICMP", "1"}, {"IPv4", "4"}, {"TCP", "6"}, {"UDP", "17"}, {"IPv6", "41"}, {"IPv6ICMP", "58"}, {"VRRP", "112"}};
    return numbers.at(value.get<std::string>());
}
Expected tcp_flags(const Json& value, const Json&, const RowPlace&) {
    constexpr const char* kBits[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
    std::uint64_t flags = 0;
    for (std::size_t i = 0; i < std::size(kBits); ++i)
        flags |= static_cast<std::uint64_t>(value[kBits[i]] == true) << i;
    return decimal(flags);
}
// All sections of the record; those behind the last that is not zero are no labels.
Expected label_stack(const Json& value, const Json& record, const RowPlace&) {
    std::vector<std::string> labels{*octets(value, record, {})};
    for (int section = 2; section <= 6; ++section) {
        const std::string name = "mplsLabelStackSection" + std::to_string(section);
        if (record.contains(name)) labels.push_back(*octets(record[name], record, {}));
    }
    while (!labels.empty() && labels.back() == "0") labels.pop_back();
    std::string text;
    for (const std::string& label : labels) text += (text.empty() ? "" : " ") + label;
    return text;
}

constexpr std::string_view kNoColumn = "no column";
constexpr std::string_view kWithTop = "compared with mplsTopLabelStackSection";
constexpr std::string_view kOuter = "of the outer header of a tunnel, which has no such column";
constexpr Mapping kMappings[] = {
    {"bgpDestinationAsNumber", Column::dst_as, number},
    {"bgpNextHopIPv4Address", Column::bgp_next_hop, address},
    {"bgpNextHopIPv6Address", Column::bgp_next_hop, address},
    {"bgpSourceAsNumber", Column::src_as, number},
    {"destinationIPv4Address", Column::dst_addr, address_unless_zero},
    {"destinationIPv4PrefixLength", Column::dst_mask, number},
    {"destinationIPv6Address", Column::dst_addr, address_unless_zero},
    {"destinationIPv6PrefixLength", Column::dst_mask, number},
    {"destinationMacAddress", Column::in_dst_mac, octets},
    {"destinationTransportPort", Column::dst_port, port},
    {"dot1qCustomerVlanId", Column::inner_vlan, number},
    {"dot1qVlanId", Column::src_vlan, number},
    {"egressInterface", Column::output_if, number},
    {"egressVRFID", Column::egress_vrf, number},
    {"ethernetType", Column::ethertype, number},
    {"flowDirection", Column::direction, direction},
    {"flowEndMilliseconds", Column::last_ms, time},
    {"flowEndReason", Column::end_reason, end_reason},
    {"flowEndSysUpTime", Column::last_ms, uptime},
    {"flowLabelIPv6", Column::flow_label, number},
    {"flowStartMilliseconds", Column::first_ms, time},
    {"flowStartSysUpTime", Column::first_ms, uptime},
    {"forwardingStatus", Column::forwarding_status, forwarding},
    {"icmpTypeCodeIPv4", Column::dst_port, icmp_pair},
    {"icmpTypeCodeIPv6", Column::dst_port, icmp_pair},
    {"ingressInterface", Column::input_if, number},
    {"ingressVRFID", Column::ingress_vrf, number},
    {"ipClassOfService", Column::tos, number},
    {"ipNextHopIPv4Address", Column::next_hop, address_unless_zero},
    {"ipNextHopIPv6Address", Column::next_hop, address_unless_zero},
    {"maximumTTL", Column::max_ttl, number},
    {"minimumTTL", Column::min_ttl, number},
    {"mplsTopLabelStackSection", Column::mpls, label_stack},
    {"octetDeltaCount", Column::in_bytes, number},
    {"packetDeltaCount", Column::in_packets, number},
    {"postVlanId", Column::dst_vlan, number},
    {"protocolIdentifier", Column::proto, protocol},
    {"samplerId", Column::sampler_id, number},
    {"selectorId", Column::sampler_id, number},
    {"sourceIPv4Address", Column::src_addr, address_unless_zero},
    {"sourceIPv4PrefixLength", Column::src_mask, number},
    {"sourceIPv6Address", Column::src_addr, address_unless_zero},
    {"sourceIPv6PrefixLength", Column::src_mask, number},
    {"sourceMacAddress", Column::in_src_mac, octets},
    {"sourceTransportPort", Column::src_port, port},
    {"tcpControlBits", Column::tcp_flags, tcp_flags},
    {"vlanId", Column::src_vlan, number_unless_zero},
    {"#sampling", Column::sampling, number},
    {"outer destinationIPv6Address", Column::tunnel_dst_addr, address},
    {"outer destinationTransportPort", Column::tunnel_dst_port, number},
    {"outer protocolIdentifier", Column::tunnel_proto, protocol},
    {"outer sourceIPv6Address", Column::tunnel_src_addr, address},
    {"outer sourceTransportPort", Column::tunnel_src_port, number},
    // Not kept.
    {.field = "outer flowLabelIPv6", .why = kOuter},
    {.field = "outer ipClassOfService", .why = kOuter},
    {.field = "outer tcpControlBits", .why = kOuter},
    {.field = "#start_ms", .why = "what uptimes count from"},
    {.field = "Huawei", .why = kNoColumn},
    {.field = "Huawei#2", .why = kNoColumn},
    {.field = "Huawei#3", .why = kNoColumn},
    {.field = "Huawei#4", .why = kNoColumn},
    {.field = "Huawei#5", .why = kNoColumn},
    {.field = "dot1qPriority", .why = kNoColumn},
    {.field = "fragmentIdentification", .why = kNoColumn},
    {.field = "ipVersion", .why = "the family follows from the addresses"},
    {.field = "ipv6ExtensionHeaders", .why = kNoColumn},
    {.field = "ipv6ExtensionHeadersFull", .why = kNoColumn},
    {.field = "mplsLabelStackSection2", .why = kWithTop},
    {.field = "mplsLabelStackSection3", .why = kWithTop},
    {.field = "mplsLabelStackSection4", .why = kWithTop},
    {.field = "mplsLabelStackSection5", .why = kWithTop},
    {.field = "mplsLabelStackSection6", .why = kWithTop},
    {.field = "mplsTopLabelIPv4Address", .why = kNoColumn},
    {.field = "mplsTopLabelIPv6Address", .why = kNoColumn},
    {.field = "mplsTopLabelPrefixLength", .why = kNoColumn},
    {.field = "mplsTopLabelType", .why = kNoColumn},
    {.field = "mplsVpnRouteDistinguisher", .why = "nfdump has none; the VRF ids are kept"},
    {.field = "octetDeltaSumOfSquares", .why = kNoColumn},
    {.field = "paddingOctets", .why = "padding"},
    {.field = "paddingOctets#2", .why = "padding"},
    {.field = "paddingOctets#3", .why = "padding"},
    {.field = "srhActiveSegmentIPv6", .why = kNoColumn},
    {.field = "srhFlagsIPv6", .why = kNoColumn},
    {.field = "srhSegmentIPv6ListSection", .why = kNoColumn},
    {.field = "srhSegmentsIPv6Left", .why = kNoColumn},
    {.field = "srhTagIPv6", .why = kNoColumn},
    {.field = "systemInitTimeMilliseconds", .why = "what uptimes count from"},
};

constexpr KnownDifference kKnown[] = {
    {"106-IPFIXv10-HUAWEI-vrf_name", "selectorId", "the record has a samplerId too"},
};

struct Golden {
    std::string json;
    std::string pcap;
};
void PrintTo(const Golden& golden, std::ostream* out) {
    *out << golden.pcap;
}

std::vector<Golden> goldens() {
    if (!are_there()) return {};
    const std::string theirs = "NetGauze_NetGauze/assets/pcaps/";
    std::vector<Golden> found{{theirs + "flow/srv6/srv6-flow.json", theirs + "flow/srv6/srv6.pcap"}};
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root() / theirs / "pmacct-tests")) {
        if (entry.path().extension() == ".json") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
        const std::string scenario = path.parent_path().filename();
        const std::string traffic = path.filename().string().substr(0, std::string_view("traffic-00").size());
        found.push_back(
            {std::filesystem::relative(path, root()), "pmacct_pmacct/tests/" + scenario + "/" + traffic + ".pcap"});
    }
    return found;
}

// [{"name": value}, ...] as one object; further elements of a name get "#2" and so on.
Json object_of(const Json& fields) {
    Json object = Json::object();
    for (const Json& field : fields) {
        const std::string name = field.begin().key();
        std::string key = name;
        for (int n = 2; object.contains(key); ++n) key = name + "#" + std::to_string(n);
        object[key] = field.begin().value();
    }
    return object;
}

// A second protocol: the elements before are of the outer header of a tunnel.
void name_outer(Json& record) {
    if (!record.contains("protocolIdentifier#2")) return;
    for (const std::string name :
         {"destinationIPv6Address", "destinationTransportPort", "flowLabelIPv6", "ipClassOfService",
          "protocolIdentifier", "sourceIPv6Address", "sourceTransportPort", "tcpControlBits"}) {
        const bool again = record.contains(name + "#2");
        const bool other_family = name.ends_with("IPv6Address") && record.contains("sourceIPv4Address");
        if (!again && !other_family) continue;
        record["outer " + name] = record[name];
        record.erase(name);
        if (!again) continue;
        record[name] = record[name + "#2"];
        record.erase(name + "#2");
    }
}

// What options data has told so far.
struct Told {
    std::optional<std::uint64_t> start_ms;
    std::map<std::uint64_t, std::uint64_t> sampling;  // selector id -> 1 in n
};

void learn(const Json& scope, const Json& fields, Told& told) {
    if (fields.contains("systemInitTimeMilliseconds")) {
        told.start_ms = rfc3339_ms(fields["systemInitTimeMilliseconds"].get<std::string>());
    }
    if (scope.contains("selectorId") && fields.contains("samplingPopulation")) {
        told.sampling[scope["selectorId"].get<std::uint64_t>()] =
            fields["samplingPopulation"].get<std::uint64_t>() / fields["samplingSize"].get<std::uint64_t>();
    }
}

// The flow records of a datagram; options records among them are learned on the way.
std::vector<Json> flow_records(const Json& datagram, Told& told) {
    std::vector<Json> records;
    const bool v9 = datagram.contains("NetFlowV9");
    const Json& message = datagram.begin().value();
    if (v9) {
        told.start_ms =
            rfc3339_ms(message["unix_time"].get<std::string>()) - message["sys_up_time"].get<std::uint64_t>();
    }
    for (const Json& set : message["sets"]) {
        if (!set.contains("Data")) continue;
        for (const Json& record : set["Data"]["records"]) {
            Json fields = object_of(record["fields"]);
            if (!record["scope_fields"].empty()) {
                learn(object_of(record["scope_fields"]), fields, told);
                continue;
            }
            name_outer(fields);
            if (told.start_ms) fields["#start_ms"] = *told.start_ms;
            if (fields.contains("selectorId")) {
                const auto known = told.sampling.find(fields["selectorId"].get<std::uint64_t>());
                if (known != told.sampling.end()) fields["#sampling"] = known->second;
            }
            records.push_back(std::move(fields));
        }
    }
    return records;
}

class NetGauzeGolden : public testing::TestWithParam<Golden> {};

TEST_P(NetGauzeGolden, IsWhatWeDecode) {
    const Golden& golden = GetParam();
    Feed feed;
    feed.files({root() / golden.pcap});
    const std::vector<RowPlace> rows = feed.rows();
    std::array<bool, std::size(kKnown)> used{};
    std::map<std::pair<flow::IpAddress, std::uint64_t>, Told> told;
    std::ifstream in(root() / golden.json);
    std::size_t row = 0, datagram = 0;
    for (std::string line; std::getline(in, line); ++datagram) {
        if (line.empty()) continue;
        ASSERT_LT(datagram, feed.sent().size());
        const Feed::Sent& sent = feed.sent()[datagram];
        const Json parsed = Json::parse(line);
        const Json& header = parsed.begin().value();
        const auto domain =
            header[parsed.contains("IPFIX") ? "observation_domain_id" : "source_id"].get<std::uint64_t>();
        const std::vector<Json> records = flow_records(parsed, told[{sent.exporter, domain}]);
        SCOPED_TRACE("datagram " + std::to_string(datagram));
        ASSERT_EQ(records.size(), sent.rows_after - row);
        for (const Json& record : records) {
            SCOPED_TRACE("row " + std::to_string(row));
            compare(record, rows[row++], kMappings, golden.pcap, kKnown, used);
        }
    }
    EXPECT_EQ(datagram, feed.sent().size());
    feed.finish();
    EXPECT_EQ(flow::broken_law(feed.ledger(), true), "");
}

INSTANTIATE_TEST_SUITE_P(Captures, NetGauzeGolden, testing::ValuesIn(goldens()), [](const auto& test) {
    return std::to_string(test.index) + "_" + test_name(test.param.pcap);
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(NetGauzeGolden);

}  // namespace
}  // namespace captures
