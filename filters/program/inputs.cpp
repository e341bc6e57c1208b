// SPDX-License-Identifier: Apache-2.0
#include "filters/program/inputs.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

#include "filters/program/lanes.hpp"

namespace filters::program {

namespace {

using flow::Column;
using flow::FlowBatch;
using language::Missing;
using language::Reading;
using language::Subject;

constexpr unsigned kPresenceBits = 64;

bool is_scaled(const FlowBatch& batch) noexcept {
    std::uint32_t sampling = 0;
    std::uint16_t thinning = 0;
    for (std::uint32_t row = 0; row < batch.rows; ++row) {
        sampling = std::max(sampling, batch.sampling[row]);
        thinning = std::max(thinning, batch.thinning[row]);
    }
    return sampling > 1 || thinning > 1;
}

}  // namespace

Inputs::Inputs(std::span<const Subject> asked, Missing missing)
    : missing_(missing), present_(kPresenceBits), absent_(kPresenceBits) {
    for (const Subject subject : asked) {
        if (is_worked_out(subject)) {
            worked_.push_back({.subject = subject, .values = std::make_unique<Values>(), .rows = {}, .zero = {}});
        }
    }
}

void Inputs::begin(const FlowBatch& batch) noexcept {
    batch_ = &batch;
    facts_ = {.rows_before = facts_.rows_before + last_rows_};
    last_rows_ = batch.rows;
    stock_taken_ = false;
    labels_counted_ = false;
    listed_ = 0;
    for (std::size_t word = 0; word < kWords; ++word) every_[word] = rows_of_word(word, batch.rows);
    for (Worked& slot : worked_) slot.done = false;
}

// One look at all rows, when something asks for it.
void Inputs::take_stock() noexcept {
    if (stock_taken_) return;
    stock_taken_ = true;
    present_all_ = ~0ull;
    for (std::uint32_t row = 0; row < batch_->rows; ++row) present_all_ &= batch_->present[row];
    facts_.scaled = is_scaled(*batch_);
}

void Inputs::list_rows_with(unsigned bit) noexcept {
    if ((listed_ >> bit & 1) != 0) return;
    listed_ |= 1ull << bit;
    for (std::size_t word = 0; word < kWords; ++word) {
        const std::uint64_t with = lanes_with_bit(batch_->present.data() + word * 64, bit);
        present_[bit][word] = with & every_[word];
        absent_[bit][word] = ~with & every_[word];
    }
}

// `reads_zero`: where the bit is missing the value is 0 already.
Input Inputs::seen(const void* values, std::uint64_t bit, bool reads_zero) noexcept {
    Input out{.values = values, .rows = every_.data(), .count = batch_->rows, .all = true};
    const bool as_zero = missing_ == Missing::zero;
    if (bit == 0 || (as_zero && reads_zero)) return out;
    if ((batch_->present_any & bit) == 0) {
        out.all = false;
        out.none = true;
        if (as_zero) out.zero = every_.data();
        return out;
    }
    take_stock();
    if ((present_all_ & bit) != 0) return out;
    const auto at = static_cast<unsigned>(std::countr_zero(bit));
    list_rows_with(at);
    out.rows = present_[at].data();
    out.all = false;
    if (as_zero) out.zero = absent_[at].data();
    return out;
}

Input Inputs::get(Subject subject) noexcept {
    if (subject.reading == Reading::column) return column(subject);
    for (Worked& slot : worked_) {
        if (slot.subject == subject) return worked_out(slot);
    }
    assert(false && "a number that nobody asked for");
    return {};
}

Input Inputs::column(Subject subject) noexcept {
    return seen(values_of(*batch_, subject.column), language::presence_of(subject), !is_rare(subject.column));
}

const void* Inputs::unscaled(Subject subject) noexcept {
    const auto raw = [&]() -> const void* {
        switch (subject.reading) {
            case Reading::packets:
                return batch_->in_packets.data();
            case Reading::bytes:
                return batch_->in_bytes.data();
            case Reading::out_packets:
                return batch_->out_packets.data();
            case Reading::out_bytes:
                return batch_->out_bytes.data();
            default:
                return nullptr;
        }
    }();
    if (raw == nullptr) return nullptr;
    take_stock();
    return facts_.scaled ? nullptr : raw;
}

// Once a batch, by the first that asks for a label.
void Inputs::count_labels(const Worked& slot) noexcept {
    const bool asks = slot.subject.reading == Reading::mpls_label || slot.subject.reading == Reading::mpls_exp;
    if (!asks || labels_counted_) return;
    labels_counted_ = true;
    facts_.most_labels = most_labels(*batch_, slot.rows.data());
}

Input Inputs::worked_out(Worked& slot) noexcept {
    Input out = seen(slot.values.get(), language::presence_of(slot.subject), false);
    if (out.none) return out;
    if (const void* raw = unscaled(slot.subject); raw != nullptr) {
        out.values = raw;
        return out;
    }
    if (!slot.done) {
        slot.done = true;
        std::copy_n(out.rows, kWords, slot.rows.begin());
        count_labels(slot);
        work_out(*batch_, slot.subject, facts_, slot.values.get(), slot.rows);
        for (std::size_t w = 0; w < kWords; ++w) slot.zero[w] = every_[w] & ~slot.rows[w];
    }
    if (slot.rows == every_) return out;
    out.rows = slot.rows.data();
    out.all = false;
    out.none = std::all_of(slot.rows.begin(), slot.rows.end(), [](std::uint64_t word) { return word == 0; });
    if (missing_ == Missing::zero) out.zero = slot.zero.data();
    return out;
}

}  // namespace filters::program
