// SPDX-License-Identifier: Apache-2.0
#include "store/archive/numbers.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "dataplane/flow/batch.hpp"

namespace store::archive {

namespace {

constexpr unsigned kMostPlanes = 8;

std::size_t plane_bytes(std::uint32_t count, unsigned bits) noexcept {
    return (std::size_t{count} * bits + 7) / 8;
}

// Eight values of 1, 2 or 4 bits, lowest first, to a byte each.
template <unsigned kBits>
std::uint64_t spread(std::uint64_t t) noexcept {
    if constexpr (kBits == 1) {
        // Byte k has bit k of it, whichever place that has there: 0 or more.
        return ((((t * 0x0101010101010101) & 0x8040201008040201) + 0x7f7f7f7f7f7f7f7f) >> 7) & 0x0101010101010101;
    } else if constexpr (kBits == 2) {
        t = (t | t << 24) & 0x000000ff000000ff;
        t = (t | t << 12) & 0x000f000f000f000f;
        return (t | t << 6) & 0x0303030303030303;
    } else {
        t = (t | t << 16) & 0x0000ffff0000ffff;
        t = (t | t << 8) & 0x00ff00ff00ff00ff;
        return (t | t << 4) & 0x0f0f0f0f0f0f0f0f;
    }
}

// Values of 1, 2 or 4 bits, lowest bits of a byte first, to a byte each.
template <unsigned kBits>
void unpack(const std::uint8_t* packed, std::uint32_t from, std::uint32_t n, std::uint8_t* out) noexcept {
    constexpr unsigned kEach = 8 / kBits;
    constexpr std::uint8_t kMask = (1u << kBits) - 1;
    std::uint32_t i = 0;
    for (; i < n && (from + i) % 8 != 0; ++i) {
        out[i] = packed[(from + i) / kEach] >> (from + i) % kEach * kBits & kMask;
    }
    const std::uint8_t* whole = packed + (from + i) / kEach;
    for (; i + 8 <= n; i += 8, whole += kBits) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, whole, kBits);
        eight = spread<kBits>(eight);
        std::memcpy(out + i, &eight, sizeof eight);
    }
    for (; i < n; ++i) out[i] = packed[(from + i) / kEach] >> (from + i) % kEach * kBits & kMask;
}

// The low bits of eight bytes, lowest byte first, to as many bytes as they fill.
template <unsigned kBits>
void pack(const std::uint8_t* bytes, std::size_t eights, std::uint8_t* out) noexcept {
    for (std::size_t i = 0; i < eights; ++i, bytes += 8, out += kBits) {
        std::uint64_t t;
        std::memcpy(&t, bytes, sizeof t);
        if constexpr (kBits == 1) {
            t = ((t & 0x0101010101010101) * 0x0102040810204080) >> 56;
        } else if constexpr (kBits == 2) {
            t = (t | t >> 6) & 0x000f000f000f000f;
            t = (t | t >> 12) & 0x000000ff000000ff;
            t |= t >> 24;
        } else {
            t = (t | t >> 4) & 0x00ff00ff00ff00ff;
            t = (t | t >> 8) & 0x0000ffff0000ffff;
            t |= t >> 16;
        }
        std::memcpy(out, &t, kBits);
    }
}

void pack(unsigned bits, const std::uint8_t* bytes, std::size_t eights, std::uint8_t* out) noexcept {
    if (bits == 1) return pack<1>(bytes, eights, out);
    if (bits == 2) return pack<2>(bytes, eights, out);
    return pack<4>(bytes, eights, out);
}

void unpack(unsigned bits, const std::uint8_t* packed, std::uint32_t from, std::uint32_t n,
            std::uint8_t* out) noexcept {
    if (bits == 1) return unpack<1>(packed, from, n, out);
    if (bits == 2) return unpack<2>(packed, from, n, out);
    return unpack<4>(packed, from, n, out);
}

// Puts the planes' bytes together above the base.
template <class T, unsigned kPlanes>
void combine(const std::array<const std::uint8_t*, kMostPlanes>& planes, T base, std::uint32_t n, T* out) noexcept {
    for (std::uint32_t i = 0; i < n; ++i) {
        T value = 0;
        [&]<std::size_t... k>(std::index_sequence<k...>) {
            ((value = static_cast<T>(value | static_cast<T>(static_cast<T>(planes[k][i]) << 8 * k))), ...);
        }
        (std::make_index_sequence<kPlanes>());
        out[i] = static_cast<T>(base + value);
    }
}

}  // namespace

unsigned plane_bits(std::uint64_t range) noexcept {
    const unsigned bits = static_cast<unsigned>(std::bit_width(range));
    const unsigned rest = bits % 8;
    return bits - rest + (rest > 4 ? 8 : rest == 3 ? 4 : rest);
}

template <class T>
void NumberWriter::write(std::span<const T> values, std::uint64_t base, std::uint64_t range, PieceWriter& pieces,
                         Bytes& out) {
    const unsigned bits = plane_bits(range);
    append(out, StreamHeader{base, static_cast<std::uint32_t>(values.size()), static_cast<std::uint8_t>((bits + 7) / 8),
                             static_cast<std::uint8_t>(bits % 8 == 0 ? 8 : bits % 8), 0});
    // The planes are taken from the narrowest numbers that hold them.
    if (bits <= 8) return write_planes<std::uint8_t>(values, base, bits, pieces, out);
    if (bits <= 16) return write_planes<std::uint16_t>(values, base, bits, pieces, out);
    if (bits <= 32) return write_planes<std::uint32_t>(values, base, bits, pieces, out);
    write_planes<std::uint64_t>(values, base, bits, pieces, out);
}

template <class Narrow, class T>
void NumberWriter::write_planes(std::span<const T> values, std::uint64_t base, unsigned bits, PieceWriter& pieces,
                                Bytes& out) {
    const std::size_t count = values.size();
    narrow_.resize(aligned(count) * sizeof(Narrow));
    auto* narrow = reinterpret_cast<Narrow*>(narrow_.data());
    for (std::size_t i = 0; i < count; ++i) {
        narrow[i] = static_cast<Narrow>(static_cast<Narrow>(values[i]) - static_cast<Narrow>(base));
    }
    std::fill(narrow + count, narrow + aligned(count), Narrow{0});

    const unsigned planes = (bits + 7) / 8;
    std::size_t entry_at = out.size();
    out.resize(entry_at + planes * sizeof(PieceEntry));
    plane_.resize(aligned(count));
    packed_.resize(aligned(count));
    for (unsigned plane = 0; plane < planes; ++plane, entry_at += sizeof(PieceEntry)) {
        const unsigned of_plane = std::min(8u, bits - 8 * plane);
        for (std::size_t i = 0; i < plane_.size(); ++i) plane_[i] = static_cast<std::uint8_t>(narrow[i] >> 8 * plane);
        if (of_plane != 8) pack(of_plane, plane_.data(), plane_.size() / 8, packed_.data());
        const auto* bytes = of_plane == 8 ? plane_.data() : packed_.data();
        const PieceEntry entry = pieces.append({bytes, plane_bytes(static_cast<std::uint32_t>(count), of_plane)}, out);
        std::memcpy(out.data() + entry_at, &entry, sizeof entry);
    }
}

bool NumberStream::open(ByteSpan bytes, std::size_t& at, PieceReader& pieces) {
    StreamHeader header;
    if (at > bytes.size() || bytes.size() - at < sizeof header) return false;
    std::memcpy(&header, bytes.data() + at, sizeof header);
    at += sizeof header;
    const bool whole_bits =
        header.last_bits == 8 || header.last_bits == 4 || header.last_bits == 2 || header.last_bits == 1;
    if (header.count > kMostNumbers || header.planes > kMostPlanes || !whole_bits) return false;
    std::array<PieceEntry, kMostPlanes> entries{};
    const std::size_t entries_bytes = header.planes * sizeof(PieceEntry);
    if (bytes.size() - at < entries_bytes) return false;
    if (entries_bytes != 0) std::memcpy(entries.data(), bytes.data() + at, entries_bytes);
    at += entries_bytes;

    base_ = header.base;
    count_ = header.count;
    planes_ = header.planes;
    last_bits_ = header.last_bits;
    std::size_t buffered = 0;
    for (unsigned i = 0; i < planes_; ++i) {
        if (entries[i].compression != 0)
            buffered += aligned(plane_bytes(count_, i + 1 == planes_ ? last_bits_ : 8), 64);
    }
    buffer_.resize(buffered);
    std::uint8_t* free = buffer_.data();
    for (unsigned i = 0; i < planes_; ++i) {
        const std::size_t size = plane_bytes(count_, i + 1 == planes_ ? last_bits_ : 8);
        const std::size_t stored = entries[i].bytes;
        if (bytes.size() - at < stored) return false;
        const ByteSpan piece = bytes.subspan(at, stored);
        if (entries[i].compression == 0) {
            if (stored != size) return false;
            at_[i] = piece.data();
        } else {
            if (!pieces.read(piece, static_cast<Compression>(entries[i].compression), {free, size})) return false;
            at_[i] = free;
            free += aligned(size, 64);
        }
        at += std::min(aligned(stored), bytes.size() - at);
    }
    return true;
}

template <class T>
void NumberStream::read(std::uint32_t from, std::uint32_t n, T* out) const noexcept {
    std::array<const std::uint8_t*, kMostPlanes> planes{};
    std::array<std::uint8_t, flow::kBatchRows> last;
    for (unsigned i = 0; i < planes_; ++i) planes[i] = at_[i] + from;
    if (planes_ != 0 && last_bits_ != 8) {
        unpack(last_bits_, at_[planes_ - 1], from, n, last.data());
        planes[planes_ - 1] = last.data();
    }
    const T base = static_cast<T>(base_);
    switch (std::min<std::size_t>(planes_, sizeof(T))) {
        case 0:
            return std::fill_n(out, n, base), void();
        case 1:
            return combine<T, 1>(planes, base, n, out);
        default:
            break;
    }
    if constexpr (sizeof(T) >= 2) {
        if (planes_ == 2 || sizeof(T) == 2) return combine<T, 2>(planes, base, n, out);
    }
    if constexpr (sizeof(T) >= 4) {
        if (planes_ == 3) return combine<T, 3>(planes, base, n, out);
        if (planes_ == 4 || sizeof(T) == 4) return combine<T, 4>(planes, base, n, out);
    }
    if constexpr (sizeof(T) == 8) {
        if (planes_ == 5) return combine<T, 5>(planes, base, n, out);
        if (planes_ == 6) return combine<T, 6>(planes, base, n, out);
        if (planes_ == 7) return combine<T, 7>(planes, base, n, out);
        return combine<T, 8>(planes, base, n, out);
    }
}

template <class T>
void NumberStream::read_all(T* out) const noexcept {
    for (std::uint32_t from = 0; from < count_; from += flow::kBatchRows) {
        read(from, std::min(flow::kBatchRows, count_ - from), out + from);
    }
}

#define INSTANTIATE(T)                                                                                            \
    template void NumberWriter::write<T>(std::span<const T>, std::uint64_t, std::uint64_t, PieceWriter&, Bytes&); \
    template void NumberStream::read<T>(std::uint32_t, std::uint32_t, T*) const noexcept;                         \
    template void NumberStream::read_all<T>(T*) const noexcept;
INSTANTIATE(std::uint8_t)
INSTANTIATE(std::uint16_t)
INSTANTIATE(std::uint32_t)
INSTANTIATE(std::uint64_t)
#undef INSTANTIATE

}  // namespace store::archive
