// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/row_run.hpp"

#include <algorithm>

#include "dataplane/decode/annotate.hpp"
#include "dataplane/decode/lists.hpp"

namespace decode {
namespace {

using flow::Column;
using flow::FlowBatch;

// Constants are filled for so many rows at once: one by one this would cost more than the fields themselves.
constexpr std::uint32_t kFillAhead = 64;
// Texts of a record that its listed flows get too, together: a datagram may list a thousand flows beside one long text.
constexpr std::uint32_t kMostSharedText = 256;

// Bytes of the arena that a field may take: a list of communities takes three times its length as text.
std::uint32_t text_bytes(std::span<const Step> steps, const CopyPlan::Located& located) noexcept {
    std::size_t bytes = 0;
    for (const Step& step : steps) {
        const std::size_t length = located[step.source].size;
        if (is_text(step.conversion) || is_section(step.conversion)) bytes += length;
        if (is_list(step.conversion) || step.conversion == Conversion::community) bytes += 3 * length + 12;
    }
    return static_cast<std::uint32_t>(std::min<std::size_t>(bytes, flow::kArenaBytes));
}

bool is_stored_text(const Step& step) noexcept {
    return is_text(step.conversion) || step.conversion == Conversion::community;
}

// The same for texts alone.
std::uint32_t stored_text_bytes(std::span<const Step> steps, const CopyPlan::Located& located) noexcept {
    std::size_t bytes = 0;
    for (const Step& step : steps) {
        if (!is_stored_text(step)) continue;
        bytes += step.conversion == Conversion::community ? 12 : located[step.source].size;
    }
    return static_cast<std::uint32_t>(std::min<std::size_t>(bytes, flow::kArenaBytes));
}

void take_texts_out(std::span<const Step> steps, FlowBatch& batch, std::uint32_t row) noexcept {
    for (const Step& step : steps) {
        if (!is_stored_text(step)) continue;
        clear_column(batch, step.column, row, 1);
        batch.present[row] &= ~flow::present_bit(step.column);
    }
}

void clear_counters(FlowBatch& batch, std::uint32_t row) noexcept {
    constexpr std::uint64_t kOut = flow::present_bit(Column::out_bytes) | flow::present_bit(Column::out_packets);
    batch.in_bytes[row] = batch.in_packets[row] = 0;
    batch.present[row] &= ~kOut;
}

}  // namespace

CopyPlan::Count RowRun::run(flow::Bytes records) noexcept {
    CopyPlan::Count result;
    name_bytes_ = context_.annotator == nullptr ? 0 : context_.annotator->most_text();
    while (records.size() >= plan_.record_bytes_) {
        const std::uint32_t length = plan_.locate(records, &located_);
        if (length == 0) {
            ledger_.skip(flow::Skip::bad_record);
            result.complete = false;
            break;
        }
        records_left_ = static_cast<std::uint32_t>(records.size() / plan_.record_bytes_);
        run_record();
        ++result.records;
        records = records.subspan(length);
    }
    result.flows = flows_;
    return result;
}

FlowBatch& RowRun::claim(std::uint32_t bytes) noexcept {
    FlowBatch& batch = writer_.room(std::min(bytes + name_bytes_, flow::kArenaBytes));
    if (filled_ != &batch || batch.rows != next_ || next_ == filled_to_) {
        const std::uint32_t count = std::min({records_left_, flow::kBatchRows - batch.rows, kFillAhead});
        plan_.fill_constants(batch, batch.rows, count, context_);
        filled_ = &batch;
        filled_to_ = batch.rows + count;
    }
    next_ = batch.rows + 1;
    ++flows_;
    return batch;
}

void RowRun::run_record() noexcept {
    const std::uint32_t before = flows_;
    if (plan_.lists_) {
        const auto write = [](void* self, const CopyPlan& sub, const CopyPlan::Located& located) noexcept {
            static_cast<RowRun*>(self)->write_listed(sub, located);
        };
        visit_listed_flows(plan_, located_, context_, ledger_, {write, this});
    }
    // A record that only lists flows is none itself.
    if (flows_ == before || plan_.is_flow() || plan_.counters_) write_row(false);
    if (has_reverse()) write_row(true);
}

bool RowRun::has_reverse() const noexcept {
    return std::ranges::any_of(plan_.reverse_, [&](const Step& step) {
        const auto [data, size] = located_[step.source];
        const bool counts = step.column == Column::in_bytes || step.column == Column::in_packets;
        return counts && size <= 8 && flow::load_be(data, size) != 0;
    });
}

void RowRun::copy_steps(std::span<const Step> steps, const CopyPlan::Located& located, bool open, FlowBatch& batch,
                        std::uint32_t row, RecordState& record, bool texts) noexcept {
    for (const Step& step : steps) {
        if (!texts && is_stored_text(step)) continue;
        const auto [data, size] = located[step.source];
        if (step.width == kVariableLength && (size < step.least || size > step.most)) {
            ++ledger_[flow::Counter::fields_unfit];
            continue;
        }
        if (open && step.column != Column::count_) open_column(batch, step.column, row);
        copy_field(step, data, size, batch, row, record, ledger_);
    }
}

void RowRun::copy_forward(FlowBatch& batch, std::uint32_t row, RecordState& record) noexcept {
    const std::span<const Step> steps(plan_.steps_);
    copy_steps(steps.first(plan_.kept_), located_, false, batch, row, record);
    if (plan_.sections_) apply_sections(record, !plan_.counters_, batch, row, ledger_);
    copy_steps(steps.subspan(plan_.kept_), located_, false, batch, row, record);
    if (plan_.lists_) fill_from_lists(plan_, located_, record, batch, row, ledger_);
    if (record.duration_ms != 0) {
        if (!plan_.has_last_) batch.last_ms[row] = batch.first_ms[row] + record.duration_ms;
        if (!plan_.has_first_) batch.first_ms[row] = batch.last_ms[row] - record.duration_ms;
    }
    if (!plan_.has_sampling_) {
        if (const std::uint32_t rate = sampling_of(record)) batch.sampling[row] = rate;
    }
}

void RowRun::copy_reverse(FlowBatch& batch, std::uint32_t row, RecordState& record) noexcept {
    mirror_row(batch, row);
    clear_counters(batch, row);
    batch.first_ms[row] += record.reverse_delay_ms;
    copy_steps(plan_.reverse_, located_, true, batch, row, record);
    if (plan_.lists_) fill_reverse_from_lists(plan_, located_, record, batch, row, ledger_);
}

void RowRun::write_row(bool reverse) noexcept {
    std::uint32_t bytes = text_bytes(plan_.steps_, located_);
    if (reverse) bytes = std::min(bytes + text_bytes(plan_.reverse_, located_), flow::kArenaBytes);
    FlowBatch& batch = claim(bytes);
    const std::uint32_t row = batch.rows;
    RecordState record{context_};
    copy_forward(batch, row, record);
    if (reverse) copy_reverse(batch, row, record);
    plan_.finish(batch, row, 1, reverse || plan_.lists_ || plan_.sections_, context_, ledger_);
}

void RowRun::write_listed(const CopyPlan& sub, const CopyPlan::Located& located) noexcept {
    const std::uint32_t shared = stored_text_bytes(plan_.steps_, located_);
    const bool shares_texts = shared <= kMostSharedText;
    const std::uint32_t bytes = (shares_texts ? shared : 0) + text_bytes(sub.steps_, located);
    FlowBatch& batch = claim(std::min(bytes, flow::kArenaBytes));
    const std::uint32_t row = batch.rows;
    RecordState record{context_};
    copy_steps(plan_.steps_, located_, false, batch, row, record, shares_texts);
    if (!shares_texts) take_texts_out(plan_.steps_, batch, row);
    clear_counters(batch, row);  // they are of all its flows together
    copy_steps(sub.steps_, located, true, batch, row, record);
    fill_from_lists(sub, located, record, batch, row, ledger_);
    sub.finish(batch, row, 1, true, context_, ledger_);
}

}  // namespace decode
