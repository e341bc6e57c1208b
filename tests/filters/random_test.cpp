// SPDX-License-Identifier: Apache-2.0
// The engine against the reference: random filters, compiled together, on random batches. Seeds are fixed.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "filters/language/parser.hpp"
#include "filters/program/program.hpp"
#include "tests/support/filter_batch.hpp"
#include "tests/support/reference_filter.hpp"

namespace {

using filters::ChannelSpec;

// Values are drawn from few, so that filters and flows meet often.
class Draw {
  public:
    explicit Draw(std::uint32_t seed) : random_(seed) {}

    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
    template <class T, std::size_t n>
    const T& of(const T (&list)[n]) {
        return list[below(n)];
    }

    std::uint16_t port() {
        static constexpr std::uint16_t kPorts[] = {0,    1,    22,   53,    80,    443,   768,   769,
                                                   1024, 2048, 8080, 33333, 34304, 50000, 65534, 65535};
        return below(8) == 0 ? static_cast<std::uint16_t>(random_()) : of(kPorts);
    }
    std::string address() {
        static const std::string kAddresses[] = {"10.1.0.1",
                                                 "10.1.0.2",
                                                 "10.1.255.255",
                                                 "10.2.0.0",
                                                 "172.16.0.1",
                                                 "192.168.1.20",
                                                 "0.0.0.0",
                                                 "255.255.255.255",
                                                 "2001:db8::1",
                                                 "2001:db8:dead::2",
                                                 "fe80::1",
                                                 "::",
                                                 "::1",
                                                 "2001:db9::",
                                                 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};
        return of(kAddresses);
    }
    std::string prefix() {
        const std::string a = address();
        return a + "/" + std::to_string(below(a.find(':') == std::string::npos ? 33 : 129));
    }
    std::string protocol() {
        static const std::string kNames[] = {"tcp", "udp", "icmp", "icmp6", "47", "6", "17"};
        return of(kNames);
    }

    std::string test() {
        static const std::string kSides[] = {"", "", "src ", "dst ", "src or dst ", "src and dst "};
        static const std::string kCompares[] = {"", "= ", "< ", "> ", "<= ", ">= "};
        const std::string side = of(kSides);
        switch (below(12)) {
            case 0:
                return "any";
            case 1:
                return "proto " + protocol();
            case 2:
                return of({"ipv4", "ipv6"});
            case 3:
                return of({"icmp-type ", "icmp-code "}) + std::to_string(of({0u, 1u, 3u, 8u, 134u}));
            case 4:
                return side + "port " + of(kCompares) + std::to_string(port());
            case 5:
                return side + "port in [" + list([&] { return std::to_string(port()); }) + "]";
            case 6:
                return side + "ip " + address();
            case 7:
                return side + "net " + prefix();
            case 8:
                return side + "ip in [" + list([&] { return below(2) != 0 ? address() : prefix(); }) + "]";
            case 9:
                return side + "net 10.1.0.1 255." + std::to_string(below(256)) + "." + std::to_string(below(2)) +
                       ".255";
            case 10:
                return "payload content '" + std::string(of({"a", "ab", "bca", "abab"})) + "'";
            default:
                return "payload regex '" + std::string(of({"a[bc]+a", "^ab", "(ca|bb)c"})) + "'";
        }
    }
    std::string filter(unsigned depth) {
        const std::uint32_t pick = below(depth == 0 ? 1 : 6);
        if (pick <= 1) return (below(4) == 0 ? "not " : "") + test();
        const std::string joint = pick <= 3 ? " and " : " or ";
        std::string out = filter(depth - 1);
        for (std::uint32_t n = 1 + below(3); n > 0; --n) out += joint + filter(depth - 1);
        return (below(4) == 0 ? "not (" : "(") + out + ")";
    }
    std::vector<std::uint16_t> sources() {
        std::vector<std::uint16_t> out;
        if (below(3) == 0) out.assign(1 + below(2), static_cast<std::uint16_t>(below(4)));
        return out;
    }

    void row(support::FilterBatch& batch) {
        static constexpr std::uint8_t kProtocols[] = {6, 6, 6, 17, 17, 1, 58, 47};
        const std::string src = below(10) == 0 ? "" : address();
        const std::string dst = below(10) == 0 ? "" : address();
        std::string payload;
        if (below(4) == 0) payload.assign(1 + below(12), 'a');
        for (char& c : payload) c = static_cast<char>('a' + below(3));
        batch.add({.src = src,
                   .dst = dst,
                   .proto = of(kProtocols),
                   .src_port = port(),
                   .dst_port = port(),
                   .source = static_cast<std::uint16_t>(below(5)),
                   .payload = payload});
    }

  private:
    std::string of(std::initializer_list<std::string> list) {
        return list.begin()[below(static_cast<std::uint32_t>(list.size()))];
    }
    std::uint32_t of(std::initializer_list<std::uint32_t> list) {
        return list.begin()[below(static_cast<std::uint32_t>(list.size()))];
    }
    template <class Item>
    std::string list(Item item) {
        std::string out = item();
        for (std::uint32_t n = below(5); n > 0; --n) out += (below(2) != 0 ? ", " : " ") + item();
        return out;
    }
    std::mt19937 random_;
};

constexpr std::uint16_t kSources = 4;  // rows also carry 4, which no channel knows

// What the reference takes of the batch, as the engine reports it: a bit a row.
std::vector<std::uint64_t> expected_rows(const ChannelSpec& channel, const filters::language::Ast& ast,
                                         const flow::FlowBatch& batch) {
    std::vector<std::uint64_t> out(flow::kBatchRows / 64);
    const support::ReferenceFilter reference(ast, batch);
    for (std::uint32_t r = 0; r < batch.rows; ++r) {
        const auto& list = channel.sources;
        const bool from = list.empty() || std::find(list.begin(), list.end(), batch.source[r]) != list.end();
        if (from && reference.holds(r)) out[r / 64] |= 1ull << (r % 64);
    }
    return out;
}

void compare(std::uint32_t seed, std::size_t channel_count, std::initializer_list<std::uint32_t> batches) {
    Draw draw(seed);
    std::vector<ChannelSpec> channels;
    std::vector<filters::language::Ast> trees;
    for (std::size_t i = 0; i < channel_count; ++i) {
        channels.push_back({.name = "r/" + std::to_string(i), .filter = draw.filter(3), .sources = draw.sources()});
        auto ast = filters::language::parse(channels.back().filter);
        ASSERT_TRUE(ast) << channels.back().filter << ": " << ast.error().text();
        const std::string normal = filters::language::print(*ast);
        EXPECT_EQ(filters::language::print(filters::language::parse(normal).value()), normal);
        trees.push_back(std::move(*ast));
    }
    const auto program = filters::Program::compile(channels, filters::Environment::with_sources(kSources));
    ASSERT_TRUE(program) << program.error().text();
    const auto matcher = filters::Matcher::make(**program);
    ASSERT_TRUE(matcher);
    for (const std::uint32_t rows : batches) {
        support::FilterBatch batch;
        for (std::uint32_t r = 0; r < rows; ++r) draw.row(batch);
        const auto found = (*matcher)->match(*batch);
        std::size_t at = 0;
        for (std::uint32_t c = 0; c < channel_count; ++c) {
            const auto expected = expected_rows(channels[c], trees[c], *batch);
            const bool some = std::any_of(expected.begin(), expected.end(), [](auto word) { return word != 0; });
            const bool listed = at < found.size() && found[at].channel == c;
            ASSERT_EQ(listed, some) << "seed " << seed << ": " << channels[c].filter;
            if (!listed) continue;
            ASSERT_TRUE(std::equal(expected.begin(), expected.end(), found[at].rows))
                << "seed " << seed << ": " << channels[c].filter;
            ++at;
        }
        ASSERT_EQ(at, found.size());
    }
    EXPECT_EQ((*matcher)->text_failures(), 0u);
}

TEST(RandomFilters, EngineAgreesWithTheReference) {
    for (std::uint32_t seed = 0; seed < 60; ++seed) compare(seed, 40, {1, 3, 64, 7, 130});
}

TEST(RandomFilters, AloneAsTogether) {
    for (std::uint32_t seed = 1000; seed < 1300; ++seed) compare(seed, 1, {2, 20, 65});
}

TEST(RandomFilters, OnFullBatches) {
    compare(5, 60, {flow::kBatchRows});
}

}  // namespace
