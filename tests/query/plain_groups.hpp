// SPDX-License-Identifier: Apache-2.0
// The plainest possible grouping: one row at a time into a std::map, keys as text. What Groups must agree with.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "store/query/grouping.hpp"

namespace support {

struct PlainGroup {
    std::string key{};
    store::query::Sums sums{};
    std::uint8_t other_flags = 0;
    std::uint64_t seen = 0;    // place of its first row and side
    unsigned family = 0;       // of its first row
    std::string first_from{};  // -b: the end that its first row came from
};

class PlainGroups {
  public:
    explicit PlainGroups(store::query::Grouping grouping) : grouping_(std::move(grouping)) {}

    void add(const flow::FlowBatch& batch, std::uint32_t row, std::uint64_t place);
    // In order; equal ones as first seen.
    [[nodiscard]] std::vector<PlainGroup> top(const store::query::Ordering& order,
                                              const store::query::GroupLimits& limits = {}) const;
    [[nodiscard]] const store::query::Sums& total() const noexcept { return total_; }
    // The key of one part in a row, as Groups' users would see it.
    [[nodiscard]] std::string part_of(const store::query::KeyPart& part, unsigned side, const flow::FlowBatch& batch,
                                      std::uint32_t row) const;

  private:
    void add_to(const std::string& key, const flow::FlowBatch& batch, std::uint32_t row, std::uint64_t place,
                bool turned, const std::string& from);

    store::query::Grouping grouping_;
    std::map<std::string, PlainGroup> groups_{};
    store::query::Sums total_{};
};

}  // namespace support
