// SPDX-License-Identifier: Apache-2.0
// Datagrams that brought down, hung or filled up other collectors, rebuilt from what their reports say: here each ends in
// counters. Complete without the shared captures.
#include <gtest/gtest.h>

#include <ostream>
#include <variant>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

namespace {

using flow::Counter;
using flow::Outcome;
using flow::Skip;
using support::Bytes;
using support::DecodeRig;
using support::Ipfix;
using support::V9;
using support::Writer;

struct Figure {
    std::variant<Outcome, Skip, Counter> of;
    std::uint64_t value;
};

std::uint64_t figure(const flow::Ledger& ledger, const Figure& f) {
    return std::visit([&](auto of) { return ledger[of]; }, f.of);
}
std::string figure_name(const Figure& f) {
    return std::string(std::visit([](auto of) { return flow::ledger_name(flow::Ledger::index(of)).path; }, f.of));
}

struct Incident {
    std::string name;
    std::vector<Bytes> datagrams;
    std::vector<Figure> figures;  // all skips that are not named are 0
};
void PrintTo(const Incident& incident, std::ostream* out) {
    *out << incident.name;
}

Bytes flow_record(const char* src = "192.0.2.7") {
    return Writer().ip(src).u32(1500);
}
const std::vector<support::Field> kFlowFields{{8, 4}, {1, 4}};

Bytes v9_template(std::uint16_t id = 256) {
    return V9(1).template_set({{id, kFlowFields}}).build();
}
Bytes ipfix_template(std::uint16_t id = 256) {
    return Ipfix(1).template_set({{id, kFlowFields}}).build();
}

// ---- lengths of fields, sets and messages

std::vector<Incident> field_incidents() {
    // A 4-byte field of 50 bytes ran over a fixed buffer.
    const std::vector<support::Field> wide{{8, 50}, {1, 4}};
    const Bytes record = Writer().zeros(50).u32(1500);
    return {
        {"pmacct_934_address_of_50_bytes_v9",
         {V9(1).template_set({{256, wide}}).build(), V9(1).data_set(256, {record}).build()},
         {{Counter::records_flow, 1}, {Counter::fields_unfit, 1}}},
        {"pmacct_939_address_of_50_bytes_ipfix",
         {Ipfix(1).template_set({{256, wide}}).build(), Ipfix(1).data_set(256, {record, record}).build()},
         {{Counter::records_flow, 2}, {Counter::fields_unfit, 2}}},
        {"pmacct_100_variable_field_past_its_set",
         {Ipfix(1).template_set({{256, {{8, 4}, {96, support::kVariableLength}}}}).build(),
          Ipfix(1).data_set(256, {Writer().ip("192.0.2.7").u8(200).zeros(9)}).build()},
         {{Skip::bad_record, 1}, {Counter::records_flow, 0}}},
        {"pmacct_666_long_form_past_its_set",
         {Ipfix(1).template_set({{256, {{96, support::kVariableLength}, {8, 4}}}}).build(),
          Ipfix(1).data_set(256, {Writer().u8(255).u16(65535).zeros(9)}).build()},
         {{Skip::bad_record, 1}}},
        {"long_form_cut_inside_its_length",
         {Ipfix(1).template_set({{256, {{8, 4}, {96, support::kVariableLength}}}}).build(),
          Ipfix(1).data_set(256, {Writer().ip("192.0.2.7").u8(255).u8(0)}).build()},
         {{Skip::bad_record, 1}}},
        {"pmacct_439_data_without_template",
         {V9(1).data_set(256, {flow_record()}).build(), Ipfix(1).data_set(256, {flow_record()}).build()},
         {{Skip::no_template, 2}, {Counter::sets_held, 2}, {Counter::held_expired, 2}}},
        {"netflow_parser_299_duplicate_elements_are_legal",
         {Ipfix(1).template_set({{256, {{8, 4}, {1, 4}, {1, 4}}}}).build(),
          Ipfix(1).data_set(256, {Writer().ip("192.0.2.7").u32(1500).u32(1500)}).build()},
         {{Counter::records_flow, 1}}},
        {"netflow_parser_299_zero_length_fields_of_v9_are_legal",
         {V9(1).template_set({{256, {{8, 4}, {999, 0}, {1, 4}, {2, 0}}}}).build(),
          V9(1).data_set(256, {flow_record(), flow_record()}).build()},
         {{Counter::records_flow, 2}}},
        {"numbers_longer_than_their_type",
         {Ipfix(1)
              .template_set({{256, {{1, 16}, {7, 3}, {4, 9}, {152, 16}, {8, 3}, {27, 17}, {56, 7}, {225, 1}}}})
              .build(),
          Ipfix(1).data_set(256, {Bytes(72, 0xff)}).build()},
         {{Counter::records_flow, 1}}},
    };
}

std::vector<Incident> set_incidents() {
    std::vector<Incident> all{
        // 24 bytes: one header, one set header of length 0: an endless loop.
        {"graylog_27127_flowset_of_length_0", {V9(1).set(256, {}, 0).build()}, {{Skip::bad_set_length, 1}}},
        {"ipfix_set_of_length_0", {Ipfix(1).set(256, {}, 0).build()}, {{Skip::bad_set_length, 1}}},
        {"set_past_its_datagram", {V9(1).set(256, Bytes(8), 400).build()}, {{Skip::bad_set_length, 1}}},
        {"ipfix_message_longer_than_its_datagram", {Ipfix(1).length(4000).build()}, {{Outcome::bad_length, 1}}},
        {"ipfix_message_shorter_than_its_header", {Ipfix(1).length(15).build()}, {{Outcome::bad_length, 1}}},
        {"bytes_behind_an_ipfix_message_are_not_of_it",
         {ipfix_template(), Writer().raw(Ipfix(1).data_set(256, {flow_record()}).build()).raw(Bytes(7, 0xff))},
         {{Counter::records_flow, 1}}},
        // A full-size datagram, zero behind the last set: each 4 zeros were taken for a set without length.
        {"bitkeks_36_v9_with_zeros",
         {v9_template(), Writer().raw(V9(1).data_set(256, {flow_record()}).build()).zeros(900)},
         {{Counter::records_flow, 1}}},
        {"reserved_sets",
         {Ipfix(1).set(0, Bytes(4)).set(1, Bytes(4)).set(4, Bytes(4)).set(255, Bytes(4)).build()},
         {{Skip::reserved_set, 4}}},
        {"v5_promises_what_it_has_not",
         {support::V5().record({}).count(30).build(), support::V5().record({}).count(65535).build()},
         {{Skip::missing_records, 29 + 65534}, {Counter::records_flow, 2}}},
        {"v5_with_more_than_it_promises",
         {support::V5().record({}).record({}).count(1).build()},
         {{Counter::records_flow, 1}}},
        {"records_of_one_byte",
         {V9(1).template_set({{256, {{4, 1}}}}).build(), V9(1).data_set(256, {Bytes(1400, 6)}).build()},
         {{Counter::records_flow, 1400}}},
    };
    for (std::uint16_t length = 1; length <= 3; ++length) {
        all.push_back({"set_of_length_" + std::to_string(length),
                       {v9_template(), V9(1).set(256, Bytes(8), length).build(), ipfix_template(),
                        Ipfix(1).set(256, Bytes(8), length).build()},
                       {{Skip::bad_set_length, 2}}});
    }
    all.push_back({"set_of_length_4_is_empty",
                   {v9_template(), V9(1).set(256, {}, 4).data_set(256, {flow_record()}).build()},
                   {{Counter::records_flow, 1}}});
    all.push_back({"set_of_length_5_holds_padding",
                   {ipfix_template(), Ipfix(1).set(256, Bytes(1), 5).data_set(256, {flow_record()}).build()},
                   {{Counter::records_flow, 1}}});
    return all;
}

// ---- templates

std::vector<Incident> template_incidents() {
    const Bytes data = Ipfix(1).data_set(256, {flow_record()}).build();
    std::vector<support::Field> many(1025, {8, 4});
    return {
        {"netflow_parser_56_template_of_zero_total_length",
         {Ipfix(1).template_set({{256, {{8, 0}, {12, 0}}}}).build(), data},
         {{Skip::bad_template, 1}, {Skip::no_template, 1}, {Counter::sets_held, 1}, {Counter::held_expired, 1}}},
        {"v9_template_without_fields",
         {V9(1).template_set({{256, {}}}).build(), V9(1).data_set(256, {flow_record()}).build()},
         {{Skip::bad_template, 1}, {Skip::no_template, 1}, {Counter::sets_held, 1}, {Counter::held_expired, 1}}},
        // Juniper SRX: a scope field of no bytes before the sampling options.
        {"logstash_65_scope_of_length_0",
         {V9(1)
              .options_template_set({{512, {{1, 0}}, {{34, 4}, {35, 1}}}})
              .data_set(512, {Writer().u32(1000).u8(2)})
              .build()},
         {{Counter::records_option, 1}}},
        // Option length 0: records are their scope, and nothing else.
        {"nprobe_457_option_length_0",
         {V9(1).options_template_set({{512, {{1, 4}}, {}}}).data_set(512, {Writer().u32(7), Writer().u32(8)}).build()},
         {{Counter::records_option, 2}}},
        {"options_template_without_a_byte",
         {V9(1).options_template_set({{512, {{1, 0}}, {{34, 0}}}}).build(),
          V9(1).options_template_set({{512, {}, {}}}).build()},
         {{Skip::bad_template, 2}}},
        {"v9_options_lengths_that_are_no_multiple_of_four",
         {V9(1).options_template_set({{512, {{1, 4}}, {{34, 4}}, 3, 6}}).build()},
         {{Skip::bad_template, 1}}},
        {"v9_options_lengths_past_their_set",
         {V9(1).options_template_set({{512, {{1, 4}}, {{34, 4}}, 4, 40000}}).build()},
         {{Skip::bad_template, 1}}},
        {"ipfix_scope_count_0",
         {Ipfix(1).options_template_set({{512, {{149, 4}}, {{34, 4}}, 0}}).build()},
         {{Skip::bad_template, 1}}},
        {"ipfix_scope_count_above_field_count",
         {Ipfix(1).options_template_set({{512, {{149, 4}}, {{34, 4}}, 9}}).build()},
         {{Skip::bad_template, 1}}},
        {"field_count_past_its_set",
         {V9(1).template_set({{256, {{8, 4}}, 60000}}).build(), Ipfix(1).template_set({{256, {{8, 4}}, 2}}).build()},
         {{Skip::bad_template, 2}}},
        {"template_id_of_a_set", {V9(1).template_set({{8, {{8, 4}}}}).build()}, {{Skip::bad_template, 1}}},
        {"more_fields_than_a_template_may_have",
         {V9(1).template_set({{256, many}}).build()},
         {{Skip::template_limit, 1}}},
        {"record_longer_than_a_datagram",
         {V9(1).template_set({{256, {{8, 4}, {1, 65000}, {2, 65000}}}}).build()},
         {{Skip::bad_template, 1}}},
        {"withdrawal_over_udp_changes_nothing",
         {ipfix_template(), Ipfix(1).withdrawal(256).withdrawal(2).withdrawal(3, 3).build(), data},
         {{Skip::template_withdrawal, 3}, {Counter::records_flow, 1}}},
        // Anyone can send as someone else: a definition that contradicts data is no worse than any other.
        {"spoofed_redefinition",
         {ipfix_template(), data, Ipfix(1).template_set({{256, {{1, 8}}}}).build(), data, ipfix_template(), data},
         {{Counter::records_flow, 3}, {Counter::templates_changed, 2}}},
        {"data_template_becomes_options_template",
         {ipfix_template(), Ipfix(1).options_template_set({{256, {{149, 4}}, {{34, 4}}}}).build(), data},
         {{Counter::records_option, 1}, {Counter::templates_changed, 1}}},
    };
}

// ---- lists (RFC 6313)

Bytes nested_list(int depth) {
    Bytes inner = Writer().u8(3).u16(82).u16(4).u32(7);
    for (int i = 0; i < depth; ++i) inner = Writer().u8(3).u16(291).u16(support::kVariableLength).variable_long(inner);
    return inner;
}

std::vector<Incident> list_incidents() {
    const Bytes list_template = Ipfix(1).template_set({{300, {{8, 4}, {291, support::kVariableLength}}}}).build();
    const auto record = [](const Bytes& list) { return Writer().ip("192.0.2.7").variable_long(list); };
    // A template of nothing but lists of itself.
    const Bytes itself = Ipfix(1).template_set({{300, {{8, 4}, {292, support::kVariableLength}}}}).build();
    Bytes loop;
    for (int i = 0; i < 100; ++i) loop = Writer().u8(3).u16(300).ip("192.0.2.7").variable_long(loop);
    return {
        {"lists_in_lists",
         {list_template, Ipfix(1).data_set(300, {record(nested_list(100))}).build()},
         {{Counter::records_flow, 1}, {Skip::list_limit, 1}}},
        {"lists_of_their_own_template",
         {itself, Ipfix(1).data_set(300, {record(loop)}).build()},
         {{Counter::records_flow, 1}, {Skip::list_limit, 1}}},
        {"list_that_ends_inside_its_header",
         {list_template, Ipfix(1).data_set(300, {record(Writer().u8(3).u16(82))}).build()},
         {{Counter::records_flow, 1}, {Skip::bad_list, 1}}},
        {"list_of_elements_without_length",
         {list_template, Ipfix(1).data_set(300, {record(Writer().u8(3).u16(82).u16(0).zeros(40))}).build()},
         {{Counter::records_flow, 1}, {Skip::bad_list, 1}}},
    };
}

// ---- sFlow

Bytes sampled(const Bytes& record, std::optional<std::uint32_t> records = std::nullopt) {
    return support::Sflow().flow_sample({.records = {record}, .record_count = records}).build();
}
Bytes header_record(const Bytes& header, std::optional<std::uint32_t> length = std::nullopt) {
    return support::sflow_raw_header({.header = header, .header_length = length});
}

std::vector<Incident> sflow_incidents() {
    const Bytes frame = support::Frame().ethernet().ipv4().udp().payload(20).build();
    const Bytes good = header_record(frame);
    const Bytes whole = sampled(good);
    // next hop, AS, source AS, peer AS, one AS path segment of one AS, then communities: a count alone.
    const auto gateway = [](std::uint32_t segments, std::uint32_t in_segment, std::uint32_t communities) {
        return support::sflow_record(1003, Writer()
                                               .u32(1)
                                               .ip("192.0.2.254")
                                               .u32(65000)
                                               .u32(65001)
                                               .u32(65002)
                                               .u32(segments)
                                               .u32(2)
                                               .u32(in_segment)
                                               .u32(65003)
                                               .u32(communities)
                                               .u32(100)
                                               .bytes());
    };
    const auto both = [&](const Bytes& record) {
        return support::Sflow().flow_sample({.records = {good, record}}).build();
    };
    return {
        {"gopacket_1228_communities_without_end", {both(gateway(1, 1, 0xffffffff))}, {{Counter::records_flow, 1}}},
        {"as_path_without_end",
         {both(gateway(0xffffffff, 1, 0)), both(gateway(1, 0xffffffff, 0))},
         {{Counter::records_flow, 2}}},
        {"gopacket_1228_agent_address_of_no_type",
         {support::Sflow().agent_type(3).build(), support::Sflow().agent_type(0).build()},
         {{Outcome::bad_length, 2}}},
        {"gopacket_1228_cut_behind_the_version",
         {Writer().u32(5), Writer().u32(5).u32(1), Writer().u32(5).u32(2).zeros(12)},
         {{Outcome::too_short, 3}}},
        {"goflow_CVE_2022_2529_samples_without_end",
         {support::Sflow().flow_sample({.records = {good}}).count(0xffffffff).build()},
         {{Counter::records_flow, 1}, {Skip::sample_limit, 1}}},
        {"goflow_CVE_2022_2529_records_without_end", {sampled(good, 0xffffffff)}, {{Counter::records_flow, 1}}},
        {"samples_that_are_not_there",
         {support::Sflow().flow_sample({.records = {good}}).count(3).build()},
         {{Counter::records_flow, 1}, {Skip::missing_records, 1}}},
        // A sample whose header record holds no header: a nil pointer.
        {"telegraf_7937_header_of_no_bytes", {sampled(header_record({}))}, {{Skip::bad_packet_header, 1}}},
        {"telegraf_7937_no_header_at_all", {sampled(support::sflow_switch(1, 2))}, {{Skip::no_packet_header, 1}}},
        {"nfdump_29_header_longer_than_its_record",
         {sampled(header_record(frame, 4000))},
         {{Skip::bad_packet_header, 1}}},
        {"header_length_without_end", {sampled(header_record(frame, 0xffffffff))}, {{Skip::bad_packet_header, 1}}},
        {"sample_past_its_datagram", {support::Sflow().sample(1, Bytes(40), 4000).build()}, {{Skip::bad_sample, 1}}},
        {"sample_of_length_0",
         {support::Sflow().sample(1, {}, 0).flow_sample({.records = {good}}).build()},
         {{Skip::bad_sample, 1}, {Counter::records_flow, 1}}},
        {"unknown_sample",
         {support::Sflow().sample(77, Bytes(40)).flow_sample({.records = {good}}).build()},
         {{Skip::unknown_sample, 1}, {Counter::records_flow, 1}}},
        {"record_past_its_sample",
         {support::Sflow()
              .flow_sample({.records = {support::sflow_record(1, Bytes(16), 4000)}})
              .flow_sample({.records = {good}})
              .build()},
         {{Skip::bad_sample, 1}, {Counter::records_flow, 1}}},
        // frame_length 4 and 4 bytes stripped: what is left of the packet is nothing, not 4 G.
        {"frame_shorter_than_what_was_stripped",
         {sampled(support::sflow_raw_header({.frame_length = 2, .stripped = 4, .header = frame}))},
         {{Counter::records_flow, 1}}},
        {"counter_sample_past_its_datagram",
         {support::Sflow().sample(2, Bytes(12), 4000).build()},
         {{Skip::bad_sample, 1}}},
        {"tcpdump_segv_version_and_nothing", {Writer().u32(5).u32(0)}, {{Outcome::too_short, 1}}},
    };
}

std::vector<Incident> incidents() {
    std::vector<Incident> all;
    for (const auto& some :
         {field_incidents(), set_incidents(), template_incidents(), list_incidents(), sflow_incidents()}) {
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

class Malformed : public testing::TestWithParam<Incident> {};

TEST_P(Malformed, EndsInCounters) {
    DecodeRig rig;
    std::uint64_t now_ms = DecodeRig::kNow_ms;
    for (const Bytes& datagram : GetParam().datagrams) rig.send(datagram, "192.0.2.1", now_ms += 10'000);
    rig.settle(now_ms, true);
    for (const Figure& f : GetParam().figures) EXPECT_EQ(figure(rig.ledger(), f), f.value) << figure_name(f);
    for (std::size_t s = 0; s < flow::kSkips; ++s) {
        const auto skip = static_cast<Skip>(s);
        const bool named = std::any_of(GetParam().figures.begin(), GetParam().figures.end(), [&](const Figure& f) {
            return std::holds_alternative<Skip>(f.of) && std::get<Skip>(f.of) == skip;
        });
        if (named) continue;
        EXPECT_EQ(rig.ledger()[skip], 0u) << flow::ledger_name(flow::Ledger::index(skip)).path;
    }
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

// The same cut after each byte, and with each byte in turn at its extremes: nothing but other counters.
TEST_P(Malformed, AlsoCutAndChanged) {
    const std::vector<Bytes>& datagrams = GetParam().datagrams;
    DecodeRig rig;
    for (std::size_t i = 0; i < datagrams.size(); ++i) {
        const std::size_t size = std::min<std::size_t>(datagrams[i].size(), 200);
        for (std::size_t at = 0; at < size; ++at) {
            for (std::size_t before = 0; before < i; ++before) rig.send(datagrams[before]);
            rig.send(Bytes(datagrams[i].begin(), datagrams[i].begin() + static_cast<std::ptrdiff_t>(at)));
            for (const std::uint8_t value :
                 {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{0x7f}, std::uint8_t{0xff}}) {
                Bytes changed = datagrams[i];
                changed[at] = value;
                rig.send(changed);
            }
        }
    }
    rig.settle();
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

INSTANTIATE_TEST_SUITE_P(Incidents, Malformed, testing::ValuesIn(incidents()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
