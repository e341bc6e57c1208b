// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/elements.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace decode {
namespace {

using flow::Column;

// Sorted by (v9_only, pen, id): the generator does it.
constexpr Element kElements[] = {
#include "dataplane/decode/elements.inc"
};

auto key(bool v9_only, std::uint32_t pen, std::uint16_t id) noexcept {
    return std::tuple(v9_only, pen, id);
}

const Element* find(bool v9_only, std::uint32_t pen, std::uint16_t id) noexcept {
    const auto wanted = key(v9_only, pen, id);
    const auto* end = std::end(kElements);
    const auto* at = std::lower_bound(std::begin(kElements), end, wanted,
                                      [](const Element& e, const auto& k) { return key(e.v9_only, e.pen, e.id) < k; });
    return at != end && key(at->v9_only, at->pen, at->id) == wanted ? at : nullptr;
}

}  // namespace

const Element* find_element(flow::Protocol protocol, std::uint32_t pen, std::uint16_t id) noexcept {
    if (protocol == flow::Protocol::netflow9) {
        if (const Element* own = find(true, 0, id)) return own;
    }
    return find(false, pen, id);
}

}  // namespace decode
