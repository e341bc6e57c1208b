// SPDX-License-Identifier: Apache-2.0
#include "control/cli/text.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <utility>

#include "control/template_fields.hpp"

namespace cli {
namespace {

TEST(Text, ScalesToThreeDigits) {
    const std::pair<double, const char*> cases[] = {{0, "0"},
                                                    {1, "1"},
                                                    {999, "999"},
                                                    {1000, "1.00k"},
                                                    {1234567, "1.23M"},
                                                    {45'600'000'000.0, "45.6G"},
                                                    {999'499, "999k"},
                                                    {999'500, "1.00M"},
                                                    {99'960, "100k"},
                                                    {12.5, "12.5"},
                                                    {18446744073709551615.0, "18.4E"},
                                                    {0.25, "0.25"}};
    for (const auto& [value, text] : cases) EXPECT_EQ(scaled(value), text);
}

TEST(Text, SparklinesKeepTheShape) {
    EXPECT_EQ(sparkline(std::vector<double>{0, 1, 4, 8}, 10), " ▁▄█");
    EXPECT_EQ(sparkline(std::vector<double>{0, 0, 8, 8}, 2), " █");
    EXPECT_EQ(sparkline(std::vector<double>{0, 0.001, 8}, 10), " ▁█") << "something is not nothing";
    EXPECT_EQ(sparkline(std::vector<double>{0, 0}, 10), "  ");
    EXPECT_EQ(sparkline({}, 10), "");
    EXPECT_EQ(shown_width(sparkline(std::vector<double>(1000, 1.0), 40)), 40u);
}

TEST(Text, TablesAlign) {
    Table table({"NAME", ">N", "COURSE"});
    table.add({"a", "1", "▁█"});
    table.add({"long", "1000", ""});
    std::ostringstream out;
    table.print(out, Style{});
    EXPECT_EQ(out.str(), "NAME     N  COURSE\na        1  ▁█\nlong  1000\n");
    EXPECT_EQ(Style{}.bad("x"), "x");
    EXPECT_EQ(Style{true}.bad("x"), "\x1b[1;31mx\x1b[0m");
}

TEST(TemplateFields, IpfixWithEnterpriseElement) {
    const flow::TemplateDefinition t{256, false, 0, {1, 0, 0, 2, 0, 8, 0, 4, 0x80, 1, 0xff, 0xff, 0, 0, 0x72, 0x79}};
    const auto fields = control::template_fields(flow::Protocol::ipfix, t);
    ASSERT_EQ(fields.size(), 2u);
    EXPECT_EQ(fields[0].name, "sourceIPv4Address");
    EXPECT_EQ(fields[1].id, 1);
    EXPECT_EQ(fields[1].enterprise, 29305u);
    EXPECT_EQ(fields[1].length, control::kVariableLength);
}

TEST(TemplateFields, Netflow9OptionsCountScopesInBytes) {
    const flow::TemplateDefinition t{257, true, 0, {1, 1, 0, 4, 0, 8, 0, 1, 0, 4, 0, 34, 0, 4, 0, 35, 0, 1}};
    const auto fields = control::template_fields(flow::Protocol::netflow9, t);
    ASSERT_EQ(fields.size(), 3u);
    EXPECT_TRUE(fields[0].scope);
    EXPECT_EQ(fields[0].name, "system");
    EXPECT_FALSE(fields[1].scope);
    EXPECT_EQ(fields[1].id, 34);
}

TEST(TemplateFields, BytesThatEndEarlyGiveWhatIsThere) {
    const std::vector<std::uint8_t> wire{1, 0, 0, 9, 0, 8, 0, 4, 0x80, 1, 0, 4, 0, 0};
    for (std::size_t n = 0; n <= wire.size(); ++n) {
        const flow::TemplateDefinition t{256, false, 0, {wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(n)}};
        EXPECT_EQ(control::template_fields(flow::Protocol::ipfix, t).size(), n >= 8 ? 1u : 0u) << n;
    }
}

}  // namespace
}  // namespace cli
