// SPDX-License-Identifier: Apache-2.0
// After a faulty set the number of records in an IPFIX message is not known; the next message then showed a gap that was none.
// And a receive time that went back made held gaps losses at once.
#include <gtest/gtest.h>

#include "tests/support/decode_rig.hpp"
#include "tests/support/packet_builder.hpp"

using support::Ipfix;
using support::Writer;

TEST(Issue005, AFaultMakesTheSequenceUnknownNotLost) {
    const auto message = [](std::uint32_t sequence) { return Ipfix(1).unix_seconds(1'700'000'000).sequence(sequence); };
    for (const bool cut_record : {true, false}) {
        support::DecodeRig rig;
        rig.send(message(0).template_set({{300, {{8, 4}, {96, support::kVariableLength}}}}).build());
        auto faulty = message(0);
        if (cut_record)
            faulty.set(300, Writer().ip("10.0.0.1").u8(200).bytes());
        else
            faulty.set(300, Writer().ip("10.0.0.1").bytes(), 900);
        rig.send(faulty.build());
        rig.send(message(5).data_set(300, {Writer().ip("10.0.0.1").u8(0)}).build());
        rig.settle();
        EXPECT_EQ(rig.tally().exporter(0).lost, 0u);
    }
}

TEST(Issue005, ATimeThatGoesBackDoesNotSettleGaps) {
    decode::Sequence sequence;
    flow::ExporterCounts counts;
    sequence.see(0, 1, 0, 10'000, counts);
    sequence.see(2, 1, 0, 10'000, counts);
    sequence.see(3, 1, 0, 9'000, counts);
    sequence.see(1, 1, 0, 9'500, counts);
    sequence.settle(0, true, counts);
    EXPECT_EQ(counts.lost, 0u);
    EXPECT_EQ(counts.reordered, 1u);
}
