// SPDX-License-Identifier: Apache-2.0
#include "store/query/key_plan.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "filters/program/readings.hpp"

namespace store::query {

namespace {

using filters::language::Reading;
using filters::language::Subject;
using filters::program::is_rare;
using flow::Column;
using flow::FlowBatch;
using flow::IpAddress;

constexpr std::uint32_t kMplsEntry = 0xffffff;  // label, EXP and bottom-of-stack

unsigned width_of(Column column) noexcept {
    switch (column) {
#define X(name, type, what) \
    case Column::name:      \
        return sizeof(type);
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case Column::count_:
            break;
    }
    return 0;
}

bool is_text(Column column) noexcept {
    switch (column) {
#define X(name, type, what) \
    case Column::name:      \
        return std::is_same_v<type, flow::Text>;
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case Column::count_:
            break;
    }
    return false;
}

// Where a column of numbers, addresses or texts begins; nullptr for a field that is of no column.
const std::byte* begin_of(const FlowBatch& batch, Column column) noexcept {
    if (column == Column::count_) return nullptr;
    return static_cast<const std::byte*>(filters::program::values_of(batch, column));
}

bool is_unset(const IpAddress& address) noexcept {
    return address.high() == 0 && address.low() == 0;
}
bool is_v6(const IpAddress& address) noexcept {
    return !is_unset(address) && !address.is_v4();
}

// nfdump keeps IPv4 in the low 32 bits of an address whose rest is 0, and masks all of it.
IpAddress masked_as_nfdump(const IpAddress& address, unsigned bits) noexcept {
    constexpr unsigned kBeforeV4 = 96;
    if (address.is_v4() && bits <= kBeforeV4) return IpAddress::v4(0);
    return flow::masked(address, bits);
}

// By the record's own mask, 0 meaning that it told none: IPv4 stays whole then, of IPv6 the first 64 bits, as in nfdump 1.7.1.
IpAddress masked_by_record(const IpAddress& address, unsigned mask) noexcept {
    constexpr unsigned kV4Bits = 32;
    constexpr unsigned kV6Bits = 128;
    constexpr unsigned kHalf = 64;
    if (address.is_v4()) {
        return mask == 0 || mask >= kV4Bits ? address : flow::masked(address, kV6Bits - kV4Bits + mask);
    }
    if (mask >= kV6Bits) return address;
    return flow::masked(address, mask == 0 ? kHalf : mask);
}

const flow::ExporterKey* exporter_of(const FlowBatch& batch, std::uint32_t row,
                                     const flow::ExporterTable* exporters) noexcept {
    if (exporters == nullptr || batch.exporter[row] >= exporters->size()) return nullptr;
    return &exporters->key(batch.exporter[row]);
}

// The addresses of a field, row by row: masked, and 0.0.0.0 where the record brought none.
class Addresses {
  public:
    Addresses(const KeyField& field, const FlowBatch& batch, const flow::ExporterTable* exporters) noexcept
        : field_(field), batch_(batch), exporters_(exporters) {
        if (field.kind == FieldKind::router) return;
        values_ = reinterpret_cast<const IpAddress*>(begin_of(batch, field.column));
        if (is_rare(field.column)) bit_ = flow::present_bit(field.column);
        masks_ = field.column == Column::src_addr ? batch.src_mask.data() : batch.dst_mask.data();
    }
    [[nodiscard]] IpAddress operator[](std::uint32_t row) const noexcept {
        IpAddress out = as_told(row);
        if (is_unset(out)) return IpAddress::v4(0);
        if ((field_.v4_only && !out.is_v4()) || (field_.v6_only && out.is_v4())) return IpAddress::v4(0);
        if (field_.by_mask) {
            out = masked_by_record(out, masks_[row]);
        } else if (field_.bits != 0) {
            out = masked_as_nfdump(out, field_.bits);
        }
        return is_unset(out) ? IpAddress::v4(0) : out;
    }

  private:
    [[nodiscard]] IpAddress as_told(std::uint32_t row) const noexcept {
        if (values_ == nullptr) {
            const flow::ExporterKey* key = exporter_of(batch_, row, exporters_);
            if (key == nullptr) return {};
            return key->protocol == flow::Protocol::sflow5 ? key->agent : key->address;
        }
        return bit_ != 0 && (batch_.present[row] & bit_) == 0 ? IpAddress{} : values_[row];
    }

    const KeyField& field_;
    const FlowBatch& batch_;
    const flow::ExporterTable* exporters_;
    const IpAddress* values_ = nullptr;  // nullptr: of the exporter
    const std::uint8_t* masks_ = nullptr;
    std::uint64_t bit_ = 0;  // of presence, where the column needs it
};

// IPv4 addresses that every row has, or 0.0.0.0, as numbers.
template <class Mask>
void fill_v4(const IpAddress* values, std::span<const RowNumber> rows, std::size_t stride, std::byte* to, Mask mask) {
    for (const RowNumber row : rows) {
        const std::uint32_t v4 = values[row].as_v4() & mask(row);
        std::memcpy(to, &v4, sizeof v4);
        to += stride;
    }
}

std::uint32_t v4_mask(unsigned bits) noexcept {
    constexpr unsigned kV4Bits = 32;
    return bits == 0 ? 0 : bits >= kV4Bits ? ~0u : ~0u << (kV4Bits - bits);
}

// The number of a field in a row; 0 where the record brought none.
std::uint64_t number_of(const KeyField& field, const FlowBatch& batch, std::uint32_t row,
                        const flow::ExporterTable* exporters) noexcept {
    switch (field.kind) {
        case FieldKind::exporter:
            return exporter_of(batch, row, exporters) == nullptr ? 0 : batch.exporter[row] + std::uint64_t{1};
        case FieldKind::mpls: {
            if (!batch.has(row, Column::mpls) || field.index > batch.mpls[row].count) return 0;
            return batch.mpls[row].labels[field.index - 1u] & kMplsEntry;
        }
        case FieldKind::acl: {
            if (!batch.has(row, field.column)) return 0;
            const flow::AclId& id =
                field.column == Column::ingress_acl ? batch.ingress_acl[row] : batch.egress_acl[row];
            return field.index == 0 ? id.acl : field.index == 1 ? id.ace : id.xace;
        }
        default: {
            if (is_rare(field.column) && !batch.has(row, field.column)) return 0;
            std::uint64_t out = 0;
            std::memcpy(&out, begin_of(batch, field.column) + std::size_t{row} * field.width, field.width);
            return out;
        }
    }
}

}  // namespace

IpAddress address_in(const KeyField& field, const std::byte* key) noexcept {
    if (field.width == sizeof(std::uint32_t)) return IpAddress::v4(static_cast<std::uint32_t>(number_in(field, key)));
    IpAddress out;
    std::memcpy(&out, key + field.at, sizeof out);
    return out;
}

std::uint64_t number_in(const KeyField& field, const std::byte* key) noexcept {
    std::uint64_t out = 0;
    std::memcpy(&out, key + field.at, std::min<std::size_t>(field.width, sizeof out));
    return out;
}

KeyPlan::KeyPlan(const Grouping& grouping, unsigned side, bool narrow)
    : exporters_(grouping.exporters), texts_(grouping.texts), narrow_(narrow) {
    for (const KeyPart& part : grouping.parts) add(part.element->side(side), part.element->kind, part);
    if (grouping.parts.empty()) {
        add(Column::src_addr, ElementKind::address, {});
        add(Column::dst_addr, ElementKind::address, {});
        add(Column::src_port, ElementKind::port, {});
        add(Column::dst_port, ElementKind::port, {});
        add(Column::proto, ElementKind::protocol, {});
    }
    if (grouping.by_protocol) add(Column::proto, ElementKind::protocol, {});
}

void KeyPlan::add(const Subject& subject, ElementKind kind, const KeyPart& part) {
    KeyField field;
    field.column = subject.column;
    field.index = subject.index;
    field.width = sizeof(std::uint32_t);
    switch (subject.reading) {
        case Reading::exporter_address:
            field.kind = FieldKind::router;
            break;
        case Reading::exporter_id:
            field.kind = FieldKind::exporter;
            break;
        case Reading::ingress_acl:
        case Reading::egress_acl:
            field.kind = FieldKind::acl;
            field.column = subject.reading == Reading::ingress_acl ? Column::ingress_acl : Column::egress_acl;
            break;
        case Reading::mpls_label:
            field.kind = FieldKind::mpls;
            field.column = Column::mpls;
            break;
        case Reading::tls_ja3:
        case Reading::tls_ja4:
        case Reading::tls_server_name:
            field.kind = FieldKind::text;
            field.reading = subject.reading;
            field.column = Column::payload;
            if (!hellos_) hellos_ = std::make_unique<HelloTexts>();
            break;
        default:
            field.kind = kind == ElementKind::address ? FieldKind::address : FieldKind::number;
            if (is_text(field.column)) field.kind = FieldKind::text;
            if (field.kind == FieldKind::number) field.width = static_cast<std::uint8_t>(width_of(field.column));
            break;
    }
    if (kind == ElementKind::address) {
        addresses_ = true;
        if (!narrow_) field.width = sizeof(IpAddress);
        field.bits = part.bits >= 128 ? 0 : part.bits;
        field.v4_only = part.v4_only;
        field.v6_only = part.v6_only;
        field.by_mask = part.by_mask;
    }
    field.at = static_cast<std::uint16_t>(bytes_);
    bytes_ += field.width;
    fields_.push_back(field);
}

template <class Width>
void KeyPlan::fill_numbers(const KeyField& field, const FlowBatch& batch, std::span<const RowNumber> rows,
                           std::size_t stride, std::byte* keys) const {
    std::byte* at = keys + field.at;
    const auto* values = reinterpret_cast<const Width*>(begin_of(batch, field.column));
    if (field.kind == FieldKind::number && !is_rare(field.column)) {
        for (const RowNumber row : rows) {
            std::memcpy(at, values + row, sizeof(Width));
            at += stride;
        }
        return;
    }
    for (const RowNumber row : rows) {
        const auto value = static_cast<Width>(number_of(field, batch, row, exporters_));
        std::memcpy(at, &value, sizeof value);
        at += stride;
    }
}

void KeyPlan::fill_addresses(const KeyField& field, const FlowBatch& batch, std::span<const RowNumber> rows,
                             std::size_t stride, std::byte* keys) const {
    constexpr unsigned kBeforeV4 = 96;
    std::byte* at = keys + field.at;
    if (narrow_ && field.kind == FieldKind::address && !is_rare(field.column) && !field.v4_only && !field.v6_only) {
        const auto* values = reinterpret_cast<const IpAddress*>(begin_of(batch, field.column));
        if (field.by_mask) {
            const auto& masks = field.column == Column::src_addr ? batch.src_mask : batch.dst_mask;
            fill_v4(values, rows, stride, at, [&](RowNumber r) { return masks[r] == 0 ? ~0u : v4_mask(masks[r]); });
            return;
        }
        const std::uint32_t mask = field.bits == 0           ? ~0u
                                   : field.bits <= kBeforeV4 ? 0
                                                             : v4_mask(field.bits - kBeforeV4);
        fill_v4(values, rows, stride, at, [mask](RowNumber) { return mask; });
        return;
    }
    const Addresses addresses(field, batch, exporters_);
    for (const RowNumber row : rows) {
        const IpAddress address = addresses[row];
        if (narrow_) {
            const std::uint32_t v4 = address.as_v4();
            std::memcpy(at, &v4, sizeof v4);
        } else {
            std::memcpy(at, &address, sizeof address);
        }
        at += stride;
    }
}

void KeyPlan::fill_texts(const KeyField& field, const FlowBatch& batch, std::span<const RowNumber> rows,
                         std::size_t stride, std::byte* keys) {
    std::byte* at = keys + field.at;
    const auto* texts = reinterpret_cast<const flow::Text*>(begin_of(batch, field.column));
    // Rows next to each other often have the same text, and a batch has each distinct one at one place.
    flow::Text last{};
    std::uint32_t last_id = 0;
    for (const RowNumber row : rows) {
        const flow::Text text = batch.has(row, field.column) ? texts[row] : flow::Text{};
        if (text.length == 0) {
            last = {};
            last_id = 0;
        } else if (hellos_ || text.offset != last.offset || text.length != last.length) {
            last = text;
            const std::string_view bytes = batch.arena.view(text);
            last_id = texts_->id(hellos_ ? hellos_->of(field.reading, bytes, batch.proto[row]) : bytes);
        }
        std::memcpy(at, &last_id, sizeof last_id);
        at += stride;
    }
}

void KeyPlan::fill(const FlowBatch& batch, std::span<const RowNumber> rows, std::uint32_t words, std::uint64_t* keys) {
    const std::size_t stride = words * sizeof(std::uint64_t);
    std::memset(keys, 0, rows.size() * stride);
    auto* at = reinterpret_cast<std::byte*>(keys);
    for (const KeyField& field : fields_) {
        if (field.kind == FieldKind::address || field.kind == FieldKind::router) {
            fill_addresses(field, batch, rows, stride, at);
        } else if (field.kind == FieldKind::text) {
            fill_texts(field, batch, rows, stride, at);
        } else if (field.width == 1) {
            fill_numbers<std::uint8_t>(field, batch, rows, stride, at);
        } else if (field.width == 2) {
            fill_numbers<std::uint16_t>(field, batch, rows, stride, at);
        } else if (field.width == 4) {
            fill_numbers<std::uint32_t>(field, batch, rows, stride, at);
        } else {
            fill_numbers<std::uint64_t>(field, batch, rows, stride, at);
        }
    }
}

bool KeyPlan::all_narrow(const FlowBatch& batch, std::span<const RowNumber> rows) const noexcept {
    for (const KeyField& field : fields_) {
        if (field.kind == FieldKind::router) return false;
        if (field.kind != FieldKind::address) continue;
        if (is_rare(field.column)) return false;
        const auto* values = reinterpret_cast<const IpAddress*>(begin_of(batch, field.column));
        bool any = false;
        for (const RowNumber row : rows) any |= is_v6(values[row]);
        if (any) return false;
    }
    return true;
}

std::size_t KeyPlan::split(const FlowBatch& batch, std::span<const RowNumber> rows, RowNumber* narrow,
                           RowNumber* wide) const {
    std::array<bool, flow::kBatchRows> is_wide{};
    for (const KeyField& field : fields_) {
        if (field.kind != FieldKind::address && field.kind != FieldKind::router) continue;
        const Addresses addresses(field, batch, exporters_);
        // What came as IPv4 stays it under any mask; `wide` is free until the end.
        std::span<const RowNumber> doubtful = rows;
        if (field.kind == FieldKind::address) {
            const auto* values = reinterpret_cast<const IpAddress*>(begin_of(batch, field.column));
            std::size_t count = 0;
            for (const RowNumber row : rows) {
                wide[count] = row;
                count += is_v6(values[row]) ? 1 : 0;
            }
            doubtful = {wide, count};
        }
        for (const RowNumber row : doubtful) is_wide[row] |= !addresses[row].is_v4();
    }
    std::size_t narrows = 0;
    std::size_t wides = 0;
    for (const RowNumber row : rows) {
        narrow[narrows] = row;
        wide[wides] = row;
        narrows += is_wide[row] ? 0 : 1;
        wides += is_wide[row] ? 1 : 0;
    }
    return narrows;
}

const void* KeyPlan::small_values(const FlowBatch& batch) const noexcept {
    if (fields_.size() != 1) return nullptr;
    const KeyField& field = fields_.front();
    if (field.kind != FieldKind::number || field.width > sizeof(std::uint16_t) || is_rare(field.column)) return nullptr;
    return begin_of(batch, field.column);
}

}  // namespace store::query
