// SPDX-License-Identifier: Apache-2.0
// A data directory of schema 1, made here byte by byte as the program of that time wrote it: it is read as it is, and
// becomes one of today's with the first commit.
#include <gtest/gtest.h>
#include <lmdb.h>

#include <cstring>

#include "store/series/schema.hpp"
#include "tests/store/support.hpp"

namespace store {
namespace {

using test::Feeder;
using test::TempDir;

constexpr std::uint32_t kStart = 1'700'000'100;

class OldFile {
  public:
    explicit OldFile(const TempDir& dir) {
        EXPECT_EQ(mdb_env_create(&env_), 0);
        mdb_env_set_maxdbs(env_, 32);
        EXPECT_EQ(mdb_env_open(env_, dir.path().c_str(), 0, 0640), 0);
        EXPECT_EQ(mdb_txn_begin(env_, nullptr, 0, &txn_), 0);
        for (const char* name :
             {"meta", "ledger", "sources", "catalogue", "marks", "exporters", "counts", "templates", "live", "folded",
              "points_10", "points_300", "points_1800", "points_7200", "points_86400"}) {
            MDB_dbi dbi = 0;
            EXPECT_EQ(mdb_dbi_open(txn_, name, MDB_CREATE, &dbi), 0);
        }
    }
    OldFile(const OldFile&) = delete;
    OldFile& operator=(const OldFile&) = delete;
    ~OldFile() {
        EXPECT_EQ(mdb_txn_commit(txn_), 0);
        mdb_env_close(env_);
    }
    void make(const char* table) {
        MDB_dbi dbi = 0;
        ASSERT_EQ(mdb_dbi_open(txn_, table, MDB_CREATE, &dbi), 0);
    }
    void put(const char* table, std::string key, std::string value) {
        MDB_dbi dbi = 0;
        ASSERT_EQ(mdb_dbi_open(txn_, table, 0, &dbi), 0);
        MDB_val k{key.size(), key.data()}, v{value.size(), value.data()};
        ASSERT_EQ(mdb_put(txn_, dbi, &k, &v, 0), 0);
    }

  private:
    MDB_env* env_ = nullptr;
    MDB_txn* txn_ = nullptr;
};

template <class T>
std::string raw(T value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}
std::string be32(std::uint32_t value) {
    return raw(__builtin_bswap32(value));
}
flow::IpAddress address(std::uint32_t i) {
    return flow::IpAddress::v4(0xc0000200 + i);
}

void write_schema_1(const TempDir& dir) {
    OldFile file(dir);
    file.put("meta", "schema", raw(std::uint32_t{1}));
    file.put("meta", "clock", raw(std::uint64_t{kStart} * 1000) + raw(std::uint64_t{0}));
    file.put("meta", "exporter_counters", "last_seen_ms,datagrams,bytes,refused,gone_since,flows");
    file.put("sources", be32(0), "edge");
    for (std::uint32_t id = 0; id < 3; ++id) {
        file.put("exporters", be32(id),
                 raw(address(id)) + raw(flow::IpAddress{}) + raw(std::uint32_t{0}) + raw(id * 5) + '\x09');
        file.put("counts", be32(id),
                 raw(kStart * 1000ull) + raw(std::uint64_t{100 + id}) + raw(std::uint64_t{0}) + raw(~0ull) +
                     raw(std::uint64_t{77}) + raw(std::uint64_t{1000}));
    }
    file.put("templates", be32(1) + std::string("\x01\x00", 2), std::string(1, '\0') + raw(std::uint64_t{5}) + "wire");
    // As that program counted packets that are no exports: nobody said where they went.
    for (const auto& [name, value] : {std::pair("packets.received", 60), std::pair("packets.fates.whole", 50),
                                      std::pair("packets.fates.not_udp", 10), std::pair("datagrams.received", 48),
                                      std::pair("datagrams.outcomes.accepted", 48), std::pair("a.newer.figure", 1)}) {
        file.put("ledger", name, raw(static_cast<std::uint64_t>(value)));
    }
}

void expect_exporters(const std::vector<StoredExporter>& all) {
    ASSERT_EQ(all.size(), 3u);
    for (const StoredExporter& e : all) {
        EXPECT_EQ(e.key.address, address(e.id));
        EXPECT_EQ(e.key.domain, e.id * 5);
        EXPECT_EQ(e.key.port, 0);
        EXPECT_EQ(e.key.protocol, flow::Protocol::netflow9);
        EXPECT_EQ(e.source, "edge");
        EXPECT_EQ(e.counts.last_seen_ms, kStart * 1000ull);
        EXPECT_EQ(e.counts.datagrams, 100u + e.id);
        EXPECT_EQ(e.counts.bytes, 0u);
        EXPECT_EQ(e.counts.refused, ~0ull);
        EXPECT_EQ(e.counts.flows, 1000u);
        EXPECT_FALSE(e.counts.sequence.known);
    }
}

std::uint32_t schema_of(const TempDir& dir) {
    MDB_env* env = nullptr;
    EXPECT_EQ(mdb_env_create(&env), 0);
    mdb_env_set_maxdbs(env, 32);
    EXPECT_EQ(mdb_env_open(env, dir.path().c_str(), MDB_RDONLY, 0640), 0);
    MDB_txn* txn = nullptr;
    MDB_dbi meta = 0;
    std::string name = "schema";
    MDB_val key{name.size(), name.data()}, value{};
    EXPECT_EQ(mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn), 0);
    EXPECT_EQ(mdb_dbi_open(txn, "meta", 0, &meta), 0);
    EXPECT_EQ(mdb_get(txn, meta, &key, &value), 0);
    std::uint32_t schema = 0;
    std::memcpy(&schema, value.mv_data, sizeof schema);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    return schema;
}

TEST(Upgrade, AnOlderDirectoryIsReadAsItIs) {
    TempDir dir;
    write_schema_1(dir);
    const auto reader = Reader::open(dir.path());
    ASSERT_TRUE(reader) << reader.error().message;
    expect_exporters(*reader->exporters());
    EXPECT_EQ(reader->templates()->at(1).size(), 1u);
    EXPECT_TRUE(reader->options()->empty());
    EXPECT_TRUE(reader->books(0, ~0u)->empty());
    EXPECT_TRUE(reader->ledger_books(0, ~0u)->empty());
    EXPECT_TRUE(reader->interfaces()->empty());
    EXPECT_TRUE(reader->segments(0, ~0u)->empty());
    EXPECT_TRUE(reader->interface_points(0, 0, 0, ~0u)->empty());
    EXPECT_EQ((*reader->ledger())[flow::PacketFate::whole], 50u);
}

TEST(Upgrade, TheFirstCommitMakesItOneOfToday) {
    TempDir dir;
    write_schema_1(dir);
    {
        auto engine = Engine::open(test::options(dir));
        ASSERT_TRUE(engine) << engine.error().message;
        expect_exporters((*engine)->exporters());
        EXPECT_EQ((*engine)->take_templates().at(1)[0].wire, (std::vector<std::uint8_t>{'w', 'i', 'r', 'e'}));
        EXPECT_EQ((*engine)->stats().closed_in_flight, 12u) << "two datagrams, ten packets";
    }
    EXPECT_EQ(schema_of(dir), 1u) << "not before it has something to commit";
    {
        auto engine = Engine::open(test::options(dir));
        Feeder feeder(1);
        feeder.tally().exporter(1).flows = 1;
        feeder.feed(**engine, kStart);
        ASSERT_TRUE((*engine)->commit({kStart * 1000ull, 1000}));
    }
    EXPECT_EQ(schema_of(dir), kSchema);
    for (int again = 0; again < 2; ++again) {
        auto engine = Engine::open(test::options(dir));
        ASSERT_TRUE(engine) << engine.error().message;
        auto exporters = (*engine)->exporters();
        ASSERT_EQ(exporters.size(), 3u);
        EXPECT_EQ(exporters[1].counts.flows, 1001u);
        exporters[1].counts.flows = 1000;
        expect_exporters(exporters);
        EXPECT_EQ((*engine)->stats().closed_in_flight, 0u);
        EXPECT_EQ(flow::broken_law((*engine)->total_ledger(), true), "");
        ASSERT_TRUE((*engine)->commit({(kStart + 10) * 1000ull, 1000}));
        const auto reader = Reader::open(dir.path());
        EXPECT_EQ(reader->exporters()->at(1).counts.flows, 1001u);
        EXPECT_EQ(reader->books(0, ~0u)->size(), 1u);
    }
}

// A directory of before the archive: its ledger tells nothing of archive.*, in the totals nor in the books.
TEST(Upgrade, WhatWentThroughBeforeTheArchiveCountsAsOff) {
    using flow::Counter;
    TempDir dir;
    write_schema_1(dir);
    {
        OldFile file(dir);
        for (const char* name : {"records.seen", "records.decoded", "flows.decoded"})
            file.put("ledger", name, raw(std::uint64_t{47}));
        file.put("ledger", "flows.through", raw(std::uint64_t{40}));
        file.make("ledger_books");
        file.put("meta", "ledger_counters", "records.seen,records.decoded,flows.decoded,flows.through");
        const std::string book("\0\x2f\0\x2f\0\x2f\0\x28", 8);  // each the next index, 47, 47, 47, 40
        file.put("ledger_books", be32(kStart - kStart % 300 - 300), book);
    }
    const auto expect_off = [&](std::uint64_t unwritten) {
        const auto reader = Reader::open(dir.path());
        const flow::Ledger total = *reader->ledger();
        EXPECT_EQ(total[Counter::archive_off], 40u);
        EXPECT_EQ(total[Counter::archive_unwritten], unwritten);
        const auto books = *reader->ledger_books(0, kStart - kStart % 300);
        ASSERT_EQ(books.size(), 1u);
        EXPECT_EQ(books[0].ledger[Counter::flows_through], 40u);
        EXPECT_EQ(books[0].ledger[Counter::archive_off], 40u);
        EXPECT_EQ(books[0].ledger[Counter::flows_decoded], 47u);
    };
    expect_off(0);  // as a reader sees it before the daemon has been there
    for (int again = 0; again < 2; ++again) {
        auto engine = Engine::open(test::options(dir));
        ASSERT_TRUE(engine) << engine.error().message;
        EXPECT_EQ(flow::broken_law((*engine)->total_ledger(), true), "");
        ASSERT_TRUE((*engine)->commit({(kStart + 10) * 1000ull, 1000}));
        expect_off(0);
    }
    {
        auto engine = Engine::open(test::options(dir));
        Feeder feeder(1);
        for (const Counter c :
             {Counter::records_seen, Counter::records_flow, Counter::flows_decoded, Counter::flows_through})
            feeder.tally().ledger[c] = 5;
        feeder.feed(**engine, kStart);
        ASSERT_TRUE((*engine)->commit({kStart * 1000ull, 1000}));
    }
    auto engine = Engine::open(test::options(dir));  // it was killed
    ASSERT_TRUE((*engine)->commit({kStart * 1000ull, 1000}));
    expect_off(5);
}

TEST(Upgrade, WithAnExporterTableNewOnesComeBehindTheOldOnes) {
    TempDir dir;
    write_schema_1(dir);
    {
        auto store = Store::open(test::options(dir));
        ASSERT_TRUE(store);
        flow::ExporterTable table;
        table.preload((*store)->exporters(), (*store)->take_memories());
        EXPECT_EQ(table.stored((*store)->exporters()[1]).templates.size(), 1u);
        ASSERT_EQ(*table.find_or_add({.address = address(9), .port = 4711}), 3u);
        (*store)->attach(table);
        ASSERT_TRUE((*store)->start());
        ASSERT_TRUE((*store)->stop());
    }
    const auto exporters = *Reader::open(dir.path())->exporters();
    ASSERT_EQ(exporters.size(), 4u);
    EXPECT_EQ(exporters[2].key.address, address(2));
    EXPECT_EQ(exporters[3].key.address, address(9));
    EXPECT_EQ(exporters[3].key.port, 4711);
}

TEST(Upgrade, DamageIsNamed) {
    struct Damage {
        const char* table;
        std::string key, value;
    };
    const Damage invalid[] = {
        {"exporters", be32(1), std::string(42, 'x')}, {"exporters", be32(7), std::string(41, 'x')},
        {"counts", be32(1), std::string(47, 'x')},    {"counts", be32(1), std::string(400, 'x')},
        {"counts", be32(9), std::string(48, 'x')},    {"meta", "schema", "x"},
    };
    for (const Damage& d : invalid) {
        TempDir dir;
        write_schema_1(dir);
        {
            MDB_env* env = nullptr;
            ASSERT_EQ(mdb_env_create(&env), 0);
            mdb_env_set_maxdbs(env, 32);
            ASSERT_EQ(mdb_env_open(env, dir.path().c_str(), 0, 0640), 0);
            MDB_txn* txn = nullptr;
            MDB_dbi dbi = 0;
            std::string key = d.key, value = d.value;
            MDB_val k{key.size(), key.data()}, v{value.size(), value.data()};
            ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
            ASSERT_EQ(mdb_dbi_open(txn, d.table, 0, &dbi), 0);
            ASSERT_EQ(mdb_put(txn, dbi, &k, &v, 0), 0);
            ASSERT_EQ(mdb_txn_commit(txn), 0);
            mdb_env_close(env);
        }
        const auto engine = Engine::open(test::options(dir));
        ASSERT_FALSE(engine) << d.table << " " << d.value.size();
        EXPECT_NE(engine.error().message.find(dir.path()), std::string::npos) << engine.error().message;
    }
}

}  // namespace
}  // namespace store
