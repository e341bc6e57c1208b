// SPDX-License-Identifier: Apache-2.0
// A column's values to bytes: chooses the encoding, writes the streams.
//
// Thread: an object belongs to one thread; buffers are kept.
// Limits: kBlockRows values.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "store/archive/distinct.hpp"
#include "store/archive/numbers.hpp"

namespace store::archive {

// Distinct texts of a column, as the builder has gathered them; the first one is empty.
struct TextList {
    std::span<const std::uint32_t> lengths{};
    std::span<const std::uint8_t> bytes{};  // one after the other
};

class ColumnEncoder {
  public:
    explicit ColumnEncoder(Compression compression) : pieces_(compression) {}

    // Each fills encoding, entries and constant of the entry and appends the column's bytes, if any.
    template <class T>
    void number(std::span<const T> values, ColumnEntry& entry, Bytes& out);
    // Numbers that keep near those of another column.
    void related(std::span<const std::uint64_t> values, Reference reference, std::span<const std::uint64_t> others,
                 ColumnEntry& entry, Bytes& out);
    // And the distinct ones, for a Bloom filter; valid until the next call.
    std::span<const flow::IpAddress> address(std::span<const flow::IpAddress> values, ColumnEntry& entry, Bytes& out);
    template <std::size_t words>
    void record(std::span<const std::array<std::uint32_t, words>> values, ColumnEntry& entry, Bytes& out);
    void text(const TextList& texts, std::span<const std::uint32_t> ids, ColumnEntry& entry, Bytes& out);

  private:
    template <class T>
    bool runs(std::span<const T> values, ColumnEntry& entry, Bytes& out);
    template <class T>
    bool dictionary(std::span<const T> values, std::uint64_t range, ColumnEntry& entry, Bytes& out);
    template <class T>
    void plain(std::span<const T> values, std::uint64_t base, std::uint64_t range, ColumnEntry& entry, Bytes& out);
    void ascending(std::span<const std::uint64_t> values, Bytes& out);
    template <class T>
    void above_smallest(std::span<const T> values, Bytes& out);
    void plain_v4(std::span<const flow::IpAddress> values, ColumnEntry& entry, Bytes& out);
    void address_dictionary(ColumnEntry& entry, Bytes& out);

    PieceWriter pieces_;
    NumberWriter numbers_;
    Distinct<std::uint64_t> distinct_;
    Distinct<flow::IpAddress> addresses_;
    std::vector<std::uint64_t> wide_, other_wide_;
    std::vector<std::uint32_t> narrow_;
};

}  // namespace store::archive
