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
#include <vector>

#include "dataplane/flow/result.hpp"
#include "store/archive/block.hpp"
#include "store/archive/file_io.hpp"
#include "store/archive/segment_header.hpp"
#include "store/segments.hpp"

namespace store::archive {

struct NewSegment {
    SegmentKey key{};
    std::string source{};                 // its name
    std::vector<SegmentPart> replaces{};  // when merged
    std::uint64_t made_ms = 0;
};

class SegmentWriter {
  public:
    // Creates the file (never opens an existing one) and its directories, and writes the header. `exists`: set when the only
    // fault is that there is such a file. `files` must outlive it.
    static flow::Result<std::unique_ptr<SegmentWriter>> create(const std::string& archive_directory,
                                                               const NewSegment& segment, bool& exists,
                                                               FileIo& files = real_files());
    ~SegmentWriter();

    // Appends an encoded block. On error the file is as before (cut back).
    flow::Result<void> append(std::span<const std::uint8_t> block, const BlockSums& sums);
    // Lets the disk begin with what sync() will wait for, so that several files are synced in about the time of one.
    void begin_sync() noexcept;
    // fdatasync; afterwards entry() says what is durable. On error the file is cut back to that: what was appended since is
    // lost.
    flow::Result<void> sync();
    // Nothing will be added: entry() says so from now on. Synced before.
    void seal() noexcept;
    // Closes the file's descriptor until the next append. Synced before.
    void rest() noexcept;
    // Deletes the file: it holds nothing.
    void discard();

    [[nodiscard]] const SegmentEntry& entry() const noexcept;    // as of the last sync()
    [[nodiscard]] const SegmentEntry& written() const noexcept;  // as of the last append()
    [[nodiscard]] bool is_open() const noexcept;                 // has a descriptor
    // It could not be cut back after an error: no further block will be taken. What is durable stays good.
    [[nodiscard]] bool broken() const noexcept;

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
    [[nodiscard]] std::uint64_t made_ms() const noexcept;
    [[nodiscard]] const std::vector<SegmentPart>& replaces() const noexcept;
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept;
    [[nodiscard]] std::size_t first_block() const noexcept;  // offset into bytes()
    // Where the next block that looks like one begins at or after `offset`, to go on behind a torn one; bytes().size(): none.
    [[nodiscard]] std::size_t find_block(std::size_t offset) const noexcept;

  private:
    friend class SegmentHeaders;
    struct State;
    explicit SegmentFile(std::unique_ptr<State> state);
    static flow::Result<SegmentFile> map(const std::string& path, int fd, std::uint64_t bytes);
    std::unique_ptr<State> state_;
};

// A segment of which headers are read, and what they say is wanted. Nothing is mapped: that costs several times what reading
// a slot's headers does, and more than reading columns.
//
// Thread: any, also several at once.
class SegmentHeaders final : public ByteFile {
  public:
    // As SegmentFile::open().
    static flow::Result<SegmentHeaders> open(const std::string& path, std::uint64_t bytes, bool& gone);

    [[nodiscard]] const SegmentKey& key() const noexcept { return header_.key; }
    [[nodiscard]] std::uint64_t first_block() const noexcept { return first_block_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept override { return bytes_; }
    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::uint8_t> into) const noexcept override;
    // Begins to bring them from the disk, unless the first of them is in memory.
    void fetch(std::uint64_t offset, std::uint64_t bytes) const noexcept;
    // This file, even when its name is gone meanwhile.
    [[nodiscard]] flow::Result<SegmentFile> map() const;

  private:
    std::string path_{};
    Descriptor file_{};
    std::uint64_t bytes_ = 0;
    std::vector<std::uint8_t> head_{};  // its first bytes, read at once
    SegmentHeader header_{};
    std::uint64_t first_block_ = 0;
};

}  // namespace store::archive
