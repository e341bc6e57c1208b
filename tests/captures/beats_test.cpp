// SPDX-License-Identifier: Apache-2.0
// Field by field against the golden decodes of the logstash groups and two captures: every field they know is a column of
// ours, or stands in kMappings with the reason why it is none; where values differ, kKnown says why.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
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
std::uint64_t number_of(const Json& record, const char* field) {
    return record.contains(field) ? record[field].get<std::uint64_t>() : 0;
}
bool has(const Json& record, const char* field) {
    return record.contains(field);
}

Expected number(const Json& value, const Json&, const RowPlace&) {
    return decimal(value.get<std::uint64_t>());
}
Expected address(const Json& value, const Json&, const RowPlace&) {
    return address_text(value.get<std::string>());
}
Expected mac(const Json& value, const Json&, const RowPlace&) {
    return mac_text(value.get<std::string>());
}
Expected octets(const Json& value, const Json&, const RowPlace&) {
    return base64_number(value.get<std::string>());
}
// Strings are padded with NUL or blanks on the wire; we cut that.
Expected text(const Json& value, const Json&, const RowPlace&) {
    std::string s = value.get<std::string>();
    s.erase(std::find_if(s.rbegin(), s.rend(), [](char c) { return c != '\0' && c != ' '; }).base(), s.end());
    return s;
}
Expected time(const Json& value, const Json&, const RowPlace&) {
    return decimal(rfc3339_ms(value.get<std::string>()));
}
// Against the header's uptime, which IPFIX has not.
Expected uptime(const Json& value, const Json& record, const RowPlace&) {
    const Json& header = record["exporter"];
    if (header["version"] == 10) return std::nullopt;
    const auto ago =
        static_cast<std::int32_t>(header["uptime_millis"].get<std::uint32_t>() - value.get<std::uint32_t>());
    return decimal(rfc3339_ms(header["timestamp"].get<std::string>()) - static_cast<std::uint64_t>(std::int64_t{ago}));
}
// ICMP's type and code stand in place of the destination port.
Expected port(const Json& value, const Json& record, const RowPlace& place) {
    return is_icmp(place) ? std::nullopt : number(value, record, place);
}
Expected icmp_pair(const Json& value, const Json& record, const RowPlace& place) {
    return is_icmp(place) ? number(value, record, place) : std::nullopt;
}
Expected icmp_type(const Json& value, const Json& record, const RowPlace& place) {
    if (!is_icmp(place)) return std::nullopt;
    return decimal(value.get<std::uint64_t>() << 8 | number_of(record, "icmp_code_ipv4"));
}
Expected low_byte(const Json& value, const Json&, const RowPlace&) {
    return decimal(value.get<std::uint64_t>() & 0xff);
}
// 4 or 6.
Expected family(const Json& value, const Json&, const RowPlace&) {
    return decimal(value.get<std::uint64_t>());
}
// Where a record has IPv4 and IPv6, one of them is zero and the other is meant.
Expected address_unless_zero(const Json& value, const Json&, const RowPlace&) {
    const std::string s = address_text(value.get<std::string>());
    return s == "::" || s == "0.0.0.0" ? std::nullopt : Expected(s);
}
template <const char* Other>
Expected number_without(const Json& value, const Json& record, const RowPlace& place) {
    return has(record, Other) ? std::nullopt : number(value, record, place);
}
constexpr char kOctetDelta[] = "octet_delta_count";
constexpr char kPacketDelta[] = "packet_delta_count";

// Fields without a column.
constexpr std::string_view kPerformance = "performance figures of the exporter: no column (nfdump keeps none)";
constexpr std::string_view kBookkeeping = "bookkeeping of the device";
constexpr std::string_view kProxy = "ends of the proxied connection: no column";
constexpr std::string_view kBiflow = "says that the rest is a biflow";
constexpr std::string_view kTimes = "told by first_ms and last_ms";
constexpr std::string_view kOnePacket = "header of one packet: no column";
constexpr std::string_view kReverse = "of the row that stands for the other direction, see reverse_side()";
constexpr std::string_view kWithType = "compared with icmp_type_ipv4";
constexpr std::string_view kTexts = "texts of the vendor: no column";
constexpr std::string_view kRequest = "parts of the HTTP request that are no columns";
constexpr std::string_view kNumbers = "numbers of the vendor: no column";
constexpr std::string_view kDscp = "DSCP without the ECN bits: tos is the whole byte, where the record has it";
constexpr std::string_view kFlags = "the flags of the first packet, and those of the others: or-ed in tcp_flags";
constexpr std::string_view kPrefix = "prefix of the address that the record tells too";
constexpr std::string_view kOneProtocol = "port of one protocol, always 0 here; the transport port tells";
constexpr std::string_view kHeader = "the header and the decoder itself";

constexpr Mapping kMappings[] = {
    {"application_id", Column::application_id, octets},
    {"application_name", Column::application, text},
    {"asa_fw_event", Column::firewall_event, number},
    {"asa_username", Column::user, text},
    {"asa_xlate_dst_addr_ipv4", Column::nat_dst_addr, address},
    {"asa_xlate_dst_port", Column::nat_dst_port, number},
    {"asa_xlate_src_addr_ipv4", Column::nat_src_addr, address},
    {"asa_xlate_src_port", Column::nat_src_port, number},
    {"bgp_destination_as_number", Column::dst_as, number},
    {"bgp_next_hop_ipv4_address", Column::bgp_next_hop, address},
    {"bgp_source_as_number", Column::src_as, number},
    {"delta_flow_count", Column::flow_count, number},
    {"destination_ipv4_address", Column::dst_addr, address_unless_zero},
    {"destination_ipv4_prefix_length", Column::dst_mask, number},
    {"destination_ipv6_address", Column::dst_addr, address_unless_zero},
    {"destination_mac_address", Column::in_dst_mac, mac},
    {"destination_transport_port", Column::dst_port, port},
    {"dot1q_vlan_id", Column::src_vlan, number},
    {"egress_acl_id", Column::egress_acl, text},
    {"egress_interface", Column::output_if, number},
    {"egress_vrfid", Column::egress_vrf, number},
    {"ethernet_type", Column::ethertype, number},
    {"firewall_event", Column::firewall_event, number},
    {"flow_direction", Column::direction, number},
    {"flow_end_microseconds", Column::last_ms, time},
    {"flow_end_milliseconds", Column::last_ms, time},
    {"flow_end_reason", Column::end_reason, number},
    {"flow_end_seconds", Column::last_ms, time},
    {"flow_end_sys_up_time", Column::last_ms, uptime},
    {"flow_id", Column::flow_id, number},
    {"flow_start_microseconds", Column::first_ms, time},
    {"flow_start_milliseconds", Column::first_ms, time},
    {"flow_start_seconds", Column::first_ms, time},
    {"flow_start_sys_up_time", Column::first_ms, uptime},
    {"forwarding_status", Column::forwarding_status, number},
    {"fw_ext_event", Column::firewall_xevent, number},
    {"icmp_type_code_ipv4", Column::dst_port, icmp_pair},
    {"icmp_type_ipv4", Column::dst_port, icmp_type},
    {"ingress_acl_id", Column::ingress_acl, text},
    {"ingress_interface", Column::input_if, number},
    {"ingress_vrfid", Column::ingress_vrf, number},
    {"initiator_octets", Column::in_bytes, number_without<kOctetDelta>},
    {"initiator_packets", Column::in_packets, number_without<kPacketDelta>},
    {"ip_class_of_service", Column::tos, number},
    {"ip_next_hop_ipv4_address", Column::next_hop, address_unless_zero},
    {"ip_next_hop_ipv6_address", Column::next_hop, address_unless_zero},
    {"ip_ttl", Column::min_ttl, number},
    {"ip_version", Column::family, family},
    {"layer2_segment_id", Column::tunnel_key, number},
    {"maximum_ttl", Column::max_ttl, number},
    {"netscaler_http_req_host", Column::http_host, text},
    {"netscaler_http_req_url", Column::http_url, text},
    {"netscaler_aaa_username", Column::user, text},
    {"observation_point_id", Column::observation_point, number},
    {"observation_time_milliseconds", Column::event_ms, time},
    {"octet_delta_count", Column::in_bytes, number},
    {"octet_total_count", Column::in_bytes, number_without<kOctetDelta>},
    {"packet_delta_count", Column::in_packets, number},
    {"packet_total_count", Column::in_packets, number_without<kPacketDelta>},
    {"post_destination_mac_address", Column::out_dst_mac, mac},
    {"post_napt_destination_transport_port", Column::nat_dst_port, number},
    {"post_napt_source_transport_port", Column::nat_src_port, number},
    {"post_nat_destination_ipv4_address", Column::nat_dst_addr, address},
    {"post_nat_source_ipv4_address", Column::nat_src_addr, address},
    {"post_octet_delta_count", Column::out_bytes, number},
    {"post_packet_delta_count", Column::out_packets, number},
    {"post_source_mac_address", Column::out_src_mac, mac},
    {"post_vlan_id", Column::dst_vlan, number},
    {"procera_http_url", Column::http_url, text},
    {"procera_service", Column::application, text},
    {"procera_subscriber_identifier", Column::user, text},
    {"protocol_identifier", Column::proto, number},
    {.field = "responder_octets", .why = kReverse},
    {.field = "responder_packets", .why = kReverse},
    {"sampler_id", Column::sampler_id, number},
    {"sampling_interval", Column::sampling, number},
    {"source_ipv4_address", Column::src_addr, address_unless_zero},
    {"source_ipv4_prefix_length", Column::src_mask, number},
    {"source_ipv6_address", Column::src_addr, address_unless_zero},
    {"source_mac_address", Column::in_src_mac, mac},
    {"source_transport_port", Column::src_port, port},
    {"sta_ipv4_address", Column::src_addr, address},
    {"sta_mac_address", Column::in_src_mac, mac},
    {"tcp_control_bits", Column::tcp_flags, low_byte},
    {"vlan_id", Column::src_vlan, number},
    {"vrf_name", Column::vrf_name, text},
    // Not kept.
    {.field = "art_client_network_time_sum", .why = kPerformance},
    {.field = "art_count_late_responses", .why = kPerformance},
    {.field = "art_count_responses", .why = kPerformance},
    {.field = "art_count_retransmissions", .why = kPerformance},
    {.field = "art_count_transactions", .why = kPerformance},
    {.field = "art_network_time_sum", .why = kPerformance},
    {.field = "art_response_time_sum", .why = kPerformance},
    {.field = "art_server_network_time_sum", .why = kPerformance},
    {.field = "art_server_response_time_maximum", .why = kPerformance},
    {.field = "art_server_response_time_sum", .why = kPerformance},
    {.field = "art_total_response_time_sum", .why = kPerformance},
    {.field = "art_total_transaction_time_sum", .why = kPerformance},
    {.field = "audit_counter", .why = kBookkeeping},
    {.field = "biflow_direction", .why = kBiflow},
    {.field = "bind_ipv4_address", .why = kProxy},
    {.field = "bind_transport_port", .why = kProxy},
    {.field = "conn_ipv4_address", .why = kProxy},
    {.field = "conn_transport_port", .why = kProxy},
    {.field = "connection_sum_duration_seconds", .why = kPerformance},
    {.field = "dst_traffic_index", .why = kBookkeeping},
    {.field = "egress_physical_interface", .why = kBookkeeping},
    {.field = "engine_id", .why = kBookkeeping},
    {.field = "exporter", .why = kHeader},
    {.field = "exporting_process_id", .why = kBookkeeping},
    {.field = "flow_attributes", .why = kBookkeeping},
    {.field = "flow_duration_milliseconds", .why = kTimes},
    {.field = "fragment_identification", .why = kOnePacket},
    {.field = "fw_rule", .why = kTexts},
    {.field = "icmp_code_ipv4", .why = kWithType},
    {.field = "ingress_physical_interface", .why = kBookkeeping},
    {.field = "initial_tcp_flags", .why = kFlags},
    {.field = "ip_diff_serv_code_point", .why = kDscp},
    {.field = "ip_precedence", .why = kOnePacket},
    {.field = "log_op", .why = kBookkeeping},
    {.field = "maximum_ip_total_length", .why = kOnePacket},
    {.field = "minimum_ip_total_length", .why = kOnePacket},
    {.field = "mpls_label_stack_length", .why = kOnePacket},
    {.field = "nat_inside_svcid", .why = kTexts},
    {.field = "nat_outside_svcid", .why = kTexts},
    {.field = "nat_sub_string", .why = kTexts},
    {.field = "netscaler_app_name_app_id", .why = kNumbers},
    {.field = "netscaler_app_unit_name_app_id", .why = kNumbers},
    {.field = "netscaler_connection_chain_hop_count", .why = kNumbers},
    {.field = "netscaler_connection_chain_id", .why = kNumbers},
    {.field = "netscaler_connection_id", .why = kNumbers},
    {.field = "netscaler_flow_flags", .why = kNumbers},
    {.field = "netscaler_http_content_type", .why = kRequest},
    {.field = "netscaler_http_domain_name", .why = kRequest},
    {.field = "netscaler_http_req_authorization", .why = kRequest},
    {.field = "netscaler_http_req_cookie", .why = kRequest},
    {.field = "netscaler_http_req_method", .why = kRequest},
    {.field = "netscaler_http_req_referer", .why = kRequest},
    {.field = "netscaler_http_req_user_agent", .why = kRequest},
    {.field = "netscaler_http_req_via", .why = kRequest},
    {.field = "netscaler_http_req_xforwarded_for", .why = kRequest},
    {.field = "netscaler_http_res_forw_fb", .why = kPerformance},
    {.field = "netscaler_http_res_forw_lb", .why = kPerformance},
    {.field = "netscaler_round_trip_time", .why = kPerformance},
    {.field = "netscaler_transaction_id", .why = kNumbers},
    {.field = "netscaler_unknown329", .why = kNumbers},
    {.field = "netscaler_unknown330", .why = kNumbers},
    {.field = "netscaler_unknown331", .why = kNumbers},
    {.field = "netscaler_unknown332", .why = kNumbers},
    {.field = "new_connection_delta_count", .why = kPerformance},
    {.field = "options", .why = kHeader},
    {.field = "padding_octets", .why = kBookkeeping},
    {.field = "post_ip_diff_serv_code_point", .why = kDscp},
    {.field = "private_enterprise_number", .why = kBookkeeping},
    {.field = "procera_base_service", .why = kTexts},
    {.field = "procera_content_categories", .why = kTexts},
    {.field = "procera_flow_behavior", .why = kTexts},
    {.field = "procera_http_content_type", .why = kTexts},
    {.field = "procera_http_file_length", .why = kTexts},
    {.field = "procera_http_location", .why = kTexts},
    {.field = "procera_incoming_octets", .why = kNumbers},
    {.field = "procera_outgoing_octets", .why = kNumbers},
    {.field = "procera_template_name", .why = kBookkeeping},
    {.field = "reason", .why = kTexts},
    {.field = "reason_text", .why = kTexts},
    {.field = "reverse_flow_attributes", .why = kBookkeeping},
    {.field = "reverse_flow_delta_milliseconds", .why = kTimes},
    {.field = "reverse_initial_tcp_flags", .why = kReverse},
    {.field = "reverse_ip_class_of_service", .why = kReverse},
    {.field = "reverse_octet_total_count", .why = kReverse},
    {.field = "reverse_packet_total_count", .why = kReverse},
    {.field = "reverse_tcp_sequence_number", .why = kOnePacket},
    {.field = "reverse_union_tcp_flags", .why = kReverse},
    {.field = "reverse_vlan_id", .why = kReverse},
    {.field = "sampling_algorithm", .why = kBookkeeping},
    {.field = "scope", .why = kHeader},
    {.field = "service_name", .why = kTexts},
    {.field = "silk_app_label", .why = kNumbers},
    {.field = "source_ipv4_prefix", .why = kPrefix},
    {.field = "src_traffic_index", .why = kBookkeeping},
    {.field = "tcp_options", .why = kOnePacket},
    {.field = "tcp_sequence_number", .why = kOnePacket},
    {.field = "tcp_source_port", .why = kOneProtocol},
    {.field = "timestamp", .why = kTimes},
    {.field = "traffic_type", .why = kTexts},
    {.field = "type", .why = kHeader},
    {.field = "udp_destination_port", .why = kOneProtocol},
    {.field = "union_tcp_flags", .why = kFlags},
    {.field = "viptela_vpn_id", .why = kTexts},
    {.field = "vmware_egress_interface_attr", .why = kBookkeeping},
    {.field = "vmware_ingress_interface_attr", .why = kBookkeeping},
    {.field = "vmware_vxlan_export_role", .why = kBookkeeping},
    {.field = "waasoptimization_segment", .why = kPerformance},
    {.field = "wlan_ssid", .why = kTexts},
    {.field = "wtp_mac_address", .why = kTexts},
};

constexpr KnownDifference kKnown[] = {
    {"logstash Netflow 9 Fortigate FortiOS 5.2.1", "flow_end_sys_up_time", "a week ahead of its header: clamped"},
    {"logstash Netflow 9 Fortigate FortiOS 5.2.1", "flow_start_sys_up_time", "a week ahead of its header: clamped"},
    {"", "procera_service", "the vendor's own name of the service"},
    {"", "sta_ipv4_address", "a station of the WLAN: source or destination, as the direction says"},
    {"", "sta_mac_address", "a station of the WLAN: source or destination, as the direction says"},
};

// A golden decode and what it is of.
struct Golden {
    std::string name;
    std::string path;
    std::vector<std::string> files;
};
void PrintTo(const Golden& golden, std::ostream* out) {
    *out << golden.name;
}

std::vector<Golden> goldens() {
    std::vector<Golden> found;
    for (const Group& group : groups()) {
        // Cut short by its sender; the other decoder refuses all of it, we keep what is whole.
        if (group.name == "logstash Netflow 9 invalid 01") continue;
        if (!group.golden.empty()) found.push_back({group.name, group.golden, group.paths});
    }
    const std::string captures = "adriansr_beats/x-pack/filebeat/input/netflow/testdata/";
    for (const char* name : {"ipfix_cisco.pcap", "netflow9_ubiquiti_edgerouter.pcap"}) {
        if (are_there()) {
            found.push_back({name, captures + "golden/" + name + ".golden.json", {captures + "pcap/" + name}});
        }
    }
    return found;
}

// Some of the files call the list of events "flows".
std::vector<Json> events(const std::string& path, const char* type) {
    std::ifstream in(root() / path);
    const Json all = Json::parse(in);
    std::vector<Json> found;
    for (const char* list : {"events", "flows"}) {
        if (!all.contains(list) || !all[list].is_array()) continue;
        for (const Json& event : all[list]) {
            const Json& fields = event["Fields"]["netflow"];
            if (fields["type"] == type) found.push_back(fields);
        }
    }
    return found;
}

bool is_mirror(const RowPlace& a, const RowPlace& b) {
    return a.batch->src_addr[a.row] == b.batch->dst_addr[b.row] && a.batch->dst_addr[a.row] == b.batch->src_addr[b.row];
}

class BeatsGolden : public testing::TestWithParam<Golden> {};

TEST_P(BeatsGolden, IsWhatWeDecode) {
    const Golden& golden = GetParam();
    Feed feed;
    std::vector<std::filesystem::path> paths;
    for (const std::string& file : golden.files) paths.push_back(root() / file);
    feed.files(paths);
    feed.finish();
    EXPECT_EQ(flow::broken_law(feed.ledger(), true), "");

    const std::vector<RowPlace> rows = feed.rows();
    const std::vector<Json> flows = events(golden.path, "netflow_flow");
    EXPECT_EQ(events(golden.path, "netflow_options").size(), feed.ledger()[flow::Counter::records_option]);
    ASSERT_EQ(flows.size() + feed.ledger()[flow::Counter::flows_extra], rows.size());
    std::array<bool, std::size(kKnown)> used{};
    std::size_t row = 0;
    for (std::size_t i = 0; i < flows.size(); ++i) {
        SCOPED_TRACE("record " + std::to_string(i));
        ASSERT_LT(row, rows.size());
        compare(flows[i], rows[row], kMappings, golden.name, kKnown, used);
        ++row;
        // The other direction of a biflow is a row of its own behind the first.
        if (rows.size() - row > flows.size() - i - 1 && is_mirror(rows[row - 1], rows[row])) ++row;
    }
    EXPECT_EQ(row, rows.size());
    for (std::size_t i = 0; i < std::size(kKnown); ++i) {
        if (golden.name == kKnown[i].file) {
            EXPECT_TRUE(used[i]) << kKnown[i].field << " does not differ any more: take it out of the list";
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Captures, BeatsGolden, testing::ValuesIn(goldens()), [](const auto& test) {
    return std::to_string(test.index) + "_" + test_name(test.param.name);
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BeatsGolden);

}  // namespace
}  // namespace captures
