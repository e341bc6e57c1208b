// SPDX-License-Identifier: Apache-2.0
#include "store/archive/encode.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace store::archive {

namespace {

constexpr std::size_t kRowsPerRun = 64;          // runs as long as this on the average are stored as such
constexpr std::size_t kRowsPerEntry = 2;         // a dictionary has at most one entry in so many rows
constexpr std::size_t kRowsPerPlainAddress = 4;  // of IPv4 addresses fewer than one in so many may repeat
constexpr std::size_t kRowsPerException = 64;    // of a map
constexpr std::size_t kSampleRows = 2048;
constexpr std::size_t kFewEntries = 2;         // take a bit a row: neither a map nor a dictionary is less
constexpr std::size_t kSmallDictionary = 256;  // places of one byte are skewed in any order

void set_constant(ColumnEntry& entry, std::uint64_t value) noexcept {
    entry.encoding = Encoding::constant;
    std::memcpy(entry.at.data(), &value, sizeof value);
}

}  // namespace

template <class T>
void ColumnEncoder::above_smallest(std::span<const T> values, Bytes& out) {
    if (values.empty()) return numbers_.write(values, 0, 0, pieces_, out);
    const auto [low, high] = range_of(values);
    numbers_.write(values, low, static_cast<T>(high - low), pieces_, out);
}

template <class T>
void ColumnEncoder::ascending(std::span<T> values, Bytes& out) {
    T before = 0;
    for (T& value : values) value = zigzag(static_cast<T>(value - std::exchange(before, value)));
    above_smallest<T>(values, out);
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
bool ColumnEncoder::follows(std::span<const T> values, const AddressPlaces& from, std::vector<T>& map) {
    if (from.entries == 0 || from.entries > values.size() - values.size() / 4) return false;
    map.resize(from.entries);
    exception_rows_.clear();
    for (std::size_t entry = 0; entry < from.entries; ++entry) map[entry] = values[from.rows[entry]];
    for (std::size_t row = 0; row < values.size(); ++row) {
        if (same(map[from.ids[row]], values[row])) continue;
        if (exception_rows_.size() * kRowsPerException >= std::max(row, kSampleRows)) return false;
        exception_rows_.push_back(static_cast<std::uint16_t>(row));
    }
    for (const std::uint16_t row : exception_rows_) map.push_back(values[row]);
    return true;
}

void ColumnEncoder::write_map(std::span<const std::uint16_t> ids, std::size_t entries, const AddressPlaces& from,
                              ColumnEntry& entry, Bytes& out) {
    entry.encoding = Encoding::mapped;
    entry.map = from.column;
    entry.entries = static_cast<std::uint32_t>(entries);
    numbers_.write<std::uint16_t>(ids.first(from.entries), 0, entries - 1, pieces_, out);
    above_smallest<std::uint16_t>(exception_rows_, out);
    numbers_.write<std::uint16_t>(ids.subspan(from.entries), 0, entries - 1, pieces_, out);
}

template <class T>
bool ColumnEncoder::mapped(std::span<const T> values, Range<T> range, const AddressPlaces& from, ColumnEntry& entry,
                           Bytes& out) {
    auto& map = std::get<std::vector<T>>(maps_);
    if (!follows(values, from, map)) return false;
    if (!distinct_.find(std::span<const T>(map), range.low, range.high, values.size() / kRowsPerEntry)) return false;
    if (distinct_.keys().size() <= kFewEntries) return false;
    distinct_.sort(false);
    wide_.assign(distinct_.keys().begin(), distinct_.keys().end());
    ascending<std::uint64_t>(wide_, out);
    write_map(distinct_.ids(), distinct_.keys().size(), from, entry, out);
    return true;
}

template <class T>
bool ColumnEncoder::dictionary(std::span<const T> values, Range<T> all, ColumnEntry& entry, Bytes& out) {
    const std::uint64_t range = static_cast<T>(all.high - all.low);
    if (range < kFewEntries) return false;
    if (!distinct_.find(values, all.low, all.high, values.size() / kRowsPerEntry)) return false;
    const std::size_t plain_bits = plane_bits(range) * values.size();
    const std::size_t entries = distinct_.keys().size();
    const std::size_t entry_bits = plane_bits(2 * (range / entries));
    const std::size_t bits = plane_bits(entries - 1) * values.size() + entry_bits * entries;
    if (bits > plain_bits - plain_bits / 10) return false;
    distinct_.sort(skewed_ && entries > kSmallDictionary);
    entry.entries = static_cast<std::uint32_t>(entries);
    wide_.assign(distinct_.keys().begin(), distinct_.keys().end());
    ascending<std::uint64_t>(wide_, out);
    entry.encoding = Encoding::dictionary;
    numbers_.write(distinct_.ids(), 0, entries - 1, pieces_, out);
    return true;
}

template <class T>
void ColumnEncoder::number(std::span<const T> values, Range<T> range, const AddressPlaces& from, ColumnEntry& entry,
                           Bytes& out) {
    if (range.low == range.high) return set_constant(entry, range.low);
    if (runs(values, entry, out)) return;
    const std::uint64_t width = static_cast<T>(range.high - range.low);
    if (width >= kFewEntries && mapped(values, range, from, entry, out)) return;
    if (dictionary(values, range, entry, out)) return;
    plain(values, range.low, width, entry, out);
}

void ColumnEncoder::related(std::span<const std::uint64_t> values, Range<std::uint64_t> range, Reference reference,
                            std::span<const std::uint64_t> others, ColumnEntry& entry, Bytes& out) {
    if (range.low == range.high) return set_constant(entry, range.low);
    wide_.resize(values.size());
    const std::uint64_t sign = reference == Reference::before_received ? ~0ull : 0;  // other - value or value - other
    std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = std::numeric_limits<std::int64_t>::min();
    for (std::size_t i = 0; i < values.size(); ++i) {
        wide_[i] = ((values[i] - others[i]) ^ sign) - sign;
        const auto difference = static_cast<std::int64_t>(wide_[i]);
        least = difference < least ? difference : least;
        most = difference > most ? difference : most;
    }
    const std::uint64_t width = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
    if (plane_bits(width) > plane_bits(range.high - range.low)) return number(values, range, {}, entry, out);
    entry.reference = reference;
    plain<std::uint64_t>(wide_, static_cast<std::uint64_t>(least), width, entry, out);
}

void ColumnEncoder::plain_v4(std::span<const flow::IpAddress> values, ColumnEntry& entry, Bytes& out) {
    entry.encoding = Encoding::plain;
    narrow_.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) narrow_[i] = values[i].as_v4();
    above_smallest<std::uint32_t>(narrow_, out);
}

// IPv4 addresses first, then the others as their two halves.
void ColumnEncoder::write_addresses(std::span<const flow::IpAddress> keys, Bytes& out) {
    std::size_t others = 0;
    narrow_.clear();
    for (; others < keys.size() && keys[others].is_v4(); ++others) narrow_.push_back(keys[others].as_v4());
    ascending<std::uint32_t>(narrow_, out);
    wide_.clear();
    for (std::size_t i = others; i < keys.size(); ++i) wide_.push_back(keys[i].high());
    ascending<std::uint64_t>(wide_, out);
    wide_.clear();
    for (std::size_t i = others; i < keys.size(); ++i) wide_.push_back(keys[i].low());
    above_smallest<std::uint64_t>(wide_, out);
}

bool ColumnEncoder::address(std::span<const flow::IpAddress> values, const AddressPlaces& from,
                            AddressDictionary& distinct, ColumnEntry& entry, Bytes& out) {
    if (std::all_of(values.begin(), values.end(), [&](const auto& a) { return same(a, values.front()); })) {
        distinct.find(values.first(1), 1);
        entry.encoding = Encoding::constant;
        std::memcpy(entry.at.data(), values.front().bytes.data(), sizeof entry.at);
        return true;
    }
    auto& map = std::get<std::vector<flow::IpAddress>>(maps_);
    if (follows(values, from, map) &&
        distinct.find(std::span<const flow::IpAddress>(map), values.size() / kRowsPerEntry) &&
        distinct.keys().size() > kFewEntries) {
        distinct.sort(false);
        write_addresses(distinct.keys(), out);
        write_map(distinct.ids(), distinct.keys().size(), from, entry, out);
        return true;
    }
    const bool v4 = std::all_of(values.begin(), values.end(), [](const flow::IpAddress& a) { return a.is_v4(); });
    if (!distinct.find(values, v4 ? values.size() - values.size() / kRowsPerPlainAddress : values.size())) {
        plain_v4(values, entry, out);
        return false;
    }
    const std::size_t entries = distinct.keys().size();
    distinct.sort(skewed_ && entries > kSmallDictionary);
    write_addresses(distinct.keys(), out);
    entry.entries = static_cast<std::uint32_t>(entries);
    entry.encoding = Encoding::dictionary;
    numbers_.write(distinct.ids(), 0, entries - 1, pieces_, out);
    return true;
}

template <std::size_t words>
void ColumnEncoder::record(std::span<const std::array<std::uint32_t, words>> values, ColumnEntry& entry, Bytes& out) {
    Distinct<std::array<std::uint32_t, words>> distinct;
    distinct.find(values, values.size());
    distinct.sort(false);
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

template void ColumnEncoder::number<std::uint8_t>(std::span<const std::uint8_t>, Range<std::uint8_t>,
                                                  const AddressPlaces&, ColumnEntry&, Bytes&);
template void ColumnEncoder::number<std::uint16_t>(std::span<const std::uint16_t>, Range<std::uint16_t>,
                                                   const AddressPlaces&, ColumnEntry&, Bytes&);
template void ColumnEncoder::number<std::uint32_t>(std::span<const std::uint32_t>, Range<std::uint32_t>,
                                                   const AddressPlaces&, ColumnEntry&, Bytes&);
template void ColumnEncoder::number<std::uint64_t>(std::span<const std::uint64_t>, Range<std::uint64_t>,
                                                   const AddressPlaces&, ColumnEntry&, Bytes&);
template void ColumnEncoder::record<3>(std::span<const std::array<std::uint32_t, 3>>, ColumnEntry&, Bytes&);
template void ColumnEncoder::record<11>(std::span<const std::array<std::uint32_t, 11>>, ColumnEntry&, Bytes&);

}  // namespace store::archive
