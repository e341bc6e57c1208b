// SPDX-License-Identifier: Apache-2.0
// Groups of the oracle's flows against what nfdump 1.7.1 made of them: keys, counters, and the order of all, equals too.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

#include "store/query/aggregate.hpp"
#include "tests/support/decode_rig.hpp"
#include "tests/support/oracle_flows.hpp"

namespace {

using flow::FlowBatch;
using store::query::Element;
using store::query::ElementKind;
using store::query::Group;
using store::query::Grouping;
using store::query::Groups;

constexpr std::uint64_t kReceived_ms = 1'768'478'400'500;  // 2026-01-15 12:00 UTC, when they were sent

// The oracle's flows, as the file has them.
class Oracle {
  public:
    Oracle() {
        for (const support::Bytes& datagram : support::oracle_v9()) {
            EXPECT_EQ(rig_.send(datagram, "127.0.0.1", kReceived_ms), flow::Outcome::accepted);
        }
        rig_.settle();
        EXPECT_EQ(flow::broken_law(rig_.ledger()), "");
    }
    [[nodiscard]] std::unique_ptr<Groups> grouped(Grouping grouping) const {
        grouping.exporters = &rig_.exporters();
        auto out = std::make_unique<Groups>(std::move(grouping));
        std::uint64_t block = 0;
        for (const FlowBatch* batch : rig_.writer().batches()) {
            std::array<std::uint64_t, flow::kBatchRows / 64> all{};
            for (std::uint32_t row = 0; row < batch->rows; ++row) all[row / 64] |= 1ull << row % 64;
            out->begin(block++);
            if (batch->rows != 0) out->add(*batch, all.data(), 0);
        }
        return out;
    }
    [[nodiscard]] const flow::ExporterTable& exporters() const { return rig_.exporters(); }

  private:
    support::DecodeRig rig_;
};

const Oracle& oracle() {
    static const Oracle made;
    return made;
}

std::string mac(std::uint64_t number) {
    char text[32];
    std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", static_cast<unsigned>(number >> 40 & 255),
                  static_cast<unsigned>(number >> 32 & 255), static_cast<unsigned>(number >> 24 & 255),
                  static_cast<unsigned>(number >> 16 & 255), static_cast<unsigned>(number >> 8 & 255),
                  static_cast<unsigned>(number & 255));
    return text;
}

void put(std::string& to, const std::string& field) {
    if (!to.empty() && to.back() != ' ') to += ",";
    to += field;
}

std::string statistic(const std::string& text) {
    const auto request = store::query::parse_statistic(text).value();
    const auto groups = oracle().grouped(store::query::grouping_of(request));
    std::string out;
    for (const Group& group : groups->top(request.orders.front(), 0)) {
        const auto value = groups->value(group);
        const auto shown = store::query::shown_by(request.orders.front().order, group.sums);
        if (!out.empty()) out += " ";
        put(out, request.element->kind == ElementKind::address ? value.address.text()
                 : request.element->kind == ElementKind::mac   ? mac(value.number)
                                                               : std::to_string(value.number));
        put(out, request.by_protocol ? std::to_string(value.proto) : "any");
        put(out, std::to_string(group.sums.flows));
        put(out, std::to_string(shown.packets));
        put(out, std::to_string(shown.bytes));
    }
    return out;
}

// As nfdump prints it: ICMP's type and code with a dot between, of -A always 0.0 (it masks them away).
std::string port(const FlowBatch& batch, std::uint32_t row, bool destination, bool custom) {
    const unsigned number = destination ? batch.dst_port[row] : batch.src_port[row];
    const bool icmp = batch.proto[row] == 1 || batch.proto[row] == 58;
    if (!icmp || !destination) return std::to_string(number);
    if (custom) return "0.0";
    return std::to_string(number / 256) + "." + std::to_string(number % 256);
}

std::string field(const Element& element, const FlowBatch& batch, std::uint32_t row, bool custom) {
    const std::string_view tag = element.tag;
    if (tag == "%pr") return std::to_string(batch.proto[row]);
    if (tag == "%sa") return batch.src_addr[row].text();
    if (tag == "%da") return batch.dst_addr[row].text();
    if (tag == "%nh") return batch.next_hop[row].text();
    if (tag == "%nhb") return batch.bgp_next_hop[row].text();
    if (tag == "%ra") return oracle().exporters().key(batch.exporter[row]).address.text();
    if (tag == "%sp") return port(batch, row, false, custom);
    if (tag == "%dp") return port(batch, row, true, custom);
    if (tag == "%sas") return std::to_string(batch.src_as[row]);
    if (tag == "%das") return std::to_string(batch.dst_as[row]);
    if (tag == "%nas") return std::to_string(batch.next_as[row]);
    if (tag == "%pas") return std::to_string(batch.prev_as[row]);
    if (tag == "%in") return std::to_string(batch.input_if[row]);
    if (tag == "%out") return std::to_string(batch.output_if[row]);
    if (tag == "%smk") return std::to_string(batch.src_mask[row]);
    if (tag == "%dmk") return std::to_string(batch.dst_mask[row]);
    if (tag == "%svln") return std::to_string(batch.src_vlan[row]);
    if (tag == "%dvln") return std::to_string(batch.dst_vlan[row]);
    if (tag == "%tos" || tag == "%stos") return std::to_string(batch.tos[row]);
    if (tag == "%dtos") return std::to_string(batch.dst_tos[row]);
    if (tag == "%ismc") return mac(batch.in_src_mac[row]);
    return "unknown tag";
}

std::string aggregation(const std::string& option, const std::string& order) {
    Grouping grouping;
    if (option.starts_with("-A ")) grouping.parts = store::query::parse_aggregation(option.substr(3)).value();
    grouping.bidirectional = option == "-b" || option == "-B";
    grouping.guess_direction = option == "-B";
    auto shown = grouping.parts;
    if (shown.empty()) shown = store::query::parse_aggregation("proto,srcip,dstip,srcport,dstport").value();
    const auto groups = oracle().grouped(grouping);
    std::string out;
    const auto wanted = order == "none" ? store::query::Ordering() : store::query::parse_order(order).value();
    for (const Group& group : groups->top(wanted, 0)) {
        if (!out.empty()) out += " ";
        const FlowBatch& batch = groups->keys(group.batch);
        for (const auto& part : shown) put(out, field(*part.element, batch, group.row, !grouping.parts.empty()));
        put(out, std::to_string(group.sums.flows));
        put(out, std::to_string(group.sums.in_packets));
        put(out, std::to_string(group.sums.in_bytes));
        put(out, std::to_string(group.sums.out_packets));
        put(out, std::to_string(group.sums.out_bytes));
    }
    return out;
}

TEST(GroupsAsNfdump, AllCases) {
    std::ifstream file(TEST_DATA "/valid/nfdump_groups.tsv");
    ASSERT_TRUE(file);
    std::size_t cases = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("#")) continue;
        std::istringstream in(line);
        std::string option, what, wanted;
        std::getline(in, option, '\t');
        std::getline(in, what, '\t');
        std::getline(in, wanted, '\t');
        EXPECT_EQ(option == "-s" ? statistic(what) : aggregation(option, what), wanted) << option << " " << what;
        ++cases;
    }
    EXPECT_GT(cases, 500u);
}

}  // namespace
