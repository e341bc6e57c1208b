// SPDX-License-Identifier: Apache-2.0
#include "store/series/values.hpp"

#include <algorithm>
#include <limits>

namespace store {
namespace {

std::uint64_t add_saturated(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}
bool is_zero(const flow::Cell& c) noexcept {
    return (c.flows | c.packets | c.bytes) == 0;
}

void put_point(Buffer& to, const ChunkPoint& point, bool with_max) {
    put_sums(to, point.sum);
    if (with_max) put_sums(to, point.max);
}

// Points [first, first + count) with their encoded bytes in `body`.
Buffer make_part(std::size_t first, std::size_t count, const ChunkPoints& points, const Buffer& body) {
    Buffer part;
    part.reserve(2 + (count + 7) / 8 + body.size());
    part.push_back(static_cast<std::uint8_t>(first));
    part.push_back(static_cast<std::uint8_t>(count));
    for (std::size_t byte = 0; byte * 8 < count; ++byte) {
        unsigned bits = 0;
        for (std::size_t i = byte * 8; i < std::min(count, byte * 8 + 8); ++i) {
            if (points[first + i].present) bits |= 1u << (i % 8);
        }
        part.push_back(static_cast<std::uint8_t>(bits));
    }
    part.insert(part.end(), body.begin(), body.end());
    return part;
}

}  // namespace

void add(Sums& to, const Sums& from) noexcept {
    for (std::size_t c = 0; c < to.size(); ++c) {
        to[c].flows = add_saturated(to[c].flows, from[c].flows);
        to[c].packets = add_saturated(to[c].packets, from[c].packets);
        to[c].bytes = add_saturated(to[c].bytes, from[c].bytes);
    }
}

void raise(Sums& to, const Sums& from) noexcept {
    for (std::size_t c = 0; c < to.size(); ++c) {
        to[c].flows = std::max(to[c].flows, from[c].flows);
        to[c].packets = std::max(to[c].packets, from[c].packets);
        to[c].bytes = std::max(to[c].bytes, from[c].bytes);
    }
}

bool is_zero(const Sums& sums) noexcept {
    return std::all_of(sums.begin(), sums.end(), [](const flow::Cell& c) { return is_zero(c); });
}

void put_number(Buffer& to, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) to.push_back(static_cast<std::uint8_t>(number | 0x80));
    to.push_back(static_cast<std::uint8_t>(number));
}

void put_sums(Buffer& to, const Sums& sums) {
    const std::size_t mask_at = to.size();
    unsigned mask = 0;
    to.push_back(0);
    for (std::size_t c = 0; c < sums.size(); ++c) {
        if (is_zero(sums[c])) continue;
        mask |= 1u << c;
        put_number(to, sums[c].flows);
        put_number(to, sums[c].packets);
        put_number(to, sums[c].bytes);
    }
    to[mask_at] = static_cast<std::uint8_t>(mask);
}

std::uint64_t take_number(flow::Cursor& from) noexcept {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint8_t byte = from.u8();
        if (shift == 63 && byte > 1) break;  // more than 64 bits
        number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) return number;
    }
    from.skip(from.left() + 1);
    return 0;
}

Sums take_sums(flow::Cursor& from) noexcept {
    Sums sums{};
    const std::uint8_t mask = from.u8();
    if (mask >> flow::kClasses != 0) from.skip(from.left() + 1);
    for (std::size_t c = 0; c < sums.size() && from.ok(); ++c) {
        if ((mask >> c & 1) == 0) continue;
        sums[c].flows = take_number(from);
        sums[c].packets = take_number(from);
        sums[c].bytes = take_number(from);
    }
    return sums;
}

bool RowPacker::add(const RowEntry& entry) {
    entry_.clear();
    put_number(entry_, bytes_.empty() ? 0 : entry.series - last_);
    put_sums(entry_, entry.sums);
    if (!bytes_.empty() && bytes_.size() + entry_.size() > limit_) return false;
    if (bytes_.empty()) first_ = entry.series;
    last_ = entry.series;
    bytes_.insert(bytes_.end(), entry_.begin(), entry_.end());
    return true;
}

std::optional<RowEntry> RowCursor::next() noexcept {
    if (at_.left() == 0) return std::nullopt;
    const std::uint64_t step = take_number(at_);
    RowEntry entry;
    entry.sums = take_sums(at_);
    if (step > std::numeric_limits<std::uint32_t>::max() - series_) at_.skip(at_.left() + 1);
    if (!at_.ok()) return std::nullopt;
    series_ += static_cast<std::uint32_t>(step);
    entry.series = series_;
    return entry;
}

std::vector<Buffer> encode_chunk(const ChunkPoints& points, bool with_max, std::size_t limit) {
    std::vector<Buffer> parts;
    const std::size_t overhead = 2 + (points.size() + 7) / 8;
    Buffer body, one;
    std::size_t first = 0, end = 0;  // of the part in the making: up to after its last present point
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!points[i].present) continue;
        one.clear();
        put_point(one, points[i], with_max);
        if (!body.empty() && overhead + body.size() + one.size() > limit) {
            parts.push_back(make_part(first, end - first, points, body));
            body.clear();
        }
        if (body.empty()) first = i;
        end = i + 1;
        body.insert(body.end(), one.begin(), one.end());
    }
    if (!body.empty()) parts.push_back(make_part(first, end - first, points, body));
    return parts;
}

bool decode_part(flow::Bytes value, bool with_max, ChunkPoints& points) {
    flow::Cursor from(value);
    const std::size_t first = from.u8(), count = from.u8();
    const flow::Bytes bits = from.take((count + 7) / 8);
    if (!from.ok() || first + count > points.size()) return false;
    ChunkPoints read(count);
    for (std::size_t i = 0; i < count; ++i) {
        if ((bits[i / 8] >> (i % 8) & 1) == 0) continue;
        read[i].present = true;
        read[i].sum = take_sums(from);
        if (with_max) read[i].max = take_sums(from);
    }
    if (!from.ok() || from.left() != 0) return false;
    for (std::size_t i = 0; i < count; ++i) {
        if (!read[i].present) continue;
        ChunkPoint& to = points[first + i];
        to.present = true;
        add(to.sum, read[i].sum);
        raise(to.max, read[i].max);
    }
    return true;
}

}  // namespace store
