// SPDX-License-Identifier: Apache-2.0
// TLS hellos and their digests, against values that other tools gave for real clients.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "filters/text/fingerprint.hpp"
#include "filters/text/tls_hello.hpp"
#include "tests/support/hello_builder.hpp"

namespace {

using filters::text::Fingerprinter;
using filters::text::read_tls_hello;
using support::Hello;
using support::HelloExtension;
using namespace std::string_literals;

flow::Bytes bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

struct Digests {
    std::string ja3;
    std::string ja4;
    std::string server_name;
};

Digests digests(std::string_view record) {
    static auto fingerprinter = Fingerprinter::make();
    EXPECT_TRUE(fingerprinter);
    const auto hello = read_tls_hello(bytes(record));
    if (!hello) return {"none", "none", "none"};
    Digests out;
    out.ja3 = fingerprinter->ja3(*hello);
    out.ja4 = fingerprinter->ja4(*hello);
    out.server_name = hello->server_name;
    EXPECT_EQ(fingerprinter->failures(), 0u);
    return out;
}

TEST(TlsHello, OfFirefoxHasTheDigestsThatOthersGiveIt) {
    const Digests d = digests(support::firefox_hello().record());
    EXPECT_EQ(d.ja3, "579ccef312d18482fc42e2b822ca2430");
    EXPECT_EQ(d.ja4, "t13d1715h2_5b57614c22b0_3d5424432f57");
    EXPECT_EQ(d.server_name, "contile.services.mozilla.com");
}

// The example of JA4's description.
TEST(TlsHello, OfChromeHasTheDigestOfTheDescription) {
    const Digests d = digests(support::chrome_hello().record());
    EXPECT_EQ(d.ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

TEST(TlsHello, GreaseCountsNowhere) {
    Hello plain = support::firefox_hello();
    Hello greased = plain;
    greased.ciphers.insert(greased.ciphers.begin(), 0x1a1a);
    greased.extensions.insert(greased.extensions.begin(), HelloExtension{0x2a2a, "\0"s});
    greased.extensions.push_back({0xfafa, ""});
    for (HelloExtension& extension : greased.extensions) {
        if (extension.type == 10) extension.bytes = support::list16({0x3a3a, 29, 23, 24, 25, 256, 257});
        if (extension.type == 43) extension.bytes = "\x06\xda\xda\x03\x04\x03\x03"s;
    }
    EXPECT_EQ(digests(greased.record()).ja3, digests(plain.record()).ja3);
    EXPECT_EQ(digests(greased.record()).ja4, digests(plain.record()).ja4);
}

// JA3S of "769,47,65281" and of a hello without extensions, by md5sum.
TEST(TlsHello, OfAServerHasAJa3AndNoJa4) {
    Hello server{.type = 2, .version = 0x0301, .ciphers = {0x002f}, .extensions = {{0xff01, "\0"s}}};
    EXPECT_EQ(digests(server.record()).ja3, "4192c0a946c5bd9b544b4656d9f624a4");
    EXPECT_EQ(digests(server.record()).ja4, "");
    EXPECT_EQ(digests(server.record()).server_name, "");
}

// An early example of JA3: "769,4-5-10-9-100-98-3-6-19-18-99,,,".
TEST(TlsHello, WithoutExtensions) {
    Hello old{.version = 0x0301, .ciphers = {4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99}, .extension_block = false};
    EXPECT_EQ(digests(old.record()).ja3, "de350869b8c85de67a350c8d186f11e6");
    EXPECT_EQ(digests(old.record()).ja4.substr(0, 11), "t10i110000_");
    EXPECT_EQ(digests(old.record()).ja4.substr(24), "000000000000");
}

struct Name {
    std::string_view version;
    std::uint16_t number;
};

TEST(TlsHello, Ja4NamesTheVersion) {
    const Name cases[] = {{"13", 0x0304}, {"12", 0x0303}, {"11", 0x0302}, {"10", 0x0301},
                          {"s3", 0x0300}, {"s2", 0x0002}, {"00", 0x0505}};
    for (const Name& c : cases) {
        Hello hello{.version = c.number, .ciphers = {1}};
        EXPECT_EQ(digests(hello.record()).ja4.substr(1, 2), c.version);
    }
}

TEST(TlsHello, Ja4TellsTheFirstProtocol) {
    const std::pair<std::string, std::string> cases[] = {
        {"h2", "h2"},          {"http/1.1", "h1"},       {"x", "xx"},
        {"\xab"s, "ab"},       {"\xab\xcd"s, "ad"},      {"0\xab"s, "3b"},
        {"01\xab\xcd"s, "3d"}, {"0\xab\xcd\x31"s, "01"}, {"", "00"},
    };
    for (const auto& [name, shown] : cases) {
        Hello hello{.ciphers = {1}, .extensions = {{16, support::alpn({name, "zz"})}}};
        EXPECT_EQ(digests(hello.record()).ja4.substr(8, 2), shown) << testing::PrintToString(name);
    }
}

TEST(TlsHello, Ja4OfTooManyCiphersSays99OrNothing) {
    Hello many{.ciphers = std::vector<std::uint16_t>(200, 7)};
    EXPECT_EQ(digests(many.record()).ja4.substr(4, 2), "99");
    many.ciphers.assign(filters::text::kMostListed + 1, 7);
    EXPECT_EQ(digests(many.record()).ja4, "");
    EXPECT_EQ(digests(many.record()).ja3.size(), 32u);
}

TEST(TlsHello, CutShortKeepsTheServerNameAndHasNoDigest) {
    const std::string record = support::firefox_hello().record();
    const std::size_t name_end = record.find("mozilla.com") + 11;
    for (std::size_t size = 0; size < record.size(); ++size) {
        const Digests d = digests(record.substr(0, size));
        EXPECT_EQ(d.server_name, size < 9 ? "none" : size < name_end ? "" : "contile.services.mozilla.com") << size;
        EXPECT_EQ(d.ja3 + d.ja4, size < 9 ? "nonenone" : "") << size;
    }
    EXPECT_EQ(digests(record + "more").ja3.size(), 32u);
}

struct Invalid {
    std::string what;
    std::string record;
};

TEST(TlsHello, OfInvalidBytesThereIsNoDigest) {
    const auto changed = [](std::size_t at, char to) {
        std::string record = support::firefox_hello().record();
        record[at] = to;
        return record;
    };
    const Invalid none[] = {
        {"nothing", ""},
        {"text", "GET / HTTP/1.1\r\n"},
        {"application data", changed(0, 23)},
        {"another major version", changed(1, 2)},
        {"a certificate", changed(5, 11)},
        {"an empty record", "\x16\x03\x01\0\0"s},
    };
    for (const Invalid& c : none) EXPECT_EQ(digests(c.record).ja3, "none") << c.what;
    Hello odd = support::firefox_hello();
    odd.extensions.push_back({99, "abc", 9});
    const Invalid empty[] = {
        {"a session id beyond the end", changed(43, '\xff')},
        {"a message beyond its record", changed(6, 1)},
        {"an extension beyond the block", odd.record()},
        {"an odd list of ciphers", changed(77, 0x23)},
    };
    for (const Invalid& c : empty) EXPECT_EQ(digests(c.record).ja3, "") << c.what;
}

TEST(TlsHello, StaysInsideWhateverTheBytesSay) {
    std::mt19937 random(3);
    for (int i = 0; i < 20'000; ++i) {
        const Hello hello = random() % 2 == 0 ? support::firefox_hello() : support::chrome_hello();
        std::string record = hello.record();
        for (std::size_t n = random() % 6; n > 0; --n) record[random() % record.size()] = static_cast<char>(random());
        record.resize(random() % (record.size() + 1));
        const std::vector<char> exact(record.begin(), record.end());  // so that a sanitizer sees its end
        const Digests d = digests({exact.data(), exact.size()});
        EXPECT_TRUE(d.ja3 == "none" || d.ja3.empty() || d.ja3.size() == 32);
        EXPECT_TRUE(d.ja4 == "none" || d.ja4.empty() || d.ja4.size() == 36);
    }
}

}  // namespace
