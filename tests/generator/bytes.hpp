// SPDX-License-Identifier: Apache-2.0
// Writing big-endian numbers into a buffer that is known to be large enough.
//
// Thread: any; values.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "dataplane/flow/address.hpp"

namespace generator {

class Out {
  public:
    explicit Out(std::uint8_t* at) noexcept : at_(at) {}

    [[nodiscard]] std::uint8_t* at() const noexcept { return at_; }
    Out& u8(std::uint8_t v) noexcept { return *at_++ = v, *this; }
    Out& u16(std::uint16_t v) noexcept { return put(__builtin_bswap16(v)); }
    Out& u32(std::uint32_t v) noexcept { return put(__builtin_bswap32(v)); }
    Out& u64(std::uint64_t v) noexcept { return put(__builtin_bswap64(v)); }
    Out& zeros(std::size_t n) noexcept {
        std::memset(at_, 0, n);
        at_ += n;
        return *this;
    }
    Out& text(std::string_view characters) noexcept {
        std::memcpy(at_, characters.data(), characters.size());
        at_ += characters.size();
        return *this;
    }
    Out& ipv4(const flow::IpAddress& a) noexcept { return address(a, 12, 4); }
    Out& ipv6(const flow::IpAddress& a) noexcept { return address(a, 0, 16); }

  private:
    template <class T>
    Out& put(T v) noexcept {
        std::memcpy(at_, &v, sizeof v);
        at_ += sizeof v;
        return *this;
    }
    Out& address(const flow::IpAddress& a, std::size_t from, std::size_t n) noexcept {
        std::memcpy(at_, a.bytes.data() + from, n);
        at_ += n;
        return *this;
    }

    std::uint8_t* at_;
};

}  // namespace generator
