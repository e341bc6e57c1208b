// SPDX-License-Identifier: Apache-2.0
#include "store/archive/block_encoder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

#include "dataplane/flow/scale.hpp"
#include "store/archive/bloom.hpp"
#include "store/archive/stored_columns.hpp"

namespace store::archive {

namespace {

using flow::Column;

ExporterEntry entry_of(const flow::ExporterKey& key) noexcept {
    return {.address = key.address.bytes,
            .agent = key.agent.bytes,
            .source_id = key.source_id,
            .domain = key.domain,
            .port = key.port,
            .protocol = static_cast<std::uint8_t>(key.protocol),
            .zero = {}};
}

void patch(Bytes& out, std::size_t at, const void* bytes, std::size_t size) noexcept {
    std::memcpy(out.data() + at, bytes, size);
}

}  // namespace

template <class Stored>
bool BlockEncoder::zone(Column which, std::span<const Stored> values, Stored& low, Stored& high) const noexcept {
    const std::uint64_t bit = flow::present_bit(which);
    const auto present = rows_.present.span();
    bool any = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if ((present[i] & bit) != bit) continue;
        if (!any) low = high = values[i];
        any = true;
        low = std::min(low, values[i]);
        high = std::max(high, values[i]);
    }
    return any;
}

// Says where the bytes of the column are that begin at `begin` of the body; nothing, for a constant.
void BlockEncoder::finish(ColumnEntry& entry, std::size_t begin) {
    if (entry.encoding == Encoding::constant) {
        if (entry.at != ColumnEntry{}.at) entries_.push_back(entry);
        return;
    }
    const ByteSpan stored{body_.data() + begin, body_.size() - begin};
    entry.at[0] = static_cast<std::uint32_t>(begin);
    entry.at[1] = static_cast<std::uint32_t>(stored.size());
    entry.checksum = checksum(stored);
    entries_.push_back(entry);
}

template <class Stored>
void BlockEncoder::numbers(Column which, std::span<const Stored> values, ColumnEntry& entry) {
    Stored low = 0, high = 0;
    if (zone(which, values, low, high)) entry.low[0] = low, entry.high[0] = high;
    if constexpr (std::is_same_v<Stored, std::uint64_t>) {
        const bool first = which == Column::first_ms;
        if (first || which == Column::last_ms) {
            return encoder_.related(values, first ? Reference::before_received : Reference::after_first,
                                    first ? rows_.received_ms.span() : rows_.first_ms.span(), entry, body_);
        }
    }
    encoder_.number(values, entry, body_);
}

void BlockEncoder::addresses(Column which, std::span<const flow::IpAddress> values, ColumnEntry& entry) {
    flow::IpAddress low, high;
    if (zone(which, values, low, high)) {
        std::memcpy(entry.low.data(), low.bytes.data(), sizeof entry.low);
        std::memcpy(entry.high.data(), high.bytes.data(), sizeof entry.high);
    }
    const auto distinct = encoder_.address(values, entry, body_);
    if (which == Column::src_addr) header_.source_lines = append_filter(distinct, source_filter_);
    if (which == Column::dst_addr) header_.destination_lines = append_filter(distinct, destination_filter_);
}

template <class Stored>
void BlockEncoder::column(Column which, Values<Stored>& values) {
    if (which == Column::exporter || which == Column::source || values.size() == 0) return;
    values.fill_to(rows_.rows);
    const auto span = std::span<const Stored>(values.span());
    const std::size_t begin = body_.size();
    ColumnEntry entry{};
    entry.column = stored_id(which);
    if constexpr (std::is_same_v<Stored, flow::IpAddress>) {
        addresses(which, span, entry);
    } else if constexpr (std::is_same_v<Stored, flow::MplsStack> || std::is_same_v<Stored, flow::AclId>) {
        constexpr std::size_t kWords = sizeof(Stored) / sizeof(std::uint32_t);
        std::vector<std::array<std::uint32_t, kWords>> words(span.size());
        std::memcpy(words.data(), span.data(), span.size_bytes());
        encoder_.record<kWords>(words, entry, body_);
    } else {
        numbers(which, span, entry);
    }
    finish(entry, begin);
}

void BlockEncoder::text_column(Column which, Values<std::uint32_t>& places) {
    const auto& list = rows_.texts[static_cast<std::size_t>(which)];
    if (places.size() == 0 || list == nullptr) return;
    places.fill_to(rows_.rows);
    const std::size_t begin = body_.size();
    ColumnEntry entry{};
    entry.column = stored_id(which);
    encoder_.text(list->list(), places.span(), entry, body_);
    finish(entry, begin);
}

// Ids become places in the block's own list.
void BlockEncoder::exporter_column(const flow::ExporterTable& exporters) {
    std::unordered_map<std::uint32_t, std::uint32_t> places;
    std::vector<std::uint32_t> place_of_row(rows_.rows);
    std::uint32_t last_id = 0, last_place = 0;
    const auto ids = rows_.exporter.span();
    for (std::uint32_t row = 0; row < rows_.rows; ++row) {
        if (row == 0 || ids[row] != last_id) {
            last_id = ids[row];
            const auto [at, added] = places.try_emplace(last_id, static_cast<std::uint32_t>(places.size()));
            if (added) {
                exporters_.push_back(
                    entry_of(last_id < exporters.size() ? exporters.key(last_id) : flow::ExporterKey{}));
            }
            last_place = at->second;
        }
        place_of_row[row] = last_place;
    }
    ColumnEntry entry{};
    entry.column = stored_id(Column::exporter);
    entry.high[0] = exporters_.size() - 1;
    const std::size_t begin = body_.size();
    encoder_.number<std::uint32_t>(place_of_row, entry, body_);
    finish(entry, begin);
}

void BlockEncoder::all_columns(const flow::ExporterTable& exporters) {
    const std::size_t begin = body_.size();
    ColumnEntry received{};
    received.column = kReceived;
    received.low[0] = header_.received_from_ms;
    received.high[0] = header_.received_to_ms;
    encoder_.number(rows_.received_ms.span(), received, body_);
    finish(received, begin);
    exporter_column(exporters);
    const auto each = [this]<class T>(const T*, Column which, auto& values) {
        if constexpr (std::is_same_v<T, flow::Text>) {
            text_column(which, values);
        } else {
            column(which, values);
        }
    };
#define X(name, type, what) each(static_cast<const type*>(nullptr), Column::name, rows_.name);
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
}

void BlockEncoder::sum() {
    const auto add_up = [](std::uint64_t& sum, std::uint64_t more) {
        if (__builtin_add_overflow(sum, more, &sum)) sum = ~0ull;
    };
    header_.rows = rows_.rows;
    header_.present_all = header_.received_from_ms = header_.first_ms = ~0ull;
    const auto present = rows_.present.span();
    const auto sampling = rows_.sampling.span();
    const auto thinning = rows_.thinning.span();
    for (std::uint32_t row = 0; row < rows_.rows; ++row) {
        header_.present_any |= present[row];
        header_.present_all &= present[row];
        header_.received_from_ms = std::min(header_.received_from_ms, rows_.received_ms.span()[row]);
        header_.received_to_ms = std::max(header_.received_to_ms, rows_.received_ms.span()[row]);
        header_.first_ms = std::min(header_.first_ms, rows_.first_ms.span()[row]);
        header_.last_ms = std::max(header_.last_ms, rows_.last_ms.span()[row]);
        add_up(header_.flows, flow::scaled_flows(thinning[row]));
        add_up(header_.packets, flow::scaled(rows_.in_packets.span()[row], sampling[row], thinning[row]));
        add_up(header_.bytes, flow::scaled(rows_.in_bytes.span()[row], sampling[row], thinning[row]));
    }
}

void BlockEncoder::pages() {
    std::uint32_t row = 0;
    for (PageEntry& page : rows_.pages) {
        for (std::uint32_t i = 0; i < page.rows; ++i, ++row) page.present_any |= rows_.present.span()[row];
    }
    header_.pages = static_cast<std::uint32_t>(rows_.pages.size());
}

void BlockEncoder::assemble(Bytes& out) {
    const std::size_t begin = out.size();
    header_.columns = static_cast<std::uint32_t>(entries_.size());
    header_.exporters = static_cast<std::uint32_t>(exporters_.size());
    header_.header_bytes =
        static_cast<std::uint32_t>(sizeof header_ + entries_.size() * sizeof(ColumnEntry) +
                                   rows_.pages.size() * sizeof(PageEntry) + exporters_.size() * sizeof(ExporterEntry));
    const std::size_t filters = aligned(header_.header_bytes, kLineBytes);
    header_.source_filter = static_cast<std::uint32_t>(filters);
    header_.destination_filter = static_cast<std::uint32_t>(filters + source_filter_.size());
    const std::size_t body = filters + source_filter_.size() + destination_filter_.size();
    header_.block_bytes = aligned(body + body_.size(), kBlockAlign);
    for (ColumnEntry& entry : entries_) {
        if (entry.encoding != Encoding::constant) entry.at[0] += static_cast<std::uint32_t>(body);
    }
    out.reserve(begin + header_.block_bytes);
    append(out, header_);
    for (const ColumnEntry& entry : entries_) append(out, entry);
    for (const PageEntry& page : rows_.pages) append(out, page);
    for (const ExporterEntry& exporter : exporters_) append(out, exporter);
    header_.checksum = checksum(ByteSpan(out).subspan(begin + 16, header_.header_bytes - 16));
    patch(out, begin, &header_, 16);
    out.resize(begin + filters);
    for (const Bytes* part : {&source_filter_, &destination_filter_, &body_}) {
        out.insert(out.end(), part->begin(), part->end());
    }
    out.resize(begin + header_.block_bytes);
}

BlockSums BlockEncoder::encode(const flow::ExporterTable& exporters, Bytes& out) {
    sum();
    pages();
    all_columns(exporters);
    assemble(out);
    return {header_.rows,  header_.received_from_ms, header_.received_to_ms, header_.first_ms, header_.last_ms,
            header_.flows, header_.packets,          header_.bytes};
}

}  // namespace store::archive
