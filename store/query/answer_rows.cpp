// SPDX-License-Identifier: Apache-2.0
#include "store/query/answer_rows.hpp"

#include <algorithm>
#include <cstring>

#include "store/query/column_visit.hpp"

namespace store::query {

namespace {

using flow::Column;
using flow::FlowBatch;
using flow::IpAddress;

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

bool looks_like_server(unsigned from, unsigned to) noexcept {
    constexpr unsigned kBounds[] = {1024, 32768, 49152};  // well-known ports; Linux's and IANA's ephemeral ones
    return std::any_of(std::begin(kBounds), std::end(kBounds), [&](unsigned b) { return from < b && to >= b; });
}

void set_number(FlowBatch& batch, Column column, std::uint32_t row, std::uint64_t number) {
    with_column(batch, column, [&](auto& values) {
        using Value = ValueOf<decltype(values)>;
        if constexpr (std::is_integral_v<Value>) values[row] = static_cast<Value>(number);
    });
}

bool has_texts(const flow::ColumnSet& columns) {
    bool any = false;
#define X(name, type, what) any = any || (std::is_same_v<type, flow::Text> && columns.has(Column::name));
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
    return any;
}

}  // namespace

bool is_turned_by_guess(const KeyPlan& plan, const GroupTable& table, CellRef ref) noexcept {
    const auto fields = plan.fields();
    const auto* key = reinterpret_cast<const std::byte*>(table.key(ref));
    const std::uint64_t proto = number_in(fields[4], key);
    if (proto != kTcp && proto != kUdp) return false;
    auto from = static_cast<unsigned>(number_in(fields[2], key));
    auto to = static_cast<unsigned>(number_in(fields[3], key));
    if (Mark::turned(table.sums(ref).mark)) std::swap(from, to);
    return looks_like_server(from, to);
}

void AnswerRows::begin() noexcept {
    groups_.clear();
    made_ = ~0u;
}

std::uint32_t AnswerRows::add(AnsweredGroup group) {
    for (const KeyField& field : group.plan->fields()) {
        if (field.column != Column::tcp_flags) continue;
        const auto* key = reinterpret_cast<const std::byte*>(group.table->key(group.ref));
        group.sums.tcp_flags = static_cast<std::uint8_t>(number_in(field, key));
    }
    groups_.push_back(group);
    return static_cast<std::uint32_t>(groups_.size() - 1);
}

std::uint32_t AnswerRows::rows_a_batch() const noexcept {
    const bool texts = has_texts(columns_of(grouping_));
    return texts ? kRowsABatch : flow::kBatchRows;
}

const FlowBatch& AnswerRows::batch(std::uint32_t number) {
    if (!batch_) batch_ = std::make_unique<FlowBatch>();
    if (made_ == number) return *batch_;
    batch_->reset();
    const std::size_t from = std::min<std::size_t>(std::size_t{number} * rows_a_batch(), groups_.size());
    const std::size_t to = std::min<std::size_t>(from + rows_a_batch(), groups_.size());
    for (std::size_t i = from; i < to; ++i) {
        write(groups_[i], static_cast<std::uint32_t>(i - from));
        batch_->present_any |= batch_->present[i - from];
    }
    batch_->rows = static_cast<std::uint32_t>(to - from);
    made_ = number;
    return *batch_;
}

void AnswerRows::write(const AnsweredGroup& group, std::uint32_t row) {
    FlowBatch& b = *batch_;
    const CellSums& cell = group.table->sums(group.ref);
    clear_common_columns(b, row);
    b.exporter[row] = ~0u;  // of none, but where the key or the first flow says so
    b.family[row] = static_cast<std::uint8_t>(Mark::family(cell.mark));
    if (b.family[row] != 6) b.src_addr[row] = b.dst_addr[row] = b.next_hop[row] = IpAddress::v4(0);
    if (first_.bytes() != 0) first_.unpack(group.table->carried(group.ref), b, row);
    const auto* key = reinterpret_cast<const std::byte*>(group.table->key(group.ref));
    for (const KeyField& field : group.plan->fields()) write_field(field, key, row);
    if (Mark::turned(cell.mark)) turn_ends(row);
    if (grouping_.guess_direction && is_turned_by_guess(*group.plan, *group.table, group.ref)) turn(row);
    b.sampling[row] = 1;
    b.thinning[row] = 1;
    b.first_ms[row] = group.sums.first_ms;
    b.last_ms[row] = group.sums.last_ms;
    b.in_packets[row] = group.sums.in_packets;
    b.in_bytes[row] = group.sums.in_bytes;
    b.present[row] |= flow::present_bit(Column::in_packets) | flow::present_bit(Column::in_bytes);
    if (grouping_.parts.empty()) {
        b.tcp_flags[row] = group.sums.tcp_flags;
        b.present[row] |= flow::present_bit(Column::tcp_flags);
    }
    if (group.sums.out_packets != 0 || group.sums.out_bytes != 0) {
        b.out_packets[row] = group.sums.out_packets;
        b.out_bytes[row] = group.sums.out_bytes;
        b.present[row] |= flow::present_bit(Column::out_packets) | flow::present_bit(Column::out_bytes);
    }
    b.flow_count[row] = static_cast<std::uint32_t>(std::min<std::uint64_t>(group.sums.flows, ~0u));
    b.present[row] |= flow::present_bit(Column::flow_count);
}

void AnswerRows::bring(Column column, std::uint32_t row) noexcept {
    const std::uint64_t bit = flow::present_bit(column);
    if ((batch_->present[row] & bit) != 0) return;
    batch_->present[row] |= bit;
#define X(name, type, what) \
    if (flow::present_bit(Column::name) == bit) batch_->name[row] = {};
    FLOW_RARE_COLUMNS(X)
#undef X
}

void AnswerRows::write_field(const KeyField& field, const std::byte* key, std::uint32_t row) {
    FlowBatch& b = *batch_;
    if (field.kind == FieldKind::address || field.kind == FieldKind::router) {
        write_address(field, address_in(field, key), row);
        return;
    }
    const std::uint64_t number = number_in(field, key);
    if (field.kind == FieldKind::exporter) {
        b.exporter[row] = static_cast<std::uint32_t>(number == 0 ? ~0u : number - 1);
        return;
    }
    if (field.reading != filters::language::Reading::column) return;  // no column says it
    bring(field.column, row);
    switch (field.kind) {
        case FieldKind::mpls:
            b.mpls[row].labels[field.index - 1u] = static_cast<std::uint32_t>(number);
            b.mpls[row].count = std::max<std::uint32_t>(b.mpls[row].count, field.index);
            break;
        case FieldKind::acl: {
            flow::AclId& id = field.column == Column::ingress_acl ? b.ingress_acl[row] : b.egress_acl[row];
            (field.index == 0 ? id.acl : field.index == 1 ? id.ace : id.xace) = static_cast<std::uint32_t>(number);
            break;
        }
        case FieldKind::text:
            with_column(b, field.column, [&](auto& values) {
                if constexpr (std::is_same_v<ValueOf<decltype(values)>, flow::Text>) {
                    (void)b.arena.add(grouping_.texts->text(static_cast<std::uint32_t>(number)), values[row]);
                }
            });
            break;
        default:
            set_number(b, field.column, row, number);
            break;
    }
}

void AnswerRows::write_address(const KeyField& field, const IpAddress& address, std::uint32_t row) {
    const bool none = address == IpAddress::v4(0);
    if (field.kind == FieldKind::router) {
        batch_->exporter[row] = exporter_at(address);
        return;
    }
    // Of two parts for one column, each for its own family, the other's is empty.
    if (none && (field.v4_only || field.v6_only) && (batch_->present[row] & flow::present_bit(field.column)) != 0)
        return;
    bring(field.column, row);
    with_column(*batch_, field.column, [&](auto& values) {
        if constexpr (std::is_same_v<ValueOf<decltype(values)>, IpAddress>) {
            values[row] = none && batch_->family[row] == 6 ? IpAddress{} : address;
        }
    });
}

std::uint32_t AnswerRows::exporter_at(const IpAddress& address) {
    const flow::ExporterTable* table = grouping_.exporters;
    if (table == nullptr) return ~0u;
    for (auto id = static_cast<std::uint32_t>(exporters_.size()); id < table->size() && exporters_.count(address) == 0;
         ++id) {
        const flow::ExporterKey& key = table->key(id);
        exporters_.emplace(key.protocol == flow::Protocol::sflow5 ? key.agent : key.address, id);
    }
    const auto found = exporters_.find(address);
    return found == exporters_.end() ? ~0u : found->second;
}

void AnswerRows::turn_ends(std::uint32_t row) noexcept {
    FlowBatch& b = *batch_;
    std::swap(b.src_addr[row], b.dst_addr[row]);
    std::swap(b.src_port[row], b.dst_port[row]);
}

void AnswerRows::turn(std::uint32_t row) noexcept {
    FlowBatch& b = *batch_;
    turn_ends(row);
    std::swap(b.src_as[row], b.dst_as[row]);
    std::swap(b.input_if[row], b.output_if[row]);
}

GroupValue AnswerRows::value(std::uint32_t n) const {
    const AnsweredGroup& group = groups_[n];
    const auto* key = reinterpret_cast<const std::byte*>(group.table->key(group.ref));
    const auto fields = group.plan->fields();
    GroupValue out;
    const KeyField& field = fields.front();
    if (field.kind == FieldKind::address || field.kind == FieldKind::router) {
        out.address = address_in(field, key);
    } else {
        out.number = number_in(field, key);
    }
    if (field.kind == FieldKind::text) out.text = grouping_.texts->text(static_cast<std::uint32_t>(out.number));
    if (grouping_.by_protocol) out.proto = static_cast<std::uint8_t>(number_in(fields.back(), key));
    return out;
}

}  // namespace store::query
