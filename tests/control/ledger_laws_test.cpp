// SPDX-License-Identifier: Apache-2.0
#include "control/ledger_laws.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace control {
namespace {

using flow::Counter;
using flow::Ledger;

bool all_hold(const Ledger& ledger, bool idle) {
    return std::all_of(laws().begin(), laws().end(), [&](const Law& law) { return holds(law, ledger, idle); });
}

// Whatever value is wrong, term by term and as a whole it is seen alike.
TEST(LedgerLaws, AreThoseOfTheLedger) {
    Ledger balanced;
    balanced[Counter::packets_received] = 7;
    balanced[flow::PacketFate::whole] = 7;
    balanced[Counter::datagrams_received] = 7;
    balanced[flow::Outcome::accepted] = 7;
    balanced.skip(flow::Skip::no_template, 5);
    balanced[Counter::held_expired] = 5;
    balanced[Counter::sets_held] = 5;
    for (const bool idle : {false, true}) EXPECT_TRUE(all_hold(balanced, idle));
    for (std::size_t i = 0; i < Ledger::kSize; ++i) {
        Ledger ledger = balanced;
        ++ledger.values[i];
        for (const bool idle : {false, true}) {
            EXPECT_EQ(all_hold(ledger, idle), flow::broken_law(ledger, idle).empty())
                << flow::ledger_name(i).path << (idle ? ", idle" : "");
        }
    }
}

TEST(LedgerLaws, HaveNamesOfTheirOwn) {
    std::set<std::string_view> names;
    for (const Law& law : laws()) {
        EXPECT_TRUE(names.insert(law.name).second) << law.name;
        EXPECT_FALSE(law.text.empty());
    }
}

TEST(LedgerLaws, DifferenceIsWhatIsInFlight) {
    Ledger ledger;
    const Law& through = *std::find_if(laws().begin(), laws().end(), [](const Law& l) { return l.name == "through"; });
    ledger[Counter::flows_decoded] = 10;
    ledger[Counter::flows_through] = 7;
    EXPECT_EQ(weigh(through, ledger).difference(), 3);
    EXPECT_TRUE(holds(through, ledger, false));
    EXPECT_FALSE(holds(through, ledger, true));
    ledger[Counter::flows_through] = 12;
    EXPECT_EQ(weigh(through, ledger).difference(), -2) << "told by the later stage first";
}

}  // namespace
}  // namespace control
