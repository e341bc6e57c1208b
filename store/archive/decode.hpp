// SPDX-License-Identifier: Apache-2.0
// A column of a block, taken apart, to be read page by page.
//
// Thread: an object belongs to one thread; buffers are kept from block to block.
// Errors: false: the bytes are damaged. What load() has let pass can be read without further checks.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "store/archive/numbers.hpp"
#include "store/archive/stored_columns.hpp"

namespace store::archive {

// Numbers of up to 8 bytes.
class NumberColumn {
  public:
    // `bytes`: the column's, checksum seen to. `rows`: of the block.
    [[nodiscard]] bool load(const ColumnEntry& entry, ByteSpan bytes, std::uint32_t rows, PieceReader& pieces);
    // As load() of a column that is not in the block: all 0.
    void load_absent() noexcept;
    [[nodiscard]] Reference reference() const noexcept { return reference_; }
    // Of the values as stored: reference not applied.
    template <class T>
    void read(std::uint32_t from, std::uint32_t n, T* out) const noexcept;
    // Empty where there is none.
    [[nodiscard]] std::span<const std::uint64_t> dictionary() const noexcept;
    void read_places(std::uint32_t from, std::uint32_t n, std::uint32_t* out) const noexcept;

  private:
    bool load_dictionary(std::uint32_t entries, std::uint32_t rows, ByteSpan bytes, PieceReader& pieces);
    bool load_runs(std::uint32_t runs, std::uint32_t rows, ByteSpan bytes, PieceReader& pieces);

    Encoding encoding_ = Encoding::constant;
    Reference reference_ = Reference::none;
    std::uint32_t entries_ = 0;
    std::uint64_t constant_ = 0;
    NumberStream stream_;                // values, or places in the dictionary
    std::vector<std::uint64_t> values_;  // of the dictionary, filled up to what places can name; or of the runs
    std::vector<std::uint32_t> ends_;    // of the runs: row behind
    NumberStream other_;                 // for loading
};

class AddressColumn {
  public:
    [[nodiscard]] bool load(const ColumnEntry& entry, ByteSpan bytes, std::uint32_t rows, PieceReader& pieces);
    void load_absent();
    void read(std::uint32_t from, std::uint32_t n, flow::IpAddress* out) const noexcept;
    [[nodiscard]] std::span<const flow::IpAddress> dictionary() const noexcept;
    void read_places(std::uint32_t from, std::uint32_t n, std::uint32_t* out) const noexcept;

  private:
    bool load_dictionary(std::uint32_t entries, ByteSpan bytes, PieceReader& pieces);

    Encoding encoding_ = Encoding::constant;
    std::uint32_t entries_ = 0;
    NumberStream stream_;  // IPv4 addresses, or places in the dictionary
    std::vector<flow::IpAddress> addresses_;
    NumberStream high_, low_;  // for loading
    std::vector<std::uint64_t> numbers_;
};

// Records of 32-bit numbers: label stacks and access lists.
class RecordColumn {
  public:
    [[nodiscard]] bool load(std::size_t words, const ColumnEntry& entry, ByteSpan bytes, std::uint32_t rows,
                            PieceReader& pieces);
    // `out`: n records of the words given to load().
    void read(std::uint32_t from, std::uint32_t n, void* out) const noexcept;

  private:
    std::size_t words_ = 0;
    NumberStream places_, other_;
    std::vector<std::uint32_t> records_;
    std::vector<std::uint32_t> numbers_;
};

class TextColumn {
  public:
    [[nodiscard]] bool load(const ColumnEntry& entry, ByteSpan bytes, std::uint32_t rows, PieceReader& pieces);
    // Puts the texts into the arena, each distinct one once. False: no room, which only damage brings.
    [[nodiscard]] bool read(std::uint32_t from, std::uint32_t n, flow::TextArena& arena, flow::Text* out) noexcept;

  private:
    [[nodiscard]] bool load_texts(std::uint32_t entries, ByteSpan bytes, std::size_t& at, PieceReader& pieces);
    struct Placed {
        std::uint32_t call = 0;  // in which read() this was last seen to
        flow::Text at{};
    };
    NumberStream places_, other_;
    Bytes buffer_;
    std::vector<std::string_view> texts_;  // filled up to what places can name
    std::vector<Placed> placed_;
    std::vector<std::uint32_t> lengths_;
    std::uint32_t call_ = 0;
};

}  // namespace store::archive
