// SPDX-License-Identifier: Apache-2.0
// Included files and host names.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "filters/language/include.hpp"
#include "filters/language/operand.hpp"
#include "filters/language/parser.hpp"

namespace {

using filters::language::Context;
using filters::language::parse;
using filters::language::print;

class World {
  public:
    World() {
        context.include = [this](std::string_view path, std::string_view from) -> flow::Result<Context::Included> {
            asked.push_back(std::string(from) + '>' + std::string(path));
            const auto at = files.find(std::string(path));
            if (at == files.end()) return flow::fail("cannot read " + std::string(path));
            return Context::Included{"dir/" + at->first, at->second};
        };
        context.resolve = [this](std::string_view name) -> flow::Result<std::vector<flow::IpAddress>> {
            asked.emplace_back(name);
            const auto at = names.find(std::string(name));
            if (at == names.end()) return flow::fail("host name '" + std::string(name) + "' does not resolve");
            return at->second;
        };
    }
    std::string normal(const std::string& filter) {
        const auto ast = parse(filter, context);
        return ast ? print(*ast) : "error: " + ast.error().text();
    }

    std::map<std::string, std::string> files{};
    std::map<std::string, std::vector<flow::IpAddress>> names{};
    std::vector<std::string> asked{};
    Context context{};
};

flow::IpAddress ip(const char* text) {
    return flow::IpAddress::parse(text).value();
}

TEST(LanguageInclude, SplicesAFileWhereItStands) {
    World world;
    world.files["dns"] = "# name service\nport 53 # both\n";
    EXPECT_EQ(world.normal("@include dns"), "port 53");
    EXPECT_EQ(world.normal("( @include dns ) and not src ip 8.8.8.8"), "port 53 and not src ip 8.8.8.8");
    EXPECT_EQ(world.normal("(@include dns)and proto udp"), "port 53 and proto udp");
    EXPECT_EQ(world.normal("@INCLUDE 'dns' or port 80"), "port 53 or port 80");
    EXPECT_EQ(world.normal("proto udp and @include\tdns\nand any"), "proto udp and port 53 and any");
    world.files["a b"] = "10.0.0.1, 10/8";
    EXPECT_EQ(world.normal("ip in [@include \"a b\" ]"), "ip in [10.0.0.0/8 10.0.0.1]");
    world.files["open"] = "( port 1 or";
    EXPECT_EQ(world.normal("@include open port 2) and any"), "(port 1 or port 2) and any");
    world.files["empty"] = " # nothing\n";
    EXPECT_EQ(world.normal("@include empty"), "any");
}

TEST(LanguageInclude, FilesIncludeFiles) {
    World world;
    world.files["a"] = "port 1 or\n @include b";
    world.files["b"] = "port 2 or @include c";
    world.files["c"] = "port 3";
    EXPECT_EQ(world.normal("@include a or port 4"), "port 1 or port 2 or port 3 or port 4");
    EXPECT_EQ(world.asked, (std::vector<std::string>{">a", "dir/a>b", "dir/b>c"}));
}

TEST(LanguageInclude, ErrorsTellTheFile) {
    World world;
    world.files["a"] = "port 1 or\n port http";
    EXPECT_EQ(world.normal("any or @include a"),
              "error: dir/a:2:7: expected a port number from 0 to 65535, found 'http'");
    world.files["lexer"] = "port 1 $";
    EXPECT_EQ(world.normal("any or @include lexer"),
              "error: dir/lexer:1:8: unexpected character '$'; only a text in quotes may have it, else words, numbers "
              "and ( ) [ ] , = < > !");
    world.files["missing"] = "any and\n@include none";
    EXPECT_EQ(world.normal("@include missing"), "error: dir/missing:2:10: cannot read none");
    EXPECT_EQ(world.normal("@include none"), "error: 1:10: cannot read none");
    world.files["open"] = "(port 1";
    EXPECT_EQ(world.normal("@include open"), "error: 1:14: expected and, or, or ')', found the end of the filter");
    const auto ast = parse("@include a", world.context);
    EXPECT_EQ(filters::language::placed({"p.toml", 7, 3}, ast.error().place).file, "dir/a");
}

TEST(LanguageInclude, TestsKnowTheirFile) {
    World world;
    world.files["a"] = "application matches /x/";
    const auto ast = parse("port 1 or @include a", world.context);
    ASSERT_TRUE(ast);
    EXPECT_EQ(ast->tests[0].place.file, "");
    EXPECT_EQ(ast->tests[1].place.file, "dir/a");
    EXPECT_EQ(ast->tests[1].place.column, 21u) << "of the value";
}

TEST(LanguageInclude, IsBounded) {
    World world;
    world.files["self"] = "@include self";
    EXPECT_NE(world.normal("@include self").find("deeper than 10 levels at 'self'; does one include itself?"),
              std::string::npos);
    for (int level = 1; level <= 10; ++level) {
        world.files[std::to_string(level)] = level == 10 ? "port 7" : "@include " + std::to_string(level + 1);
    }
    EXPECT_EQ(world.normal("@include 1"), "port 7");
    world.files["10"] = "@include dns";
    EXPECT_NE(world.normal("@include 1").find("deeper than 10"), std::string::npos);

    world.files["twice"] = "@include twice2 @include twice2";
    std::string many;
    for (int i = 0; i < 1100; ++i) many += "@include e ";
    world.files["e"] = "";
    EXPECT_NE(world.normal(many).find("more than 1000 files"), std::string::npos);
    world.files["big"] = std::string(900'000, ' ');
    EXPECT_NE(world.normal("@include big @include big @include big @include big @include big").find("bytes together"),
              std::string::npos);
    world.files["huge"] = std::string(2'000'000, ' ');
    EXPECT_NE(world.normal("@include huge").find("at most 1048576"), std::string::npos);
    world.files["signs"] = std::string(600'000, '(');
    EXPECT_NE(world.normal("@include signs @include signs").find("more than 1000000 words"), std::string::npos);
}

TEST(LanguageHosts, AllAddressesOfANameAreMeant) {
    World world;
    world.names["www.example.org"] = {ip("192.0.2.2"), ip("2001:db8::2"), ip("192.0.2.1"), ip("192.0.2.2")};
    world.names["one"] = {ip("192.0.2.1")};
    EXPECT_EQ(world.normal("host www.example.org"), "ip in [192.0.2.1 192.0.2.2 2001:db8::2]");
    EXPECT_EQ(world.normal("dst ip WWW.Example.org and ip www.example.org"),
              "dst ip in [192.0.2.1 192.0.2.2 2001:db8::2] and ip in [192.0.2.1 192.0.2.2 2001:db8::2]");
    EXPECT_EQ(world.normal("src host 'one'"), "src ip 192.0.2.1");
    EXPECT_EQ(world.normal("ip in [10.0.0.0/8, one]"), "ip in [10.0.0.0/8 192.0.2.1]");
    EXPECT_EQ(world.asked, (std::vector<std::string>{"www.example.org", "www.example.org", "one", "one"}))
        << "once a filter";
}

TEST(LanguageHosts, FailuresHaveTheirPlace) {
    World world;
    world.names["empty"] = {};
    EXPECT_EQ(world.normal("port 1 or\nhost nowhere"), "error: 2:6: host name 'nowhere' does not resolve");
    EXPECT_EQ(world.normal("ip in [10.0.0.1 nowhere]"), "error: 1:17: host name 'nowhere' does not resolve");
    EXPECT_EQ(world.normal("host empty"), "error: 1:6: the host name 'empty' has no address");
    EXPECT_TRUE(
        world.normal("router ip one").starts_with("error: 1:11: expected a complete IPv4 or IPv6 address, found"));
    world.asked.clear();
    for (const char* mistyped : {"ip 10.1", "ip 10.1.2.3.4", "ip 256.1.1.1", "ip 1:2:3", "ip 10.0.0.0/8", "ip -"}) {
        EXPECT_NE(world.normal(mistyped).find("expected a complete"), std::string::npos) << mistyped;
    }
    EXPECT_TRUE(world.asked.empty()) << "mistyped addresses are no names";
}

TEST(LanguageHosts, AreBounded) {
    World world;
    std::string filter;
    for (std::size_t i = 0; i <= filters::language::kMostNames; ++i) {
        const std::string name = "h" + std::to_string(i);
        world.names[name] = {ip("192.0.2.1")};
        filter += (filter.empty() ? "host " : " or host ") + name;
    }
    EXPECT_NE(world.normal(filter).find("more than 256 host names"), std::string::npos);
    EXPECT_EQ(world.asked.size(), filters::language::kMostNames);

    world.names["many"].assign(2000, ip("192.0.2.1"));
    std::string list;
    for (int i = 0; i < 501; ++i) list += "many ";
    EXPECT_NE(world.normal("ip in [" + list + "]").find("more than 1000000 addresses"), std::string::npos);
}

}  // namespace
