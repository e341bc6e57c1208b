// SPDX-License-Identifier: Apache-2.0
#include "store/archive/block_encoder.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
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

EncodeBuffers::EncodeBuffers() : parts_(std::make_unique<Parts>()) {}
EncodeBuffers::~EncodeBuffers() = default;

BlockEncoder::BlockEncoder(BlockBuilder::Columns& columns, Compression compression, EncodeBuffers::Parts& buffers)
    : rows_(columns),
      encoder_(buffers.encoder),
      sources_(buffers.sources),
      destinations_(buffers.destinations),
      other_addresses_(buffers.other_addresses),
      entries_(buffers.entries),
      exporters_(buffers.exporters),
      exporter_places_(buffers.exporter_places),
      source_filter_(buffers.source_filter),
      destination_filter_(buffers.destination_filter),
      body_(buffers.body) {
    encoder_.set_compression(compression);
    entries_.clear();
    exporters_.clear();
    for (Bytes* bytes : {&source_filter_, &destination_filter_, &body_}) bytes->clear();
}

bool BlockEncoder::all_have(Column which) const noexcept {
    const std::uint64_t bit = flow::present_bit(which);
    return (header_.present_all & bit) == bit;
}

template <class Stored>
void BlockEncoder::number_zone(Column which, std::span<const Stored> values, Range<Stored> all,
                               ColumnEntry& entry) const noexcept {
    const std::uint64_t bit = flow::present_bit(which);
    if ((header_.present_any & bit) != bit) return;
    if (!all_have(which)) {
        const auto present = rows_.present.span();
        all = {std::numeric_limits<Stored>::max(), 0};
        for (std::size_t i = 0; i < values.size(); ++i) {
            const bool has = (present[i] & bit) != 0;
            all.low = has && values[i] < all.low ? values[i] : all.low;
            all.high = has && values[i] > all.high ? values[i] : all.high;
        }
    }
    entry.low[0] = all.low;
    entry.high[0] = all.high;
}

void BlockEncoder::address_zone(Column which, std::span<const flow::IpAddress> values,
                                std::span<const flow::IpAddress> distinct, ColumnEntry& entry) const noexcept {
    const std::uint64_t bit = flow::present_bit(which);
    const bool all = all_have(which);
    if (all) values = distinct;
    const auto present = rows_.present.span();
    const auto less = [](const flow::IpAddress& a, const flow::IpAddress& b) {
        return a.high() != b.high() ? a.high() < b.high() : a.low() < b.low();
    };
    bool any = false;
    flow::IpAddress low{}, high{};
    const auto take = [&](const flow::IpAddress& value) {
        if (!any || less(value, low)) low = value;
        if (!any || less(high, value)) high = value;
        any = true;
    };
    std::size_t i = 0;
    if (all) {  // IPv4 ones come first
        Range<std::uint32_t> v4{~0u, 0};
        for (; i < values.size() && values[i].is_v4(); ++i) {
            v4 = {std::min(v4.low, values[i].as_v4()), std::max(v4.high, values[i].as_v4())};
        }
        if (i != 0) {
            take(flow::IpAddress::v4(v4.low));
            take(flow::IpAddress::v4(v4.high));
        }
    }
    for (; i < values.size(); ++i) {
        if (all || (present[i] & bit) != 0) take(values[i]);
    }
    if (!any) return;
    std::memcpy(entry.low.data(), low.bytes.data(), sizeof entry.low);
    std::memcpy(entry.high.data(), high.bytes.data(), sizeof entry.high);
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
    const Range<Stored> range = range_of(values);
    number_zone(which, values, range, entry);
    if constexpr (std::is_same_v<Stored, std::uint64_t>) {
        const bool first = which == Column::first_ms;
        if (first || which == Column::last_ms) {
            return encoder_.related(values, range, first ? Reference::before_received : Reference::after_first,
                                    first ? rows_.received_ms.span() : rows_.first_ms.span(), entry, body_);
        }
    }
    encoder_.number(values, range, origin_of(which), entry, body_);
}

const AddressPlaces& BlockEncoder::origin_of(Column which) const noexcept {
    static constexpr AddressPlaces kNone{};
    switch (which) {
        case Column::src_as:
        case Column::src_mask:
        case Column::input_if:
            return source_places_;
        case Column::dst_as:
        case Column::dst_mask:
        case Column::output_if:
        case Column::next_hop:
        case Column::bgp_next_hop:
            return destination_places_;
        default:
            return kNone;
    }
}

void BlockEncoder::addresses(Column which, std::span<const flow::IpAddress> values, ColumnEntry& entry) {
    if (which == Column::src_addr) {
        filtered_addresses(values, sources_, source_places_, header_.source_lines, source_filter_, entry);
    } else if (which == Column::dst_addr) {
        filtered_addresses(values, destinations_, destination_places_, header_.destination_lines, destination_filter_,
                           entry);
    } else {
        const bool known = encoder_.address(values, origin_of(which), other_addresses_, entry, body_);
        address_zone(which, values, known ? other_addresses_.keys() : values, entry);
    }
}

void BlockEncoder::filtered_addresses(std::span<const flow::IpAddress> values, AddressDictionary& distinct,
                                      AddressPlaces& places, std::uint32_t& lines, Bytes& filter, ColumnEntry& entry) {
    const bool known = encoder_.address(values, {}, distinct, entry, body_);
    lines = append_filter(known ? distinct.keys() : values, filter);
    address_zone(kColumnOf[entry.column], values, known ? distinct.keys() : values, entry);
    if (entry.encoding == Encoding::dictionary) {
        places = {entry.column, distinct.keys().size(), distinct.ids(), distinct.rows()};
    }
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
    exporter_places_.assign(rows_.rows, 0);
    std::uint32_t last_id = 0, last_place = 0;
    auto ids = std::span<const std::uint32_t>(rows_.exporter.span());
    const auto range = range_of(ids);
    if (range.low == range.high) ids = ids.first(1);  // the others are at place 0 as well
    for (std::uint32_t row = 0; row < ids.size(); ++row) {
        if (row == 0 || ids[row] != last_id) {
            last_id = ids[row];
            const auto [at, added] = places.try_emplace(last_id, static_cast<std::uint32_t>(places.size()));
            if (added) {
                exporters_.push_back(
                    entry_of(last_id < exporters.size() ? exporters.key(last_id) : flow::ExporterKey{}));
            }
            last_place = at->second;
        }
        exporter_places_[row] = last_place;
    }
    ColumnEntry entry{};
    entry.column = stored_id(Column::exporter);
    const auto last_place_of_all = static_cast<std::uint32_t>(exporters_.size() - 1);
    entry.high[0] = last_place_of_all;
    const std::size_t begin = body_.size();
    encoder_.number<std::uint32_t>(exporter_places_, {0, last_place_of_all}, {}, entry, body_);
    finish(entry, begin);
}

void BlockEncoder::all_columns(const flow::ExporterTable& exporters) {
    const std::size_t begin = body_.size();
    ColumnEntry received{};
    received.column = kReceived;
    received.low[0] = header_.received_from_ms;
    received.high[0] = header_.received_to_ms;
    encoder_.number(rows_.received_ms.span(), {header_.received_from_ms, header_.received_to_ms}, {}, received, body_);
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

// Of packets or bytes; saturates.
std::uint64_t BlockEncoder::scaled_sum(std::span<const std::uint64_t> values) const noexcept {
    const auto sampling = rows_.sampling.span();
    const auto thinning = rows_.thinning.span();
    std::uint64_t sum = 0;
    constexpr std::uint64_t kNoOverflow = std::numeric_limits<std::uint64_t>::max() / kBlockRows;
    if (range_of(sampling).high <= 1 && range_of(thinning).high <= 1 && range_of(values).high <= kNoOverflow) {
        for (const std::uint64_t value : values) sum += value;
        return sum;
    }
    bool overflow = false;
    for (std::size_t row = 0; row < values.size(); ++row) {
        overflow |= __builtin_add_overflow(sum, flow::scaled(values[row], sampling[row], thinning[row]), &sum);
    }
    return overflow ? std::numeric_limits<std::uint64_t>::max() : sum;
}

void BlockEncoder::sum() {
    header_.rows = rows_.rows;
    header_.present_all = ~0ull;
    for (const std::uint64_t present : rows_.present.span()) {
        header_.present_any |= present;
        header_.present_all &= present;
    }
    const auto received = range_of(rows_.received_ms.span());
    header_.received_from_ms = received.low;
    header_.received_to_ms = received.high;
    header_.first_ms = range_of(rows_.first_ms.span()).low;
    header_.last_ms = range_of(rows_.last_ms.span()).high;
    for (const std::uint16_t thinning : rows_.thinning.span()) header_.flows += flow::scaled_flows(thinning);
    header_.packets = scaled_sum(rows_.in_packets.span());
    header_.bytes = scaled_sum(rows_.in_bytes.span());
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
