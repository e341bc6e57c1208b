// SPDX-License-Identifier: Apache-2.0
// What is known of many rows without looking at one: zones, Bloom filters, exporters, source.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <span>

#include "dataplane/flow/exporter.hpp"
#include "store/archive/block.hpp"

namespace store::query {

class BlockFacts {
  public:
    virtual ~BlockFacts() = default;
    [[nodiscard]] virtual archive::Zone zone(flow::Column column) const noexcept = 0;
    [[nodiscard]] virtual archive::AddressZone address_zone(flow::Column column) const noexcept = 0;
    [[nodiscard]] virtual bool may_have_source(const flow::IpAddress& address) const noexcept = 0;
    [[nodiscard]] virtual bool may_have_destination(const flow::IpAddress& address) const noexcept = 0;
    // Of all rows.
    [[nodiscard]] virtual std::uint16_t source() const noexcept = 0;
    // By whom rows may have come: ids in the table that the filter was compiled against. False: not known.
    [[nodiscard]] virtual bool knows_exporters() const noexcept = 0;
    [[nodiscard]] virtual std::span<const std::uint32_t> exporters() const noexcept = 0;
};

// Of a segment that was not opened: only its source is known.
class SourceAlone final : public BlockFacts {
  public:
    explicit SourceAlone(std::uint16_t source) : source_(source) {}

    [[nodiscard]] archive::Zone zone(flow::Column /*column*/) const noexcept override {
        return {.any = true, .all = false, .low = 0, .high = ~0ull};
    }
    [[nodiscard]] archive::AddressZone address_zone(flow::Column /*column*/) const noexcept override {
        archive::AddressZone out{.any = true};
        out.high.bytes.fill(0xff);
        return out;
    }
    [[nodiscard]] bool may_have_source(const flow::IpAddress& /*address*/) const noexcept override { return true; }
    [[nodiscard]] bool may_have_destination(const flow::IpAddress& /*address*/) const noexcept override { return true; }
    [[nodiscard]] std::uint16_t source() const noexcept override { return source_; }
    [[nodiscard]] bool knows_exporters() const noexcept override { return false; }
    [[nodiscard]] std::span<const std::uint32_t> exporters() const noexcept override { return {}; }

  private:
    std::uint16_t source_;
};

}  // namespace store::query
