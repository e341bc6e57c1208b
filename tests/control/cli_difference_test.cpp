// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <sstream>

#include "control/cli/line_difference.hpp"

namespace cli {
namespace {

struct Case {
    std::string name, before, after, shown;
};
void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}
class LineDifference : public testing::TestWithParam<Case> {};

TEST_P(LineDifference, IsThatOfDiff) {
    std::ostringstream out;
    print_difference(out, "p.toml", GetParam().before, GetParam().after, Style{});
    EXPECT_EQ(out.str(), GetParam().shown);
}

constexpr const char* kBoth = "--- p.toml\n+++ p.toml\n";

INSTANTIATE_TEST_SUITE_P(
    Tables, LineDifference,
    testing::Values(
        Case{"same", "a\n", "a\n", ""},
        Case{"is_new", "", "a\nb\n", "--- /dev/null\n+++ p.toml\n@@ -0,0 +1,2 @@\n+a\n+b\n"},
        Case{"is_gone", "a\n", "", "--- p.toml\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n"},
        Case{"in_the_middle", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n",
             kBoth + std::string("@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n")},
        Case{"what_stays_between", "a\nb\nc\n", "x\nb\ny\n", kBoth + std::string("@@ -1,3 +1,3 @@\n-a\n+x\n b\n-c\n+y\n")},
        Case{"two_hunks", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "1\n2\n3\n4\n5\n6\n7\nb\nc\n",
             kBoth + std::string("@@ -1,4 +1,3 @@\n-a\n 1\n 2\n 3\n@@ -7,3 +6,4 @@\n 6\n 7\n b\n+c\n")},
        Case{"no_line_end", "a\nb", "a\nb\n",
             kBoth + std::string("@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n")},
        Case{"orders_to_a_terminal", "a\n", "\x1b[2J\r\n", kBoth + std::string("@@ -1,1 +1,1 @@\n-a\n+?[2J\r\n")}),
    testing::PrintToStringParamName());

}  // namespace
}  // namespace cli
