// SPDX-License-Identifier: Apache-2.0
// The value that a statistic's line is about, read back from the key of its group.
//
// Thread: any.
#pragma once

#include <string>

#include "control/query/record.hpp"
#include "store/query/elements.hpp"

namespace query {

struct StatisticKey {
    const store::query::Element& element;
    const flow::FlowBatch& batch;
    std::uint32_t row;
    const Style& style;

    [[nodiscard]] bool is_address() const noexcept { return element.kind == store::query::ElementKind::address; }
    // Of an address: as one of IPv6.
    [[nodiscard]] bool is_v6() const noexcept;
    [[nodiscard]] flow::IpAddress address() const noexcept;
    // Of what is no address and no text.
    [[nodiscard]] std::uint64_t number() const noexcept;
    // As nfdump prints it: "0x1", "16001-0-0", "1.500", "DENIED", "443"; addresses whole.
    [[nodiscard]] std::string text() const;
};

}  // namespace query
