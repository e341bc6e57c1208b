// SPDX-License-Identifier: Apache-2.0
#include "store/archive/segment.hpp"

#include <sys/stat.h>

#include <random>

#include "tests/archive/support.hpp"

namespace store::archive {
namespace {

using test::read_file;
using test::TempDir;
using test::TestDisk;
using test::write_file;

constexpr SegmentKey kKey{1'768'477'800, 3, 1, 2};

TEST(SegmentHeader, ComesBackAsItWas) {
    const SegmentHeader headers[] = {
        {},
        {kKey, 1'768'477'801'234, "edge", {}},
        {kKey, 1, std::string(255, 'x'), {{0, 0}, {1, 7}, {65535, 65535}}},
        {kKey, 1, "many", std::vector<SegmentPart>(1000, SegmentPart{4, 5})},
    };
    for (const SegmentHeader& h : headers) {
        auto bytes = encode(h);
        EXPECT_EQ(bytes.size() % kHeaderUnit, 0u);
        bytes.resize(bytes.size() + 100, 0xaa);
        const auto found = decode(bytes);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->bytes + 100, bytes.size());
        EXPECT_EQ(found->header.key, h.key);
        EXPECT_EQ(found->header.made_ms, h.made_ms);
        EXPECT_EQ(found->header.source, h.source);
        EXPECT_EQ(found->header.replaces, h.replaces);
    }
    EXPECT_EQ(decode(encode({kKey, 1, std::string(300, 'x'), {}}))->header.source, std::string(255, 'x'));
}

TEST(SegmentHeader, DamageIsNoticed) {
    const auto good = encode({kKey, 5, "edge", {{0, 1}}});
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto bad = good;
        bad[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
        EXPECT_FALSE(decode(bad)) << bit;
    }
    for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(decode({good.data(), size})) << size;
    EXPECT_FALSE(decode(std::vector<std::uint8_t>(4096)));
}

std::unique_ptr<SegmentWriter> make(const TempDir& dir, TestDisk& disk) {
    bool exists = false;
    auto made = SegmentWriter::create(dir.path(), {kKey, "edge", {}, 7}, exists, disk);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
}

BlockSums sums(std::uint32_t rows, std::uint64_t at_ms) {
    return {rows, at_ms, at_ms + 10, at_ms - 100, at_ms + 5, rows, rows * 2, rows * 300};
}
const std::vector<std::uint8_t> kBlock(640, 0x5a);

TEST(SegmentWriter, EntrySaysWhatIsDurable) {
    TempDir dir;
    TestDisk disk;
    auto writer = make(dir, disk);
    EXPECT_EQ(writer->entry().bytes, 0u);
    ASSERT_TRUE(writer->append(kBlock, sums(10, 5000)));
    ASSERT_TRUE(writer->append(kBlock, sums(5, 4000)));
    EXPECT_EQ(writer->entry().rows, 0u);
    EXPECT_EQ(writer->written().rows, 15u);
    ASSERT_TRUE(writer->sync());
    const SegmentEntry& e = writer->entry();
    EXPECT_EQ(e.key, kKey);
    EXPECT_EQ(e.bytes, 64 + 2 * kBlock.size());
    EXPECT_EQ(e.rows, 15u);
    EXPECT_EQ(e.blocks, 2u);
    EXPECT_EQ(e.received_from_ms, 4000u);
    EXPECT_EQ(e.received_to_ms, 5010u);
    EXPECT_EQ(e.first_ms, 3900u);
    EXPECT_EQ(e.last_ms, 5005u);
    EXPECT_EQ(e.flows, 15u);
    EXPECT_EQ(e.packets, 30u);
    EXPECT_EQ(e.bytes_sum, 4500u);
    EXPECT_FALSE(e.sealed);
    writer->rest();
    EXPECT_FALSE(writer->is_open());
    ASSERT_TRUE(writer->append(kBlock, sums(1, 6000)));
    EXPECT_TRUE(writer->is_open());
    ASSERT_TRUE(writer->sync());
    writer->seal();
    EXPECT_TRUE(writer->entry().sealed);
    EXPECT_EQ(read_file(dir / kKey.path()).size(), writer->entry().bytes);
    const auto before = disk.syncs.load();
    ASSERT_TRUE(writer->sync());
    EXPECT_EQ(disk.syncs, before) << "nothing to sync";

    struct stat file {};
    ASSERT_EQ(stat((dir / kKey.path()).c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0640u);
    bool gone = true;
    auto opened = SegmentFile::open(dir / kKey.path(), 0, gone);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_FALSE(gone);
    EXPECT_EQ(opened->key(), kKey);
    EXPECT_EQ(opened->source(), "edge");
    EXPECT_EQ(opened->first_block(), 64u);
    EXPECT_EQ(opened->bytes().size(), writer->entry().bytes);
    EXPECT_EQ(SegmentFile::open(dir / kKey.path(), 64, gone)->bytes().size(), 64u);
}

TEST(SegmentWriter, NeverOpensAnExistingFile) {
    TempDir dir;
    TestDisk disk;
    auto first = make(dir, disk);
    bool exists = false;
    const auto second = SegmentWriter::create(dir.path(), {kKey, "edge", {}, 7}, exists, disk);
    ASSERT_FALSE(second);
    EXPECT_TRUE(exists);
    first->discard();
    EXPECT_FALSE(std::filesystem::exists(dir / kKey.path()));
}

TEST(SegmentWriter, AFullDiskLeavesTheFileAsItWas) {
    TempDir dir;
    TestDisk disk;
    auto writer = make(dir, disk);
    ASSERT_TRUE(writer->append(kBlock, sums(10, 5000)));
    disk.write_error = ENOSPC;
    const auto failed = writer->append(kBlock, sums(10, 5000));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "archive: " + dir.path() + "/" + kKey.path() +
                                          ": cannot write: No space left on device: make room or let the archive "
                                          "keep less");
    EXPECT_EQ(read_file(dir / kKey.path()).size(), 64 + kBlock.size());
    disk.write_error = 0;
    ASSERT_TRUE(writer->append(kBlock, sums(10, 5000)));
    ASSERT_TRUE(writer->sync());
    EXPECT_EQ(writer->entry().rows, 20u);
    EXPECT_EQ(read_file(dir / kKey.path()).size(), 64 + 2 * kBlock.size());
}

TEST(SegmentWriter, AFailedSyncGivesUpWhatWasNotDurable) {
    TempDir dir;
    TestDisk disk;
    auto writer = make(dir, disk);
    ASSERT_TRUE(writer->append(kBlock, sums(10, 5000)));
    ASSERT_TRUE(writer->sync());
    ASSERT_TRUE(writer->append(kBlock, sums(10, 5000)));
    disk.sync_error = EIO;
    EXPECT_FALSE(writer->sync());
    EXPECT_EQ(writer->entry().rows, 10u);
    EXPECT_EQ(writer->written().rows, 10u);
    EXPECT_FALSE(writer->broken());
    EXPECT_EQ(read_file(dir / kKey.path()).size(), writer->entry().bytes);
    disk.sync_error = 0;
    ASSERT_TRUE(writer->append(kBlock, sums(7, 5000)));
    ASSERT_TRUE(writer->sync());
    EXPECT_EQ(writer->entry().rows, 17u);
}

TEST(SegmentWriter, ThatCannotCutBackTakesNoMore) {
    TempDir dir;
    TestDisk disk;
    auto writer = make(dir, disk);
    ASSERT_TRUE(writer->append(kBlock, sums(10, 5000)));
    ASSERT_TRUE(writer->sync());
    disk.write_error = EIO;
    disk.truncate_error = EIO;
    EXPECT_FALSE(writer->append(kBlock, sums(10, 5000)));
    EXPECT_TRUE(writer->broken());
    disk.write_error = disk.truncate_error = 0;
    EXPECT_FALSE(writer->append(kBlock, sums(10, 5000)));
    EXPECT_EQ(writer->entry().rows, 10u) << "what is durable stays good";
}

TEST(SegmentWriter, AFirstSyncThatFailsLeavesNothingToTell) {
    TempDir dir;
    TestDisk disk;
    auto writer = make(dir, disk);
    ASSERT_TRUE(writer->append(kBlock, sums(10, 5000)));
    disk.sync_error = EIO;
    EXPECT_FALSE(writer->sync());
    EXPECT_EQ(writer->entry().bytes, 0u);
    EXPECT_EQ(writer->entry().rows, 0u);
    EXPECT_TRUE(writer->broken()) << "its header is in doubt: the next rows go to another file";
}

TEST(SegmentWriter, FaultsOfTheDirectoryAreTold) {
    TestDisk disk;
    bool exists = true;
    const auto none = SegmentWriter::create("/proc/none", {kKey, "edge", {}, 7}, exists, disk);
    ASSERT_FALSE(none);
    EXPECT_FALSE(exists);
    TempDir dir;
    disk.write_error = ENOSPC;
    EXPECT_FALSE(SegmentWriter::create(dir.path(), {kKey, "edge", {}, 7}, exists, disk));
    EXPECT_FALSE(std::filesystem::exists(dir / kKey.path())) << "no empty file stays behind";
}

TEST(SegmentFile, WhatIsNoneIsTold) {
    TempDir dir;
    bool gone = false;
    EXPECT_FALSE(SegmentFile::open(dir / "2026-01-15/1150-3-0-0.flows", 0, gone));
    EXPECT_TRUE(gone);
    const auto header = encode({kKey, 5, "edge", {}});
    struct Invalid {
        const char* name;
        std::vector<std::uint8_t> bytes;
        std::uint64_t wanted;
        const char* said;
    };
    const Invalid invalid[] = {
        {"empty", {}, 0, "does not begin as a segment"},
        {"short", std::vector<std::uint8_t>(header.begin(), header.begin() + 63), 0, "does not begin as a segment"},
        {"zeros", std::vector<std::uint8_t>(4096), 0, "does not begin as a segment"},
        {"cut", header, 65, "was cut short"},
    };
    for (const Invalid& i : invalid) {
        write_file(dir / i.name, i.bytes);
        const auto opened = SegmentFile::open(dir / i.name, i.wanted, gone);
        ASSERT_FALSE(opened) << i.name;
        EXPECT_FALSE(gone);
        EXPECT_NE(opened.error().message.find(i.said), std::string::npos) << opened.error().message;
    }
}

}  // namespace
}  // namespace store::archive
