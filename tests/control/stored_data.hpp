// SPDX-License-Identifier: Apache-2.0
// A data directory as the daemon would leave it: two profiles, a ledger, two exporters and a template.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/spsc_ring.hpp"
#include "dataplane/flow/tally.hpp"
#include "store/store.hpp"

namespace control {

inline constexpr std::uint32_t kDataStart_s = 1'714'566'600;  // 2024-05-01T12:30:00Z
inline constexpr std::uint32_t kDataBuckets = 30;             // of 10 s

inline void tell_options(flow::Tally& tally) {
    using flow::OptionKind;
    const auto tell = [&](OptionKind kind, std::uint64_t id, std::uint64_t value, const char* text) {
        tally.options.push_back({0, {kind, id, value, tally.last_ms, text}});
    };
    tell(OptionKind::sampler, flow::kEverySampler, 100, "");
    tell(OptionKind::interface, 7, 0, "ge-0/0/7");
    tell(OptionKind::vrf, 1, 0, "customer-a");
    tell(OptionKind::application, 13u << 24 | 5, 0, "dns");
    tell(OptionKind::start, 0, std::uint64_t{kDataStart_s} * 1000, "");
}

// Interface 7, each 30 s: 1 Mbit/s in, 2 Mbit/s out, 100 packets a second each way, an error; broadcasts not counted.
inline void count_interface(flow::Tally& tally, std::uint32_t i) {
    flow::InterfaceSample sample;
    sample.exporter = 0;
    sample.index = 7;
    sample.received_ms = tally.last_ms;
    sample.uptime_ms = 1000 + 10'000 * i;
    sample.type = 6;
    sample.speed = 100'000'000;
    sample.direction = 1;
    sample.status = 3;
    sample.in_octets = std::uint64_t{i} * 1'250'000;
    sample.out_octets = std::uint64_t{i} * 2'500'000;
    sample.in_unicast = sample.out_unicast = std::uint64_t{i} * 1000;
    sample.in_errors = i / 3;
    sample.in_broadcast = sample.out_broadcast = flow::InterfaceSample::kNotCounted;
    tally.interfaces.push_back(sample);
}

// In bucket i: live/edge 1 TCP flow of 100 bytes; zone/dns i UDP flows of 10 bytes each from edge, 1 from
// peer.
inline void count_bucket(flow::Tally& tally, std::uint32_t i) {
    tally.bucket_s = kDataStart_s + 10 * i;
    tally.last_ms = std::uint64_t{tally.bucket_s} * 1000 + 5;
    const auto cell = [](std::uint32_t slot, flow::TrafficClass c) {
        return slot * flow::kClasses + static_cast<std::uint32_t>(c);
    };
    tally.add(cell(0, flow::TrafficClass::tcp), 1, 2, 100);
    if (i > 0) tally.add(cell(1, flow::TrafficClass::udp), i, i, 10 * i);
    tally.add(cell(2, flow::TrafficClass::udp), 1, 1, 10);

    tally.ledger[flow::PacketFate::whole] = 1;
    tally.ledger[flow::Counter::packets_received] = 1;
    tally.ledger[flow::Counter::datagrams_received] = 1;
    tally.ledger[flow::Outcome::accepted] = 1;
    tally.ledger[flow::Counter::records_flow] = 2 + i;
    tally.ledger[flow::Counter::records_seen] = 2 + i;
    tally.ledger[flow::Counter::flows_decoded] = 2 + i;
    tally.ledger[flow::Counter::flows_through] = 2 + i;
    tally.ledger[flow::Counter::flows_archived] = 2 + i;

    flow::ExporterCounts& counts = tally.exporter(0);
    counts.datagrams = 1;
    counts.records = counts.flows = counts.flows_through = 2 + i;
    counts.sampling = 100;
    counts.lost = counts.lost_datagrams = i == 3 ? 5 : 0;
    counts.last_seen_ms = tally.last_ms;
    if (i == 0) tally.templates.push_back({0, {256, false, tally.last_ms, {1, 0, 0, 1, 0, 8, 0, 4}}});
    if (i == 0) tell_options(tally);
    if (i % 3 == 0) count_interface(tally, i);
}

// Fills `directory`, `more` added to its ledger; false and a test failure when the store refuses.
inline bool make_data(const std::string& directory, const flow::Ledger& more = {}) {
    store::Options options;
    options.directory = directory;
    options.replay = true;
    auto store = store::Store::open(std::move(options));
    EXPECT_TRUE(store.has_value()) << store.error().text();
    if (!store) return false;
    const std::vector<store::SeriesName> names{
        {"live", "edge", "edge", "any"}, {"zone", "dns", "edge", "port 53"}, {"zone", "dns", "peer", "port 53"}};
    const auto ids = (*store)->series_ids(names);
    const auto source_ids = (*store)->source_ids(std::vector<std::string>{"edge", "peer"});
    EXPECT_TRUE(ids.has_value() && source_ids.has_value());
    if (!ids || !source_ids) return false;

    flow::ExporterTable exporters;
    flow::ExporterKey key;
    key.address = flow::IpAddress::v4(0xc0000201);
    key.source_id = source_ids->at(0);
    key.domain = 7;
    key.protocol = flow::Protocol::netflow9;
    EXPECT_EQ(exporters.find_or_add(key), 0u);

    flow::SeriesMap map;
    map.series_id = *ids;
    flow::SpscRing<flow::Tally*> lane(64);
    flow::SpscRing<flow::Tally*> home(64);
    std::vector<std::unique_ptr<flow::Tally>> tallies;
    (*store)->attach(exporters);
    (*store)->add_lane(lane);
    for (std::uint32_t i = 0; i < kDataBuckets; ++i) {
        tallies.push_back(std::make_unique<flow::Tally>(map, home));
        count_bucket(*tallies.back(), i);
        EXPECT_TRUE(lane.push(tallies.back().get()));
    }
    (*store)->add(more);
    EXPECT_TRUE((*store)->start().has_value());
    const auto stopped = (*store)->stop();
    EXPECT_TRUE(stopped.has_value()) << stopped.error().text();
    return stopped.has_value();
}

}  // namespace control
