// SPDX-License-Identifier: Apache-2.0
// Databases of countries and autonomous systems: what they say, and that damage is told, never a crash or a hang.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "filters/geo/database.hpp"
#include "tests/control/temporary_directory.hpp"
#include "tests/support/mmdb_writer.hpp"

namespace {

using filters::geo::Database;
using filters::language::Net;
using filters::language::Range;
using support::Mmdb;
using support::MmdbWriter;

class GeoDatabase : public testing::Test {
  protected:
    // Written under `name`.
    std::string file(const std::string& name, const std::string& bytes) {
        std::filesystem::remove(directory_.path() /
                                name);  // what is cut and written again, ext4 puts to the disk at once
        directory_.write(name, bytes);
        return (directory_.path() / name).string();
    }
    std::shared_ptr<const Database> countries(const MmdbWriter& writer) {
        auto opened = Database::open(file("country.mmdb", writer.bytes()), "");
        EXPECT_TRUE(opened.has_value()) << opened.error().text();
        return opened ? *opened : nullptr;
    }
    std::shared_ptr<const Database> systems(const MmdbWriter& writer) {
        auto opened = Database::open("", file("as.mmdb", writer.bytes()));
        EXPECT_TRUE(opened.has_value()) << opened.error().text();
        return opened ? *opened : nullptr;
    }
    std::string refusal(const std::string& bytes) {
        const auto opened = Database::open(file("bad.mmdb", bytes), "");
        return opened ? "taken" : opened.error().message;
    }

    control::TemporaryDirectory directory_;
};

flow::IpAddress ip(const char* text) {
    return flow::IpAddress::parse(text).value();
}

// "10.0.0.0/8 2001:db8::/32"
std::string text_of(const std::vector<Net>& nets) {
    std::string out;
    for (const Net& net : nets) {
        const flow::Prefix prefix{net.address, static_cast<std::uint8_t>(net.prefix_bits())};
        out += (out.empty() ? "" : " ") + prefix.text();
    }
    return out;
}

TEST_F(GeoDatabase, CountriesOfBothFamilies) {
    for (const unsigned record_bits : {24u, 28u, 32u}) {
        MmdbWriter writer(6, record_bits);
        writer.add("81.0.0.0/8", Mmdb::country("DE"));
        writer.add("81.2.0.0/16", Mmdb::country("GB"));
        writer.add("2001:db8::/32", Mmdb::country("DE"));
        writer.add("2001:db8:ff00::/40", Mmdb::country("FR"));
        writer.alias_v4("::ffff:0:0/96");
        writer.alias_v4("2002::/16");
        writer.alias_v4("2001:0::/32");
        const auto geo = countries(writer);
        ASSERT_NE(geo, nullptr);
        EXPECT_EQ(text_of(geo->country("GB")), "81.2.0.0/16");
        EXPECT_EQ(text_of(geo->country("DE")),
                  "81.0.0.0/15 81.3.0.0/16 81.4.0.0/14 81.8.0.0/13 81.16.0.0/12 81.32.0.0/11 81.64.0.0/10 81.128.0.0/9 "
                  "2001:db8::/33 2001:db8:8000::/34 2001:db8:c000::/35 2001:db8:e000::/36 2001:db8:f000::/37 "
                  "2001:db8:f800::/38 2001:db8:fc00::/39 2001:db8:fe00::/40");
        EXPECT_EQ(text_of(geo->country("FR")), "2001:db8:ff00::/40");
        EXPECT_EQ(text_of(geo->country("US")), "");
        EXPECT_TRUE(geo->has_country("FR"));
        EXPECT_FALSE(geo->has_country("US"));
        EXPECT_FALSE(geo->has_country(""));
        EXPECT_EQ(geo->country_of(ip("81.2.3.4")), "GB");
        EXPECT_EQ(geo->country_of(ip("81.3.0.0")), "DE");
        EXPECT_EQ(geo->country_of(ip("82.0.0.0")), "");
        EXPECT_EQ(geo->country_of(ip("80.255.255.255")), "");
        EXPECT_EQ(geo->country_of(ip("2001:db8:ffff::1")), "FR");
        EXPECT_EQ(geo->country_of(ip("2001:db9::")), "");
        EXPECT_EQ(geo->country_of(ip("2002:5102:304::1")), "") << "an alias of IPv4";
        EXPECT_EQ(geo->country_of(ip("::5102:304")), "") << "IPv6, where the tree has IPv4";
        ASSERT_EQ(geo->files().size(), 1u);
        EXPECT_EQ(geo->files()[0].type, "Test");
        EXPECT_EQ(geo->files()[0].built_s, 1'700'000'000u);
        EXPECT_FALSE(geo->has_as());
        EXPECT_TRUE(geo->systems().empty());
        EXPECT_EQ(geo->as_of(ip("81.2.3.4")).number, 0u);
    }
}

TEST_F(GeoDatabase, NeighboursAreOnePrefix) {
    MmdbWriter writer(4);
    for (int i = 0; i < 256; ++i) writer.add("10.0." + std::to_string(i) + ".0/24", Mmdb::country("DE"));
    writer.add("0.0.0.0/1", Mmdb::country("CH"));
    writer.add("128.0.0.0/1", Mmdb::country("CH"));
    EXPECT_EQ(text_of(countries(writer)->country("CH")), "0.0.0.0/0");
    MmdbWriter other(4);
    for (int i = 0; i < 256; ++i) other.add("10.0." + std::to_string(i) + ".0/24", Mmdb::country("DE"));
    EXPECT_EQ(text_of(countries(other)->country("DE")), "10.0.0.0/16");
}

TEST_F(GeoDatabase, RegisteredCountryServesWhereThereIsNoOther) {
    MmdbWriter writer(4);
    writer.add("10.0.0.0/8", Mmdb::map({{"registered_country", Mmdb::map({{"iso_code", Mmdb::text("US")}})}}));
    writer.add("11.0.0.0/8", Mmdb::map({{"country", Mmdb::map({{"iso_code", Mmdb::text("lower")}})}}));
    writer.add("12.0.0.0/8", Mmdb::map({{"country", Mmdb::text("US")}}));
    const auto geo = countries(writer);
    EXPECT_EQ(text_of(geo->country("US")), "10.0.0.0/8");
    EXPECT_EQ(geo->country_of(ip("11.0.0.1")), "");
}

TEST_F(GeoDatabase, SharedValuesStandBehindPointers) {
    MmdbWriter writer(6, 28);
    const auto code = writer.store(Mmdb::text("SE"));
    const auto key = writer.store(Mmdb::text("iso_code"));
    // A map of one pair whose key and value are pointers.
    const auto country =
        writer.store(std::string(1, static_cast<char>(7 << 5 | 1)) + Mmdb::pointer(key) + Mmdb::pointer(code));
    static_cast<void>(writer.store(std::string(3000, 'x')));  // so that pointers get longer
    const auto far = writer.store(Mmdb::map(
        {{"names", Mmdb::array({Mmdb::text("a"), Mmdb::pointer(code)})}, {"country", Mmdb::pointer(country)}}));
    EXPECT_GT(far, 2048u);
    writer.add_stored("192.0.2.0/24", far);
    EXPECT_EQ(text_of(countries(writer)->country("SE")), "192.0.2.0/24");
}

TEST_F(GeoDatabase, AutonomousSystems) {
    MmdbWriter writer(6);
    writer.add("192.0.2.0/24", Mmdb::as(64496, "Example One"));
    writer.add("198.51.100.0/24", Mmdb::as(64497, "Two"));
    writer.add("198.51.101.0/24", Mmdb::as(64496, "Example One"));
    writer.add("203.0.113.0/25", Mmdb::as(64496, "Example, renamed"));
    writer.add("203.0.113.128/25", Mmdb::map({{"autonomous_system_number", Mmdb::number(4'200'000'000)}}));
    writer.add("2001:db8::/32", Mmdb::as(64497, "Two"));
    writer.add("2001:db9::/32", Mmdb::as(0, "Nobody"));
    const auto geo = systems(writer);
    ASSERT_NE(geo, nullptr);
    const auto nets = [&](std::vector<Range> numbers) { return text_of(geo->as(numbers)); };
    EXPECT_EQ(nets({{64496, 64496}}), "192.0.2.0/24 198.51.101.0/24 203.0.113.0/25");
    EXPECT_EQ(nets({{64497, 64497}}), "198.51.100.0/24 2001:db8::/32");
    EXPECT_EQ(nets({{64496, 64497}}), "192.0.2.0/24 198.51.100.0/23 203.0.113.0/25 2001:db8::/32");
    EXPECT_EQ(nets({{1, 64495}, {64497, 64499}}), "198.51.100.0/24 2001:db8::/32");
    EXPECT_EQ(nets({{64498, 0xffff'ffff}}), "203.0.113.128/25");
    EXPECT_EQ(nets({{0, 0}}), "");
    EXPECT_EQ(nets({{0, 0xffff'ffff}}), "192.0.2.0/24 198.51.100.0/23 203.0.113.0/24 2001:db8::/32");
    EXPECT_EQ(nets({}), "");
    ASSERT_EQ(geo->systems().size(), 4u);
    EXPECT_EQ(geo->systems()[0].number, 64496u);
    EXPECT_EQ(geo->systems()[1].name, "Example, renamed");
    EXPECT_EQ(geo->systems()[3].name, "");
    EXPECT_EQ(geo->as_of(ip("203.0.113.1")).name, "Example, renamed");
    EXPECT_EQ(geo->as_of(ip("203.0.113.200")).number, 4'200'000'000u);
    EXPECT_EQ(geo->as_of(ip("2001:db9::1")).number, 0u);
}

TEST_F(GeoDatabase, OneFileOfIpinfoHasBoth) {
    const auto record = [](const char* asn, const char* name, const char* country) {
        return Mmdb::map(
            {{"as_name", Mmdb::text(name)}, {"asn", Mmdb::text(asn)}, {"country_code", Mmdb::text(country)}});
    };
    MmdbWriter writer(6, 32);
    writer.add("192.0.2.0/24", record("AS64496", "Example", "NL"));
    writer.add("198.51.100.0/24", record("AS4294967296", "Too much", "BE"));
    writer.add("203.0.113.0/24", record("64497", "No AS", "BEL"));
    const std::string path = file("lite.mmdb", writer.bytes());
    const auto geo = Database::open(path, path);
    ASSERT_TRUE(geo.has_value()) << geo.error().text();
    EXPECT_EQ((*geo)->country_of(ip("192.0.2.1")), "NL");
    EXPECT_EQ((*geo)->country_of(ip("198.51.100.1")), "BE");
    EXPECT_EQ((*geo)->country_of(ip("203.0.113.1")), "");
    ASSERT_EQ((*geo)->systems().size(), 1u);
    EXPECT_EQ((*geo)->systems()[0].number, 64496u);
    EXPECT_EQ((*geo)->systems()[0].name, "Example");
    EXPECT_EQ((*geo)->as_of(ip("198.51.100.1")).number, 0u);
}

// A record above ::/96 holds for IPv4 as well: a lookup meets it on the way.
TEST_F(GeoDatabase, WideRecordsOfIpv6TreesHoldForIpv4) {
    MmdbWriter writer(6);
    writer.add("::/3", Mmdb::country("DE"));
    writer.add("2001:db8::/32", Mmdb::country("GB"));
    const auto geo = countries(writer);
    EXPECT_EQ(geo->country_of(ip("10.0.0.1")), "DE");
    EXPECT_EQ(geo->country_of(ip("1::")), "DE");
    EXPECT_EQ(text_of(geo->country("DE")), "::/3 0.0.0.0/0");
    EXPECT_EQ(geo->country_of(ip("2001:db8::")), "GB");
}

TEST_F(GeoDatabase, WrongFilesAreToldApart) {
    const auto open = [&](const std::string& country, const std::string& as) {
        const auto opened = Database::open(country, as);
        return opened ? std::string("taken") : opened.error().message;
    };
    const std::string gone = (directory_.path() / "gone.mmdb").string();
    EXPECT_NE(open(gone, "").find("cannot open the database " + gone + ": No such file"), std::string::npos);
    EXPECT_NE(open(directory_.path().string(), "").find("is no file"), std::string::npos);
    EXPECT_NE(open("/dev/zero", "").find("is no file"), std::string::npos);
    EXPECT_NE(open(file("empty", ""), "").find("is no MaxMind database"), std::string::npos);
    EXPECT_NE(open(file("text", std::string(200'000, 'a')), "").find("is no MaxMind database"), std::string::npos);

    MmdbWriter as(6, 24, "Some-ASN");
    as.add("192.0.2.0/24", Mmdb::as(64496, "Example"));
    const std::string as_file = file("as.mmdb", as.bytes());
    EXPECT_NE(open(as_file, "").find("(Some-ASN) knows no countries: name a country or city database"),
              std::string::npos);
    MmdbWriter country(6, 24, "Some-City");
    country.add("192.0.2.0/24", Mmdb::country("NL"));
    const std::string country_file = file("country.mmdb", country.bytes());
    EXPECT_NE(open("", country_file).find("(Some-City) knows no autonomous systems"), std::string::npos);
    EXPECT_EQ(Database::open(country_file, country_file).error().place.file, country_file);
    EXPECT_EQ(open(country_file, as_file), "taken");
}

TEST_F(GeoDatabase, DamageIsTold) {
    MmdbWriter writer(6, 24);
    writer.add("192.0.2.0/24", Mmdb::country("NL"));
    const std::size_t nodes = writer.nodes();
    const auto described = [&](std::uint64_t count, std::uint64_t bits, std::uint64_t version) {
        return refusal(writer.bytes_with(writer.metadata(count, bits, version)));
    };
    EXPECT_EQ(described(nodes, 24, 6), "taken");
    EXPECT_NE(described(nodes + 1000, 24, 6).find("nodes do not fit into it"), std::string::npos);
    // Times the size of a node, these are small numbers in 32 bits.
    for (const std::uint64_t count : {0x8000'0001ull, 0x2aaa'aaabull, 0x5555'5556ull, 0xffff'ffffull}) {
        EXPECT_NE(described(count, 24, 6).find("nodes do not fit into it"), std::string::npos) << count;
    }
    EXPECT_NE(described(nodes, 25, 6).find("records have 25 bits"), std::string::npos);
    EXPECT_NE(described(nodes, 24, 5).find("IP version 5"), std::string::npos);
    EXPECT_NE(described(0, 24, 6).find("is damaged"), std::string::npos);

    // Nested deeper than anything sane, in the description and in a record.
    std::string deep;
    for (int i = 0; i < 60'000; ++i) deep += std::string("\x01\x04", 2);
    EXPECT_NE(refusal(writer.bytes_with(Mmdb::map({{"x", deep}}))).find("is damaged"), std::string::npos);
    MmdbWriter nested(6);
    nested.add("192.0.2.0/24", Mmdb::map({{"x", deep}, {"country", Mmdb::text("y")}}));
    EXPECT_NE(refusal(nested.bytes()).find("a record is"), std::string::npos);
    // Holders that point to holders would be looked at for ever.
    const std::string itself = "\xe2" + Mmdb::text("a") + Mmdb::pointer(0) + Mmdb::text("b") + Mmdb::pointer(0);
    EXPECT_NE(refusal(writer.bytes_with(itself)).find("is damaged"), std::string::npos);

    for (const std::uint32_t wrong : {0x7f'ffffu - 100, 0xff'0000u}) {
        MmdbWriter out(6);
        out.add_stored("192.0.2.0/24", wrong);
        EXPECT_NE(refusal(out.bytes()).find("is damaged"), std::string::npos) << wrong;
    }
    // Between the tree and the data there are 16 bytes that no record is in.
    for (std::uint32_t i = 1; i < 16; ++i) {
        MmdbWriter out(6);
        out.add_stored("192.0.2.0/24", static_cast<std::uint32_t>(0) - i);
        EXPECT_NE(refusal(out.bytes()).find("is damaged"), std::string::npos) << i;
    }
}

TEST_F(GeoDatabase, LoopsEnd) {
    for (const char* at : {"192.0.2.0/24", "0.0.0.0/1", "2001:db8::/32", "::/2"}) {
        for (const std::uint32_t node : {0u, 1u}) {
            MmdbWriter writer(6);
            writer.add("10.0.0.0/8", Mmdb::country("NL"));
            writer.loop(at, node);
            EXPECT_NE(refusal(writer.bytes()).find("is damaged"), std::string::npos) << at << ' ' << node;
        }
    }
    // Each node leads to the next by both its records: as many ways as there are addresses.
    MmdbWriter ladder(6);
    ladder.add("::/128", Mmdb::country("NL"));
    ASSERT_EQ(ladder.nodes(), 128u);
    for (unsigned bits = 1; bits < 128; ++bits) {
        const flow::Prefix rung{[&] {
                                    std::array<std::uint8_t, 16> bytes{};
                                    bytes[(bits - 1) / 8] = static_cast<std::uint8_t>(0x80 >> ((bits - 1) % 8));
                                    return flow::IpAddress::v6(bytes.data());
                                }(),
                                static_cast<std::uint8_t>(bits)};
        ladder.loop(rung.address.text() + "/" + std::to_string(bits), bits);
    }
    EXPECT_NE(refusal(ladder.bytes()).find("loop"), std::string::npos);
}

// Cut anywhere, or any byte another: an answer or an error.
TEST_F(GeoDatabase, SurvivesAnyDamage) {
    MmdbWriter writer(6, 28);
    writer.add("192.0.2.0/24", Mmdb::country("NL"));
    writer.add("198.51.100.0/22", Mmdb::as(64496, "Example"));
    writer.add("2001:db8::/32", Mmdb::country("DE"));
    writer.alias_v4("::ffff:0:0/96");
    const std::string whole = writer.bytes();
    const auto use = [&](const std::string& bytes) {
        const std::string path = file("bad.mmdb", bytes);
        for (const auto& opened : {Database::open(path, ""), Database::open("", path)}) {
            if (!opened) continue;
            static_cast<void>((*opened)->country("NL"));
            const Range all{0, 0xffff'ffff};
            static_cast<void>((*opened)->as({&all, 1}));
            static_cast<void>((*opened)->country_of(ip("192.0.2.1")));
            static_cast<void>((*opened)->as_of(ip("2001:db8::1")));
        }
    };
    for (std::size_t cut = 0; cut < whole.size(); cut += cut < whole.size() - 400 ? 13 : 1) {
        use(whole.substr(0, cut));
        use(whole.substr(cut));
    }
    std::mt19937 random(1);
    for (int i = 0; i < 3000; ++i) {
        std::string bytes = whole;
        // Most often in what describes the tree and in the data, which are smaller than the tree.
        const std::size_t tail = i % 4 == 0 ? bytes.size() : 500;
        for (int flips = i % 3; flips >= 0; --flips)
            bytes[bytes.size() - 1 - random() % tail] = static_cast<char>(random());
        use(bytes);
    }
}

}  // namespace
