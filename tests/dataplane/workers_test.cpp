// SPDX-License-Identifier: Apache-2.0
// Several workers and many exporters: whatever queue a frame came by, each exporter's templates, sequence numbers and
// fragments meet at one worker, and nothing is lost that is not booked.
#include <gtest/gtest.h>

#include <random>

#include "tests/support/fragments.hpp"
#include "tests/support/packet_builder.hpp"
#include "tests/support/worker_rig.hpp"

namespace {

using flow::Counter;
using flow::Outcome;
using flow::Skip;
using support::Bytes;

constexpr std::uint64_t kNow_ms = 1'700'000'000'000;

// v9 with its template in the first datagram only; the sequence counts datagrams.
struct Exporter {
    std::string address;
    std::uint32_t domain = 0;
    std::uint32_t sent = 0;

    Bytes next(std::size_t records) {
        support::V9 v9(domain);
        v9.unix_seconds(kNow_ms / 1000).uptime_ms(1000).sequence(sent++);
        if (sent == 1) v9.template_set({{256, {{8, 4}, {12, 4}, {2, 4}, {1, 4}}}});
        v9.data_set(256,
                    std::vector<Bytes>(records, support::Writer().ip("192.0.2.1").ip("192.0.2.2").u32(3).u32(900)));
        return support::udp_frame(address, address.find(':') == std::string::npos ? "10.9.9.9" : "2001:db8::9", 1, 2055,
                                  v9.build());
    }
};

std::vector<Exporter> many_exporters(std::size_t count) {
    std::vector<Exporter> out;
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back({(i % 2 == 0 ? "10.1.2." : "2001:db8::") + std::to_string(i), static_cast<std::uint32_t>(i % 7)});
    }
    return out;
}

void expect_complete(support::WorkerRig& rig, std::size_t exporters, std::uint64_t flows) {
    const flow::Ledger& l = rig.sink.ledger;
    EXPECT_EQ(flow::broken_law(l, true), "");
    EXPECT_EQ(rig.broken_sum(), "");
    EXPECT_EQ(l[Counter::flows_through], flows);
    EXPECT_EQ(l[Skip::no_template], 0u);
    EXPECT_EQ(l[Counter::sets_held], 0u);
    EXPECT_EQ(rig.exporters.size(), exporters);
    for (const flow::ExporterCounts& counts : rig.sink.exporters) {
        EXPECT_EQ(counts.lost + counts.reordered + counts.duplicates + counts.restarts + counts.gaps_unknown, 0u);
        EXPECT_EQ(counts.flows_through, counts.flows);
    }
}

TEST(Workers, EachExporterIsOnOneWhateverQueueItCameBy) {
    std::mt19937 random(1);
    support::WorkerRig rig({.workers = 3});
    auto exporters = many_exporters(100);
    for (int round = 0; round < 20; ++round) {
        for (Exporter& exporter : exporters) {
            rig.receive(static_cast<std::uint32_t>(random() % 3), exporter.next(5), kNow_ms);
            rig.take_handed_over(kNow_ms);
        }
    }
    for (std::uint32_t w = 0; w < 3; ++w)
        EXPECT_GT(rig.intake(w).ledger()[Counter::datagrams_received], 200u) << "the hash spreads them";
    rig.finish(kNow_ms);
    expect_complete(rig, 100, 100u * 20 * 5);
    EXPECT_GT(rig.sink.ledger[Counter::handed_off], 0u);
}

TEST(Workers, ADeviceThatSpreadsByAddressHandsNothingOver) {
    support::WorkerRig rig({.workers = 3, .sticky = true});
    auto exporters = many_exporters(100);
    for (int round = 0; round < 20; ++round) {
        for (std::size_t i = 0; i < exporters.size(); ++i) {
            const Bytes frame = exporters[i].next(200);
            for (const Bytes& fragment : support::fragments_of(frame, 1400, exporters[i].sent))
                rig.receive(static_cast<std::uint32_t>(i % 3), fragment, kNow_ms);
        }
    }
    rig.finish(kNow_ms);
    expect_complete(rig, 100, 100u * 20 * 200);
    EXPECT_EQ(rig.sink.ledger[Counter::handed_off], 0u);
    EXPECT_EQ(rig.sink.ledger[Counter::reassembled], 100u * 20);
}

TEST(Workers, FragmentsOfADatagramMeetWhateverQueueTheyCameBy) {
    std::mt19937 random(2);
    support::WorkerRig rig({.workers = 4});
    auto exporters = many_exporters(40);
    for (int round = 0; round < 10; ++round) {
        for (Exporter& exporter : exporters) {
            auto fragments = support::fragments_of(exporter.next(300), 1400, exporter.sent);
            std::shuffle(fragments.begin(), fragments.end(), random);
            for (const Bytes& fragment : fragments)
                rig.receive(static_cast<std::uint32_t>(random() % 4), fragment, kNow_ms);
            rig.take_handed_over(kNow_ms);
        }
    }
    rig.finish(kNow_ms);
    expect_complete(rig, 40, 40u * 10 * 300);
    EXPECT_EQ(rig.sink.ledger[Counter::fragments_used], rig.sink.ledger[flow::PacketFate::fragment]);
}

TEST(Workers, AnElephantIsSplitByDomain) {
    for (const bool sticky : {false, true}) {
        std::mt19937 random(3);
        support::WorkerRig rig(
            {.workers = 3,
             .sticky = sticky,
             .rules = {{.prefix = flow::Prefix::parse("10.1.2.3").value(), .rule = {.split_domains = true}}}});
        std::vector<Exporter> domains;
        for (std::uint32_t domain = 0; domain < 60; ++domain) domains.push_back({"10.1.2.3", domain});
        std::uint64_t reassembled = 0;
        for (int round = 0; round < 20; ++round) {
            for (Exporter& domain : domains) {
                const std::uint32_t queue = sticky ? 1u : static_cast<std::uint32_t>(random() % 3);
                const Bytes frame = domain.next(100);
                if (round % 2 == 0) {
                    rig.receive(queue, frame, kNow_ms);
                } else {
                    const auto fragments =
                        support::fragments_of(frame, 800, static_cast<std::uint32_t>(round) * 100 + domain.domain);
                    for (const Bytes& fragment : fragments) rig.receive(queue, fragment, kNow_ms);
                    ++reassembled;
                }
                rig.take_handed_over(kNow_ms);
            }
        }
        for (std::uint32_t w = 0; w < 3; ++w)
            EXPECT_GT(rig.intake(w).ledger()[Counter::datagrams_received], 200u) << "worker " << w;
        rig.finish(kNow_ms);
        expect_complete(rig, 60, 60u * 20 * 100);
        EXPECT_EQ(rig.sink.ledger[Counter::reassembled], reassembled);
    }
}

TEST(Workers, WhatIsLostOnTheWayToTheOwnerIsBookedOnItsExporter) {
    std::mt19937 random(4);
    support::WorkerRig rig({.workers = 2, .ring_places = 2});
    auto exporters = many_exporters(20);
    for (int round = 0; round < 10; ++round) {
        for (Exporter& exporter : exporters) {
            rig.receive(static_cast<std::uint32_t>(random() % 2), exporter.next(5), kNow_ms);
            if (round == 0 || round == 9) rig.take_handed_over(kNow_ms);
        }
        rig.take_handed_over(kNow_ms);
    }
    rig.finish(kNow_ms + 5000);
    EXPECT_EQ(flow::broken_law(rig.sink.ledger, true), "");
    EXPECT_EQ(rig.broken_sum(), "");
    EXPECT_GT(rig.sink.ledger[Counter::handoff_lost], 10u);
    std::uint64_t booked = 0;
    for (const flow::ExporterCounts& counts : rig.sink.exporters) {
        EXPECT_EQ(counts.lost, counts.handoff_lost) << "all that is missing was lost in us, and is booked so";
        booked += counts.handoff_lost;
    }
    EXPECT_EQ(booked, rig.sink.ledger[Counter::handoff_lost]);
}

TEST(Workers, LostFragmentsAreBookedToo) {
    support::WorkerRig rig({.workers = 2, .ring_places = 1});
    auto exporters = many_exporters(20);
    for (Exporter& exporter : exporters) {
        for (const Bytes& fragment : support::fragments_of(exporter.next(300), 1400, 1))
            rig.receive(0, fragment, kNow_ms);
    }
    rig.finish(kNow_ms);
    const flow::Ledger& l = rig.sink.ledger;
    EXPECT_EQ(flow::broken_law(l, true), "");
    EXPECT_GT(l[Counter::fragments_handoff_lost], 0u);
    EXPECT_GT(l[Counter::fragments_expired], 0u);
    EXPECT_EQ(l[Counter::handoff_lost], 0u);
}

TEST(Workers, AFragmentClaimsNoPlace) {
    support::WorkerRig rig({.workers = 2, .sticky = true});
    Exporter exporter{"10.1.2.3", 1};
    const auto lone = support::fragments_of(Exporter{"10.1.2.3", 1}.next(300), 1400, 1);
    rig.receive(0, lone[0], kNow_ms);
    for (int i = 0; i < 5; ++i) rig.receive(1, exporter.next(5), kNow_ms);
    EXPECT_EQ(rig.intake(1).ledger()[Counter::datagrams_received], 5u) << "the queue of the whole ones keeps it";
    rig.finish(kNow_ms);
    EXPECT_EQ(flow::broken_law(rig.sink.ledger, true), "");
    EXPECT_EQ(rig.sink.ledger[Counter::fragments_expired], 1u);
}

// What of fragments is none of ours.
TEST(Workers, FragmentsThatAreNoExportsToUs) {
    support::WorkerRig rig(
        {.sources = {{.port = 2055, .source_id = 1, .prefixes = {flow::Prefix::parse("10.0.0.0/8").value()}}}});
    const Bytes body(3000, 1);
    const auto send = [&](const Bytes& frame) {
        for (const Bytes& fragment : support::fragments_of(frame, 1400, 1)) rig.receive(0, fragment, kNow_ms);
    };
    send(support::udp_frame("10.1.1.1", "10.9.9.9", 1, 53, body));
    EXPECT_EQ(rig.intake(0).ledger()[Counter::fragments_foreign], 3u) << "another port";
    send(support::udp_frame("192.0.2.1", "10.9.9.9", 1, 2055, body));
    EXPECT_EQ(rig.intake(0).ledger()[Counter::fragments_foreign], 6u) << "nobody who may send to us";
    send(support::Frame().ethernet().ipv4({.src = "10.1.1.2"}).udp({.length = 4}).payload(body).build());
    EXPECT_EQ(rig.intake(0).ledger()[Counter::fragments_foreign], 9u) << "no UDP length";
    send(support::Frame().ethernet().ipv4({.src = "10.1.1.3"}).tcp().payload(body).build());
    EXPECT_EQ(rig.intake(0).ledger()[flow::PacketFate::not_udp], 3u);
    send(support::udp_frame("10.1.1.4", "10.9.9.9", 1, 2055, body));
    EXPECT_EQ(rig.intake(0).ledger()[Counter::fragments_used], 3u);
    EXPECT_EQ(rig.intake(0).ledger()[Outcome::unknown_version], 1u) << "to us, and then it is a datagram as any other";
    rig.finish(kNow_ms);
    EXPECT_EQ(flow::broken_law(rig.sink.ledger, true), "");
}

TEST(Workers, IncompleteDatagramsExpireByReceiveTimeInAReplayToo) {
    support::WorkerRig rig({.pace = dataplane::Pace::replay});
    Exporter exporter{"10.1.2.3", 1};
    const auto fragments = support::fragments_of(exporter.next(300), 1400, 1);
    rig.receive(0, fragments[0], kNow_ms);
    rig.tick(kNow_ms + 3'600'000);
    EXPECT_EQ(rig.sink.ledger[Counter::fragments_expired], 0u) << "the clock on the wall says nothing";
    rig.receive(0, exporter.next(5), kNow_ms + 2000);
    rig.tick(kNow_ms + 3'601'000);
    EXPECT_EQ(rig.sink.ledger[Counter::fragments_expired], 1u);
    rig.finish(kNow_ms);
    EXPECT_EQ(flow::broken_law(rig.sink.ledger, true), "");
}

}  // namespace
