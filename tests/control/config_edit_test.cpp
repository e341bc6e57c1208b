// SPDX-License-Identifier: Apache-2.0
#include "control/config_edit.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "control/toml_value.hpp"

namespace control {
namespace {

std::string contents(const std::string& name) {
    std::ifstream file(std::string(TEST_DATA) + "/valid/config_edit/" + name + ".toml", std::ios::binary);
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Edit {
    std::string name;    // NAME.after.toml is what comes out
    std::string before;  // BEFORE.before.toml is what goes in
    ProfileChange change;
};
void PrintTo(const Edit& e, std::ostream* out) {
    *out << e.name;
}

class ConfigEdit : public testing::TestWithParam<Edit> {};

TEST_P(ConfigEdit, ChangesTheLinesOfWhatChanges) {
    const Edit& edit = GetParam();
    const auto after = edited("f.toml", contents(edit.before + ".before"), edit.change, "windows");
    ASSERT_TRUE(after) << after.error().text();
    EXPECT_EQ(*after, contents(edit.name + ".after"));
}

const std::vector<std::string> kBoth{"edge", "core"};

INSTANTIATE_TEST_SUITE_P(
    Tables, ConfigEdit,
    testing::Values(
        Edit{"filter", "services", SetChannel{"web", {.filter = "port 443 or port 80"}}},
        Edit{"filter_with_quotes", "services", SetChannel{"web", {.filter = R"(application contains "tube")"}}},
        Edit{"filter_of_lines", "services", SetChannel{"dns", {.filter = "port 53\nor port 853"}}},
        Edit{"lines_to_one", "services", SetChannel{"mail", {.filter = "port 25"}}},
        Edit{"new_keys", "services", SetChannel{"dns", {.colour = "#00ff00", .sign = "-", .sources = kBoth}}},
        Edit{"all_sources", "services", SetChannel{"web", {.sources = std::vector<std::string>{}}}},
        Edit{"a_source_less", "services", SetChannel{"web", {.sources = std::vector<std::string>{"core"}}}},
        Edit{"a_source_more", "services",
             SetChannel{"web", {.sources = std::vector<std::string>{"edge", "core", "peer"}}}},
        Edit{"nothing_new", "services", SetChannel{"web", {.colour = "#48c6ff", .sign = "+", .order = 1}}},
        Edit{"renamed", "services", SetChannel{"dns", {.name = "names"}}},
        Edit{"first_deleted", "services", DeleteChannel{"web"}},
        Edit{"middle_deleted", "services", DeleteChannel{"dns"}},
        Edit{"last_deleted", "services", DeleteChannel{"mail"}},
        Edit{"added", "services",
             AddChannel{{.name = "ssh", .filter = "port 22", .colour = "#112233", .sign = "-", .sources = kBoth}}},
        Edit{"reordered", "services", SetProfile{.order = {"mail", "web", "dns"}}},
        Edit{"profile", "services", SetProfile{.name = "ports", .description = "What \"they\" do", .group = "inside"}},
        Edit{"list_added", "list", AddChannel{{.name = "ssh", .filter = "port 22"}}},
        Edit{"list_deleted", "list", DeleteChannel{"dns"}},
        Edit{"list_changed", "list",
             SetChannel{"dns",
                        {.filter = "port 53 or port 853", .colour = "#ff0000", .sources = std::vector<std::string>{}}}},
        Edit{"windows_added", "windows", AddChannel{{.name = "c", .filter = "port 2\nor port 3"}}},
        Edit{"windows_named", "windows", SetProfile{.name = "other", .description = "two"}},
        Edit{"windows_deleted", "windows", DeleteChannel{"b"}},
        Edit{"windows_changed", "windows", SetChannel{"b", {.sign = "-", .order = 9}}}),
    testing::PrintToStringParamName());

struct Refused {
    std::string name;
    std::string text;
    ProfileChange change;
    std::string says;
};
void PrintTo(const Refused& r, std::ostream* out) {
    *out << r.name;
}
class RefusedEdit : public testing::TestWithParam<Refused> {};

TEST_P(RefusedEdit, SaysWhy) {
    const auto after = edited("f.toml", GetParam().text, GetParam().change, "f");
    ASSERT_FALSE(after);
    EXPECT_NE(after.error().text().find(GetParam().says), std::string::npos) << after.error().text();
}

const std::string kTwo = "[[channel]]\nname = \"a\"\nfilter = \"any\"\n[[channel]]\nname = \"b\"\nfilter = \"any\"\n";

INSTANTIATE_TEST_SUITE_P(
    Tables, RefusedEdit,
    testing::Values(
        Refused{"no_toml", "[[channel", SetProfile{.name = "x"}, "this is not TOML"},
        Refused{"no_profile", "devices = [1]\n", SetProfile{.name = "x"}, "there is no key \"devices\""},
        Refused{"no_such_channel", kTwo, SetChannel{"c", {.filter = "any"}}, "there is no channel \"c\""},
        Refused{"no_such_channel_to_delete", kTwo, DeleteChannel{"c"}, "there is no channel \"c\""},
        Refused{"last_channel", "channel = [{name = \"a\", filter = \"any\"}]", DeleteChannel{"a"},
                "delete the profile instead"},
        Refused{"order_too_short", kTwo, SetProfile{.order = {"a"}}, "order names 1 channels, the profile has 2"},
        Refused{"order_twice", kTwo, SetProfile{.order = {"a", "a"}}, "names channel \"a\" twice"},
        Refused{"order_stranger", kTwo, SetProfile{.order = {"a", "c"}}, "there is no channel \"c\""},
        Refused{"no_utf8", kTwo, SetProfile{.description = "\xff"}, "cannot be changed by itself"},
        Refused{"escaped_key", "\"pro\\u0066ile\" = \"p\"\n" + kTwo, SetProfile{.name = "x"}, "edit it by hand"}),
    testing::PrintToStringParamName());

TEST(ConfigEdit, ANewProfile) {
    const ProfileText profile{.name = "web",
                              .description = "It's \"new\"",
                              .channels = {{.name = "a", .filter = "user \"x\"", .order = 1},
                                           {.name = "b", .filter = "any", .sign = "-", .sources = kBoth}}};
    const auto text = new_profile("f.toml", profile);
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(*text, contents("new.after"));
}

TEST(TomlValue, QuotesAsAPersonWouldChooseThem) {
    const std::vector<std::array<std::string, 3>> table{
        {"plain", "\"plain\"", "'plain'"},
        {"a \"b\"", "'a \"b\"'", "'a \"b\"'"},
        {"it's", "\"it's\"", "\"it's\""},
        {"it's \"x\" y", "'''it's \"x\" y'''", "'''it's \"x\" y'''"},
        {"a\\d", "'a\\d'", "'a\\d'"},
        {"'\\'", "\"'\\\\'\"", "\"'\\\\'\""},
        {"bell\a", "\"bell\\u0007\"", "\"bell\\u0007\""},
        {"a\nb", "'''\na\nb'''", "'''\na\nb'''"},
        {"a\r\nb\n", "'''\na\nb\n'''", "'''\na\nb\n'''"},
        {"a'''\nb\\\"", "\"\"\"\na'''\nb\\\\\\\"\"\"\"", "\"\"\"\na'''\nb\\\\\\\"\"\"\""},
        {"", "\"\"", "''"},
    };
    for (const auto& [text, basic, literal] : table) {
        EXPECT_EQ(toml_text(text, {'"', false}), basic);
        EXPECT_EQ(toml_text(text, {'\'', false}), literal);
    }
}

}  // namespace
}  // namespace control
