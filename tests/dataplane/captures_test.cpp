// SPDX-License-Identifier: Apache-2.0
// Every capture that is there goes through packet, decode and match without a fault, and the ledger's laws hold.
// Under sanitizers this is the test that reads real devices' bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "dataplane/intake.hpp"
#include "tests/support/capture_sources.hpp"
#include "tests/support/decode_rig.hpp"
#include "tests/support/small_generation.hpp"

namespace {

namespace fs = std::filesystem;

const fs::path kCaptures = CAPTURES;

std::vector<fs::path> files(bool captures) {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(kCaptures)) {
        if (!entry.is_regular_file()) continue;
        const std::string extension = entry.path().extension();
        if ((extension == ".pcap" || extension == ".pcapng") == captures) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
}

TEST(Captures, GoThroughTheWorkerWithoutFault) {
    if (!fs::is_directory(kCaptures)) GTEST_SKIP() << "no captures at " << kCaptures;
    std::uint64_t flows = 0, datagrams = 0;
    for (const fs::path& file : files(true)) {
        SCOPED_TRACE(file);
        const auto capture = support::read_pcap(file);
        ASSERT_TRUE(capture) << capture.error().text();
        const auto link = static_cast<flow::LinkType>(capture->link_type);
        const auto generation = support::make_generation(1, support::sources_of(*capture),
                                                         {{"any"}, {"port 53"}, {"payload content 'HTTP'"}});
        flow::ExporterTable exporters;
        flow::SpscRing<flow::Tally*> handover(64);
        support::TallySink sink(handover);
        dataplane::Intake intake(exporters, handover, {.slots = 4});
        ASSERT_TRUE(intake.allocate());
        intake.use(*generation);
        for (const support::Captured& captured : capture->packets) {
            const auto packet = intake.receive(captured.bytes, link, captured.bytes.size());
            if (packet.fate == flow::PacketFate::whole) intake.take(packet, captured.time_us / 1000);
            sink.drain();
        }
        intake.finish();
        sink.drain();
        EXPECT_EQ(flow::broken_law(sink.ledger, true), "");
        flows += sink.ledger[flow::Counter::flows_through];
        datagrams += sink.ledger[flow::Counter::datagrams_received];
    }
    EXPECT_GT(flows, 10'000u);
    std::printf("%zu captures: %llu datagrams, %llu flows\n", files(true).size(),
                static_cast<unsigned long long>(datagrams), static_cast<unsigned long long>(flows));
}

TEST(Captures, RawPayloadsAndOtherFilesAreDatagramsLikeAnyOther) {
    if (!fs::is_directory(kCaptures)) GTEST_SKIP() << "no captures at " << kCaptures;
    support::DecodeRig rig;
    for (const fs::path& file : files(false)) {
        SCOPED_TRACE(file);
        std::ifstream in(file, std::ios::binary);
        std::vector<std::uint8_t> bytes(std::istreambuf_iterator<char>(in), {});
        bytes.resize(std::min<std::size_t>(bytes.size(), 65'507));
        bytes.shrink_to_fit();  // so that the sanitizer sees the end
        rig.send(bytes);
    }
    rig.settle();
    EXPECT_EQ(flow::broken_law(rig.ledger(), true), "");
}

}  // namespace
