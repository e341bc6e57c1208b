// SPDX-License-Identifier: Apache-2.0
#include "store/archive/block.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <string>

#include "dataplane/flow/scale.hpp"
#include "tests/archive/same_rows.hpp"
#include "tests/support/random_rows.hpp"

namespace {

using archive_test::Batch;
using archive_test::block_of;
using archive_test::make_batch;
using archive_test::round_trip;
using flow::Column;
using flow::FlowBatch;
using flow::IpAddress;
using flow::kArenaBytes;
using flow::kBatchRows;
using store::archive::BlockBuilder;
using store::archive::BlockReader;
using store::archive::Compression;

constexpr std::array kCompressions = {Compression::none, Compression::lz4, Compression::zstd};

Batch plain_batch(std::uint32_t rows) {
    Batch batch = make_batch();
    batch->rows = rows;
    batch->received_ms = 1'768'477'800'123;
    batch->keep.fill(~0ull);
#define X(name, type, what) batch->name.fill({});
    FLOW_COMMON_COLUMNS(X)
#undef X
    batch->thinning.fill(1);
    return batch;
}

std::vector<Batch> one(Batch batch) {
    std::vector<Batch> out;
    out.push_back(std::move(batch));
    return out;
}

std::string in_all_ways(const std::vector<Batch>& batches, const flow::ExporterTable& exporters = {}) {
    for (const Compression compression : kCompressions) {
        if (auto wrong = round_trip(batches, exporters, compression); !wrong.empty()) {
            return "compression " + std::to_string(static_cast<int>(compression)) + ": " + wrong;
        }
    }
    return {};
}

TEST(Block, RandomRowsComeBackBitForBit) {
    flow::ExporterTable exporters;
    support::add_random_exporters(exporters, 5, 20);
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        support::RandomRows random(seed, exporters, 3);
        support::Draw draw(seed);
        std::vector<Batch> batches;
        const std::uint32_t count = 1 + draw.below(seed % 4 == 0 ? 40 : 4);
        for (std::uint32_t i = 0; i < count; ++i) {
            Batch batch = make_batch();
            batch->received_ms = 1'768'477'800'000 + i * draw.below(20'000);
            random.add(*batch, 1 + draw.below(draw.one_in(2) ? kBatchRows : 10));
            for (auto& word : batch->keep) word = draw.one_in(2) ? ~0ull : draw.any();
            batches.push_back(std::move(batch));
        }
        EXPECT_EQ(in_all_ways(batches, exporters), "") << "seed " << seed;
    }
}

// What a column's values look like decides how they are stored; each kind of look, for every column of numbers.
TEST(Block, EveryKindOfNumbersComesBack) {
    struct Look {
        const char* what;
        std::uint64_t (*value)(std::uint32_t row, support::Draw& draw);
    };
    static constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
    static constexpr Look kLooks[] = {
        {"zero", [](std::uint32_t, support::Draw&) -> std::uint64_t { return 0; }},
        {"largest", [](std::uint32_t, support::Draw&) { return kMost; }},
        {"one bit", [](std::uint32_t, support::Draw& d) -> std::uint64_t { return d.below(2); }},
        {"two bits", [](std::uint32_t, support::Draw& d) -> std::uint64_t { return 200 + d.below(4); }},
        {"three bits", [](std::uint32_t, support::Draw& d) -> std::uint64_t { return d.below(8); }},
        {"ten bits", [](std::uint32_t, support::Draw& d) -> std::uint64_t { return 64'000 + d.below(1024); }},
        {"few large", [](std::uint32_t, support::Draw& d) -> std::uint64_t { return kMost / (1 + d.below(9)); }},
        {"many large", [](std::uint32_t, support::Draw& d) -> std::uint64_t { return kMost / (1 + d.below(900)); }},
        {"any", [](std::uint32_t, support::Draw& d) { return d.any(); }},
        {"runs", [](std::uint32_t row, support::Draw&) -> std::uint64_t { return row / 300 * 0x123456789abcull; }},
        {"ascending", [](std::uint32_t row, support::Draw&) -> std::uint64_t { return kMost - 5 + row; }},
        {"ends", [](std::uint32_t row, support::Draw&) { return row % 2 == 0 ? 0 : kMost; }},
        {"one odd one", [](std::uint32_t row, support::Draw&) { return row == 777 ? kMost : 3; }},
    };
    support::Draw draw(3);
    for (const Look& look : kLooks) {
        for (const std::uint32_t rows : {1u, 2u, 63u, 2047u, 2048u}) {
            std::vector<Batch> batches;
            for (std::uint32_t copy = 0; copy < 3; ++copy) {
                Batch batch = plain_batch(rows);
                batch->received_ms += copy;
                batch->present.fill(kMost);
                batch->present_any = kMost;
                for (std::uint32_t row = 0; row < rows; ++row) {
                    const auto set = [&]<class T>(T& value) {
                        if constexpr (std::is_integral_v<T>) value = static_cast<T>(look.value(row, draw));
                        if constexpr (std::is_same_v<T, IpAddress>) {
                            const std::uint64_t halves[] = {look.value(row, draw), look.value(row, draw)};
                            std::memcpy(value.bytes.data(), halves, sizeof halves);
                        }
                        if constexpr (std::is_same_v<T, flow::Text>) value = {};
                        if constexpr (std::is_same_v<T, flow::MplsStack>)
                            value = {{}, static_cast<std::uint32_t>(row % 11)};
                        if constexpr (std::is_same_v<T, flow::AclId>)
                            value = {1, row % 3, static_cast<std::uint32_t>(look.value(row, draw))};
                    };
#define X(name, type, what) set(batch->name[row]);
                    FLOW_COMMON_COLUMNS(X)
                    FLOW_RARE_COLUMNS(X)
#undef X
                    batch->present[row] = kMost;
                }
                batches.push_back(std::move(batch));
            }
            EXPECT_EQ(in_all_ways(batches), "") << look.what << ", " << rows << " rows";
        }
    }
}

TEST(Block, AddressesOfBothFamiliesComeBack) {
    support::Draw draw(9);
    const auto v4 = [&] { return IpAddress::v4(static_cast<std::uint32_t>(draw.any())); };
    const auto v6 = [&] {
        IpAddress a;
        for (auto& byte : a.bytes) byte = static_cast<std::uint8_t>(draw.any());
        return a;
    };
    for (const int kind : {0, 1, 2, 3, 4, 5}) {
        Batch batch = plain_batch(kBatchRows);
        for (std::uint32_t row = 0; row < kBatchRows; ++row) {
            IpAddress& a = batch->src_addr[row];
            if (kind == 0) a = v4();
            if (kind == 1) a = v6();
            if (kind == 2) a = draw.one_in(3) ? v6() : v4();
            if (kind == 3) a = IpAddress::v4(0x0a000000 + draw.below(50));
            if (kind == 4) a = draw.one_in(2) ? IpAddress{} : IpAddress::v4(draw.below(5));
            if (kind == 5) a = draw.one_in(9) ? v6() : IpAddress{};
            batch->dst_addr[row] = batch->src_addr[kBatchRows - 1 - row];
        }
        EXPECT_EQ(in_all_ways(one(std::move(batch))), "") << "kind " << kind;
    }
}

// Of a full block: so many that they are sorted, not hashed.
TEST(Block, ManyDistinctValuesAndWhatFollowsFromThemComeBack) {
    constexpr std::uint32_t kHosts = 10'000;
    for (const std::uint32_t one_in_others :
         {0u, 20u, 2u, 1u}) {  // of the addresses are IPv6, of the numbers beyond 48 bits
        support::Draw draw(one_in_others + 1);
        std::vector<Batch> batches;
        for (std::uint32_t i = 0; i < store::archive::kBlockRows / kBatchRows; ++i) {
            Batch batch = plain_batch(kBatchRows);
            for (std::uint32_t row = 0; row < kBatchRows; ++row) {
                const std::uint32_t host = draw.below(kHosts);
                const bool other = one_in_others != 0 && host % one_in_others == 0;
                batch->src_addr[row] = IpAddress::v4(0x0a000000 + host * 7919);
                if (other) batch->src_addr[row].bytes[i % 3] = static_cast<std::uint8_t>(1 + host % 200);
                batch->dst_addr[row] = batch->src_addr[row];
                batch->in_bytes[row] = other ? ~0ull - host : host * 1'000'003ull;
                const std::uint32_t odd = draw.one_in(500) ? 1 : 0;
                batch->src_as[row] = host % 900 * 70'000 + odd;
                batch->src_mask[row] = static_cast<std::uint8_t>(8 + host % 17 + odd);
                batch->next_hop[row] = IpAddress::v4(host % 30 + odd);
                batch->present[row] = row % 5 == 0 ? 0 : 0xffff;
            }
            batch->present_any = 0xffff;
            batches.push_back(std::move(batch));
        }
        EXPECT_EQ(in_all_ways(batches), "") << "one other in " << one_in_others;
        BlockReader reader;
        const auto bytes = block_of(batches, {}, Compression::none);
        ASSERT_TRUE(reader.open(bytes));
        const auto addresses = reader.dictionary(Column::src_addr).value().addresses;
        EXPECT_GT(addresses.size(), kHosts / 2) << "one other in " << one_in_others;
        EXPECT_EQ(std::set<IpAddress>(addresses.begin(), addresses.end()).size(), addresses.size());
    }
}

TEST(Block, TextsUpToTheArenasLimitsComeBack) {
    const std::uint64_t bits = flow::present_bit(Column::application) | flow::present_bit(Column::payload);
    for (const std::uint32_t size : {1u, 64u, 65u, 4096u, kArenaBytes / 2, kArenaBytes}) {
        std::vector<Batch> batches;
        for (std::uint32_t copy = 0; copy < 3; ++copy) {
            Batch batch = plain_batch(kBatchRows);
            batch->present_any = bits;
            std::uint32_t row = 0;
            for (; row < kBatchRows && batch->arena.free_bytes() >= size; ++row) {
                const std::string text(size, static_cast<char>('a' + (row + copy) % 26));
                batch->present[row] = bits;
                batch->application[row] = batch->payload[row] = {};
                batch->arena.add(text, row % 2 == 0 ? batch->application[row] : batch->payload[row]);
            }
            batch->rows = row;
            batches.push_back(std::move(batch));
        }
        EXPECT_EQ(in_all_ways(batches), "") << "texts of " << size;
    }
}

TEST(Block, TextsThatOneRowSharesBetweenColumnsBeyondTheArenaAreLeftEmpty) {
    Batch batch = plain_batch(1);
    batch->present[0] = batch->present_any = flow::present_bit(Column::user) | flow::present_bit(Column::payload);
    ASSERT_TRUE(batch->arena.add(std::string(kArenaBytes - 10, 'x'), batch->user[0]));
    batch->payload[0] = batch->user[0];
    BlockReader reader;
    const auto bytes = block_of(one(std::move(batch)), {}, Compression::lz4);
    ASSERT_TRUE(reader.open(bytes));
    Batch into = make_batch();
    ASSERT_TRUE(reader.read(0, {Column::user, Column::payload}, {}, 0, *into));
    EXPECT_EQ(into->user[0].length, kArenaBytes - 10);
    EXPECT_EQ(into->payload[0].length, 0u);
}

TEST(Block, IsFullOfRowsOrOfText) {
    BlockBuilder builder;
    const Batch batch = plain_batch(kBatchRows);
    while (!builder.full()) ASSERT_EQ(builder.add(*batch, batch->keep.data(), 0), kBatchRows);
    EXPECT_EQ(builder.rows(), store::archive::kBlockRows);
    EXPECT_EQ(builder.add(*batch, batch->keep.data(), 17), 17u);

    BlockBuilder of_text;
    std::uint32_t batches = 0;
    for (; !of_text.full(); ++batches) {
        Batch texts = plain_batch(4);
        texts->present_any = flow::present_bit(Column::payload);
        for (std::uint32_t row = 0; row < 4; ++row) {
            texts->present[row] = texts->present_any;
            ASSERT_TRUE(
                texts->arena.add(std::to_string(batches * 4 + row) + std::string(100'000, 'p'), texts->payload[row]));
        }
        of_text.add(*texts, texts->keep.data(), 0);
    }
    EXPECT_EQ(batches, store::archive::kBlockTextBytes / 400'000 + 1);
    std::vector<std::uint8_t> bytes;
    of_text.encode({}, Compression::lz4, bytes);
    BlockReader reader;
    ASSERT_TRUE(reader.open(bytes));
    for (std::uint32_t page = 0; page < reader.pages(); ++page) EXPECT_LE(reader.page_rows(page), 5u);
}

TEST(Block, TellsSumsAndZonesWithoutDecoding) {
    Batch batch = plain_batch(3);
    batch->present = {0};
    for (std::uint32_t row = 0; row < 3; ++row) {
        batch->present[row] = flow::present_bit(Column::in_bytes) | flow::present_bit(Column::src_addr);
        batch->src_addr[row] = IpAddress::v4(0x0a000001 + row);
        batch->in_bytes[row] = 100 + row;
        batch->in_packets[row] = 2;
        batch->first_ms[row] = 5000 - row;
        batch->last_ms[row] = 6000 + row;
        batch->src_port[row] = 80;
    }
    batch->present[1] |= flow::present_bit(Column::src_port) | flow::present_bit(Column::out_bytes);
    batch->out_bytes[1] = 9;
    batch->present_any = batch->present[1];
    batch->sampling[2] = 10;
    batch->thinning[2] = 2;
    const auto bytes = block_of(one(std::move(batch)), {}, Compression::none);
    BlockReader reader;
    ASSERT_TRUE(reader.open(bytes));
    EXPECT_EQ(reader.bytes(), bytes.size());
    EXPECT_EQ(reader.rows(), 3u);
    EXPECT_EQ(reader.sums().flows, 4u);
    EXPECT_EQ(reader.sums().packets, 2u + 2 + 40);
    EXPECT_EQ(reader.sums().bytes, 100u + 101 + 102 * 20);
    EXPECT_EQ(reader.sums().first_ms, 4998u);
    EXPECT_EQ(reader.sums().last_ms, 6002u);
    EXPECT_EQ(reader.sums().received_from_ms, 1'768'477'800'123u);
    EXPECT_EQ(reader.sums().received_to_ms, 1'768'477'800'123u);

    const auto bytes_zone = reader.zone(Column::in_bytes);
    EXPECT_TRUE(bytes_zone.any && bytes_zone.all);
    EXPECT_EQ(bytes_zone.low, 100u);
    EXPECT_EQ(bytes_zone.high, 102u);
    const auto port = reader.zone(Column::src_port);
    EXPECT_TRUE(port.any && !port.all);
    EXPECT_EQ(port.low, 80u);
    const auto out = reader.zone(Column::out_bytes);
    EXPECT_TRUE(out.any && !out.all);
    EXPECT_EQ(out.low, 9u);
    EXPECT_EQ(out.high, 9u);
    EXPECT_FALSE(reader.zone(Column::tunnel_key).any);
    EXPECT_TRUE(reader.zone(Column::proto).high == 0 && !reader.zone(Column::proto).any);
    EXPECT_TRUE(reader.zone(Column::first_ms).all);
    const auto source = reader.address_zone(Column::src_addr);
    EXPECT_TRUE(source.any && source.all);
    EXPECT_EQ(source.low, IpAddress::v4(0x0a000001));
    EXPECT_EQ(source.high, IpAddress::v4(0x0a000003));
    EXPECT_FALSE(reader.address_zone(Column::dst_addr).any);
}

TEST(Block, BloomFiltersMissNothingAndSeldomErr) {
    std::vector<Batch> batches;
    for (std::uint32_t i = 0; i < 32; ++i) {
        Batch batch = plain_batch(kBatchRows);
        for (std::uint32_t row = 0; row < kBatchRows; ++row) {
            batch->src_addr[row] = IpAddress::v4(0x0a000000 + (i * kBatchRows + row) * 7);
            batch->dst_addr[row] = IpAddress::v4(0xc0a80000 + row % 300);
        }
        batches.push_back(std::move(batch));
    }
    const auto bytes = block_of(batches, {}, Compression::lz4);
    BlockReader reader;
    ASSERT_TRUE(reader.open(bytes));
    std::uint32_t wrong = 0, wrong_destination = 0;
    for (std::uint32_t i = 0; i < 32 * kBatchRows; ++i) {
        ASSERT_TRUE(reader.may_have_source(IpAddress::v4(0x0a000000 + i * 7)));
        wrong += reader.may_have_source(IpAddress::v4(0x0a000001 + i * 7));
        wrong_destination += reader.may_have_destination(IpAddress::v4(0x0a000001 + i * 7));
    }
    for (std::uint32_t i = 0; i < 300; ++i) ASSERT_TRUE(reader.may_have_destination(IpAddress::v4(0xc0a80000 + i)));
    EXPECT_LT(wrong, 32 * kBatchRows / 50);
    EXPECT_LT(wrong_destination, 32 * kBatchRows / 50);
}

TEST(Block, ADictionaryGivesEveryRowItsPlace) {
    std::vector<Batch> batches;
    for (std::uint32_t i = 0; i < 3; ++i) {
        Batch batch = plain_batch(1000);
        for (std::uint32_t row = 0; row < 1000; ++row) {
            batch->src_addr[row] = row % 10 == 0 ? IpAddress{} : IpAddress::v4(row * row % 97);
            batch->in_bytes[row] = row % 7 * 1'000'000'007ull;
            batch->dst_port[row] = 443;
            batch->in_packets[row] = row;
        }
        batches.push_back(std::move(batch));
    }
    const auto bytes = block_of(batches, {}, Compression::zstd);
    BlockReader reader;
    ASSERT_TRUE(reader.open(bytes));
    Batch into = make_batch();
    std::array<std::uint32_t, kBatchRows> places{};
    for (std::uint32_t page = 0; page < reader.pages(); ++page) {
        ASSERT_TRUE(reader.read(page, flow::ColumnSet::all(), std::vector<std::uint32_t>{0}, 0, *into));
        const auto addresses = reader.dictionary(Column::src_addr).value().addresses;
        ASSERT_EQ(std::set<IpAddress>(addresses.begin(), addresses.end()).size(), addresses.size());
        ASSERT_TRUE(reader.read_places(page, Column::src_addr, places.data()));
        for (std::uint32_t row = 0; row < into->rows; ++row) ASSERT_EQ(addresses[places[row]], into->src_addr[row]);
        const auto numbers = reader.dictionary(Column::in_bytes).value().numbers;
        ASSERT_EQ(numbers.size(), 7u);
        ASSERT_TRUE(reader.read_places(page, Column::in_bytes, places.data()));
        for (std::uint32_t row = 0; row < into->rows; ++row) ASSERT_EQ(numbers[places[row]], into->in_bytes[row]);
        ASSERT_EQ(reader.dictionary(Column::dst_port).value().numbers.size(), 1u);
        ASSERT_TRUE(reader.read_places(page, Column::dst_port, places.data()));
        EXPECT_EQ(places[5], 0u);
        EXPECT_TRUE(reader.dictionary(Column::in_packets).value().numbers.empty());
        EXPECT_TRUE(reader.dictionary(Column::exporter).value().numbers.empty());
        places.fill(9);
        ASSERT_TRUE(reader.read_places(page, Column::exporter, places.data()));
        EXPECT_EQ(places[3], 0u) << "no dictionary";
    }
}

TEST(Block, APageIsReadColumnByColumn) {
    Batch batch = plain_batch(100);
    batch->present_any = flow::present_bit(Column::user) | flow::present_bit(Column::application);
    for (std::uint32_t row = 0; row < 100; ++row) {
        batch->present[row] = batch->present_any;
        ASSERT_TRUE(batch->arena.add("user" + std::to_string(row % 5), batch->user[row]));
        ASSERT_TRUE(batch->arena.add("app" + std::to_string(row % 3), batch->application[row]));
        batch->src_port[row] = static_cast<std::uint16_t>(row);
    }
    const auto bytes = block_of(one(std::move(batch)), {}, Compression::lz4);
    BlockReader reader;
    ASSERT_TRUE(reader.open(bytes));
    Batch into = make_batch();
    into->dst_port.fill(99);
    ASSERT_TRUE(reader.read(0, {Column::user}, {}, 0, *into));
    ASSERT_TRUE(reader.read(0, {Column::application, Column::src_port, Column::user}, {}, 0, *into));
    EXPECT_EQ(into->arena.used(), 5u * 5 + 3 * 4) << "a text is there once";
    EXPECT_EQ(into->arena.view(into->user[13]), "user3");
    EXPECT_EQ(into->arena.view(into->application[13]), "app1");
    EXPECT_EQ(into->src_port[99], 99);
    EXPECT_EQ(into->dst_port[99], 99) << "not asked for";
    into->reset();
    ASSERT_TRUE(reader.read(0, {Column::user}, {}, 0, *into));
    EXPECT_EQ(into->arena.view(into->user[14]), "user4");
}

TEST(Block, ReceiveTimesOfRowsReadBackAreKept) {
    Batch batch = plain_batch(kBatchRows);
    for (std::uint32_t row = 0; row < kBatchRows; ++row) batch->row_received_ms[row] = 1000 + row / 10;
    BlockBuilder builder;
    builder.add(*batch, batch->keep.data(), 0, batch->row_received_ms.data());
    std::vector<std::uint8_t> bytes;
    builder.encode({}, Compression::lz4, bytes);
    BlockReader reader;
    ASSERT_TRUE(reader.open(bytes));
    EXPECT_EQ(reader.sums().received_from_ms, 1000u);
    Batch into = make_batch();
    ASSERT_TRUE(reader.read(0, {}, {}, 0, *into));
    ASSERT_TRUE(reader.read_received(0, *into));
    EXPECT_EQ(into->row_received_ms, batch->row_received_ms);
}

TEST(Block, AnEmptyBuilderMakesNoBlock) {
    BlockBuilder builder;
    std::vector<std::uint8_t> bytes;
    EXPECT_EQ(builder.encode({}, Compression::lz4, bytes).rows, 0u);
    EXPECT_TRUE(bytes.empty());
    const Batch batch = plain_batch(100);
    const std::array<std::uint64_t, kBatchRows / 64> none{};
    EXPECT_EQ(builder.add(*batch, none.data(), 0), 100u);
    EXPECT_EQ(builder.rows(), 0u);
}

}  // namespace
