// SPDX-License-Identifier: Apache-2.0
// IPFIX structured data: basicList, subTemplateList, subTemplateMultiList. Private to this folder.
//
// Thread: the decoding worker.
// Source: RFC 6313 sections 4.5.1 to 4.5.3.
// Limits: kMaxListDepth lists within each other, kMaxListItems in one record; beyond: Skip::list_limit. Contradictions:
//         Skip::bad_list; the record is a flow all the same.
// A listed record with both addresses is a flow of its own; the others tell of the flow that lists them.
#pragma once

#include "dataplane/decode/copy_field.hpp"

namespace decode {

inline constexpr unsigned kMaxListDepth = 4;
inline constexpr unsigned kMaxListItems = 1024;

// Fills the columns that the record's template does not tell from its lists.
void fill_from_lists(const CopyPlan& plan, const CopyPlan::Located& located, RecordState& record,
                     flow::FlowBatch& batch, std::uint32_t row, flow::Ledger& ledger) noexcept;
// The same for a row of the reverse direction, from what the lists tell of it.
void fill_reverse_from_lists(const CopyPlan& plan, const CopyPlan::Located& located, RecordState& record,
                             flow::FlowBatch& batch, std::uint32_t row, flow::Ledger& ledger) noexcept;

struct FlowSink {
    void (*write)(void* self, const CopyPlan& sub, const CopyPlan::Located& located) noexcept;
    void* self;
};
// Gives every flow of the record's lists to `sink`, and books the faults of the lists.
void visit_listed_flows(const CopyPlan& plan, const CopyPlan::Located& located, const RecordContext& context,
                        flow::Ledger& ledger, FlowSink sink) noexcept;

}  // namespace decode
