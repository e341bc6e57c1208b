// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/elements.hpp"

#include <algorithm>
#include <tuple>

namespace decode {
namespace {

using flow::Column;

// Sorted by (v9_only, pen, id): the generator does it.
constexpr Element kElements[] = {
#include "dataplane/decode/elements.inc"
};

constexpr std::uint32_t kCisco = 9, kCert = 6871, kReverse = 29305, kNtop = 35632;
constexpr std::uint16_t kCertReverseBit = 0x4000;
constexpr std::uint16_t kVendorBit = 0x8000;
constexpr std::uint16_t kNtopFirst = 57472, kNtopEnd = 59520;

std::span<const Element> find(bool v9_only, std::uint32_t pen, std::uint16_t id) noexcept {
    const auto wanted = std::tuple(v9_only, pen, id);
    const auto key = [](const Element& e) { return std::tuple(e.v9_only, e.pen, e.id); };
    const auto* end = std::end(kElements);
    const auto* first = std::lower_bound(std::begin(kElements), end, wanted,
                                         [&](const Element& e, const auto& k) { return key(e) < k; });
    const auto* last = first;
    while (last != end && key(*last) == wanted) ++last;
    return {first, last};
}

std::span<const Element> find_vendor(std::uint16_t id) noexcept {
    if (id >= kNtopFirst && id < kNtopEnd) return find(false, kNtop, id - kNtopFirst);
    return find(false, kCisco, id & ~kVendorBit);
}

}  // namespace

std::span<const Element> find_elements(flow::Protocol protocol, std::uint32_t pen, std::uint16_t id) noexcept {
    if (protocol == flow::Protocol::netflow9 && pen == 0) {
        const auto own = find(true, 0, id);
        if (!own.empty()) return own;
        if ((id & kVendorBit) != 0) return find_vendor(id);
    }
    return find(false, pen, id);
}

const Element* find_element(flow::Protocol protocol, std::uint32_t pen, std::uint16_t id) noexcept {
    const auto found = find_elements(protocol, pen, id);
    return found.empty() ? nullptr : &found.front();
}

Direction direction_of(std::uint32_t pen, std::uint16_t id) noexcept {
    if (pen == kReverse) return {0, id, true};
    if (pen == kCert && (id & kCertReverseBit) != 0)
        return {pen, static_cast<std::uint16_t>(id & ~kCertReverseBit), true};
    return {pen, id, false};
}

}  // namespace decode
