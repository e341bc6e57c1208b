// SPDX-License-Identifier: Apache-2.0
// Runs a copy plan row by row: records with variable fields, texts, two directions, lists or packets. Private to this folder.
//
// Thread: the decoding worker.
// Source: RFC 5103 (a record of both directions becomes two rows when the second saw packets); RFC 6313.
// Limits: see lists.hpp.
#pragma once

#include "dataplane/decode/copy_field.hpp"

namespace decode {

class RowRun {
  public:
    RowRun(const CopyPlan& plan, const RecordContext& context, flow::BatchWriter& writer, flow::Ledger& ledger) noexcept
        : plan_(plan), context_(context), writer_(writer), ledger_(ledger) {}

    [[nodiscard]] CopyPlan::Count run(flow::Bytes records) noexcept;

  private:
    // The open batch, whose next row has its constants.
    flow::FlowBatch& claim(std::uint32_t text_bytes) noexcept;
    void run_record() noexcept;
    void write_row(bool reverse) noexcept;
    // A flow that the record lists: what the record tells of all, and its own.
    void write_listed(const CopyPlan& sub, const CopyPlan::Located& located) noexcept;
    void copy_forward(flow::FlowBatch& batch, std::uint32_t row, RecordState& record) noexcept;
    void copy_reverse(flow::FlowBatch& batch, std::uint32_t row, RecordState& record) noexcept;
    void copy_steps(std::span<const Step> steps, const CopyPlan::Located& located, bool open, flow::FlowBatch& batch,
                    std::uint32_t row, RecordState& record, bool texts = true) noexcept;
    [[nodiscard]] bool has_reverse() const noexcept;

    const CopyPlan& plan_;
    const RecordContext& context_;
    flow::BatchWriter& writer_;
    flow::Ledger& ledger_;
    // Rows [next_, filled_to_) of `filled_` have their constants. A batch that was handed on comes back with row 0.
    const flow::FlowBatch* filled_ = nullptr;
    std::uint32_t next_ = 0, filled_to_ = 0;
    std::uint32_t records_left_ = 0;  // at most
    std::uint32_t flows_ = 0;
    std::uint32_t name_bytes_ = 0;  // that the annotator may add
    CopyPlan::Located located_;     // of the record under way
};

}  // namespace decode
