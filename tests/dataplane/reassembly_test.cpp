// SPDX-License-Identifier: Apache-2.0
#include "dataplane/reassembly.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/fragments.hpp"
#include "tests/support/frame_builder.hpp"

namespace {

using dataplane::Fragment;
using dataplane::Reassembler;
using flow::Counter;
using flow::LinkType;
using support::Bytes;
using support::Frame;

constexpr std::uint64_t kNow_ms = 1'700'000'000'000;

Bytes numbered(std::size_t bytes) {
    Bytes out(bytes);
    std::mt19937 random(static_cast<unsigned>(bytes));
    std::generate(out.begin(), out.end(), [&] { return static_cast<std::uint8_t>(random()); });
    return out;
}

class ReassemblyTest : public ::testing::Test {
  protected:
    ReassemblyTest() { EXPECT_TRUE(reassembler.allocate()); }

    // The payload of UDP, when `frame` completes a datagram.
    std::optional<Bytes> add(const Bytes& frame, std::uint64_t now_ms = kNow_ms, std::uint32_t clock = 0) {
        ++given;
        const auto headers = flow::parse_headers(frame, LinkType::ethernet);
        EXPECT_TRUE(headers.fragment);
        auto fragment = dataplane::read_fragment(frame, headers);
        if (!fragment) return ++ledger[Counter::fragments_bad], std::nullopt;
        fragment->clock = clock;
        const auto whole = reassembler.add(*fragment, now_ms, ledger);
        if (!whole) return std::nullopt;
        ledger[Counter::fragments_used] += whole->fragments;
        const auto h = flow::parse_headers(whole->frame, LinkType::ethernet);
        EXPECT_FALSE(h.fragment);
        EXPECT_EQ(h.fault, flow::Headers::Fault::none);
        EXPECT_EQ(h.proto, 17);
        EXPECT_EQ(h.network_offset + h.network_bytes, whole->frame.size());
        return Bytes(whole->frame.begin() + h.transport_offset + 8, whole->frame.end());
    }
    // Every fragment ends in exactly one counter.
    void end() {
        reassembler.expire(kNow_ms, true, ledger);
        EXPECT_EQ(reassembler.under_way(), 0u);
        EXPECT_EQ(given, ledger[Counter::fragments_used] + ledger[Counter::fragments_expired] +
                             ledger[Counter::fragments_evicted] + ledger[Counter::fragments_overlapping] +
                             ledger[Counter::fragments_bad]);
    }

    Reassembler reassembler;
    flow::Ledger ledger;
    std::uint64_t given = 0;
};

struct Shape {
    const char* what;
    Bytes frame;
    std::size_t data_bytes;
    std::size_t unfragmentable = 0;
};

std::vector<Shape> shapes() {
    const Bytes usual = numbered(2800), largest4 = numbered(65507), largest6 = numbered(65527);
    return {
        {"IPv4", Frame().ethernet().ipv4().udp().payload(usual).build(), 1480},
        {"IPv4, the largest there is", Frame().ethernet().ipv4().udp().payload(largest4).build(), 1480},
        {"IPv4 in 8,189 fragments", Frame().ethernet().ipv4().udp().payload(largest4).build(), 8},
        {"IPv4 options", Frame().ethernet().ipv4({.options = {1, 1, 1, 1}}).udp().payload(usual).build(), 1400},
        {"QinQ", Frame().ethernet().vlan(5, 0, 0x88a8).vlan(6).ipv4().udp().payload(usual).build(), 800},
        {"IPv6", Frame().ethernet().ipv6().udp().payload(usual).build(), 1448},
        {"IPv6, the largest there is", Frame().ethernet().ipv6().udp().payload(largest6).build(), 1448},
        {"IPv6, header behind hop-by-hop and routing",
         Frame().ethernet().ipv6().extension(0).extension(43).udp().payload(usual).build(), 1232, 16},
        {"IPv6, destination options in the fragmented part",
         Frame().ethernet().ipv6().extension(0).extension(60).udp().payload(usual).build(), 1232, 8},
    };
}

Bytes payload_of(const Bytes& frame) {
    const auto h = flow::parse_headers(frame, LinkType::ethernet);
    return {frame.begin() + h.transport_offset + 8, frame.end()};
}

TEST_F(ReassemblyTest, PutsTogetherInAnyOrder) {
    std::mt19937 random(1);
    std::uint32_t id = 0;
    for (const Shape& shape : shapes()) {
        for (int turn = 0; turn < 4; ++turn) {
            auto fragments = support::fragments_of(shape.frame, shape.data_bytes, ++id, shape.unfragmentable);
            ASSERT_GT(fragments.size(), 1u) << shape.what;
            if (turn == 1) std::reverse(fragments.begin(), fragments.end());
            if (turn > 1) std::shuffle(fragments.begin(), fragments.end(), random);
            for (std::size_t i = 0; i + 1 < fragments.size(); ++i) EXPECT_FALSE(add(fragments[i])) << shape.what;
            const auto whole = add(fragments.back());
            ASSERT_TRUE(whole) << shape.what;
            EXPECT_EQ(*whole, payload_of(shape.frame)) << shape.what;
        }
    }
    EXPECT_EQ(ledger[Counter::fragments_used], given);
    end();
}

TEST_F(ReassemblyTest, ToleratesExactDuplicates) {
    const Bytes frame = Frame().ethernet().ipv4().udp().payload(numbered(3000)).build();
    const auto fragments = support::fragments_of(frame, 1000, 7);
    ASSERT_EQ(fragments.size(), 4u);
    for (const std::size_t i : {3u, 3u, 0u, 1u, 0u, 1u, 3u}) EXPECT_FALSE(add(fragments[i]));
    EXPECT_EQ(add(fragments[2]).value(), payload_of(frame));
    EXPECT_EQ(ledger[Counter::fragments_used], 8u) << "duplicates share the datagram's fate";
    end();
}

TEST_F(ReassemblyTest, DatagramsDoNotMix) {
    std::vector<std::pair<Bytes, std::vector<Bytes>>> all;
    for (const char* source : {"10.0.0.1", "10.0.0.3"}) {
        for (const std::uint32_t id : {1u, 2u}) {
            for (const char* destination : {"10.0.0.2", "10.0.0.4"}) {
                const Bytes frame = Frame()
                                        .ethernet()
                                        .ipv4({.src = source, .dst = destination})
                                        .udp()
                                        .payload(numbered(1500 + all.size()))
                                        .build();
                all.emplace_back(payload_of(frame), support::fragments_of(frame, 800, id));
            }
        }
    }
    for (const auto& [payload, fragments] : all) EXPECT_FALSE(add(fragments[0]));
    EXPECT_EQ(reassembler.under_way(), 8u);
    for (const auto& [payload, fragments] : all) EXPECT_EQ(add(fragments[1]).value(), payload);
    end();
}

// A fragment by hand: IPv4, offset in bytes.
Bytes piece(std::size_t offset, std::size_t bytes, bool more, std::uint8_t fill = 1, std::uint16_t id = 9,
            const std::string& src = "10.0.0.1") {
    return Frame()
        .ethernet()
        .ipv4({.src = src,
               .id = id,
               .more_fragments = more,
               .fragment_offset = static_cast<std::uint16_t>(offset / 8),
               .protocol = 17})
        .payload(Bytes(bytes, fill))
        .build();
}

TEST_F(ReassemblyTest, AnyOverlapEndsTheDatagramForGood) {
    const std::vector<std::pair<const char*, std::vector<Bytes>>> cases{
        {"same place, other bytes", {piece(0, 16, true), piece(0, 16, true, 2)}},
        {"same place, other length", {piece(0, 16, true), piece(0, 24, true)}},
        {"inside (teardrop)", {piece(0, 64, true), piece(16, 8, false)}},
        {"around", {piece(16, 8, true), piece(0, 64, true)}},
        {"across the end", {piece(0, 16, true), piece(8, 16, true)}},
        {"across the beginning", {piece(8, 16, true), piece(0, 16, true)}},
        {"two that make one", {piece(0, 8, true), piece(8, 8, true), piece(0, 16, true)}},
        {"same place, last or not", {piece(8, 8, false), piece(8, 8, true)}},
        {"same place, not last or last", {piece(8, 8, true), piece(8, 8, false)}},
        {"last, with fewer bytes", {piece(8, 7, false), piece(8, 6, false)}},
        {"the largest offset", {piece(65504, 8, false), piece(65504, 8, false, 2)}},
    };
    std::uint64_t overlapping = 0;
    for (const auto& [what, frames] : cases) {
        SCOPED_TRACE(what);
        for (const Bytes& frame : frames) EXPECT_FALSE(add(frame));
        overlapping += frames.size();
        EXPECT_EQ(ledger[Counter::fragments_overlapping], overlapping);
        EXPECT_FALSE(add(piece(0, 8, true))) << "what comes later shares its fate";
        EXPECT_EQ(ledger[Counter::fragments_overlapping], ++overlapping);
        reassembler.expire(kNow_ms, true, ledger);
    }
    EXPECT_EQ(ledger[Counter::fragments_expired], 0u) << "booked once";
    end();
}

TEST_F(ReassemblyTest, LengthsThatLie) {
    struct Case {
        const char* what;
        std::vector<Bytes> frames;
        std::uint64_t bad;
    };
    const std::vector<Case> cases{
        {"nothing in it", {piece(8, 0, true)}, 1},
        {"nothing in the last", {piece(8, 0, false)}, 1},
        {"not a multiple of 8", {piece(0, 12, true)}, 1},
        {"beyond 65,535 (ping of death)", {piece(65528, 8, false)}, 1},
        {"two ends", {piece(8, 8, false), piece(32, 8, false)}, 2},
        {"data behind the end", {piece(8, 8, false), piece(16, 8, true)}, 2},
        {"an end before the data", {piece(32, 8, true), piece(8, 8, false)}, 2},
        {"total length 0",
         {Frame().ethernet().ipv4({.more_fragments = true, .protocol = 17, .total_length = 0}).payload(64).build()},
         1},
        {"IPv6, not a multiple of 8", {Frame().ethernet().ipv6().fragment_header(0, true).udp().payload(5).build()}, 1},
        {"IPv6, beyond 65,535", {Frame().ethernet().ipv6().fragment_header(8191, false).udp().payload(8).build()}, 1},
    };
    std::uint64_t bad = 0;
    for (const Case& c : cases) {
        for (const Bytes& frame : c.frames) EXPECT_FALSE(add(frame)) << c.what;
        EXPECT_EQ(ledger[Counter::fragments_bad], bad += c.bad) << c.what;
        reassembler.expire(kNow_ms, true, ledger);
    }
    end();
}

TEST_F(ReassemblyTest, AFirstHeaderThatMakesItTooLong) {
    const Bytes options(40, 1);
    EXPECT_FALSE(add(Frame()
                         .ethernet()
                         .ipv4({.id = 9, .more_fragments = true, .options = options, .protocol = 17})
                         .payload(65000)
                         .build()));
    EXPECT_FALSE(add(piece(65000, 512, false)));
    EXPECT_EQ(ledger[Counter::fragments_bad], 2u);
    end();
}

TEST_F(ReassemblyTest, IncompleteOnesExpire) {
    EXPECT_FALSE(add(piece(0, 8, true), kNow_ms));
    EXPECT_FALSE(add(piece(0, 8, true, 1, 10), kNow_ms + 1));
    reassembler.expire(kNow_ms + Reassembler::kTimeoutMs - 1, false, ledger);
    EXPECT_EQ(ledger[Counter::fragments_expired], 0u);
    reassembler.expire(kNow_ms + Reassembler::kTimeoutMs, false, ledger);
    EXPECT_EQ(ledger[Counter::fragments_expired], 1u);
    EXPECT_FALSE(add(piece(8, 8, false, 1, 10), kNow_ms + Reassembler::kTimeoutMs + 1)) << "the id is used again";
    EXPECT_EQ(ledger[Counter::fragments_expired], 2u);
    EXPECT_TRUE(add(piece(0, 8, true, 1, 10), kNow_ms + Reassembler::kTimeoutMs + 1));
    EXPECT_FALSE(add(piece(0, 8, true), kNow_ms - 10'000)) << "a capture whose times go back";
    reassembler.expire(kNow_ms - 20'000, false, ledger);
    EXPECT_EQ(reassembler.under_way(), 1u);
    end();
}

TEST_F(ReassemblyTest, CapturesHaveClocksOfTheirOwn) {
    EXPECT_FALSE(add(piece(0, 8, true, 1, 10), kNow_ms, 1));
    EXPECT_FALSE(add(piece(0, 8, true, 1, 11), kNow_ms + 3'600'000, 2)) << "read faster, or captured an hour later";
    EXPECT_FALSE(add(piece(8, 8, false, 1, 10), kNow_ms + 3'600'000, 2)) << "the same id, of another capture";
    reassembler.expire(kNow_ms + 7'200'000, false, ledger);
    EXPECT_EQ(ledger[Counter::fragments_expired], 0u);
    EXPECT_TRUE(add(piece(8, 8, false, 1, 10), kNow_ms + Reassembler::kTimeoutMs - 1, 1));
    EXPECT_FALSE(add(piece(0, 8, true, 1, 12), kNow_ms + 3'600'000 + Reassembler::kTimeoutMs, 2));
    EXPECT_EQ(ledger[Counter::fragments_expired], 2u);
    end();
}

TEST_F(ReassemblyTest, AFloodOfFirstFragmentsIsBounded) {
    for (std::uint32_t i = 0; i < 10'000; ++i)
        EXPECT_FALSE(add(piece(0, 8, true, 1, static_cast<std::uint16_t>(i), "10.0.0.66")));
    EXPECT_EQ(reassembler.under_way(), Reassembler::kBuffersPerAddress);
    const Bytes frame = Frame().ethernet().ipv4({.src = "10.0.0.7"}).udp().payload(numbered(1000)).build();
    const auto fragments = support::fragments_of(frame, 512, 3);
    EXPECT_FALSE(add(fragments[0]));
    for (std::uint32_t i = 0; i < 100; ++i)
        EXPECT_FALSE(add(piece(0, 8, true, 1, static_cast<std::uint16_t>(i), "10.0.0.66")));
    EXPECT_TRUE(add(fragments[1])) << "another exporter's datagram";
    for (std::uint32_t i = 0; i < 1000; ++i)
        EXPECT_FALSE(add(piece(0, 8, true, 1, 1, "10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250))));
    EXPECT_EQ(reassembler.under_way(), Reassembler::kBuffers);
    EXPECT_GT(ledger[Counter::fragments_evicted], 10'000u);
    end();
}

}  // namespace
