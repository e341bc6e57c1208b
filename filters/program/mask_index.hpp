// SPDX-License-Identifier: Apache-2.0
// IPv4 masks with holes, which no prefix table knows: address & mask -> predicates, a table for each distinct mask. They
// are rare, and a network that has them uses a few.
//
// Thread: built by the compiling one; read by all.
// Limits: kMostMasks different ones, each of which costs up to 256 KB; those of WideTable.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "filters/program/net_index.hpp"
#include "filters/program/number_index.hpp"

namespace filters::program {

struct MaskedNet {
    language::Subject subject{};
    std::uint32_t mask = 0;     // host byte order
    std::uint32_t address = 0;  // without the bits that the mask lacks
    PredicateId predicate = 0;
};

inline constexpr std::size_t kMostMasks = 1024;

struct MaskTable {
    std::uint32_t mask = 0;
    WideTable table{};  // by what the mask leaves of an address; its subject is the address

    // One for each mask of each subject.
    [[nodiscard]] static flow::Result<std::vector<MaskTable>> build(std::span<const MaskedNet> nets);
    void run(const AddressInput& input, Marks marks) const noexcept;
    // Calls visit(predicate) for every predicate whose net contains `address`.
    template <class Visit>
    void each(const flow::IpAddress& address, Visit visit) const noexcept {
        if (!address.is_v4()) return;
        table.sets.each(table.sets.heads[table.find(address.as_v4() & mask)], visit);
    }
};

}  // namespace filters::program
