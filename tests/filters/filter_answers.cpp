// SPDX-License-Identifier: Apache-2.0
// filter_answers CAPTURE [no-match] [reference]: which flows of a capture each filter takes that comes on standard input, one a line.
//
// Answers a line each, in the order asked: "taken FLOWS BYTES PACKETS RECORDS", bytes and packets in and out together, records
// as 1-based numbers in order of arrival ("1-3,7", "-" for none); or "refused SENTENCE". A record lacks nothing: what it did
// not bring is 0, as in nfdump 1.6 to 1.7.4; with no-match it is not. With reference it is the reference evaluator that
// answers, not the engine: which of the two is wrong?
#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/headers.hpp"
#include "filters/language/parser.hpp"
#include "filters/program/program.hpp"
#include "tests/support/decode_rig.hpp"
#include "tests/support/oracle_table.hpp"
#include "tests/support/pcap.hpp"
#include "tests/support/reference_filter.hpp"

namespace {

// Datagrams of UDP, whatever their port; the name of the source is "oracle".
bool read_flows(const std::string& path, support::DecodeRig& rig) {
    const auto capture = support::read_pcap(path);
    if (!capture) {
        std::cerr << capture.error().text() << '\n';
        return false;
    }
    for (const support::Captured& packet : capture->packets) {
        const auto h = flow::parse_headers(packet.bytes, static_cast<flow::LinkType>(capture->link_type));
        constexpr std::size_t kUdpHeader = 8;
        if (h.proto != 17 || packet.bytes.size() < h.transport_offset + kUdpHeader) continue;
        const auto outcome = rig.take({.payload = std::span(packet.bytes).subspan(h.transport_offset + kUdpHeader),
                                       .exporter = h.src,
                                       .exporter_port = h.src_port,
                                       .received_ms = packet.time_us / 1000,
                                       .source_id = 1,
                                       .source = 0});
        if (outcome != flow::Outcome::accepted) {
            std::cerr << "a datagram from port " << h.src_port << " was not accepted\n";
            return false;
        }
    }
    rig.settle();
    return true;
}

class Answers {
  public:
    Answers(const support::DecodeRig& rig, filters::language::Missing missing, bool reference)
        : rig_(rig), reference_(reference) {
        environment_.sources = {"oracle", "other"};
        environment_.missing = missing;
        environment_.exporters = &rig.exporters();
        world_ = {.missing = missing, .sources = environment_.sources, .exporters = environment_.exporters};
    }

    std::string to(const std::string& filter) {
        taken_ = {};
        const auto asked = reference_ ? ask_reference(filter) : ask_engine(filter);
        if (!asked) return "refused " + asked.error().text();
        return "taken " + std::to_string(taken_.flows) + ' ' + std::to_string(taken_.bytes) + ' ' +
               std::to_string(taken_.packets) + ' ' + support::record_text(taken_.records);
    }

  private:
    flow::Result<void> ask_engine(const std::string& filter) {
        const filters::ChannelSpec channel{.name = "asked", .filter = filter};
        auto program = filters::Program::compile(std::span(&channel, 1), environment_);
        if (!program) return flow::pass(program);
        const auto matcher = filters::Matcher::make(**program).value();
        std::uint32_t before = 0;
        for (const flow::FlowBatch* batch : rig_.writer().batches()) {
            for (const filters::ChannelRows& found : matcher->match(*batch)) {
                for (std::uint32_t row = 0; row < batch->rows; ++row) {
                    if ((found.rows[row / 64] >> (row % 64) & 1) != 0) take(*batch, row, before);
                }
            }
            before += batch->rows;
        }
        return {};
    }
    flow::Result<void> ask_reference(const std::string& filter) {
        auto ast = filters::language::parse(filter);
        if (!ast) return flow::pass(ast);
        std::uint32_t before = 0;
        for (const flow::FlowBatch* batch : rig_.writer().batches()) {
            const support::ReferenceFilter reference(*ast, *batch, world_, before);
            for (std::uint32_t row = 0; row < batch->rows; ++row) {
                if (reference.holds(row)) take(*batch, row, before);
            }
            before += batch->rows;
        }
        return {};
    }
    void take(const flow::FlowBatch& batch, std::uint32_t row, std::uint32_t before) {
        using filters::language::Reading;
        const auto number = [&](Reading reading) {
            return support::number_of(filters::language::Subject(reading), batch, row, {}).value_or(0);
        };
        taken_.records.push_back(before + row + 1);
        taken_.flows += number(Reading::flows);
        taken_.packets += number(Reading::packets) + number(Reading::out_packets);
        taken_.bytes += number(Reading::bytes) + number(Reading::out_bytes);
    }

    const support::DecodeRig& rig_;
    bool reference_;
    support::FilterWorld world_;
    filters::Environment environment_;
    support::OracleAnswer taken_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: filter_answers CAPTURE [no-match] [reference] < FILTERS\n";
        return 2;
    }
    support::DecodeRig rig;
    if (!read_flows(argv[1], rig)) return 1;
    const std::vector<std::string_view> words(argv + 2, argv + argc);
    const auto given = [&](std::string_view word) {
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    Answers answers(rig, given("no-match") ? filters::language::Missing::no_match : filters::language::Missing::zero,
                    given("reference"));
    for (std::string filter; std::getline(std::cin, filter);) std::cout << answers.to(filter) << std::endl;
    return 0;
}
