// SPDX-License-Identifier: Apache-2.0
// The rows of a builder to the bytes of a block.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "store/archive/block.hpp"
#include "store/archive/encode.hpp"
#include "store/archive/layout.hpp"
#include "store/archive/rows.hpp"

namespace store::archive {

struct EncodeBuffers::Parts {
    ColumnEncoder encoder;
    AddressDictionary sources, destinations, other_addresses;
    std::vector<ColumnEntry> entries;
    std::vector<ExporterEntry> exporters;
    std::vector<std::uint32_t> exporter_places;
    Bytes source_filter, destination_filter, body;
};

// One block on its way to bytes.
class BlockEncoder {
  public:
    BlockEncoder(BlockBuilder::Columns& columns, Compression compression, EncodeBuffers::Parts& buffers);

    BlockSums encode(const flow::ExporterTable& exporters, Bytes& out);

  private:
    template <class Stored>
    void column(flow::Column which, Values<Stored>& values);
    template <class Stored>
    void numbers(flow::Column which, std::span<const Stored> values, ColumnEntry& entry);
    void addresses(flow::Column which, std::span<const flow::IpAddress> values, ColumnEntry& entry);
    void filtered_addresses(std::span<const flow::IpAddress> values, AddressDictionary& distinct, AddressPlaces& places,
                            std::uint32_t& lines, Bytes& filter, ColumnEntry& entry);
    // What a column may follow from.
    [[nodiscard]] const AddressPlaces& origin_of(flow::Column which) const noexcept;
    [[nodiscard]] bool all_have(flow::Column which) const noexcept;
    // Smallest and largest of the rows that have it.
    template <class Stored>
    void number_zone(flow::Column which, std::span<const Stored> values, Range<Stored> all,
                     ColumnEntry& entry) const noexcept;
    void address_zone(flow::Column which, std::span<const flow::IpAddress> values,
                      std::span<const flow::IpAddress> distinct, ColumnEntry& entry) const noexcept;
    void text_column(flow::Column which, Values<std::uint32_t>& places);
    void finish(ColumnEntry& entry, std::size_t begin);
    void exporter_column(const flow::ExporterTable& exporters);
    void all_columns(const flow::ExporterTable& exporters);
    void sum();
    [[nodiscard]] std::uint64_t scaled_sum(std::span<const std::uint64_t> values) const noexcept;
    void pages();
    void assemble(Bytes& out);

    BlockBuilder::Columns& rows_;
    BlockHeader header_{};
    AddressPlaces source_places_{}, destination_places_{};
    // All of them the buffers'.
    ColumnEncoder& encoder_;
    AddressDictionary &sources_, &destinations_, &other_addresses_;
    std::vector<ColumnEntry>& entries_;
    std::vector<ExporterEntry>& exporters_;
    std::vector<std::uint32_t>& exporter_places_;
    Bytes &source_filter_, &destination_filter_, &body_;
};

}  // namespace store::archive
