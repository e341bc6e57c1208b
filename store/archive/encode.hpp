// SPDX-License-Identifier: Apache-2.0
// A column's values to bytes: chooses the encoding, writes the streams.
//
// Thread: an object belongs to one thread; buffers are kept.
// Limits: kBlockRows values.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "store/archive/distinct.hpp"
#include "store/archive/numbers.hpp"

namespace store::archive {

// Distinct texts of a column, as the builder has gathered them; the first one is empty.
struct TextList {
    std::span<const std::uint32_t> lengths{};
    std::span<const std::uint8_t> bytes{};  // one after the other
};

// The places of a column of addresses in its dictionary, for columns that follow from the address: its AS, its mask, the
// interface that leads to it. `entries` 0: it has none.
struct AddressPlaces {
    std::uint8_t column = 0;
    std::size_t entries = 0;
    std::span<const std::uint16_t> ids{};   // of each row
    std::span<const std::uint16_t> rows{};  // of each entry one that has it
};

template <class T>
struct Range {
    T low = 0, high = 0;
};
template <class T>
[[nodiscard]] Range<T> range_of(std::span<const T> values) noexcept {
    T low = values[0], high = values[0];
    for (const T v : values) {
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    return {low, high};
}

class ColumnEncoder {
  public:
    // Of the columns to come; none before.
    void set_compression(Compression compression) {
        skewed_ = compression == Compression::zstd;
        pieces_.set_compression(compression);
    }

    // Each fills encoding, entries and constant of the entry and appends the column's bytes, if any.
    // `range`: of the values. `from`: what they may follow from.
    template <class T>
    void number(std::span<const T> values, Range<T> range, const AddressPlaces& from, ColumnEntry& entry, Bytes& out);
    // Numbers that keep near those of another column.
    void related(std::span<const std::uint64_t> values, Range<std::uint64_t> range, Reference reference,
                 std::span<const std::uint64_t> others, ColumnEntry& entry, Bytes& out);
    // `distinct`: the distinct ones, afterwards, in its keys(); false: they were too many to be found.
    bool address(std::span<const flow::IpAddress> values, const AddressPlaces& from, AddressDictionary& distinct,
                 ColumnEntry& entry, Bytes& out);
    template <std::size_t words>
    void record(std::span<const std::array<std::uint32_t, words>> values, ColumnEntry& entry, Bytes& out);
    void text(const TextList& texts, std::span<const std::uint32_t> ids, ColumnEntry& entry, Bytes& out);

  private:
    template <class T>
    bool runs(std::span<const T> values, ColumnEntry& entry, Bytes& out);
    template <class T>
    bool dictionary(std::span<const T> values, Range<T> range, ColumnEntry& entry, Bytes& out);
    template <class T>
    void plain(std::span<const T> values, std::uint64_t base, std::uint64_t range, ColumnEntry& entry, Bytes& out);
    // Whether the values follow from the address but for a few rows; then `map` has first the one of each entry, then those of
    // the rows that differ.
    template <class T>
    bool follows(std::span<const T> values, const AddressPlaces& from, std::vector<T>& map);
    template <class T>
    bool mapped(std::span<const T> values, Range<T> range, const AddressPlaces& from, ColumnEntry& entry, Bytes& out);
    void write_map(std::span<const std::uint16_t> ids, std::size_t entries, const AddressPlaces& from,
                   ColumnEntry& entry, Bytes& out);
    void write_addresses(std::span<const flow::IpAddress> keys, Bytes& out);
    // As differences, each to the one before.
    template <class T>
    void ascending(std::span<T> values, Bytes& out);
    template <class T>
    void above_smallest(std::span<const T> values, Bytes& out);
    void plain_v4(std::span<const flow::IpAddress> values, ColumnEntry& entry, Bytes& out);

    bool skewed_ = false;  // an entropy coder follows
    PieceWriter pieces_;
    NumberWriter numbers_;
    NumberDictionary distinct_;
    std::vector<std::uint64_t> wide_;
    std::vector<std::uint32_t> narrow_;
    // What each entry of a map leads to, and behind them what the rows that differ have.
    std::tuple<std::vector<std::uint8_t>, std::vector<std::uint16_t>, std::vector<std::uint32_t>,
               std::vector<std::uint64_t>, std::vector<flow::IpAddress>>
        maps_;
    std::vector<std::uint16_t> exception_rows_;
};

}  // namespace store::archive
