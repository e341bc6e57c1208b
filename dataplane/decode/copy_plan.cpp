// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/copy_plan.hpp"

#include <algorithm>
#include <utility>

#include "dataplane/decode/annotate.hpp"
#include "dataplane/decode/copy_field.hpp"

namespace decode {
namespace {

using flow::Column;
using flow::Counter;
using flow::FlowBatch;

// Columns that fill_constants() and finish() write for every row.
constexpr bool always_written(Column c) noexcept {
    switch (c) {
        case Column::first_ms:
        case Column::last_ms:
        case Column::present:
        case Column::exporter:
        case Column::sampling:
        case Column::source:
        case Column::thinning:
        case Column::family:
            return true;
        default:
            return false;
    }
}

// Times outside are nonsense: before 2000, or more than an hour ahead of us.
constexpr std::uint64_t kEarliestMs = 946684800000;
constexpr std::uint64_t kAheadMs = 3600 * 1000;

constexpr std::uint32_t kFillAhead = 64;

constexpr bool is_icmp_step(Conversion c) noexcept {
    return c == Conversion::icmp_type_code || c == Conversion::icmp_type || c == Conversion::icmp_code;
}

}  // namespace

CopyPlan CopyPlan::compile(std::span<const Field> fields, flow::Protocol protocol) {
    CopyPlan plan;
    std::uint32_t offset = 0;
    for (const Field& field : fields) {
        // Legal, and nothing to read. Without a slot for it every slot takes a byte, so work stays linear in bytes.
        if (field.length == 0) continue;
        const Element* element = find_element(protocol, field.pen, field.id);
        plan.slots_.push_back({field.length, kNoStep});
        if (element == nullptr) {
            ++plan.unknown_;
        } else if (!fits(*element, field.length)) {
            ++plan.unfit_;
        } else if (element->conversion != Conversion::known) {
            plan.add_step(field, *element, offset, plan.slots_.size() - 1);
        }
        const bool variable = field.length == kVariableLength;
        plan.variable_ |= variable;
        offset += variable ? 1u : field.length;  // a variable field is at least its length byte
    }
    plan.record_bytes_ = offset;
    plan.by_row_ |= plan.variable_;
    // v1, v5 and v7 tell ICMP type and code in the destination port itself.
    plan.has_icmp_ |= protocol == flow::Protocol::netflow1 || protocol == flow::Protocol::netflow5 ||
                      protocol == flow::Protocol::netflow7;
    plan.order_steps();
    return plan;
}

void CopyPlan::add_step(const Field& field, const Element& element, std::uint32_t offset, std::size_t slot) {
    if (steps_.size() == kMaxSteps) {
        ++unfit_;
        return;
    }
    slots_[slot].step = static_cast<std::uint16_t>(steps_.size());
    steps_.push_back({element.conversion, element.column, false, element.rank, element.label, field.length, offset});
    uses_uptime_ |= element.conversion == Conversion::uptime_ms;
    switch (element.conversion) {
        case Conversion::text:
            by_row_ = true;
            break;
        case Conversion::init_ms:
            by_row_ = true;
            break;
        case Conversion::duration_ms:
        case Conversion::duration_us:
            by_row_ = has_duration_ = true;
            break;
        case Conversion::ipv4:
            has_ipv4_ |= element.column == Column::src_addr || element.column == Column::dst_addr;
            break;
        case Conversion::ipv6:
            has_ipv6_ |= element.column == Column::src_addr || element.column == Column::dst_addr;
            break;
        default:
            break;
    }
    has_icmp_ |= is_icmp_step(element.conversion);
    has_first_ |= element.column == Column::first_ms;
    has_last_ |= element.column == Column::last_ms;
    if (element.column != Column::count_) present_ |= flow::present_bit(element.column);
}

void CopyPlan::order_steps() {
    std::vector<std::uint16_t> order(steps_.size());
    for (std::uint16_t i = 0; i < order.size(); ++i) order[i] = i;
    // What other steps of a record need comes first, ICMP (which needs the protocol) last, else by rank.
    const auto weight = [this](std::uint16_t i) {
        const Step& s = steps_[i];
        if (s.conversion == Conversion::init_ms) return -1;
        if (is_icmp_step(s.conversion)) return 1000;
        return static_cast<int>(s.rank);
    };
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return weight(a) < weight(b); });
    std::vector<Step> ordered;
    std::vector<std::uint16_t> new_place(steps_.size());
    std::array<bool, flow::kColumns> written{};
    bool icmp_written = false;  // apart from the port itself: ICMP elements write it for some rows only
    for (const std::uint16_t i : order) {
        new_place[i] = static_cast<std::uint16_t>(ordered.size());
        Step step = steps_[i];
        if (step.column != Column::count_) {
            bool& seen = is_icmp_step(step.conversion) ? icmp_written : written[static_cast<std::size_t>(step.column)];
            step.only_where_zero = std::exchange(seen, true);
        }
        ordered.push_back(step);
    }
    for (Slot& slot : slots_) {
        if (slot.step != kNoStep) slot.step = new_place[slot.step];
    }
    steps_ = std::move(ordered);
    for (std::size_t c = 0; c < flow::kCommonColumns; ++c) {
        if (!written[c] && !always_written(static_cast<Column>(c))) absent_.push_back(static_cast<Column>(c));
    }
}

CopyPlan::Count CopyPlan::run(flow::Bytes records, const RecordContext& context, flow::BatchWriter& writer,
                              flow::Ledger& ledger) const noexcept {
    Count result;
    std::uint32_t& decoded = result.records;
    // IPFIX tells uptime times against element 160 of the same record; without a header uptime only rows can do that.
    if (by_row_ || (uses_uptime_ && !context.has_uptime)) {
        result = run_rows(records, context, writer, ledger);
    } else {
        const auto count = static_cast<std::uint32_t>(records.size() / record_bytes_);
        while (decoded < count) {
            FlowBatch& batch = writer.room();
            const std::uint32_t n = std::min(count - decoded, flow::kBatchRows - batch.rows);
            run_columns(records.data() + static_cast<std::size_t>(decoded) * record_bytes_, batch, n, context, ledger);
            decoded += n;
        }
    }
    ledger[Counter::records_seen] += decoded;
    ledger[Counter::records_flow] += decoded;
    ledger[Counter::flows_decoded] += decoded;
    ledger[Counter::elements_unknown] += static_cast<std::uint64_t>(unknown_) * decoded;
    ledger[Counter::fields_unfit] += static_cast<std::uint64_t>(unfit_) * decoded;
    return result;
}

void CopyPlan::run_columns(const std::uint8_t* records, FlowBatch& batch, std::uint32_t count,
                           const RecordContext& context, flow::Ledger& ledger) const noexcept {
    const std::uint32_t row = batch.rows;
    fill_constants(batch, row, count, context);
    for (const Step& step : steps_) {
        const std::uint8_t* at = records + step.offset;
        if (copy_column(step, at, record_bytes_, count, batch, row, context)) continue;
        RecordState record{context};
        for (std::uint32_t i = 0; i < count; ++i, at += record_bytes_) {
            copy_field(step, at, step.width, batch, row + i, record, ledger);
        }
    }
    finish(batch, row, count, context, ledger);
}

CopyPlan::Count CopyPlan::run_rows(flow::Bytes records, const RecordContext& context, flow::BatchWriter& writer,
                                   flow::Ledger& ledger) const noexcept {
    std::array<Located, kMaxSteps> located;
    Count result;
    const std::uint32_t name_bytes = context.annotator == nullptr ? 0 : context.annotator->most_text();
    // Rows [next, filled_to) of this batch have their constants. A batch that was handed on comes back with row 0.
    const FlowBatch* filled = nullptr;
    std::uint32_t next = 0, filled_to = 0;
    while (records.size() >= record_bytes_) {
        const std::uint32_t length = locate(records, located.data());
        if (length == 0) {
            ledger.skip(flow::Skip::bad_record);
            result.complete = false;
            break;
        }
        std::uint32_t text_bytes = name_bytes;
        for (std::size_t s = 0; s < steps_.size(); ++s) {
            if (steps_[s].conversion == Conversion::text) text_bytes += located[s].length;
        }
        FlowBatch& batch = writer.room(text_bytes);
        if (filled != &batch || batch.rows != next || next == filled_to) {
            // For as many rows as may follow: one by one this would cost more than the fields themselves.
            const auto more = static_cast<std::uint32_t>(records.size() / record_bytes_);
            const std::uint32_t count = std::min({more, flow::kBatchRows - batch.rows, kFillAhead});
            fill_constants(batch, batch.rows, count, context);
            filled = &batch;
            filled_to = batch.rows + count;
        }
        run_row(located.data(), batch, context, ledger);
        next = batch.rows;
        ++result.records;
        records = records.subspan(length);
    }
    return result;
}

void CopyPlan::run_row(const Located* located, FlowBatch& batch, const RecordContext& context,
                       flow::Ledger& ledger) const noexcept {
    const std::uint32_t row = batch.rows;
    RecordState record{context};
    for (std::size_t s = 0; s < steps_.size(); ++s) {
        copy_field(steps_[s], located[s].data, located[s].length, batch, row, record, ledger);
    }
    if (record.duration_ms != 0 && !has_last_) batch.last_ms[row] = batch.first_ms[row] + record.duration_ms;
    finish(batch, row, 1, context, ledger);
}

std::uint32_t CopyPlan::locate(flow::Bytes records, Located* located) const noexcept {
    flow::Cursor at(records);
    for (const Slot& slot : slots_) {
        std::uint32_t length = slot.length;
        if (length == kVariableLength) {
            length = at.u8();
            if (length == 255) length = at.u16();  // RFC 7011 section 7: three-byte form
        }
        const flow::Bytes field = at.take(length);
        if (!at.ok()) return 0;
        if (located != nullptr && slot.step != kNoStep) located[slot.step] = {field.data(), length};
    }
    return static_cast<std::uint32_t>(records.size() - at.left());
}

CopyPlan::Count CopyPlan::count(flow::Bytes records, flow::Ledger& ledger) const noexcept {
    const Count result = measure(records);
    if (!result.complete) ledger.skip(flow::Skip::bad_record);
    ledger[Counter::records_seen] += result.records;
    ledger[Counter::records_option] += result.records;
    return result;
}

CopyPlan::Count CopyPlan::measure(flow::Bytes records) const noexcept {
    if (!variable_) return {.records = static_cast<std::uint32_t>(records.size() / record_bytes_)};
    Count result;
    while (records.size() >= record_bytes_) {
        const std::uint32_t length = locate(records, nullptr);
        if (length == 0) {
            result.complete = false;
            break;
        }
        ++result.records;
        records = records.subspan(length);
    }
    return result;
}

void CopyPlan::fill_constants(FlowBatch& batch, std::uint32_t row, std::uint32_t count,
                              const RecordContext& context) const noexcept {
    for (const Column c : absent_) {
        const ColumnPlace place = column_place(c);
        std::memset(reinterpret_cast<std::byte*>(&batch) + place.offset + static_cast<std::size_t>(row) * place.width,
                    0, static_cast<std::size_t>(count) * place.width);
    }
    std::fill_n(batch.present.begin() + row, count, present_);
    std::fill_n(batch.exporter.begin() + row, count, context.exporter);
    std::fill_n(batch.sampling.begin() + row, count, context.sampling);
    std::fill_n(batch.source.begin() + row, count, context.source);
    std::fill_n(batch.thinning.begin() + row, count, context.thinning);
    if (has_ipv4_ != has_ipv6_) {
        std::fill_n(batch.family.begin() + row, count, has_ipv4_ ? std::uint8_t{4} : std::uint8_t{6});
    }
    if (!has_first_) std::fill_n(batch.first_ms.begin() + row, count, 0);
    if (!has_last_) std::fill_n(batch.last_ms.begin() + row, count, 0);
}

void CopyPlan::finish(FlowBatch& batch, std::uint32_t row, std::uint32_t count, const RecordContext& context,
                      flow::Ledger& ledger) const noexcept {
    const std::uint32_t end = row + count;
    if (!has_icmp_) {  // as nfdump: without an ICMP element type and code are 0, whatever the ports say
        for (std::uint32_t i = row; i < end; ++i) {
            if (is_icmp(batch.proto[i])) batch.dst_port[i] = 0;
        }
    }
    if (has_ipv4_ == has_ipv6_) {
        for (std::uint32_t i = row; i < end; ++i) {
            batch.family[i] = !has_ipv4_ ? 0 : batch.src_addr[i].is_v4() || batch.dst_addr[i].is_v4() ? 4 : 6;
        }
    }
    std::uint64_t clamped = 0;
    const std::uint64_t latest = context.received_ms + kAheadMs;
    const auto check = [&](std::uint64_t& at, bool told) {
        if (at - kEarliestMs <= latest - kEarliestMs) [[likely]]
            return;
        at = context.received_ms;
        clamped += told;
    };
    for (std::uint32_t i = row; i < end; ++i) {
        if (!has_first_ && batch.first_ms[i] == 0) batch.first_ms[i] = batch.last_ms[i];
        if (!has_last_ && batch.last_ms[i] == 0) batch.last_ms[i] = batch.first_ms[i];
        check(batch.first_ms[i], has_first_ || has_last_);
        check(batch.last_ms[i], has_last_ || has_first_);
        if (batch.last_ms[i] < batch.first_ms[i]) {
            batch.last_ms[i] = batch.first_ms[i];
            ++clamped;
        }
    }
    ledger[Counter::times_clamped] += clamped;
    batch.present_any |= present_;
    if (context.annotator != nullptr) context.annotator->annotate(batch, row, count, ledger);
    batch.rows = end;
}

}  // namespace decode
