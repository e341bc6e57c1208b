// SPDX-License-Identifier: Apache-2.0
// Whatever happens to a block's bytes, it is an error or what was stored; never a crash, never other rows.
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <string>

#include "store/archive/block.hpp"
#include "store/archive/layout.hpp"
#include "store/archive/pieces.hpp"
#include "tests/archive/same_rows.hpp"
#include "tests/support/random_rows.hpp"

namespace {

using archive_test::Batch;
using archive_test::block_of;
using archive_test::differences;
using archive_test::make_batch;
using store::archive::BlockHeader;
using store::archive::BlockReader;
using store::archive::Compression;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kRows = 40;

class Damage : public testing::TestWithParam<Compression> {
  protected:
    Damage() {
        support::add_random_exporters(exporters_, 1, 3);
        support::RandomRows random(4, exporters_, 1);
        batches_.push_back(make_batch());
        random.add(*batches_[0], kRows);
        batches_[0]->received_ms = 1'768'477'800'000;
        batches_[0]->keep.fill(~0ull);
        block_ = block_of(batches_, exporters_, GetParam());
    }
    // "error", "same" or "other rows".
    std::string read(const Bytes& bytes) {
        if (!reader_.open(bytes)) return "error";
        std::vector<std::uint32_t> ids(reader_.exporters().size());
        std::iota(ids.begin(), ids.end(), 0u);
        std::uint32_t at = 0;
        for (std::uint32_t page = 0; page < reader_.pages(); ++page) {
            into_->reset();
            if (!reader_.read(page, flow::ColumnSet::all(), ids, 0, *into_)) return "error";
            if (!reader_.read_received(page, *into_)) return "error";
            for (std::uint32_t row = 0; row < into_->rows; ++row, ++at) {
                if (at >= kRows || !differences(*batches_[0], at, *into_, row).empty()) return "other rows";
            }
        }
        return at == kRows ? "same" : "other rows";
    }

    flow::ExporterTable exporters_;
    std::vector<Batch> batches_;
    Bytes block_;
    BlockReader reader_;
    Batch into_ = make_batch();
};

TEST_P(Damage, EveryByteFlippedIsFoundOrHarmless) {
    ASSERT_EQ(read(block_), "same");
    std::size_t harmless = 0;
    for (std::size_t at = 0; at < block_.size(); ++at) {
        for (const std::uint8_t flip : {std::uint8_t{0xff}, std::uint8_t{1}}) {
            Bytes bytes = block_;
            bytes[at] ^= flip;
            const std::string found = read(bytes);
            ASSERT_NE(found, "other rows") << "byte " << at;
            harmless += found == "same";
        }
    }
    // Bloom filters have checksums of their own, padding has none.
    EXPECT_LT(harmless, block_.size() / 2);
}

TEST_P(Damage, EveryTruncationIsFound) {
    for (std::size_t size = 0; size < block_.size(); ++size) {
        ASSERT_EQ(read(Bytes(block_.begin(), block_.begin() + static_cast<std::ptrdiff_t>(size))), "error") << size;
    }
}

TEST_P(Damage, AFilterThatIsDamagedRulesNothingOut) {
    BlockHeader header;
    std::memcpy(&header, block_.data(), sizeof header);
    ASSERT_NE(header.source_lines, 0u);
    Bytes bytes = block_;
    std::memset(bytes.data() + header.source_filter, 0, header.source_lines * 64 - 1);
    ASSERT_TRUE(reader_.open(bytes));
    for (std::uint32_t row = 0; row < kRows; ++row) {
        EXPECT_TRUE(reader_.may_have_source(batches_[0]->src_addr[row]));
    }
    EXPECT_FALSE(reader_.check());
}

TEST_P(Damage, ANewerVersionIsRefusedWithAdvice) {
    Bytes bytes = block_;
    BlockHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    header.version = 2;
    std::memcpy(bytes.data(), &header, sizeof header);
    header.checksum =
        store::archive::checksum(std::span<const std::uint8_t>(bytes).subspan(16, header.header_bytes - 16));
    std::memcpy(bytes.data(), &header, sizeof header);
    const auto opened = reader_.open(bytes);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().text(),
              "archive block has version 2, this program reads 1; use the program that wrote it, or a newer one");
}

TEST_P(Damage, ColumnsOfNewerProgramsAreLeftOut) {
    Bytes bytes = block_;
    BlockHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    bytes[sizeof header + (header.columns - 1) * sizeof(store::archive::ColumnEntry)] = 200;
    header.checksum =
        store::archive::checksum(std::span<const std::uint8_t>(bytes).subspan(16, header.header_bytes - 16));
    std::memcpy(bytes.data(), &header, sizeof header);
    EXPECT_TRUE(reader_.open(bytes));
    EXPECT_TRUE(reader_.check());
    EXPECT_TRUE(reader_.read(0, {flow::Column::in_bytes}, {}, 0, *into_));
}

INSTANTIATE_TEST_SUITE_P(All, Damage, testing::Values(Compression::none, Compression::lz4, Compression::zstd));

}  // namespace
