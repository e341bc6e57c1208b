// SPDX-License-Identifier: Apache-2.0
// Whatever becomes of a stream on its way, the books balance; and where the loss can be told, it is told exactly.
//
// Streams of all protocols are generated, then damaged, then sent through the whole intake, over one to three workers.
// A case is told by its seed: the failing one is printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "tests/support/fragments.hpp"
#include "tests/support/packet_builder.hpp"
#include "tests/support/worker_rig.hpp"

namespace {

using flow::Protocol;
using support::Bytes;
using support::Writer;

constexpr std::uint64_t kNow_ms = 1'700'000'000'000;
constexpr std::uint32_t kUptimeMs = 10'000'000;

struct Random {
    std::mt19937_64 engine;
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(engine() % n); }
    bool one_in(std::uint32_t n) { return below(n) == 0; }
};

// What an exporter sends: datagrams in order, with what each counts in its sequence.
struct Sent {
    Bytes payload;
    std::uint32_t units = 0;
};
struct Stream {
    std::string address;
    Protocol protocol = Protocol::netflow5;
    std::uint32_t domain = 0;
    std::uint16_t port = 0;  // source port
    std::vector<Sent> datagrams{};
};

Bytes flow_record(Random& random) {
    return Writer()
        .ip("192.0.2.1")
        .ip("198.51.100.7")
        .u32(random.below(1000))
        .u32(random.below(100'000))
        .u16(443)
        .u8(6);
}
const std::vector<support::Field> kFields{{8, 4}, {12, 4}, {2, 4}, {1, 4}, {11, 2}, {4, 1}};

std::vector<Bytes> flow_records(Random& random, std::uint32_t count) {
    std::vector<Bytes> out;
    for (std::uint32_t i = 0; i < count; ++i) out.push_back(flow_record(random));
    return out;
}

// v1, v5, v7: a header that counts, records of zeros with a little in them.
Bytes fixed_datagram(Random& random, const Stream& stream, std::uint32_t sequence, std::uint32_t records) {
    const std::size_t record_bytes = stream.protocol == Protocol::netflow1   ? 48
                                     : stream.protocol == Protocol::netflow5 ? 48
                                                                             : 52;
    Writer w;
    w.u16(static_cast<std::uint16_t>(stream.protocol)).u16(static_cast<std::uint16_t>(records)).u32(kUptimeMs);
    w.u32(kNow_ms / 1000).u32(0);
    if (stream.protocol == Protocol::netflow5) w.u32(sequence).u16(static_cast<std::uint16_t>(stream.domain)).u16(0);
    if (stream.protocol == Protocol::netflow7) w.u32(sequence).u32(0);
    for (std::uint32_t i = 0; i < records; ++i) {
        Bytes record(record_bytes);
        record[3] = static_cast<std::uint8_t>(random.below(250));
        record[19] = record[23] = 9;
        w.raw(record);
    }
    return w;
}

// v9 and IPFIX: the first datagram brings the templates, and then now and then one does.
template <class Builder>
Bytes set_datagram(Random& random, const Stream& stream, std::uint32_t sequence, std::uint32_t records,
                   bool templates) {
    Builder b(stream.domain);
    b.unix_seconds(kNow_ms / 1000).sequence(sequence);
    if constexpr (std::is_same_v<Builder, support::V9>) b.uptime_ms(kUptimeMs);
    if (templates) b.template_set({{256, kFields}});
    return b.data_set(256, flow_records(random, records)).build();
}

Bytes sflow_datagram(Random& random, const Stream& stream, std::uint32_t sequence, std::uint32_t samples) {
    support::Sflow sflow(stream.address, stream.domain);
    sflow.sequence(sequence).uptime_ms(kUptimeMs);
    for (std::uint32_t i = 0; i < samples; ++i) {
        if (random.one_in(5)) {
            sflow.counter_sample({.sequence = sequence, .records = {support::sflow_interface_counters(1, 100, 200)}});
        } else {
            sflow.flow_sample({.sequence = sequence,
                               .rate = 1,
                               .records = {support::sflow_sampled_ip({.length = 100, .src_port = 5, .dst_port = 80})}});
        }
    }
    return sflow.build();
}

Sent datagram(Random& random, const Stream& stream, std::uint32_t sequence, bool first) {
    const std::uint32_t records = 1 + random.below(8);
    const bool templates = first || random.one_in(10);
    switch (stream.protocol) {
        case Protocol::netflow1:
            return {fixed_datagram(random, stream, sequence, records), 0};
        case Protocol::netflow5:
        case Protocol::netflow7:
            return {fixed_datagram(random, stream, sequence, records), records};
        case Protocol::netflow9:
            return {set_datagram<support::V9>(random, stream, sequence, records, templates), 1};
        case Protocol::ipfix:
            return {set_datagram<support::Ipfix>(random, stream, sequence, records, templates), records};
        case Protocol::sflow5:
            break;
    }
    return {sflow_datagram(random, stream, sequence, records), 1};
}

std::vector<Stream> streams(Random& random) {
    constexpr Protocol kAll[]{Protocol::netflow1, Protocol::netflow5, Protocol::netflow7,
                              Protocol::netflow9, Protocol::ipfix,    Protocol::sflow5};
    std::vector<Stream> out(1 + random.below(5));
    for (std::size_t i = 0; i < out.size(); ++i) {
        Stream& stream = out[i];
        const Protocol protocol = kAll[random.below(std::size(kAll))];
        stream = {.address = "10.0.0." + std::to_string(i + 1),
                  .protocol = protocol,
                  .domain = protocol == Protocol::netflow1 || protocol == Protocol::netflow7 ? 0 : random.below(60'000),
                  .port = static_cast<std::uint16_t>(1024 + i)};
        // Some wrap around.
        std::uint32_t sequence = random.one_in(3) ? ~0u - random.below(100) : random.below(1'000'000);
        const std::uint32_t count = 3 + random.below(40);
        for (std::uint32_t n = 0; n < count; ++n) {
            stream.datagrams.push_back(datagram(random, stream, sequence, n == 0));
            sequence += stream.datagrams.back().units;
        }
    }
    return out;
}

// What must stand on an exporter's entry.
struct Expected {
    std::uint64_t datagrams = 0, lost = 0, reordered = 0, duplicates = 0;
};

// Drops, duplicates and reorders in bounds within which each can be told: neither the first nor the last is dropped, what is
// late is late by at most three, and what comes twice was not late.
std::vector<std::size_t> damage(Random& random, const Stream& stream, Expected& expected) {
    std::vector<std::size_t> order;
    const std::size_t count = stream.datagrams.size();
    const bool counts = stream.protocol != Protocol::netflow1;
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0 && i + 1 != count && random.one_in(6)) {
            expected.lost += counts ? stream.datagrams[i].units : 0;
            continue;
        }
        order.push_back(i);
        if (i != 0 && i + 1 != count && random.one_in(8)) {
            order.push_back(i);
            expected.duplicates += counts ? 1 : 0;
        }
    }
    const auto alone = [&](std::size_t at) { return std::count(order.begin(), order.end(), order[at]) == 1; };
    for (std::size_t at = 1; at + 4 < order.size(); at += 4) {
        if (!random.one_in(3) || !alone(at)) continue;
        const std::size_t by = 1 + random.below(3);
        std::rotate(order.begin() + static_cast<std::ptrdiff_t>(at),
                    order.begin() + static_cast<std::ptrdiff_t>(at + 1),
                    order.begin() + static_cast<std::ptrdiff_t>(at + by + 1));
        expected.reordered += counts ? 1 : 0;
    }
    expected.datagrams = order.size();
    return order;
}

Bytes frame_of(const Stream& stream, const Bytes& payload) {
    return support::udp_frame(stream.address, "10.9.9.9", stream.port, 2055, payload);
}

void check_laws(const support::WorkerRig& rig) {
    EXPECT_EQ(flow::broken_law(rig.sink.ledger, true), "");
    EXPECT_EQ(rig.broken_sum(), "");
}

// Frames of all streams in turn, each datagram whole or in fragments of any order.
class Road {
  public:
    Road(Random& random, support::WorkerRig& rig, std::uint32_t workers)
        : random_(random), rig_(rig), workers_(workers) {}

    void send(const Bytes& frame, bool may_fragment) {
        std::vector<Bytes> parts{frame};
        if (may_fragment && frame.size() > 100 && random_.one_in(4)) {
            parts = support::fragments_of(frame, 8 * (1 + random_.below(20)), ++id_);
            std::shuffle(parts.begin(), parts.end(), random_.engine);
            if (parts.size() > 1 && random_.one_in(4)) parts.insert(parts.begin(), parts.back());
        }
        for (const Bytes& part : parts) rig_.receive(random_.below(workers_), part, now_ms_);
        rig_.take_handed_over(now_ms_);
        if (random_.one_in(16)) rig_.tick(now_ms_);
        ++now_ms_;
    }
    void finish() { rig_.finish(now_ms_); }

  private:
    Random& random_;
    support::WorkerRig& rig_;
    const std::uint32_t workers_;
    std::uint64_t now_ms_ = kNow_ms;
    std::uint32_t id_ = 0;
};

TEST(LedgerProperty, LossIsExactUnderDropDuplicateReorderAndFragment) {
    for (std::uint32_t seed = 0; seed < 400; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Random random{std::mt19937_64(seed)};
        const std::uint32_t workers = 1 + random.below(3);
        support::WorkerRig rig({.workers = workers});
        Road road(random, rig, workers);
        const auto all = streams(random);
        std::vector<Expected> expected(all.size());
        std::vector<std::vector<std::size_t>> orders;
        for (std::size_t s = 0; s < all.size(); ++s) orders.push_back(damage(random, all[s], expected[s]));
        std::vector<std::size_t> at(all.size());
        for (std::size_t left = all.size(); left != 0;) {
            const std::size_t s = random.below(static_cast<std::uint32_t>(all.size()));
            if (at[s] == orders[s].size()) continue;
            road.send(frame_of(all[s], all[s].datagrams[orders[s][at[s]]].payload), true);
            if (++at[s] == orders[s].size()) --left;
        }
        road.finish();
        check_laws(rig);
        ASSERT_EQ(rig.exporters.size(), all.size());
        for (std::uint32_t id = 0; id < all.size(); ++id) {
            const auto stream = std::find_if(all.begin(), all.end(), [&](const Stream& s) {
                return s.address == rig.exporters.key(id).address.text();
            });
            const Expected& want = expected[static_cast<std::size_t>(stream - all.begin())];
            const flow::ExporterCounts& have = rig.sink.exporters[id];
            SCOPED_TRACE(std::string(flow::protocol_name(stream->protocol)) + " " + stream->address);
            EXPECT_EQ(have.datagrams, want.datagrams);
            EXPECT_EQ(have.lost, want.lost);
            EXPECT_EQ(have.reordered, want.reordered);
            EXPECT_EQ(have.duplicates, want.duplicates);
            EXPECT_EQ(have.restarts + have.gaps_unknown + have.skipped + have.refused, 0u);
        }
        if (::testing::Test::HasFailure()) return;
    }
}

void corrupt(Random& random, Bytes& bytes, std::size_t from) {
    for (std::uint32_t n = 1 + random.below(6); n != 0 && bytes.size() > from; --n) {
        const std::size_t at = from + random.below(static_cast<std::uint32_t>(bytes.size() - from));
        switch (random.below(5)) {
            case 0:
                bytes.resize(at);
                break;
            case 1:
                bytes[at] = 0xff;
                break;
            case 2:
                bytes[at] = 0;
                break;
            default:
                bytes[at] = static_cast<std::uint8_t>(random.engine());
        }
    }
}

TEST(LedgerProperty, BooksBalanceWhateverHappens) {
    for (std::uint32_t seed = 0; seed < 600; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Random random{std::mt19937_64(seed)};
        const std::uint32_t workers = 1 + random.below(3);
        const decode::ExporterRule limited{.most_datagrams_s = 1 + random.below(20)}, split{.split_domains = true};
        support::WorkerRig rig({.workers = workers,
                                .sticky = random.one_in(2),
                                .pace = random.one_in(2) ? dataplane::Pace::live : dataplane::Pace::replay,
                                .ring_places = random.one_in(2) ? 4u : 1000u,
                                .sources = {{.port = 2055, .source_id = 1, .prefixes = {}}},
                                .rules = {{.prefix = flow::Prefix::parse("10.0.0.1").value(), .rule = limited},
                                          {.prefix = flow::Prefix::parse("10.0.0.2").value(), .rule = split}}});
        std::vector<Bytes> frames;
        for (const Stream& stream : streams(random)) {
            for (const Sent& sent : stream.datagrams) {
                if (random.one_in(8)) continue;
                Bytes payload = sent.payload;
                if (random.one_in(4)) corrupt(random, payload, 0);
                Bytes frame = frame_of(stream, payload);
                std::vector<Bytes> parts{frame};
                if (random.one_in(4) && frame.size() > 60)
                    parts = support::fragments_of(frame, 8 * (1 + random.below(20)), random.below(50));
                for (Bytes& part : parts) {
                    if (random.one_in(10)) corrupt(random, part, random.one_in(2) ? 0 : 14);
                    frames.push_back(part);
                    if (random.one_in(20)) frames.push_back(part);
                }
            }
        }
        if (random.one_in(2)) std::shuffle(frames.begin(), frames.end(), random.engine);
        std::uint64_t now_ms = kNow_ms;
        for (const Bytes& frame : frames) {
            rig.receive(random.below(workers), frame, now_ms);
            if (random.one_in(6)) rig.take_handed_over(now_ms);
            if (random.one_in(10)) rig.intake(0).fairness().observe(900);
            if (random.one_in(12)) rig.tick(now_ms);
            now_ms += random.one_in(10) ? random.below(3000) : random.below(3);
        }
        rig.finish(now_ms);
        check_laws(rig);
        if (::testing::Test::HasFailure()) return;
    }
}

}  // namespace
