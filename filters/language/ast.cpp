// SPDX-License-Identifier: Apache-2.0
#include "filters/language/ast.hpp"

#include <bit>

namespace filters::language {

namespace {

constexpr unsigned kV4Offset = 96;

flow::IpAddress mask_of(unsigned bits) noexcept {
    flow::IpAddress ones;
    ones.bytes.fill(0xff);
    return flow::masked(ones, bits);
}

}  // namespace

Net Net::prefix(const flow::IpAddress& a, unsigned bits) noexcept {
    return {flow::masked(a, bits), mask_of(bits)};
}

Net Net::v4_mask(std::uint32_t address, std::uint32_t mask) noexcept {
    Net out{flow::IpAddress::v4(address & mask), mask_of(kV4Offset)};
    for (unsigned i = 0; i < 4; ++i) out.mask.bytes[12 + i] = static_cast<std::uint8_t>(mask >> (24 - 8 * i));
    return out;
}

bool Net::is_v4() const noexcept {
    return flow::masked(mask, kV4Offset) == mask_of(kV4Offset) && address.is_v4();
}

bool Net::contains(const flow::IpAddress& a) const noexcept {
    if (a.is_v4() != is_v4()) return false;
    return (a.high() & mask.high()) == address.high() && (a.low() & mask.low()) == address.low();
}

int Net::prefix_bits() const noexcept {
    const int high = std::countl_one(mask.high());
    const int bits = high == 64 ? 64 + std::countl_one(mask.low()) : high;
    return mask == mask_of(static_cast<unsigned>(bits)) ? bits : -1;
}

}  // namespace filters::language
