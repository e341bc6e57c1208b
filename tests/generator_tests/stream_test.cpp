// SPDX-License-Identifier: Apache-2.0
#include "tests/generator/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/generator_tests/reader.hpp"

namespace generator_tests {

namespace {

using generator::Protocol;

constexpr std::uint64_t kStartMs = 1'768'477'800'000;  // 2026-01-15T11:50:00Z

struct Sent {
    std::vector<std::vector<std::uint8_t>> datagrams;
    std::vector<std::string> sources;
    std::vector<std::uint64_t> times_us;
};

generator::StreamOptions options_for(Protocol protocol) {
    generator::StreamOptions o;
    o.protocol = protocol;
    o.first_address = flow::IpAddress::v4(0x7f000001);
    o.start_ms = kStartMs;
    return o;
}

Sent send(generator::Stream& stream, std::uint64_t records, std::uint64_t step_us = 100) {
    Sent out;
    std::array<std::uint8_t, generator::kMaxDatagram> buffer{};
    for (std::uint64_t now_us = kStartMs * 1000; stream.records() < records; now_us += step_us) {
        const generator::Datagram d = stream.next(now_us, records - stream.records(), buffer.data());
        out.datagrams.emplace_back(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(d.size));
        out.sources.push_back(d.source.text());
        out.times_us.push_back(now_us);
    }
    return out;
}

std::vector<SeenDatagram> read(const Sent& sent) {
    Reader reader;
    std::vector<SeenDatagram> out;
    for (std::size_t i = 0; i < sent.datagrams.size(); ++i) {
        out.push_back(reader.datagram(sent.datagrams[i], sent.sources[i]));
    }
    return out;
}

bool in_channel(const SeenFlow& f, const generator::Channel& c) {
    return c.port == 0 ? f.protocol == 1 : f.src_port == c.port || f.dst_port == c.port;
}

class EveryProtocol : public testing::TestWithParam<Protocol> {};

}  // namespace

TEST_P(EveryProtocol, SameSeedGivesTheSameBytes) {
    generator::Stream one(options_for(GetParam()));
    generator::Stream two(options_for(GetParam()));
    EXPECT_EQ(send(one, 5000).datagrams, send(two, 5000).datagrams);
    generator::StreamOptions other = options_for(GetParam());
    other.seed = 2;
    generator::Stream three(other);
    generator::Stream again(options_for(GetParam()));
    EXPECT_NE(send(again, 5000).datagrams, send(three, 5000).datagrams);
}

TEST_P(EveryProtocol, CountsAreWhatTheDatagramsHold) {
    generator::Stream stream(options_for(GetParam()));
    std::array<generator::Sums, generator::kChannels.size()> channels{};
    generator::Sums total;
    const Sent sent = send(stream, 50'000);
    for (const SeenDatagram& d : read(sent)) {
        for (const SeenFlow& f : d.flows) {
            total.add(f.packets, f.bytes);
            for (std::size_t i = 0; i < channels.size(); ++i) {
                if (in_channel(f, generator::kChannels[i])) channels[i].add(f.packets, f.bytes);
            }
        }
    }
    EXPECT_EQ(total.flows, 50'000u);
    EXPECT_EQ(total, stream.counts().total());
    for (std::size_t i = 0; i < channels.size(); ++i) {
        EXPECT_EQ(channels[i], stream.counts().channels()[i]) << generator::kChannels[i].name;
        EXPECT_GT(channels[i].flows, 0u) << generator::kChannels[i].name;
    }
    EXPECT_EQ(stream.datagrams(), sent.datagrams.size());
}

TEST_P(EveryProtocol, ClassesAddUpToTheTotal) {
    generator::Stream stream(options_for(GetParam()));
    send(stream, 10'000);
    generator::Sums sum;
    for (const generator::Sums& c : stream.counts().classes()) {
        EXPECT_GT(c.flows, 0u);
        sum.flows += c.flows;
        sum.packets += c.packets;
        sum.bytes += c.bytes;
    }
    EXPECT_EQ(sum, stream.counts().total());
}

TEST_P(EveryProtocol, SequenceCountsInTheProtocolsUnitPerExporter) {
    generator::StreamOptions options = options_for(GetParam());
    options.exporters = 3;
    generator::Stream stream(options);
    std::map<std::string, std::uint64_t> expected;
    std::map<std::string, std::uint64_t> domains;
    for (const SeenDatagram& d : read(send(stream, 30'000))) {
        const auto [at, first] = expected.try_emplace(d.source, d.sequence);
        EXPECT_EQ(d.sequence, at->second) << d.source;
        EXPECT_EQ(domains.try_emplace(d.source, d.domain).first->second, d.domain);
        const bool counts_flows = GetParam() == Protocol::v5 || GetParam() == Protocol::ipfix;
        at->second += counts_flows ? d.flows.size() : 1;
    }
    EXPECT_EQ(expected.size(), 3u);
    EXPECT_TRUE(expected.contains("127.0.0.3"));
    EXPECT_EQ(domains["127.0.0.3"], 3u);
}

TEST_P(EveryProtocol, DatagramsAreFull) {
    generator::StreamOptions options = options_for(GetParam());
    options.ipv6_share = 0;
    generator::Stream stream(options);
    std::vector<SeenDatagram> seen = read(send(stream, 20'000));
    seen.pop_back();  // the rest
    const std::map<Protocol, std::size_t> records = {{Protocol::v5, 30}, {Protocol::v9, 22}, {Protocol::ipfix, 22}};
    for (const SeenDatagram& d : seen) {
        if (d.templates > 0) continue;
        EXPECT_LE(d.size, GetParam() == Protocol::sflow ? 1400u : 1472u);
        if (records.contains(GetParam())) {
            EXPECT_EQ(d.flows.size(), records.at(GetParam()));
        } else {
            EXPECT_GT(d.size, 1400u - 192u);  // one more sample of 128 bytes might not fit
        }
    }
}

TEST_P(EveryProtocol, UptimeAndClockNameTheSameMoment) {
    generator::Stream stream(options_for(GetParam()));
    const Sent sent = send(stream, 20'000, 7'000);
    const std::vector<SeenDatagram> seen = read(sent);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const std::uint64_t elapsed_ms = sent.times_us[i] / 1000 - kStartMs;
        if (GetParam() != Protocol::ipfix) {
            EXPECT_EQ(seen[i].uptime_ms, seen[0].uptime_ms + elapsed_ms);
        }
        if (GetParam() != Protocol::sflow) {
            EXPECT_EQ(seen[i].seconds, sent.times_us[i] / 1'000'000);
        }
    }
}

TEST_P(EveryProtocol, FlowsEndBeforeTheyAreSentAndStartBeforeTheyEnd) {
    if (GetParam() == Protocol::sflow) GTEST_SKIP() << "samples carry no times";
    generator::Stream stream(options_for(GetParam()));
    const Sent sent = send(stream, 20'000);
    const std::vector<SeenDatagram> seen = read(sent);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const std::uint64_t now = GetParam() == Protocol::ipfix ? sent.times_us[i] / 1000 : seen[i].uptime_ms;
        for (const SeenFlow& f : seen[i].flows) {
            ASSERT_LE(f.first, f.last);
            ASSERT_LE(f.last, now);
            ASSERT_LE(now - f.first, 302'000u);
        }
    }
}

TEST_P(EveryProtocol, BothFamiliesInTheShareAskedFor) {
    generator::StreamOptions options = options_for(GetParam());
    options.ipv6_share = 0.5;
    generator::Stream stream(options);
    std::size_t ipv6 = 0;
    for (const SeenDatagram& d : read(send(stream, 20'000))) {
        ipv6 += static_cast<std::size_t>(
            std::count_if(d.flows.begin(), d.flows.end(), [](const SeenFlow& f) { return f.ip_version == 6; }));
    }
    if (GetParam() == Protocol::v5) {
        EXPECT_EQ(ipv6, 0u);
    } else {
        EXPECT_NEAR(static_cast<double>(ipv6), 10'000, 500);
    }
}

TEST_P(EveryProtocol, AFewRecordsMakeAShortDatagram) {
    generator::Stream stream(options_for(GetParam()));
    const std::vector<SeenDatagram> seen = read(send(stream, 3));
    EXPECT_EQ(seen.back().flows.size(), 3u);
    EXPECT_EQ(stream.records(), 3u);
}

TEST_P(EveryProtocol, NoMoreRecordsInADatagramThanAskedFor) {
    generator::StreamOptions options = options_for(GetParam());
    options.per_datagram = 6;
    generator::Stream stream(options);
    for (const SeenDatagram& d : read(send(stream, 600))) {
        EXPECT_TRUE(d.flows.size() == 6 || d.templates > 0) << d.flows.size();
    }
}

TEST_P(EveryProtocol, SamplingMultipliesWhatACollectorMustCount) {
    generator::StreamOptions options = options_for(GetParam());
    generator::Stream unsampled(options);
    const Sent every_packet = send(unsampled, 1000);
    options.sampling = 100;
    generator::Stream sampled(options);
    const Sent one_in_100 = send(sampled, 1000);
    EXPECT_EQ(sampled.counts().total().flows, unsampled.counts().total().flows);
    EXPECT_EQ(sampled.counts().total().packets, unsampled.counts().total().packets * 100);
    EXPECT_EQ(sampled.counts().total().bytes, unsampled.counts().total().bytes * 100);
    EXPECT_NE(one_in_100.datagrams[0], every_packet.datagrams[0]) << "the rate is told in the first datagram";
}

TEST(Stream, LateTemplatesComeAfterSoManyDatagramsOfEachExporter) {
    for (const Protocol protocol : {Protocol::v9, Protocol::ipfix}) {
        generator::StreamOptions options = options_for(protocol);
        options.exporters = 2;
        options.late_templates = 3;
        generator::Stream stream(options);
        std::array<std::uint8_t, generator::kMaxDatagram> buffer{};
        std::string order;
        for (int i = 0; i < 10; ++i) order += stream.next(kStartMs * 1000, 5, buffer.data()).records != 0 ? 'd' : 't';
        EXPECT_EQ(order, "ddddddtdtd");
    }
}

INSTANTIATE_TEST_SUITE_P(Protocols, EveryProtocol,
                         testing::Values(Protocol::v5, Protocol::v9, Protocol::ipfix, Protocol::sflow),
                         [](const auto& p) {
                             return std::string(generator::kProtocolNames[static_cast<std::size_t>(p.param)]);
                         });

TEST(Stream, SizesHaveAHeavyTail) {
    generator::Mix mix({});
    std::vector<std::uint64_t> packets;
    generator::Flow f;
    for (int i = 0; i < 100'000; ++i) {
        mix.next(f, kStartMs);
        packets.push_back(f.packets);
    }
    std::sort(packets.rbegin(), packets.rend());
    std::uint64_t all = 0;
    std::uint64_t top = 0;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        all += packets[i];
        if (i < 1000) top += packets[i];
    }
    EXPECT_GT(top * 2, all);                     // 1 % of the flows: more than half of the packets
    EXPECT_LE(packets[packets.size() / 2], 2u);  // half of the flows: two packets at most
}

TEST(Stream, V5FlowsStayBelowTheirCounters) {
    generator::Mix mix({.seed = 5, .ipv6_share = 0, .max_bytes = 0xffffffff, .single_packets = false});
    generator::Flow f;
    for (int i = 0; i < 2'000'000; ++i) {
        mix.next(f, kStartMs);
        ASSERT_LE(f.bytes, 0xffffffffu);
    }
}

TEST(Stream, RealisticHostsAreManyAndUnequal) {
    generator::Mix mix({.seed = 3, .model = generator::Model::realistic});
    std::map<flow::IpAddress, std::uint64_t> sources;
    std::map<flow::IpAddress, std::uint32_t> as_of_network;
    generator::Flow f;
    constexpr std::uint64_t kFlows = 300'000;
    for (std::uint64_t i = 0; i < kFlows; ++i) {
        mix.next(f, kStartMs);
        ++sources[f.src];
        flow::IpAddress network = f.src;
        network.bytes[15] = 0;
        if (!f.ipv6) {
            EXPECT_EQ(as_of_network.try_emplace(network, f.src_as).first->second, f.src_as);
        }
        ASSERT_LE(f.first_ms, f.last_ms);
    }
    std::vector<std::uint64_t> counts;
    for (const auto& [address, count] : sources) counts.push_back(count);
    std::sort(counts.rbegin(), counts.rend());
    EXPECT_GT(counts.size(), kFlows / 10);
    EXPECT_GT(counts.front(), 1000u);
    std::uint64_t top = 0;
    for (std::size_t i = 0; i < counts.size() / 20; ++i) top += counts[i];
    EXPECT_GT(top * 3, kFlows);  // 5 % of the hosts: more than a third of the flows
}

TEST(Stream, RandomFlowsUseTheirWholeRanges) {
    generator::Mix mix({.seed = 4, .model = generator::Model::random});
    std::map<flow::IpAddress, int> sources;
    std::uint64_t or_of_addresses = 0;
    std::uint64_t or_of_ports = 0;
    std::uint64_t most_bytes = 0;
    generator::Flow f;
    for (int i = 0; i < 100'000; ++i) {
        mix.next(f, kStartMs);
        ++sources[f.src];
        or_of_addresses |= std::uint64_t{f.src.as_v4()} << 32 | f.dst.as_v4();
        or_of_ports |= std::uint64_t{f.src_port} << 16 | f.dst_port;
        most_bytes = std::max(most_bytes, f.bytes);
        ASSERT_LE(f.first_ms, f.last_ms);
        ASSERT_LE(f.last_ms - f.first_ms, 65'535u);
        ASSERT_GE(f.packets, 1u);
    }
    EXPECT_GT(sources.size(), 99'000u);
    EXPECT_EQ(or_of_addresses, ~0ull);
    EXPECT_EQ(or_of_ports, 0xffff'ffffu);
    EXPECT_GT(most_bytes, 130'000u);
    EXPECT_LE(most_bytes, 64u + (1u << 17));
}

TEST(Stream, TemplatesComeFirstAndAgainByTimeAndByNumber) {
    generator::Stream by_time(options_for(Protocol::v9));
    std::vector<std::size_t> at;
    const std::vector<SeenDatagram> slow = read(send(by_time, 3000, 1'000'000));
    for (std::size_t i = 0; i < slow.size(); ++i) {
        if (slow[i].templates > 0) at.push_back(i);
    }
    ASSERT_GE(at.size(), 3u);
    EXPECT_EQ(at[0], 0u);
    EXPECT_EQ(at[1], 10u);
    at.clear();
    generator::Stream by_number(options_for(Protocol::ipfix));
    const std::vector<SeenDatagram> fast = read(send(by_number, 30'000, 1));
    for (std::size_t i = 0; i < fast.size(); ++i) {
        if (fast[i].templates > 0) at.push_back(i);
    }
    ASSERT_GE(at.size(), 2u);
    EXPECT_EQ(at[1], 501u);
}

}  // namespace generator_tests
