// SPDX-License-Identifier: Apache-2.0
#include "store/series/values.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "store/series/schema.hpp"
#include "tests/store/support.hpp"

namespace store {
namespace {

using test::equal;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

// Numbers of every length, the greatest too.
std::uint64_t random_number(std::mt19937_64& random) {
    switch (random() % 8) {
        case 0:
            return 0;
        case 1:
            return kMost;
        default:
            return random() >> (random() % 64);
    }
}
Sums random_sums(std::mt19937_64& random) {
    Sums sums{};
    for (flow::Cell& c : sums) {
        if (random() % 2 != 0) c = {random_number(random), random_number(random), random_number(random)};
    }
    return sums;
}

TEST(Numbers, SurviveTheirBytes) {
    for (const std::uint64_t n :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{16383},
          std::uint64_t{16384}, std::uint64_t{1} << 63, kMost - 1, kMost}) {
        Buffer bytes;
        put_number(bytes, n);
        ASSERT_LE(bytes.size(), 10u);
        flow::Cursor from(bytes);
        EXPECT_EQ(take_number(from), n);
        EXPECT_TRUE(from.ok());
        EXPECT_EQ(from.left(), 0u);
    }
}

TEST(Numbers, AreRefusedWhenTheyDoNotFit) {
    const std::vector<Buffer> invalid = {
        {},                                                                       // nothing
        {0x80},                                                                   // ends before its last byte
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02},             // 2^65 - 1
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}  // never ends
    };
    for (const Buffer& bytes : invalid) {
        flow::Cursor from(bytes);
        static_cast<void>(take_number(from));
        EXPECT_FALSE(from.ok());
    }
}

TEST(Sums, AddAndSaturate) {
    Sums a{}, b{};
    a[1] = {1, kMost, 5};
    b[1] = {2, 1, kMost - 5};
    add(a, b);
    EXPECT_EQ(a[1].flows, 3u);
    EXPECT_EQ(a[1].packets, kMost);
    EXPECT_EQ(a[1].bytes, kMost);
}

TEST(Rows, HoldAscendingSeries) {
    std::mt19937_64 random(1);
    for (int round = 0; round < 200; ++round) {
        std::vector<RowEntry> entries;
        std::uint64_t id = random() % 100;
        for (std::size_t i = random() % 300; i > 0 && id <= std::numeric_limits<std::uint32_t>::max(); --i) {
            entries.push_back({static_cast<std::uint32_t>(id), random_sums(random)});
            id += 1 + random() % (random() % 4 == 0 ? 100'000'000 : 3);
        }
        std::vector<std::pair<std::uint32_t, Buffer>> rows;
        RowPacker packer(kRowBytes);
        const auto take = [&] {
            rows.emplace_back(packer.first(), Buffer(packer.bytes().begin(), packer.bytes().end()));
        };
        for (const RowEntry& e : entries) {
            if (packer.add(e)) continue;
            take();
            packer.reset();
            ASSERT_TRUE(packer.add(e));
        }
        if (!packer.empty()) take();
        std::vector<RowEntry> read;
        for (const auto& [first, bytes] : rows) {
            ASSERT_LE(bytes.size(), kRowBytes);
            RowCursor row(first, bytes);
            while (const auto e = row.next()) read.push_back(*e);
            ASSERT_FALSE(row.damaged());
        }
        ASSERT_EQ(read.size(), entries.size());
        for (std::size_t i = 0; i < read.size(); ++i) {
            ASSERT_EQ(read[i].series, entries[i].series);
            ASSERT_TRUE(equal(read[i].sums, entries[i].sums));
        }
    }
}

TEST(Rows, DamagedOnesEnd) {
    std::mt19937_64 random(2);
    for (int round = 0; round < 20'000; ++round) {
        Buffer bytes(random() % 200);
        for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(random());
        RowCursor row(static_cast<std::uint32_t>(random()), bytes);
        while (row.next()) {
        }
    }
}

ChunkPoints random_points(std::mt19937_64& random, std::size_t count, bool with_max) {
    ChunkPoints points(count);
    const std::uint64_t gaps = random() % 4;
    for (ChunkPoint& p : points) {
        p.present = gaps == 0 || random() % (gaps + 1) == 0;
        if (!p.present) continue;
        p.sum = random_sums(random);
        if (with_max) p.max = random_sums(random);
    }
    return points;
}

TEST(Chunks, SurviveTheirBytes) {
    std::mt19937_64 random(3);
    for (int round = 0; round < 2000; ++round) {
        const bool with_max = random() % 2 != 0;
        const ChunkPoints points = random_points(random, random() % 2 != 0 ? 30 : 24, with_max);
        ChunkPoints read(points.size());
        for (const Buffer& part : encode_chunk(points, with_max, kPartBytes)) {
            ASSERT_LE(part.size(), kPartBytes);
            ASSERT_TRUE(decode_part(part, with_max, read));
        }
        for (std::size_t i = 0; i < points.size(); ++i) {
            ASSERT_EQ(read[i].present, points[i].present);
            ASSERT_TRUE(equal(read[i].sum, points[i].sum));
            ASSERT_TRUE(equal(read[i].max, points[i].max));
        }
    }
}

TEST(Chunks, GreatestValuesAreSplitIntoParts) {
    ChunkPoints points(30);
    for (ChunkPoint& p : points) {
        p.present = true;
        p.sum.fill({kMost, kMost, kMost});
        p.max = p.sum;
    }
    const auto parts = encode_chunk(points, true, kPartBytes);
    EXPECT_EQ(parts.size(), 4u);  // 242 bytes a point, 8 in a part
    ChunkPoints read(30);
    for (const Buffer& part : parts) ASSERT_TRUE(decode_part(part, true, read));
    EXPECT_TRUE(equal(read[29].max, points[29].max));
}

TEST(Chunks, EmptyOnesHaveNoParts) {
    EXPECT_TRUE(encode_chunk(ChunkPoints(24), false, kPartBytes).empty());
}

TEST(Chunks, DamagedPartsChangeNothing) {
    std::mt19937_64 random(4);
    for (int round = 0; round < 3000; ++round) {
        const ChunkPoints points = random_points(random, 30, true);
        for (Buffer part : encode_chunk(points, true, kPartBytes)) {
            ChunkPoints read(30);
            part.resize(random() % part.size());  // cut: never whole
            ASSERT_FALSE(decode_part(part, true, read));
            for (const ChunkPoint& p : read) ASSERT_FALSE(p.present);
            for (std::size_t flips = random() % 4; flips > 0 && !part.empty(); --flips) {
                part[random() % part.size()] = static_cast<std::uint8_t>(random());
            }
            static_cast<void>(decode_part(part, true, read));
        }
    }
}

}  // namespace
}  // namespace store
