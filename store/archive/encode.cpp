// SPDX-License-Identifier: Apache-2.0
#include "store/archive/encode.hpp"

#include <algorithm>
#include <cstring>

namespace store::archive {

namespace {

constexpr std::size_t kRowsPerRun = 64;   // runs as long as this on the average are stored as such
constexpr std::size_t kRowsPerEntry = 2;  // a dictionary has at most one entry in so many rows

void set_constant(ColumnEntry& entry, std::uint64_t value) noexcept {
    entry.encoding = Encoding::constant;
    std::memcpy(entry.at.data(), &value, sizeof value);
}

template <class T>
std::pair<T, T> smallest_and_largest(std::span<const T> values) noexcept {
    T low = values[0], high = values[0];
    for (const T v : values) {
        low = std::min(low, v);
        high = std::max(high, v);
    }
    return {low, high};
}

}  // namespace

template <class T>
void ColumnEncoder::above_smallest(std::span<const T> values, Bytes& out) {
    if (values.empty()) return numbers_.write(values, 0, 0, pieces_, out);
    const auto [low, high] = smallest_and_largest(values);
    numbers_.write(values, low, static_cast<T>(high - low), pieces_, out);
}

// As differences to the one before, the first one's to 0, sign in the lowest bit.
void ColumnEncoder::ascending(std::span<const std::uint64_t> values, Bytes& out) {
    other_wide_.resize(values.size());
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        other_wide_[i] = zigzag(values[i] - before);
        before = values[i];
    }
    above_smallest<std::uint64_t>(other_wide_, out);
}

template <class T>
void ColumnEncoder::plain(std::span<const T> values, std::uint64_t base, std::uint64_t range, ColumnEntry& entry,
                          Bytes& out) {
    entry.encoding = Encoding::plain;
    numbers_.write(values, base, range, pieces_, out);
}

template <class T>
bool ColumnEncoder::runs(std::span<const T> values, ColumnEntry& entry, Bytes& out) {
    std::size_t changes = 0;
    for (std::size_t i = 1; i < values.size(); ++i) changes += values[i] != values[i - 1];
    if ((changes + 1) * kRowsPerRun > values.size()) return false;
    entry.encoding = Encoding::runs;
    entry.entries = static_cast<std::uint32_t>(changes + 1);
    narrow_.clear();
    wide_.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i + 1 != values.size() && values[i + 1] == values[i]) continue;
        narrow_.push_back(static_cast<std::uint32_t>(i + 1));
        wide_.push_back(values[i]);
    }
    above_smallest<std::uint32_t>(narrow_, out);
    above_smallest<std::uint64_t>(wide_, out);
    return true;
}

template <class T>
bool ColumnEncoder::dictionary(std::span<const T> values, std::uint64_t range, ColumnEntry& entry, Bytes& out) {
    const std::size_t plain_bits = plane_bits(range) * values.size();
    if (!distinct_.find(values, values.size() / kRowsPerEntry)) return false;
    const std::size_t entries = distinct_.keys().size();
    const std::size_t entry_bits = plane_bits(2 * (range / entries));
    const std::size_t bits = plane_bits(entries - 1) * values.size() + entry_bits * entries;
    if (bits > plain_bits - plain_bits / 10) return false;
    distinct_.sort(std::less<>());
    entry.encoding = Encoding::dictionary;
    entry.entries = static_cast<std::uint32_t>(entries);
    ascending(distinct_.keys(), out);
    numbers_.write(distinct_.ids(), 0, entries - 1, pieces_, out);
    return true;
}

template <class T>
void ColumnEncoder::number(std::span<const T> values, ColumnEntry& entry, Bytes& out) {
    const auto [low, high] = smallest_and_largest(values);
    if (low == high) return set_constant(entry, low);
    if (runs(values, entry, out)) return;
    const std::uint64_t range = static_cast<T>(high - low);
    if (dictionary(values, range, entry, out)) return;
    plain(values, low, range, entry, out);
}

void ColumnEncoder::related(std::span<const std::uint64_t> values, Reference reference,
                            std::span<const std::uint64_t> others, ColumnEntry& entry, Bytes& out) {
    const auto [low, high] = smallest_and_largest(values);
    if (low == high) return set_constant(entry, low);
    wide_.resize(values.size());
    const std::uint64_t sign = reference == Reference::before_received ? ~0ull : 0;  // other - value or value - other
    for (std::size_t i = 0; i < values.size(); ++i) wide_[i] = ((values[i] - others[i]) ^ sign) - sign;
    std::int64_t least = static_cast<std::int64_t>(wide_[0]), most = least;
    for (const std::uint64_t difference : wide_) {
        least = std::min(least, static_cast<std::int64_t>(difference));
        most = std::max(most, static_cast<std::int64_t>(difference));
    }
    const std::uint64_t range = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
    if (plane_bits(range) > plane_bits(high - low)) return number(values, entry, out);
    entry.reference = reference;
    plain<std::uint64_t>(wide_, static_cast<std::uint64_t>(least), range, entry, out);
}

void ColumnEncoder::plain_v4(std::span<const flow::IpAddress> values, ColumnEntry& entry, Bytes& out) {
    entry.encoding = Encoding::plain;
    narrow_.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) narrow_[i] = values[i].as_v4();
    above_smallest<std::uint32_t>(narrow_, out);
}

// IPv4 addresses first, then the others as their two halves.
void ColumnEncoder::address_dictionary(ColumnEntry& entry, Bytes& out) {
    addresses_.sort([](const flow::IpAddress& a, const flow::IpAddress& b) {
        if (a.is_v4() != b.is_v4()) return a.is_v4();
        return a.high() != b.high() ? a.high() < b.high() : a.low() < b.low();
    });
    const auto keys = addresses_.keys();
    entry.encoding = Encoding::dictionary;
    entry.entries = static_cast<std::uint32_t>(keys.size());
    std::size_t others = 0;
    wide_.clear();
    for (; others < keys.size() && keys[others].is_v4(); ++others) wide_.push_back(keys[others].as_v4());
    ascending(wide_, out);
    wide_.clear();
    for (std::size_t i = others; i < keys.size(); ++i) wide_.push_back(keys[i].high());
    ascending(wide_, out);
    wide_.clear();
    for (std::size_t i = others; i < keys.size(); ++i) wide_.push_back(keys[i].low());
    above_smallest<std::uint64_t>(wide_, out);
    numbers_.write(addresses_.ids(), 0, keys.size() - 1, pieces_, out);
}

std::span<const flow::IpAddress> ColumnEncoder::address(std::span<const flow::IpAddress> values, ColumnEntry& entry,
                                                        Bytes& out) {
    addresses_.find(values, values.size());
    const auto keys = addresses_.keys();
    if (keys.size() == 1) {
        entry.encoding = Encoding::constant;
        std::memcpy(entry.at.data(), keys[0].bytes.data(), sizeof entry.at);
        return keys;
    }
    const bool v4 = std::all_of(keys.begin(), keys.end(), [](const flow::IpAddress& a) { return a.is_v4(); });
    if (v4 && keys.size() * kRowsPerEntry > values.size()) {
        plain_v4(values, entry, out);
    } else {
        address_dictionary(entry, out);
    }
    return addresses_.keys();
}

template <std::size_t words>
void ColumnEncoder::record(std::span<const std::array<std::uint32_t, words>> values, ColumnEntry& entry, Bytes& out) {
    Distinct<std::array<std::uint32_t, words>> distinct;
    distinct.find(values, values.size());
    distinct.sort(std::less<>());
    const auto keys = distinct.keys();
    entry.encoding = Encoding::dictionary;
    entry.entries = static_cast<std::uint32_t>(keys.size());
    for (std::size_t word = 0; word < words; ++word) {
        narrow_.clear();
        for (const auto& key : keys) narrow_.push_back(key[word]);
        above_smallest<std::uint32_t>(narrow_, out);
    }
    numbers_.write(distinct.ids(), 0, keys.size() - 1, pieces_, out);
}

void ColumnEncoder::text(const TextList& texts, std::span<const std::uint32_t> ids, ColumnEntry& entry, Bytes& out) {
    entry.encoding = Encoding::dictionary;
    entry.entries = static_cast<std::uint32_t>(texts.lengths.size());
    above_smallest(texts.lengths, out);
    append(out, std::uint64_t{texts.bytes.size()});
    const std::size_t piece_at = out.size();
    out.resize(piece_at + sizeof(PieceEntry));
    const PieceEntry piece = pieces_.append(texts.bytes, out);
    std::memcpy(out.data() + piece_at, &piece, sizeof piece);
    numbers_.write(ids, 0, texts.lengths.size() - 1, pieces_, out);
}

template void ColumnEncoder::number<std::uint8_t>(std::span<const std::uint8_t>, ColumnEntry&, Bytes&);
template void ColumnEncoder::number<std::uint16_t>(std::span<const std::uint16_t>, ColumnEntry&, Bytes&);
template void ColumnEncoder::number<std::uint32_t>(std::span<const std::uint32_t>, ColumnEntry&, Bytes&);
template void ColumnEncoder::number<std::uint64_t>(std::span<const std::uint64_t>, ColumnEntry&, Bytes&);
template void ColumnEncoder::record<3>(std::span<const std::array<std::uint32_t, 3>>, ColumnEntry&, Bytes&);
template void ColumnEncoder::record<11>(std::span<const std::array<std::uint32_t, 11>>, ColumnEntry&, Bytes&);

}  // namespace store::archive
