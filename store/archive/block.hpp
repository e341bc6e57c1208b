// SPDX-License-Identifier: Apache-2.0
// A block: up to kBlockRows rows of one source as columns, encoded, compressed, with zone maps, a Bloom filter on addresses
// and checksums. What the bytes are stands in FORMAT.md.
//
// Thread: a BlockBuilder or a BlockReader belongs to one thread.
// Shape:  rows keep their order. A page is what one FlowBatch holds when read back: at most kBatchRows rows and kArenaBytes of
//         text. All columns are kept, but `source` (the segment's) and `exporter`, which becomes an index into the block's
//         own list of exporters: a block needs nothing but itself to be read.
// Errors: damaged bytes are found by checksums and bounds before anything is believed: an Error, never a crash.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/column_set.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/result.hpp"

namespace store::archive {

inline constexpr std::uint32_t kBlockRows = 64 * 1024;
inline constexpr std::size_t kBlockTextBytes = 16u << 20;  // of distinct texts: with so many a block is full

enum class Compression : std::uint8_t { none, lz4, zstd };  // above the encodings, column by column, where it gains

// What is told of a block without decoding it; for the segment's entry.
struct BlockSums {
    std::uint32_t rows = 0;
    std::uint64_t received_from_ms = ~0ull, received_to_ms = 0;
    std::uint64_t first_ms = ~0ull, last_ms = 0;
    std::uint64_t flows = 0, packets = 0, bytes = 0;  // scaled, in-counters
};

// Working memory of BlockBuilder::encode(), some 10 MB once full blocks were encoded. Whoever encodes many of them keeps one: pages
// fresh from the kernel for each cost a fifth of the time.
class EncodeBuffers {
  public:
    EncodeBuffers();
    ~EncodeBuffers();
    EncodeBuffers(const EncodeBuffers&) = delete;
    EncodeBuffers& operator=(const EncodeBuffers&) = delete;

    struct Parts;
    [[nodiscard]] Parts& parts() noexcept { return *parts_; }

  private:
    std::unique_ptr<Parts> parts_;
};

// Rows of one source, until they are encoded.
class BlockBuilder {
  public:
    BlockBuilder();
    ~BlockBuilder();
    BlockBuilder(const BlockBuilder&) = delete;
    BlockBuilder& operator=(const BlockBuilder&) = delete;

    // Adds rows of the batch in `rows` (a bitmap as FlowBatch::keep), from row `from` on, until the block is full. Returns the
    // row to go on with; batch.rows: all were taken. Memory grows with what is added (about 140 bytes a row, texts apart).
    // `received_ms`: receive time of each row of a batch that was read back (row_received_ms); nullptr: batch.received_ms.
    // The exporter of a row is an id in the table that encode() is given. Texts of one row beyond kArenaBytes, which no
    // batch can hold but by sharing bytes between columns, are stored as empty.
    std::uint32_t add(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t from,
                      const std::uint64_t* received_ms = nullptr);
    [[nodiscard]] std::uint32_t rows() const noexcept;
    [[nodiscard]] bool full() const noexcept;
    [[nodiscard]] std::size_t memory() const noexcept;
    // Appends the encoded block to `out`, and empties the builder. `exporters`: whose keys the rows' exporter ids are.
    // `buffers`: kept by the caller from block to block; nullptr: made for this one.
    BlockSums encode(const flow::ExporterTable& exporters, Compression compression, std::vector<std::uint8_t>& out,
                     EncodeBuffers* buffers = nullptr);

    struct Columns;

  private:
    std::unique_ptr<Columns> columns_;
};

// Smallest and largest value of a column over the rows that have it. Numbers only. Columns without a presence bit are had by
// every row; `exporter` counts in exporters(), `source` may be anything.
struct Zone {
    bool any = false;  // some row has it
    bool all = false;  // every row has it
    std::uint64_t low = 0, high = 0;
};
// The same of a column of addresses, in the order of IpAddress (IPv4 as it is mapped).
struct AddressZone {
    bool any = false;
    bool all = false;
    flow::IpAddress low{}, high{};
};

// Bytes of a file that is not mapped.
class ByteFile {
  public:
    virtual ~ByteFile() = default;
    [[nodiscard]] virtual std::uint64_t bytes() const noexcept = 0;
    // All of `into`, from `offset` on. False: there are not so many, or they cannot be read.
    [[nodiscard]] virtual bool read(std::uint64_t offset, std::span<std::uint8_t> into) const noexcept = 0;
};

// Reads one block after the other; buffers are kept.
class BlockReader {
  public:
    BlockReader();
    ~BlockReader();
    BlockReader(BlockReader&&) noexcept;
    BlockReader& operator=(BlockReader&&) noexcept;

    // Reads and checks the header of the block that begins at `bytes` (up to the end of what is durable of the file, mapped or
    // read; must stay until the next open()). Columns are checked when they are first read, Bloom filters when they are first
    // asked: of a block that the zones rule out nothing but its header comes from the disk.
    flow::Result<void> open(std::span<const std::uint8_t> bytes);
    // The same of the block that begins at `offset` of `file`, which must stay until the next open: no more is read than its
    // header, a line of a Bloom filter when it is asked, and columns that are wanted, each at once into a buffer that is kept.
    // That costs less than mapping them, and a disk that fails is an Error. check() is not for it.
    flow::Result<void> open_header(const ByteFile& file, std::uint64_t offset);

    [[nodiscard]] std::size_t bytes() const noexcept;  // of the whole block: the next one begins there
    [[nodiscard]] std::uint32_t rows() const noexcept;
    [[nodiscard]] std::uint32_t pages() const noexcept;
    [[nodiscard]] std::uint32_t page_rows(std::uint32_t page) const noexcept;
    [[nodiscard]] const BlockSums& sums() const noexcept;
    [[nodiscard]] std::span<const flow::ExporterKey> exporters() const noexcept;
    [[nodiscard]] std::uint64_t present_any() const noexcept;
    // Of columns of up to 8 bytes; of others any/all only.
    [[nodiscard]] Zone zone(flow::Column column) const noexcept;
    [[nodiscard]] AddressZone address_zone(flow::Column column) const noexcept;
    // Whether some row may have this source or destination address. False is certain.
    [[nodiscard]] bool may_have_source(const flow::IpAddress& address) const noexcept;
    [[nodiscard]] bool may_have_destination(const flow::IpAddress& address) const noexcept;
    // Bytes on disk of one column, for figures.
    [[nodiscard]] std::size_t column_bytes(flow::Column column) const noexcept;
    [[nodiscard]] std::size_t filter_bytes() const noexcept;  // of its Bloom filters
    // Where they lie, from the block's first byte on, so that they can be fetched ahead. No bytes: it has none here.
    struct Place {
        std::uint64_t offset = 0, bytes = 0;
    };
    [[nodiscard]] Place column_place(flow::Column column) const noexcept;

    // Fills `columns` of `page` into the batch; the batch's other columns are left as they are. Sets rows, received_ms (the
    // first row's), bucket_s and present_any too. `exporter_ids[i]`: what exporters()[i] is called in the batch; `source`: the
    // batch's number for the segment's source. May be called several times for one page, each time for more columns; texts are
    // added to the batch's arena, so reset() the batch before another page. A rare column that a row lacks reads as 0.
    flow::Result<void> read(std::uint32_t page, const flow::ColumnSet& columns,
                            std::span<const std::uint32_t> exporter_ids, std::uint16_t source, flow::FlowBatch& into);
    // Fills into.row_received_ms: of each row the received_ms of the batch that it came with, so that rows fall into the same
    // 10-s buckets as live. (Kept as runs: rows of one batch share it.)
    flow::Result<void> read_received(std::uint32_t page, flow::FlowBatch& into);
    // All checksums of the block, for verify.
    flow::Result<void> check();
    // The dictionary of a column of addresses or numbers of this block, and each row's place in it, where it has one; for
    // aggregation. An empty span: this column has none here.
    struct Dictionary {
        std::span<const flow::IpAddress> addresses{};
        std::span<const std::uint64_t> numbers{};
    };
    flow::Result<Dictionary> dictionary(flow::Column column);
    // Places of the rows of `page` in dictionary(column), kBatchRows of them; 0 where there is none.
    flow::Result<void> read_places(std::uint32_t page, flow::Column column, std::uint32_t* places);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace store::archive
