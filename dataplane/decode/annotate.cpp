// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/annotate.hpp"

#include <algorithm>

namespace decode {

using flow::Column;
using flow::OptionKind;
using flow::Text;

void Annotator::annotate(flow::FlowBatch& batch, std::uint32_t row, std::uint32_t count,
                         flow::Ledger& ledger) noexcept {
    if (count == 0) return;
    put_rates(batch, row, count, ledger);
    if (!options_.has_names()) return;
    for (std::uint32_t i = row; i < row + count; ++i) {
        put_names(batch, i, ledger);
        batch.present_any |= batch.present[i];
    }
}

void Annotator::put_rates(flow::FlowBatch& batch, std::uint32_t row, std::uint32_t count,
                          flow::Ledger& ledger) noexcept {
    std::uint32_t* rates = batch.sampling.data();
    const std::uint32_t end = row + count;
    if (rule_.sampling != 0) {
        std::fill(rates + row, rates + end, rule_.sampling);
    } else if (options_.has_rates() || rule_.default_sampling != 0) {
        for (std::uint32_t i = row; i < end; ++i) {
            if (rates[i] == 0) rates[i] = rate_of(batch, i);
        }
    }
    ledger[flow::Counter::flows_unknown_rate] += static_cast<std::uint64_t>(std::count(rates + row, rates + end, 0u));
    if (rates[end - 1] != 0) counts_.sampling = rates[end - 1];
}

std::uint32_t Annotator::rate_of(const flow::FlowBatch& batch, std::uint32_t row) noexcept {
    const auto told = [this](OptionKind kind, std::uint64_t id) {
        const OptionTable::Known* known = options_.find(kind, id);
        return known == nullptr ? 0u : static_cast<std::uint32_t>(known->value);
    };
    std::uint32_t rate = 0;
    if (options_.has_rates()) {
        if (batch.has(row, Column::sampler_id)) rate = told(OptionKind::sampler, batch.sampler_id[row]);
        if (rate == 0) {
            const bool egress = batch.has(row, Column::direction) && batch.direction[row] == 1;
            rate = told(OptionKind::interface, egress ? batch.output_if[row] : batch.input_if[row]);
        }
        if (rate == 0) rate = options_.every_rate();
    }
    return rate != 0 ? rate : rule_.default_sampling;
}

void Annotator::put_names(flow::FlowBatch& batch, std::uint32_t row, flow::Ledger& ledger) noexcept {
    std::uint64_t& present = batch.present[row];
    if (!batch.has(row, Column::input_if_name)) {
        const Text in = name_of(batch, OptionKind::interface, batch.input_if[row], ledger);
        const Text out = name_of(batch, OptionKind::interface, batch.output_if[row], ledger);
        if (in.length != 0 || out.length != 0) {
            batch.input_if_name[row] = in;
            batch.output_if_name[row] = out;
            present |= flow::present_bit(Column::input_if_name);
        }
    }
    if (batch.has(row, Column::ingress_vrf) && !batch.has(row, Column::vrf_name)) {
        Text name = name_of(batch, OptionKind::vrf, batch.ingress_vrf[row], ledger);
        if (name.length == 0) name = name_of(batch, OptionKind::vrf, batch.egress_vrf[row], ledger);
        batch.vrf_name[row] = name;
        if (name.length != 0) present |= flow::present_bit(Column::vrf_name);
    }
    if (batch.has(row, Column::application_id) && !batch.has(row, Column::application)) {
        const Text name = name_of(batch, OptionKind::application, batch.application_id[row], ledger);
        batch.application[row] = name;
        if (name.length != 0) present |= flow::present_bit(Column::application);
    }
}

Text Annotator::name_of(flow::FlowBatch& batch, OptionKind kind, std::uint64_t id, flow::Ledger& ledger) noexcept {
    OptionTable::Known* known = options_.find(kind, id);
    if (known == nullptr || known->text.empty()) return {};
    // Where it was put last it stands still, unless another batch is open by now: looking is cheaper than keeping track.
    if (known->at.length == known->text.size() && known->at.offset + known->at.length <= batch.arena.used() &&
        batch.arena.view(known->at) == known->text) {
        return known->at;
    }
    if (!batch.arena.add(known->text, known->at)) ++ledger[flow::Counter::texts_lost];
    return known->at;
}

}  // namespace decode
