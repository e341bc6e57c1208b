// SPDX-License-Identifier: Apache-2.0
// What pmacct's collector made of its captures, against ours: packets and bytes of each conversation, scaled by the sampling
// that the routers told; names of interfaces and VRFs that they told in options data.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "dataplane/flow/scale.hpp"
#include "tests/captures/feed.hpp"
#include "tests/captures/inventory.hpp"

namespace captures {
namespace {

using Json = nlohmann::json;
using flow::Column;

struct Total {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    friend bool operator==(const Total&, const Total&) = default;
};
void PrintTo(const Total& t, std::ostream* out) {
    *out << t.packets << " packets, " << t.bytes << " bytes";
}
// "interface protocol source:port destination:port". Collectors differ in what they make of ICMP's type: no ports there.
using Totals = std::map<std::string, Total>;

std::string conversation(std::uint64_t input, const std::string& proto, const std::string& src, std::uint64_t src_port,
                         const std::string& dst, std::uint64_t dst_port) {
    const bool ports = proto == "tcp" || proto == "udp";
    return std::to_string(input) + " " + proto + " " + src + ":" + std::to_string(ports ? src_port : 0) + " " + dst +
           ":" + std::to_string(ports ? dst_port : 0);
}

std::string proto_name(std::uint8_t proto) {
    static const std::map<std::uint8_t, std::string> names{
        {1, "icmp"}, {6, "tcp"}, {17, "udp"}, {58, "ipv6-icmp"}, {112, "vrrp"}};
    const auto found = names.find(proto);
    return found == names.end() ? std::to_string(proto) : found->second;
}

std::string ours(const RowPlace& p) {
    const flow::FlowBatch& b = *p.batch;
    return conversation(b.input_if[p.row], proto_name(b.proto[p.row]), b.src_addr[p.row].text(), b.src_port[p.row],
                        b.dst_addr[p.row].text(), b.dst_port[p.row]);
}

std::string theirs(const Json& flow) {
    const auto address = [](const Json& text) {
        return flow::IpAddress::parse(text.get<std::string>()).value().text();
    };
    return conversation(flow["iface_in"].get<std::uint64_t>(), flow["ip_proto"].get<std::string>(),
                        address(flow["ip_src"]), flow["port_src"].get<std::uint64_t>(), address(flow["ip_dst"]),
                        flow["port_dst"].get<std::uint64_t>());
}

std::vector<Json> read_output(const std::filesystem::path& scenario) {
    std::vector<Json> flows;
    std::ifstream in(scenario / "output-flow-00.json");
    for (std::string line; std::getline(in, line);) {
        if (!line.empty()) flows.push_back(Json::parse(line));
    }
    return flows;
}

std::unique_ptr<Feed> feed(const std::filesystem::path& scenario) {
    std::set<std::filesystem::path> traffic;
    for (const auto& entry : std::filesystem::directory_iterator(scenario)) {
        if (entry.path().extension() == ".pcap") traffic.insert(entry.path());
    }
    auto made = std::make_unique<Feed>();
    made->files({traffic.begin(), traffic.end()});
    made->finish();
    return made;
}

std::vector<std::filesystem::path> scenarios() {
    std::set<std::filesystem::path> found;
    if (!are_there()) return {};
    for (const auto& entry : std::filesystem::directory_iterator(root() / "pmacct_pmacct/tests")) {
        if (std::filesystem::is_regular_file(entry.path() / "output-flow-00.json")) found.insert(entry.path());
    }
    return {found.begin(), found.end()};
}

class PmacctOutput : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(PmacctOutput, HasOurTotals) {
    const auto fed = feed(GetParam());
    Totals expected, decoded;
    for (const Json& flow : read_output(GetParam())) {
        Total& t = expected[theirs(flow)];
        t.packets += flow["packets"].get<std::uint64_t>();
        t.bytes += flow["bytes"].get<std::uint64_t>();
    }
    for (const RowPlace& p : fed->rows()) {
        const flow::FlowBatch& b = *p.batch;
        Total& t = decoded[ours(p)];
        t.packets += flow::scaled(b.in_packets[p.row], b.sampling[p.row], b.thinning[p.row]);
        t.bytes += flow::scaled(b.in_bytes[p.row], b.sampling[p.row], b.thinning[p.row]);
    }
    for (const auto& [conversation, total] : expected) {
        const auto found = decoded.find(conversation);
        if (found == decoded.end()) {
            ADD_FAILURE() << "only theirs: " << conversation;
        } else {
            EXPECT_EQ(found->second, total) << conversation;
        }
    }
    for (const auto& [conversation, total] : decoded)
        EXPECT_TRUE(expected.contains(conversation)) << "only ours: " << conversation;
}

INSTANTIATE_TEST_SUITE_P(Captures, PmacctOutput, testing::ValuesIn(scenarios()),
                         [](const auto& test) { return test_name(test.param.filename().string()); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PmacctOutput);

// Names of interfaces and VRFs that change their meaning in mid-stream: options data that came before a flow is what names it.
TEST(Pmacct112, NamesAreThoseOfTheOptions) {
    if (!are_there()) GTEST_SKIP() << "no captures at " << root();
    const std::filesystem::path scenario = root() / "pmacct_pmacct/tests/112-IPFIXv10-CISCO-options-map-reassignment";
    const auto fed = feed(scenario);
    std::multiset<std::string> expected, named;
    for (const Json& flow : read_output(scenario)) {
        expected.insert(theirs(flow) + " " + flow["iface_name_in"].get<std::string>() + "|" +
                        flow["iface_name_out"].get<std::string>() + "|" + flow["ingress_vrf_name"].get<std::string>());
    }
    for (const RowPlace& p : fed->rows()) {
        const flow::FlowBatch& b = *p.batch;
        const auto text = [&](Column c, const flow::Text& t) {
            return b.has(p.row, c) ? std::string(b.arena.view(t)) : "";
        };
        named.insert(ours(p) + " " + text(Column::input_if_name, b.input_if_name[p.row]) + "|" +
                     text(Column::output_if_name, b.output_if_name[p.row]) + "|" +
                     text(Column::vrf_name, b.vrf_name[p.row]));
    }
    EXPECT_EQ(named, expected);
}

}  // namespace
}  // namespace captures
