// SPDX-License-Identifier: Apache-2.0
#include "store/archive/segment_header.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "store/archive/pieces.hpp"

namespace store::archive {
namespace {

constexpr std::string_view kMagic = "NCFLOWS1";
constexpr std::size_t kFixedBytes = 40, kCheckBytes = 8, kMostName = 255;

template <class T>
void put(std::vector<std::uint8_t>& to, std::size_t at, T value) {
    std::memcpy(to.data() + at, &value, sizeof value);
}
template <class T>
T get(std::span<const std::uint8_t> from, std::size_t at) {
    T value;
    std::memcpy(&value, from.data() + at, sizeof value);
    return value;
}

}  // namespace

std::vector<std::uint8_t> encode(const SegmentHeader& header) {
    const std::size_t name = std::min(header.source.size(), kMostName);
    const std::size_t parts = std::min<std::size_t>(header.replaces.size(), 0xffff);
    const std::size_t needed = kFixedBytes + name + 4 * parts + kCheckBytes;
    const std::size_t size = (needed + kHeaderUnit - 1) / kHeaderUnit * kHeaderUnit;
    std::vector<std::uint8_t> out(size);
    std::memcpy(out.data(), kMagic.data(), kMagic.size());
    put(out, 8, static_cast<std::uint32_t>(size));
    put(out, 12, header.key.slot_s);
    put(out, 16, header.key.source_id);
    put(out, 20, header.key.writer);
    put(out, 22, header.key.part);
    put(out, 24, header.made_ms);
    put(out, 32, static_cast<std::uint16_t>(name));
    put(out, 34, static_cast<std::uint16_t>(parts));
    std::memcpy(out.data() + kFixedBytes, header.source.data(), name);
    for (std::size_t i = 0; i < parts; ++i) {
        put(out, kFixedBytes + name + 4 * i, header.replaces[i].writer);
        put(out, kFixedBytes + name + 4 * i + 2, header.replaces[i].part);
    }
    put(out, size - kCheckBytes, checksum(ByteSpan(out).first(size - kCheckBytes)));
    return out;
}

std::optional<FoundHeader> decode(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < kHeaderUnit || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) return std::nullopt;
    const std::size_t size = get<std::uint32_t>(bytes, 8);
    if (size < kHeaderUnit || size % kHeaderUnit != 0 || size > bytes.size()) return std::nullopt;
    const std::size_t name = get<std::uint16_t>(bytes, 32), parts = get<std::uint16_t>(bytes, 34);
    if (kFixedBytes + name + 4 * parts + kCheckBytes > size) return std::nullopt;
    if (get<std::uint64_t>(bytes, size - kCheckBytes) != checksum(bytes.first(size - kCheckBytes))) return std::nullopt;
    FoundHeader found;
    found.bytes = size;
    found.header.key = {get<std::uint32_t>(bytes, 12), get<std::uint32_t>(bytes, 16), get<std::uint16_t>(bytes, 20),
                        get<std::uint16_t>(bytes, 22)};
    found.header.made_ms = get<std::uint64_t>(bytes, 24);
    found.header.source.assign(reinterpret_cast<const char*>(bytes.data()) + kFixedBytes, name);
    for (std::size_t i = 0; i < parts; ++i) {
        const std::size_t at = kFixedBytes + name + 4 * i;
        found.header.replaces.push_back({get<std::uint16_t>(bytes, at), get<std::uint16_t>(bytes, at + 2)});
    }
    return found;
}

}  // namespace store::archive
