// SPDX-License-Identifier: Apache-2.0
// What a block's header tells, for the plan.
//
// Thread: one.
#pragma once

#include <span>

#include "store/query/block_facts.hpp"

namespace store::query {

class ReaderFacts final : public BlockFacts {
  public:
    // Both must outlive it. `exporters`: what the block's exporters are called in the table of the filter.
    ReaderFacts(const archive::BlockReader& reader, std::span<const std::uint32_t> exporters, std::uint16_t source)
        : reader_(reader), exporters_(exporters), source_(source) {}

    [[nodiscard]] archive::Zone zone(flow::Column column) const noexcept override { return reader_.zone(column); }
    [[nodiscard]] archive::AddressZone address_zone(flow::Column column) const noexcept override {
        return reader_.address_zone(column);
    }
    [[nodiscard]] bool may_have_source(const flow::IpAddress& address) const noexcept override {
        return reader_.may_have_source(address);
    }
    [[nodiscard]] bool may_have_destination(const flow::IpAddress& address) const noexcept override {
        return reader_.may_have_destination(address);
    }
    [[nodiscard]] std::uint16_t source() const noexcept override { return source_; }
    [[nodiscard]] bool knows_exporters() const noexcept override { return true; }
    [[nodiscard]] std::span<const std::uint32_t> exporters() const noexcept override { return exporters_; }

  private:
    const archive::BlockReader& reader_;
    std::span<const std::uint32_t> exporters_;
    std::uint16_t source_;
};

}  // namespace store::query
