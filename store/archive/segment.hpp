// SPDX-License-Identifier: Apache-2.0
// A segment: one file of blocks of one source and slot. Written by appending, read mapped.
//
// Thread: SegmentWriter one; SegmentFile any number of readers, each with its own.
// Errors: world's: Result with the path, the reason and what to do. A file that is gone is told apart (SegmentFile::gone).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "dataplane/flow/result.hpp"
#include "store/archive/block.hpp"
#include "store/segments.hpp"

namespace store::archive {

class SegmentWriter {
  public:
    // Creates the file (never opens an existing one) and its directories, and writes the header. `source`: its name.
    static flow::Result<std::unique_ptr<SegmentWriter>> create(const std::string& archive_directory,
                                                               const SegmentKey& key, const std::string& source);
    ~SegmentWriter();

    // Appends an encoded block. On error the file is as before (cut back).
    flow::Result<void> append(std::span<const std::uint8_t> block, const BlockSums& sums);
    // fdatasync; afterwards entry() says what is durable.
    flow::Result<void> sync();
    [[nodiscard]] const SegmentEntry& entry() const noexcept;  // as of the last sync()

  private:
    struct State;
    explicit SegmentWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

class SegmentFile {
  public:
    // Maps the first `bytes` bytes (0: all there are) and checks the header.
    static flow::Result<SegmentFile> open(const std::string& path, std::uint64_t bytes, bool& gone);
    SegmentFile(SegmentFile&&) noexcept;
    SegmentFile& operator=(SegmentFile&&) noexcept;
    ~SegmentFile();

    [[nodiscard]] const SegmentKey& key() const noexcept;
    [[nodiscard]] const std::string& source() const noexcept;  // its name when the file was made
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept;
    [[nodiscard]] std::size_t first_block() const noexcept;  // offset into bytes()
    // Where the next block that looks like one begins at or after `offset`, to go on behind a torn one; bytes().size(): none.
    [[nodiscard]] std::size_t find_block(std::size_t offset) const noexcept;

  private:
    struct State;
    explicit SegmentFile(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace store::archive
