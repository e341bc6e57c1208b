// SPDX-License-Identifier: Apache-2.0
// Where the parts of a group's key stand in its bytes, and how they are taken from a batch, a column at a time.
//
// Thread: one.
// Shape:  fields one behind the other, unaligned; addresses 4 bytes (narrow: all of a row's addresses are IPv4) or 16 bytes as
//         flow::IpAddress; numbers in host byte order; texts as their number in the TextPool. The rest of the last word is 0.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "store/query/grouping.hpp"
#include "store/query/hello_texts.hpp"
#include "store/query/row_list.hpp"

namespace store::query {

enum class FieldKind : std::uint8_t { number, address, router, exporter, mpls, acl, text };

struct KeyField {
    FieldKind kind = FieldKind::number;
    filters::language::Reading reading =
        filters::language::Reading::column;  // of texts: what is read out of the payload
    flow::Column column = flow::Column::count_;
    std::uint8_t index = 0;  // mpls: entry from 1; acl: 0 ACL, 1 ACE, 2 extended ACE
    std::uint8_t bits = 0;   // of addresses: those that count; 0: all
    std::uint8_t width = 0;
    std::uint16_t at = 0;
    bool v4_only = false, v6_only = false, by_mask = false;
};

class KeyPlan {
  public:
    // `side`: of the element of a statistic.
    KeyPlan(const Grouping& grouping, unsigned side, bool narrow);

    [[nodiscard]] std::uint32_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::uint32_t words() const noexcept { return (bytes_ + 7) / 8; }
    [[nodiscard]] std::span<const KeyField> fields() const noexcept { return fields_; }
    [[nodiscard]] bool has_addresses() const noexcept { return addresses_; }
    // Writes the keys of `rows` one behind the other, `words` words each.
    void fill(const flow::FlowBatch& batch, std::span<const RowNumber> rows, std::uint32_t words, std::uint64_t* keys);
    // Whether the addresses of all `rows` are IPv4 or none, which is quick to see; then all are narrow.
    [[nodiscard]] bool all_narrow(const flow::FlowBatch& batch, std::span<const RowNumber> rows) const noexcept;
    // Of `rows`, those all of whose addresses in the key are IPv4 or none into `narrow`, others into `wide`; each has room for
    // all. Returns how many are narrow.
    std::size_t split(const flow::FlowBatch& batch, std::span<const RowNumber> rows, RowNumber* narrow,
                      RowNumber* wide) const;
    // Values of a key of at most 16 bits that every row has: 1 or 2 bytes each; nullptr: it is no such key.
    [[nodiscard]] const void* small_values(const flow::FlowBatch& batch) const noexcept;

  private:
    void add(const filters::language::Subject& subject, ElementKind kind, const KeyPart& part);
    template <class Width>
    void fill_numbers(const KeyField& field, const flow::FlowBatch& batch, std::span<const RowNumber> rows,
                      std::size_t stride, std::byte* keys) const;
    void fill_addresses(const KeyField& field, const flow::FlowBatch& batch, std::span<const RowNumber> rows,
                        std::size_t stride, std::byte* keys) const;
    void fill_texts(const KeyField& field, const flow::FlowBatch& batch, std::span<const RowNumber> rows,
                    std::size_t stride, std::byte* keys);

    std::vector<KeyField> fields_{};
    const flow::ExporterTable* exporters_;
    std::shared_ptr<TextPool> texts_;
    std::unique_ptr<HelloTexts> hellos_{};
    bool narrow_;
    bool addresses_ = false;
    std::uint32_t bytes_ = 0;
};

// What a key says in a field.
[[nodiscard]] flow::IpAddress address_in(const KeyField& field, const std::byte* key) noexcept;
[[nodiscard]] std::uint64_t number_in(const KeyField& field, const std::byte* key) noexcept;

}  // namespace store::query
