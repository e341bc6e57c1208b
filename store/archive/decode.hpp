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

// Each row's place in a dictionary: written down, or following from its place in that of a column of addresses.
class Places {
  public:
    // Both read on from `at`. `entries`: of the dictionary.
    [[nodiscard]] bool load(std::uint32_t entries, std::uint32_t rows, ByteSpan bytes, std::size_t& at,
                            PieceReader& pieces);
    // `origin`: the other column's, of the same block, as long as these are read.
    [[nodiscard]] bool load_map(std::uint32_t entries, const Places& origin, std::uint32_t rows, ByteSpan bytes,
                                std::size_t& at, PieceReader& pieces);
    // A table of so many entries has all places that there can be.
    [[nodiscard]] std::size_t table_size() const noexcept { return table_size_; }
    template <class T>
    void read(std::uint32_t from, std::uint32_t n, T* out) const noexcept;

  private:
    NumberStream stream_;
    const Places* origin_ = nullptr;  // of a map
    std::size_t table_size_ = 0;
    std::vector<std::uint16_t> map_, exceptions_, exception_rows_;
};

// What a column is loaded from.
struct StoredColumn {
    const ColumnEntry& entry;
    ByteSpan bytes;                  // checksum seen to
    std::uint32_t rows = 0;          // of the block
    const Places* origin = nullptr;  // of the column that it is mapped from; nullptr: that has none
};

// Numbers of up to 8 bytes.
class NumberColumn {
  public:
    [[nodiscard]] bool load(const StoredColumn& stored, PieceReader& pieces);
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
    bool load_dictionary(const StoredColumn& stored, PieceReader& pieces);
    bool load_runs(const StoredColumn& stored, PieceReader& pieces);

    Encoding encoding_ = Encoding::constant;
    Reference reference_ = Reference::none;
    std::uint32_t entries_ = 0;
    std::uint64_t constant_ = 0;
    NumberStream stream_;                // values
    Places places_;                      // in the dictionary
    std::vector<std::uint64_t> values_;  // of the dictionary, filled up to what places can name; or of the runs
    std::vector<std::uint32_t> ends_;    // of the runs: row behind
};

class AddressColumn {
  public:
    [[nodiscard]] bool load(const StoredColumn& stored, PieceReader& pieces);
    void load_absent();
    void read(std::uint32_t from, std::uint32_t n, flow::IpAddress* out) const noexcept;
    [[nodiscard]] std::span<const flow::IpAddress> dictionary() const noexcept;
    void read_places(std::uint32_t from, std::uint32_t n, std::uint32_t* out) const noexcept;
    // What other columns may be mapped from: nullptr: nothing.
    [[nodiscard]] const Places* places() const noexcept {
        return encoding_ == Encoding::dictionary ? &places_ : nullptr;
    }

  private:
    bool load_dictionary(const StoredColumn& stored, PieceReader& pieces);
    bool load_addresses(std::uint32_t entries, ByteSpan bytes, std::size_t& at, PieceReader& pieces);

    Encoding encoding_ = Encoding::constant;
    std::uint32_t entries_ = 0;
    NumberStream stream_;  // IPv4 addresses
    Places places_;        // in the dictionary
    std::vector<flow::IpAddress> addresses_;
    NumberStream high_, low_;  // for loading
    std::vector<std::uint64_t> numbers_;
    std::vector<std::uint32_t> narrow_;
};

// Records of 32-bit numbers: label stacks and access lists.
class RecordColumn {
  public:
    [[nodiscard]] bool load(std::size_t words, const StoredColumn& stored, PieceReader& pieces);
    // `out`: n records of the words given to load().
    void read(std::uint32_t from, std::uint32_t n, void* out) const noexcept;

  private:
    std::size_t words_ = 0;
    NumberStream other_;  // for loading
    Places places_;
    std::vector<std::uint32_t> records_;
    std::vector<std::uint32_t> numbers_;
};

class TextColumn {
  public:
    [[nodiscard]] bool load(const StoredColumn& stored, PieceReader& pieces);
    // Puts the texts into the arena, each distinct one once. False: no room, which only damage brings.
    [[nodiscard]] bool read(std::uint32_t from, std::uint32_t n, flow::TextArena& arena, flow::Text* out) noexcept;

  private:
    [[nodiscard]] bool load_texts(std::uint32_t entries, ByteSpan bytes, std::size_t& at, PieceReader& pieces);
    struct Placed {
        std::uint32_t call = 0;  // in which read() this was last seen to
        flow::Text at{};
    };
    NumberStream other_;  // for loading
    Places places_;
    Bytes buffer_;
    std::vector<std::string_view> texts_;  // filled up to what places can name
    std::vector<Placed> placed_;
    std::vector<std::uint32_t> lengths_;
    std::uint32_t call_ = 0;
};

}  // namespace store::archive
