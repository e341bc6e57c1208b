// SPDX-License-Identifier: Apache-2.0
// An archive made of given rows, in a directory that goes away; and a sink that says which of them came.
//
// Thread: one; a RowSink as its scan calls it.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "store/archive/segment.hpp"
#include "store/query/scan.hpp"
#include "tests/archive/support.hpp"

namespace query_test {

class ArchiveRig {
  public:
    explicit ArchiveRig(const flow::ExporterTable& exporters) : exporters_(exporters) {}

    // Batches whose rows become one block.
    using Block = std::vector<const flow::FlowBatch*>;
    // One segment.
    store::query::SegmentChoice write(const store::SegmentKey& key, std::uint16_t source,
                                      const std::vector<Block>& blocks,
                                      store::archive::Compression compression = store::archive::Compression::lz4) {
        bool exists = false;
        auto writer = store::archive::SegmentWriter::create(
            directory_.path(), {.key = key, .source = std::to_string(source), .replaces = {}, .made_ms = 0}, exists);
        EXPECT_TRUE(writer) << writer.error().text();
        store::archive::BlockBuilder builder;
        for (const Block& block : blocks) {
            for (const flow::FlowBatch* batch : block) {
                std::vector<std::uint64_t> all(flow::kBatchRows / 64);
                for (std::uint32_t row = 0; row < batch->rows; ++row) all[row / 64] |= 1ull << (row % 64);
                EXPECT_EQ(builder.add(*batch, all.data(), 0), batch->rows);
            }
            std::vector<std::uint8_t> bytes;
            const auto sums = builder.encode(exporters_, compression, bytes);
            EXPECT_TRUE((*writer)->append(bytes, sums));
        }
        EXPECT_TRUE((*writer)->sync());
        return {(*writer)->entry(), directory_.path() + "/" + key.path(), source};
    }
    [[nodiscard]] const store::archive::test::TempDir& directory() const { return directory_; }

  private:
    const flow::ExporterTable& exporters_;
    store::archive::test::TempDir directory_;
};

// A row by the number of its block (Sink::begin()) and its place in it.
struct RowPlace {
    std::uint64_t block = 0;
    std::uint32_t row = 0;
    friend auto operator<=>(const RowPlace&, const RowPlace&) = default;
};

class RowSink final : public store::query::Sink {
  public:
    // Called for each row that comes, with its place; may be empty.
    using Check = std::function<void(const RowPlace&, const flow::FlowBatch&, std::uint32_t)>;
    explicit RowSink(Check check = {}) : check_(std::move(check)) {}

    void begin(std::uint64_t block) override { block_ = block; }
    bool take(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t count,
              store::archive::BlockReader& block, std::uint32_t page) override {
        std::uint32_t first = 0;
        for (std::uint32_t p = 0; p < page; ++p) first += block.page_rows(p);
        std::uint32_t seen = 0;
        for (std::uint32_t row = 0; row < flow::kBatchRows; ++row) {
            if ((rows[row / 64] >> (row % 64) & 1) == 0) continue;
            EXPECT_LT(row, batch.rows);
            places.push_back({block_, first + row});
            if (check_) check_(places.back(), batch, row);
            ++seen;
        }
        EXPECT_EQ(seen, count);
        EXPECT_GT(count, 0u);
        return places.size() < enough;
    }

    std::vector<RowPlace> places;
    std::size_t enough = ~std::size_t{0};

  private:
    Check check_;
    std::uint64_t block_ = 0;
};

}  // namespace query_test
