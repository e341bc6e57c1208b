// SPDX-License-Identifier: Apache-2.0
#include "store/archive/decode.hpp"

#include <algorithm>
#include <cstring>

namespace store::archive {

namespace {

using flow::IpAddress;
using flow::kBatchRows;

constexpr unsigned kMostPlaceBits = 17;  // 65,536 texts and the empty one
constexpr unsigned kMapBits = 16;        // of what is no text
constexpr std::size_t kMostTextBytes = kBlockTextBytes + std::size_t{kBlockRows} * 1024;

// Places are numbers from 0 of few bits, so that a table filled up to 2^bits needs no check at each of them.
bool are_places(const NumberStream& places) noexcept {
    return places.base() == 0 && places.bits() <= kMostPlaceBits;
}
// As IpAddress::v4(), which fills byte by byte.
IpAddress mapped_v4(std::uint32_t host) noexcept {
    const std::array<std::uint64_t, 2> halves = {0, std::uint64_t{__builtin_bswap32(host)} << 32 | 0xffff'0000ull};
    IpAddress out;
    std::memcpy(out.bytes.data(), halves.data(), sizeof halves);
    return out;
}

std::size_t table_size(std::uint32_t entries, unsigned bits) noexcept {
    return std::max(std::size_t{entries}, std::size_t{1} << bits);
}

}  // namespace

bool Places::load(std::uint32_t entries, std::uint32_t rows, ByteSpan bytes, std::size_t& at, PieceReader& pieces) {
    origin_ = nullptr;
    if (!stream_.open(bytes, at, pieces) || stream_.count() != rows || !are_places(stream_)) return false;
    table_size_ = archive::table_size(entries, stream_.bits());
    return true;
}

bool Places::load_map(std::uint32_t entries, const Places& origin, std::uint32_t rows, ByteSpan bytes, std::size_t& at,
                      PieceReader& pieces) {
    origin_ = &origin;
    if (!stream_.open(bytes, at, pieces) || !are_places(stream_) || stream_.bits() > kMapBits) return false;
    if (stream_.count() > origin.table_size()) return false;
    map_.assign(origin.table_size(), 0);
    stream_.read_all(map_.data());
    unsigned bits = stream_.bits();
    if (!stream_.open(bytes, at, pieces)) return false;
    exception_rows_.resize(stream_.count());
    stream_.read_all(exception_rows_.data());
    if (!stream_.open(bytes, at, pieces) || !are_places(stream_) || stream_.bits() > kMapBits) return false;
    if (stream_.count() != exception_rows_.size()) return false;
    exceptions_.resize(stream_.count());
    stream_.read_all(exceptions_.data());
    bits = std::max(bits, stream_.bits());
    table_size_ = archive::table_size(entries, bits);
    return std::is_sorted(exception_rows_.begin(), exception_rows_.end()) &&
           (exception_rows_.empty() || exception_rows_.back() < rows);
}

template <class T>
void Places::read(std::uint32_t from, std::uint32_t n, T* out) const noexcept {
    if (origin_ == nullptr) return stream_.read(from, n, out);
    origin_->read(from, n, out);
    for (std::uint32_t i = 0; i < n; ++i) out[i] = map_[out[i]];
    auto row = std::lower_bound(exception_rows_.begin(), exception_rows_.end(), from);
    for (; row != exception_rows_.end() && *row < from + n; ++row) {
        out[*row - from] = exceptions_[static_cast<std::size_t>(row - exception_rows_.begin())];
    }
}

void NumberColumn::load_absent() noexcept {
    encoding_ = Encoding::constant;
    reference_ = Reference::none;
    values_.assign(1, 0);
    constant_ = 0;
}

bool NumberColumn::load(const StoredColumn& stored, PieceReader& pieces) {
    encoding_ = stored.entry.encoding;
    reference_ = encoding_ == Encoding::plain ? stored.entry.reference : Reference::none;
    std::size_t at = 0;
    switch (encoding_) {
        case Encoding::constant:
            std::memcpy(&constant_, stored.entry.at.data(), sizeof constant_);
            values_.assign(1, constant_);
            return true;
        case Encoding::plain:
            return stream_.open(stored.bytes, at, pieces) && stream_.count() == stored.rows;
        case Encoding::dictionary:
        case Encoding::mapped:
            return load_dictionary(stored, pieces);
        case Encoding::runs:
            return load_runs(stored, pieces);
    }
    return false;
}

bool NumberColumn::load_dictionary(const StoredColumn& stored, PieceReader& pieces) {
    std::size_t at = 0;
    entries_ = stored.entry.entries;
    if (!stream_.open(stored.bytes, at, pieces) || stream_.count() != entries_) return false;
    values_.resize(entries_);
    stream_.read_all(values_.data());
    std::uint64_t value = 0;
    for (std::uint64_t& here : values_) here = value += unzigzag(here);
    if (encoding_ == Encoding::dictionary) {
        if (!places_.load(entries_, stored.rows, stored.bytes, at, pieces)) return false;
    } else if (stored.origin == nullptr ||
               !places_.load_map(entries_, *stored.origin, stored.rows, stored.bytes, at, pieces)) {
        return false;
    }
    values_.resize(places_.table_size());
    return true;
}

bool NumberColumn::load_runs(const StoredColumn& stored, PieceReader& pieces) {
    std::size_t at = 0;
    const std::uint32_t runs = stored.entry.entries;
    if (!stream_.open(stored.bytes, at, pieces) || runs == 0 || stream_.count() != runs) return false;
    ends_.resize(runs);
    stream_.read_all(ends_.data());
    if (!stream_.open(stored.bytes, at, pieces) || stream_.count() != runs) return false;
    values_.resize(runs);
    stream_.read_all(values_.data());
    return std::is_sorted(ends_.begin(), ends_.end()) && ends_.back() == stored.rows;
}

template <class T>
void NumberColumn::read(std::uint32_t from, std::uint32_t n, T* out) const noexcept {
    switch (encoding_) {
        case Encoding::constant:
            std::fill_n(out, n, static_cast<T>(constant_));
            return;
        case Encoding::plain:
            return stream_.read(from, n, out);
        case Encoding::dictionary:
        case Encoding::mapped: {
            std::array<std::uint16_t, kBatchRows> places;
            places_.read(from, n, places.data());
            for (std::uint32_t i = 0; i < n; ++i) out[i] = static_cast<T>(values_[places[i]]);
            return;
        }
        case Encoding::runs: {
            auto run = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), from) - ends_.begin());
            for (std::uint32_t row = from; row < from + n; ++run) {
                const std::uint32_t end = std::min(ends_[run], from + n);
                std::fill(out + (row - from), out + (end - from), static_cast<T>(values_[run]));
                row = end;
            }
            return;
        }
    }
}
template void NumberColumn::read<std::uint8_t>(std::uint32_t, std::uint32_t, std::uint8_t*) const noexcept;
template void NumberColumn::read<std::uint16_t>(std::uint32_t, std::uint32_t, std::uint16_t*) const noexcept;
template void NumberColumn::read<std::uint32_t>(std::uint32_t, std::uint32_t, std::uint32_t*) const noexcept;
template void NumberColumn::read<std::uint64_t>(std::uint32_t, std::uint32_t, std::uint64_t*) const noexcept;

std::span<const std::uint64_t> NumberColumn::dictionary() const noexcept {
    if (encoding_ == Encoding::constant) return {values_.data(), 1};
    if (encoding_ != Encoding::dictionary && encoding_ != Encoding::mapped) return {};
    return {values_.data(), entries_};
}

void NumberColumn::read_places(std::uint32_t from, std::uint32_t n, std::uint32_t* out) const noexcept {
    if (encoding_ == Encoding::dictionary || encoding_ == Encoding::mapped) return places_.read(from, n, out);
    std::fill_n(out, n, 0u);
}

void AddressColumn::load_absent() {
    encoding_ = Encoding::constant;
    addresses_.assign(1, IpAddress{});
    entries_ = 1;
}

bool AddressColumn::load(const StoredColumn& stored, PieceReader& pieces) {
    encoding_ = stored.entry.encoding;
    std::size_t at = 0;
    switch (encoding_) {
        case Encoding::constant:
            addresses_.resize(1);
            std::memcpy(addresses_[0].bytes.data(), stored.entry.at.data(), sizeof stored.entry.at);
            entries_ = 1;
            return true;
        case Encoding::plain:
            return stream_.open(stored.bytes, at, pieces) && stream_.count() == stored.rows;
        case Encoding::dictionary:
        case Encoding::mapped:
            return load_dictionary(stored, pieces);
        case Encoding::runs:
            break;
    }
    return false;
}

bool AddressColumn::load_addresses(std::uint32_t entries, ByteSpan bytes, std::size_t& at, PieceReader& pieces) {
    NumberStream& v4 = stream_;
    if (!v4.open(bytes, at, pieces) || !high_.open(bytes, at, pieces) || !low_.open(bytes, at, pieces)) return false;
    const std::uint32_t n4 = v4.count(), n6 = high_.count();
    if (low_.count() != n6 || n4 > entries || entries - n4 != n6) return false;
    narrow_.resize(n4);
    addresses_.resize(entries);
    v4.read_all(narrow_.data());
    std::uint32_t v4_value = 0;
    for (std::uint32_t i = 0; i < n4; ++i) addresses_[i] = mapped_v4(v4_value += unzigzag(narrow_[i]));
    numbers_.resize(2 * std::size_t{n6});
    high_.read_all(numbers_.data());
    low_.read_all(numbers_.data() + n6);
    std::uint64_t value = 0;
    for (std::uint32_t i = 0; i < n6; ++i) {
        value += unzigzag(numbers_[i]);
        const std::array<std::uint64_t, 2> words = {__builtin_bswap64(value), __builtin_bswap64(numbers_[n6 + i])};
        std::memcpy(addresses_[n4 + i].bytes.data(), words.data(), sizeof words);
    }
    return true;
}

bool AddressColumn::load_dictionary(const StoredColumn& stored, PieceReader& pieces) {
    std::size_t at = 0;
    entries_ = stored.entry.entries;
    if (!load_addresses(entries_, stored.bytes, at, pieces)) return false;
    if (encoding_ == Encoding::dictionary) {
        if (!places_.load(entries_, stored.rows, stored.bytes, at, pieces)) return false;
    } else if (stored.origin == nullptr ||
               !places_.load_map(entries_, *stored.origin, stored.rows, stored.bytes, at, pieces)) {
        return false;
    }
    if (places_.table_size() > kBlockRows) return false;
    addresses_.resize(places_.table_size());
    return true;
}

void AddressColumn::read(std::uint32_t from, std::uint32_t n, IpAddress* out) const noexcept {
    if (encoding_ == Encoding::constant) {
        std::fill_n(out, n, addresses_[0]);
        return;
    }
    if (encoding_ == Encoding::plain) {
        std::array<std::uint32_t, kBatchRows> numbers;
        stream_.read(from, n, numbers.data());
        for (std::uint32_t i = 0; i < n; ++i) out[i] = mapped_v4(numbers[i]);
        return;
    }
    std::array<std::uint16_t, kBatchRows> places;
    places_.read(from, n, places.data());
    for (std::uint32_t i = 0; i < n; ++i) out[i] = addresses_[places[i]];
}

std::span<const IpAddress> AddressColumn::dictionary() const noexcept {
    if (encoding_ == Encoding::plain) return {};
    return {addresses_.data(), entries_};
}

void AddressColumn::read_places(std::uint32_t from, std::uint32_t n, std::uint32_t* out) const noexcept {
    if (encoding_ == Encoding::dictionary || encoding_ == Encoding::mapped) return places_.read(from, n, out);
    std::fill_n(out, n, 0u);
}

bool RecordColumn::load(std::size_t words, const StoredColumn& stored, PieceReader& pieces) {
    const std::uint32_t entries = stored.entry.entries;
    if (stored.entry.encoding != Encoding::dictionary || entries > kBlockRows) return false;
    words_ = words;
    numbers_.resize(entries);
    records_.resize(entries * words);
    std::size_t at = 0;
    for (std::size_t word = 0; word < words; ++word) {
        if (!other_.open(stored.bytes, at, pieces) || other_.count() != entries) return false;
        other_.read_all(numbers_.data());
        for (std::uint32_t i = 0; i < entries; ++i) records_[i * words + word] = numbers_[i];
    }
    if (!places_.load(entries, stored.rows, stored.bytes, at, pieces)) return false;
    records_.resize(places_.table_size() * words);
    return true;
}

void RecordColumn::read(std::uint32_t from, std::uint32_t n, void* out) const noexcept {
    std::array<std::uint32_t, kBatchRows> places;
    places_.read(from, n, places.data());
    const std::size_t size = words_ * sizeof(std::uint32_t);
    for (std::uint32_t i = 0; i < n; ++i) {
        std::memcpy(static_cast<std::uint8_t*>(out) + i * size, records_.data() + places[i] * words_, size);
    }
}

bool TextColumn::load_texts(std::uint32_t entries, ByteSpan bytes, std::size_t& at, PieceReader& pieces) {
    struct {
        std::uint64_t bytes = 0;
        PieceEntry piece{};
    } head;
    if (!other_.open(bytes, at, pieces) || other_.count() != entries) return false;
    if (bytes.size() - at < sizeof head) return false;
    std::memcpy(&head, bytes.data() + at, sizeof head);
    at += sizeof head;
    if (head.bytes > kMostTextBytes || bytes.size() - at < head.piece.bytes) return false;
    buffer_.resize(head.bytes);
    const ByteSpan stored = bytes.subspan(at, head.piece.bytes);
    if (!pieces.read(stored, static_cast<Compression>(head.piece.compression), buffer_)) return false;
    at += std::min(aligned(head.piece.bytes), bytes.size() - at);
    lengths_.resize(entries);
    other_.read_all(lengths_.data());
    texts_.clear();
    std::size_t begin = 0;
    for (const std::uint32_t length : lengths_) {
        if (length > buffer_.size() - begin) return false;
        texts_.emplace_back(reinterpret_cast<const char*>(buffer_.data()) + begin, length);
        begin += length;
    }
    return true;
}

bool TextColumn::load(const StoredColumn& stored, PieceReader& pieces) {
    std::size_t at = 0;
    const std::uint32_t entries = stored.entry.entries;
    if (stored.entry.encoding != Encoding::dictionary || !load_texts(entries, stored.bytes, at, pieces)) return false;
    if (!places_.load(entries, stored.rows, stored.bytes, at, pieces)) return false;
    texts_.resize(places_.table_size());
    placed_.assign(texts_.size(), {});
    call_ = 0;
    return true;
}

bool TextColumn::read(std::uint32_t from, std::uint32_t n, flow::TextArena& arena, flow::Text* out) noexcept {
    std::array<std::uint32_t, kBatchRows> places;
    places_.read(from, n, places.data());
    ++call_;
    for (std::uint32_t i = 0; i < n; ++i) {
        Placed& placed = placed_[places[i]];
        if (placed.call != call_) {
            // Where an earlier call for this page put it, unless the batch was emptied since.
            const std::string_view text = texts_[places[i]];
            const bool still_there = placed.call != 0 && placed.at.offset + placed.at.length <= arena.used() &&
                                     arena.view(placed.at) == text;
            if (!still_there && !arena.add(text, placed.at)) return false;
            placed.call = call_;
        }
        out[i] = placed.at;
    }
    return true;
}

}  // namespace store::archive
