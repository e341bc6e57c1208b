// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/copy_plan.hpp"

#include <algorithm>

#include "dataplane/decode/annotate.hpp"
#include "dataplane/decode/copy_field.hpp"
#include "dataplane/decode/row_run.hpp"

namespace decode {
namespace {

using flow::Column;
using flow::Counter;
using flow::FlowBatch;

// Times outside are nonsense: before 2000, or more than an hour ahead of us.
constexpr std::uint64_t kEarliestMs = 946684800000;
constexpr std::uint64_t kAheadMs = 3600 * 1000;

bool is_plausible(std::uint64_t at_ms, std::uint64_t received_ms) noexcept {
    return at_ms - kEarliestMs <= received_ms + kAheadMs - kEarliestMs;
}

// Differences that are negative have their top bit set: sums and ors alone, which the compiler runs over many rows at once.
bool has_odd_times(const FlowBatch& batch, std::uint32_t row, std::uint32_t end, std::uint64_t received_ms) noexcept {
    const std::uint64_t latest = received_ms + kAheadMs;
    std::uint64_t differences = 0;
    for (std::uint32_t i = row; i < end; ++i) {
        const std::uint64_t first = batch.first_ms[i], last = batch.last_ms[i];
        differences |= (first - kEarliestMs) | (latest - last) | (last - first);
    }
    return differences >> 63 != 0;
}

// Eight rows at a time; of the last, rows after `end` may answer yes.
bool may_have_icmp(const FlowBatch& batch, std::uint32_t row, std::uint32_t end) noexcept {
    constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = kOnes << 7;
    std::uint64_t found = 0;
    for (std::uint32_t i = row; i < end; i += 8) {
        if (i + 8 > flow::kBatchRows) return true;
        std::uint64_t eight;
        std::memcpy(&eight, batch.proto.data() + i, 8);
        const std::uint64_t no_icmp = eight ^ kOnes, no_icmp6 = eight ^ (58 * kOnes);  // a zero byte is one of them
        found |= ((no_icmp - kOnes) & ~no_icmp) | ((no_icmp6 - kOnes) & ~no_icmp6);
    }
    return (found & kTops) != 0;
}

}  // namespace

CopyPlan::Count CopyPlan::run(flow::Bytes records, const RecordContext& context, flow::BatchWriter& writer,
                              flow::Ledger& ledger) const noexcept {
    Count result;
    std::uint32_t& decoded = result.records;
    // IPFIX tells uptime times against element 160 of the same record; without a header uptime only rows can do that.
    if (by_row_ || (uses_uptime_ && !context.has_uptime)) {
        result = RowRun(*this, context, writer, ledger).run(records);
    } else {
        const auto count = static_cast<std::uint32_t>(records.size() / record_bytes_);
        while (decoded < count) {
            FlowBatch& batch = writer.room();
            const std::uint32_t n = std::min(count - decoded, flow::kBatchRows - batch.rows);
            run_columns(records.data() + static_cast<std::size_t>(decoded) * record_bytes_, batch, n, context, ledger);
            decoded += n;
        }
        result.flows = decoded;
    }
    ledger[Counter::records_seen] += decoded;
    ledger[Counter::records_flow] += decoded;
    ledger[Counter::flows_decoded] += result.flows;
    ledger[Counter::flows_extra] += result.flows - decoded;
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
    finish(batch, row, count, false, context, ledger);
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
        if (located != nullptr && slot.source != kNoSource) (*located)[slot.source] = {field.data(), length};
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
    for (const Column c : absent_) clear_column(batch, c, row, count);
    std::fill_n(batch.present.begin() + row, count, present_);
    std::fill_n(batch.exporter.begin() + row, count, context.exporter);
    std::fill_n(batch.sampling.begin() + row, count, context.sampling);
    std::fill_n(batch.source.begin() + row, count, context.source);
    std::fill_n(batch.thinning.begin() + row, count, context.thinning);
    if (has_ipv4_ != has_ipv6_) {
        std::fill_n(batch.family.begin() + row, count, has_ipv4_ ? std::uint8_t{4} : std::uint8_t{6});
    }
    // A variable field may turn out to be none.
    if (!has_first_ || variable_) std::fill_n(batch.first_ms.begin() + row, count, 0);
    if (!has_last_ || variable_) std::fill_n(batch.last_ms.begin() + row, count, 0);
}

void CopyPlan::finish_family(FlowBatch& batch, std::uint32_t row, std::uint32_t end, bool open) const noexcept {
    constexpr std::uint64_t kAddresses = flow::present_bit(Column::src_addr) | flow::present_bit(Column::dst_addr);
    if (!open && has_ipv4_ != has_ipv6_) return;
    for (std::uint32_t i = row; i < end; ++i) {
        const bool told = (batch.present[i] & kAddresses) != 0;
        batch.family[i] = !told ? 0 : batch.src_addr[i].is_v4() || batch.dst_addr[i].is_v4() ? 4 : 6;
        if (open) batch.present_any |= batch.present[i];
    }
}

// As nfdump has it: no source port, and without an ICMP element type and code are 0, whatever the ports say.
void CopyPlan::finish_icmp(FlowBatch& batch, std::uint32_t row) const noexcept {
    std::uint16_t& src = batch.src_port[row];
    std::uint16_t& dst = batch.dst_port[row];
    if (port_has_icmp_) {
        if (src != 0) dst = __builtin_bswap16(src);  // some routers put them there, in the other order
    } else if (!has_icmp_ && !sections_) {
        dst = 0;
    }
    src = 0;
}

void CopyPlan::finish_times(FlowBatch& batch, std::uint32_t row, std::uint32_t end, const RecordContext& context,
                            flow::Ledger& ledger) const noexcept {
    std::uint64_t clamped = 0;
    const auto check = [&](std::uint64_t& at) {
        if (is_plausible(at, context.received_ms)) return;
        at = context.received_ms;
        clamped += has_first_ || has_last_;
    };
    for (std::uint32_t i = row; i < end; ++i) {
        std::uint64_t &first = batch.first_ms[i], &last = batch.last_ms[i];
        if (first == 0) first = last;
        if (last == 0) last = first;
        check(first);
        check(last);
        if (last < first) {
            last = first;
            ++clamped;
        }
    }
    ledger[Counter::times_clamped] += clamped;
}

void CopyPlan::finish(FlowBatch& batch, std::uint32_t row, std::uint32_t count, bool open, const RecordContext& context,
                      flow::Ledger& ledger) const noexcept {
    const std::uint32_t end = row + count;
    finish_family(batch, row, end, open);
    // Most sets have neither ICMP nor odd times: that is told without looking at each row by itself.
    if (may_have_icmp(batch, row, end)) {
        for (std::uint32_t i = row; i < end; ++i) {
            if (is_icmp(batch.proto[i])) finish_icmp(batch, i);
        }
    }
    if (has_odd_times(batch, row, end, context.received_ms)) finish_times(batch, row, end, context, ledger);
    if (has_sampling_) {
        for (std::uint32_t i = row; i < end; ++i) {
            if (batch.sampling[i] == 0) batch.sampling[i] = context.sampling;
        }
    }
    batch.present_any |= present_;
    if (context.annotator != nullptr) context.annotator->annotate(batch, row, count, ledger);
    batch.rows = end;
}

}  // namespace decode
