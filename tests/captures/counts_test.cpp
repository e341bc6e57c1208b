// SPDX-License-Identifier: Apache-2.0
// Every file and every group of the shared captures: outcomes, records, options, samples and templates are as the tables
// that lie with them say. Where we differ, the file stands in kDiffers with the reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "tests/captures/feed.hpp"
#include "tests/captures/inventory.hpp"

namespace captures {

void PrintTo(const File& file, std::ostream* out) {
    *out << file.path;
}
void PrintTo(const Group& group, std::ostream* out) {
    *out << group.name;
}

namespace {

using flow::Counter;
using flow::Outcome;
using flow::Skip;

// What a file came to, in the words of the tables.
struct Counts {
    std::uint64_t accepted = 0;  // datagrams
    std::uint64_t records = 0;   // sFlow: samples of all kinds
    std::uint64_t options = 0;
    std::uint64_t templates = 0;  // template records: learned, the same again, refused
    std::uint64_t without_template = 0;
    std::uint64_t counters = 0;  // sFlow counter samples
    friend bool operator==(const Counts&, const Counts&) = default;
};
void PrintTo(const Counts& c, std::ostream* out) {
    *out << c.accepted << " datagrams accepted, " << c.records << " records, " << c.options << " options, "
         << c.templates << " templates, " << c.without_template << " sets without template, " << c.counters
         << " counter samples";
}

// A file where we differ from the tables: what we have instead, and why that is right.
struct Difference {
    std::string_view file;  // end of its path
    Counts ours;
    std::string_view why;
};
constexpr std::string_view kNoBytes = "a template without bytes is refused (endless loop), so its data has none";
constexpr std::string_view kHeld = "data that comes before its template is held, and decoded when it comes";
constexpr std::string_view kOverruns = "a set that runs past its datagram is a bad set, whatever its id says";
const Difference kDiffers[] = {
    {"_multiMessage.bin",
     {.accepted = 1, .records = 2, .templates = 11},
     "junk behind the options template is a bad one"},
    {"_unknownDatasetMessage.bin", {}, "the message is longer than its datagram: bad_length"},
    {"_TestVersionError_truncated.bin", {}, "the message is longer than its datagram: bad_length"},
    {"nf9_broken.dat", {.accepted = 1, .templates = 2}, "template id 8: the rest of the set cannot be trusted"},
    {"v6_test.go__L0033_TestNetflowProtocol_OnPacket_rawS.bin", {}, "NetFlow v6 is nothing that a device sends"},
    {"_PACKET_INVALID.bin", {}, "version 65535"},
    {"netflow_4M.pcap", {.accepted = 2708, .records = 78684}, "the last frame is cut: PacketFate::cut_short"},
    {"malformed-OT.pcap", {.accepted = 1, .templates = 1, .without_template = 1}, kNoBytes},
    {"malformed_2.pcap",
     {.accepted = 16, .options = 12, .templates = 32},
     "records of options data whose template is scope alone: tshark counts the same 12"},
    {"malformed_3.pcap", {.accepted = 1, .templates = 1, .without_template = 1}, kNoBytes},
    {"malformed_5.pcap", {.accepted = 1, .templates = 1, .without_template = 1}, kNoBytes},
    {"corpus/pcap-malformed-OT", {.accepted = 1, .templates = 1, .without_template = 1}, kNoBytes},
    {"corpus/320355ced694aa69924f6bb82e7b74f420303fd9", {}, "one byte: too_short"},
    {"corpus/60cd5c2798d5288c6e6dfe1f93eacdb093b2a6fd", {.accepted = 1}, kOverruns},
    {"corpus/66bdd3dd108599159cb2548b5718514afbd4ebb0", {.accepted = 1}, kOverruns},
    {"netflow.uts__L0443_lit.bin", {.accepted = 1}, kOverruns},
    {"sflow_multiple_counter_30_pdus.pcap",
     {.accepted = 30, .records = 151, .counters = 144},
     "144 sFlow samples and, in 5 NetFlow v5 datagrams on the same port, 7 records"},
    {"juniper_data_b4_tmpl.dat", {.accepted = 1, .records = 15, .options = 1, .templates = 2}, kHeld},
    {"_PACKET_V9_TEMPLATE_MIXED.bin", {.accepted = 1, .records = 8, .templates = 2}, kHeld},
    {"pcap_processing/ipfix-vmware.pcap", {.accepted = 1159, .records = 1317, .templates = 64}, kHeld},
    {"logstash IPFIX",
     {.accepted = 3, .records = 12, .options = 1},
     "three messages back to back in one file: each was a datagram"},
    {"_SFlowTestPacket11.bin",
     {.accepted = 1, .records = 1},
     "a counter sample that runs past its datagram: bad_sample"},
    {"sflow_print-segv.pcap", {}, "8 bytes of payload: too_short"},
    {"Netflow 9 H3C Netstream with varstring",
     {.accepted = 2, .records = 1},
     "length 65535 in a v9 template is IPFIX's variable length; the golden decode has the record too"},
};

const Difference* difference(const std::string& path) {
    const auto* found = std::find_if(std::begin(kDiffers), std::end(kDiffers),
                                     [&](const Difference& d) { return path.ends_with(d.file); });
    return found == std::end(kDiffers) ? nullptr : found;
}

// Samples and records that were seen and understood as such, whatever became of them.
std::uint64_t sflow_samples(const flow::Ledger& l) {
    return l[Counter::records_flow] + l[Counter::records_counter] + l[Skip::no_packet_header] +
           l[Skip::bad_packet_header] + l[Skip::bad_sample] + l[Skip::unknown_sample];
}

Counts counts(const flow::Ledger& l, bool sflow) {
    return {.accepted = l[Outcome::accepted],
            .records = sflow ? sflow_samples(l) : l[Counter::records_flow],
            .options = l[Counter::records_option],
            .templates = l[Counter::templates_new] + l[Counter::templates_refreshed] + l[Counter::templates_changed] +
                         l[Skip::bad_template] + l[Skip::template_limit] + l[Skip::template_withdrawal],
            .without_template = l[Skip::no_template],
            .counters = l[Counter::records_counter]};
}

std::string skips(const flow::Ledger& l) {
    std::string text;
    for (std::size_t i = 0; i < flow::Ledger::kSize; ++i) {
        if (l.values[i] != 0) text += std::string(flow::ledger_name(i).path) + "=" + std::to_string(l.values[i]) + " ";
    }
    return text;
}

std::vector<std::filesystem::path> below_root(const std::vector<std::string>& paths) {
    std::vector<std::filesystem::path> full;
    for (const std::string& path : paths) full.push_back(root() / path);
    return full;
}

TEST(Captures, TablesAreThere) {
    if (!are_there()) GTEST_SKIP() << "no captures at " << root();
    EXPECT_GE(files().size(), 300u);
    EXPECT_GE(groups().size(), 49u);
}

class EveryFile : public testing::TestWithParam<File> {};

TEST_P(EveryFile, HoldsWhatTheInventorySays) {
    const File& file = GetParam();
    Feed feed;
    feed.files({root() / file.path});
    feed.finish();
    const flow::Ledger& l = feed.ledger();
    EXPECT_EQ(flow::broken_law(l, true), "");
    const Difference* differs = difference(file.path);
    const Counts expected = differs != nullptr ? differs->ours
                                               : Counts{.accepted = file.datagrams,
                                                        .records = file.records,
                                                        .options = file.options,
                                                        .templates = file.templates,
                                                        .without_template = file.without_template,
                                                        .counters = file.counters};
    EXPECT_EQ(counts(l, file.protocol.starts_with("sflow")), expected)
        << (differs != nullptr ? differs->why : "") << "\n"
        << skips(l);
}

INSTANTIATE_TEST_SUITE_P(Captures, EveryFile, testing::ValuesIn(files()), [](const auto& test) {
    return std::to_string(test.index) + "_" + test_name(test.param.path);
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EveryFile);

class EveryGroup : public testing::TestWithParam<Group> {};

TEST_P(EveryGroup, HoldsWhatTheTableSays) {
    const Group& group = GetParam();
    Feed feed;
    feed.files(below_root(group.paths));
    feed.finish();
    const flow::Ledger& l = feed.ledger();
    EXPECT_EQ(flow::broken_law(l, true), "");
    Counts ours = counts(l, false);
    ours.templates = 0;  // the table of groups has none
    const Difference* differs = difference(group.name);
    const Counts expected = differs != nullptr ? differs->ours
                                               : Counts{.accepted = group.datagrams,
                                                        .records = group.records,
                                                        .options = group.options,
                                                        .templates = 0,
                                                        .without_template = group.without_template,
                                                        .counters = 0};
    EXPECT_EQ(ours, expected) << (differs != nullptr ? differs->why : "") << "\n" << skips(l);
}

// The group once more, in Ethernet frames: packet and decoder make the same of it.
TEST_P(EveryGroup, IsTheSameInFrames) {
    const Group& group = GetParam();
    if (group.name == "logstash IPFIX") GTEST_SKIP() << "its three messages lie in one frame";
    Feed raw, wrapped;
    raw.files(below_root(group.paths));
    wrapped.files({root() / group.wrapped});
    raw.finish();
    wrapped.finish();
    EXPECT_EQ(flow::broken_law(wrapped.ledger(), true), "");
    EXPECT_EQ(wrapped.other_frames(), 0u);
    for (std::size_t i = 0; i < flow::Ledger::kSize; ++i) {
        EXPECT_EQ(raw.ledger().values[i], wrapped.ledger().values[i]) << flow::ledger_name(i).path;
    }
}

INSTANTIATE_TEST_SUITE_P(Captures, EveryGroup, testing::ValuesIn(groups()), [](const auto& test) {
    return std::to_string(test.index) + "_" + test_name(test.param.name);
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EveryGroup);

}  // namespace
}  // namespace captures
