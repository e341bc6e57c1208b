// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/lists.hpp"

#include <algorithm>
#include <bitset>
#include <charconv>

#include "dataplane/decode/templates.hpp"

namespace decode {

using flow::Column;
using flow::FlowBatch;
using flow::Skip;

// Walks the lists of a record. A visitor has
//   item(elements, reverse, bytes, index)   one value of a basicList
//   end_items()                             after the last
//   record(plan, located)                   one record of a subTemplateList
class ListWalk {
  public:
    // `ledger`: where faults are booked; nullptr: the record has been walked before.
    ListWalk(const RecordContext& context, flow::Ledger* ledger) noexcept : context_(context), ledger_(ledger) {}

    template <class Visitor>
    void walk(const CopyPlan& plan, const CopyPlan::Located& located, unsigned depth, Visitor& visitor) noexcept {
        if (!plan.lists_) return;
        for (const Step& step : plan.steps_) {
            if (!is_list(step.conversion)) continue;
            const auto [data, size] = located[step.source];
            if (size != 0) list(step.conversion, {data, size}, depth, visitor);
        }
    }

  private:
    void fault(Skip reason) noexcept {
        if (ledger_ != nullptr) ledger_->skip(reason);
    }
    // False when there were too many of them.
    bool count_item() noexcept {
        if (items_left_ == 0) return fault(Skip::list_limit), false;
        --items_left_;
        return true;
    }

    template <class Visitor>
    void list(Conversion kind, flow::Bytes content, unsigned depth, Visitor& visitor) noexcept {
        if (depth == kMaxListDepth) return fault(Skip::list_limit);
        flow::Cursor at(content);
        at.skip(1);  // semantic: all of, one of, ordered ... a flow has what any of them tells
        if (kind == Conversion::basic_list) return basic(at, depth, visitor);
        if (kind == Conversion::sub_template_list) {
            const std::uint16_t id = at.u16();
            return at.ok() ? records(id, at.rest(), depth, visitor) : fault(Skip::bad_list);
        }
        while (at.ok() && at.left() != 0) {
            const std::uint16_t id = at.u16();
            const std::uint16_t length = at.u16();
            constexpr std::uint16_t kHeader = 4;
            const flow::Bytes part = at.take(length < kHeader ? at.left() + 1 : length - kHeader);
            if (at.ok()) records(id, part, depth, visitor);
        }
        if (!at.ok()) fault(Skip::bad_list);
    }

    template <class Visitor>
    void basic(flow::Cursor& at, unsigned depth, Visitor& visitor) noexcept {
        constexpr std::uint16_t kEnterprise = 0x8000;
        std::uint16_t id = at.u16();
        const std::uint16_t length = at.u16();
        std::uint32_t pen = 0;
        if ((id & kEnterprise) != 0) {
            id &= 0x7fff;
            pen = at.u32();
        }
        if (!at.ok() || (length == 0 && at.left() != 0)) return fault(Skip::bad_list);
        const Direction direction = direction_of(pen, id);
        const auto elements = find_elements(flow::Protocol::ipfix, direction.pen, direction.id);
        for (unsigned index = 0; at.left() != 0; ++index) {
            std::uint32_t size = length;
            if (length == kVariableLength) {
                size = at.u8();
                if (size == 255) size = at.u16();
            }
            const flow::Bytes item = at.take(size);
            if (!at.ok()) return fault(Skip::bad_list);
            if (!count_item()) return;
            if (!elements.empty() && is_list(elements.front().conversion)) {
                if (!item.empty()) list(elements.front().conversion, item, depth + 1, visitor);
            } else {
                visitor.item(elements, direction.reverse, item, index);
            }
        }
        visitor.end_items();
    }

    template <class Visitor>
    void records(std::uint16_t id, flow::Bytes content, unsigned depth, Visitor& visitor) noexcept {
        const CopyPlan* plan = context_.templates == nullptr ? nullptr : context_.templates->plan_of(id);
        if (plan == nullptr) {
            if (ledger_ != nullptr) ++(*ledger_)[flow::Counter::elements_unknown];
            return;
        }
        CopyPlan::Located located;
        while (content.size() >= plan->record_bytes()) {
            const std::uint32_t length = plan->locate(content, &located);
            if (length == 0) return fault(Skip::bad_list);
            if (!count_item()) return;
            visitor.record(*plan, located);
            walk(*plan, located, depth + 1, visitor);
            content = content.subspan(length);
        }
        if (std::ranges::any_of(content, [](std::uint8_t b) { return b != 0; })) fault(Skip::bad_list);
    }

    const RecordContext& context_;
    flow::Ledger* ledger_;
    unsigned items_left_ = kMaxListItems;
};

namespace {

constexpr bool is_as_number(Column c) noexcept {
    return c == Column::src_as || c == Column::dst_as || c == Column::prev_as || c == Column::next_as;
}

}  // namespace

// Visitor that fills the columns of one row.
class ListFill {
  public:
    ListFill(RecordState& record, FlowBatch& batch, std::uint32_t row, bool reverse, flow::Ledger& ledger) noexcept
        : record_(record), batch_(batch), row_(row), reverse_(reverse), ledger_(ledger) {}

    // What a list must not change.
    void protect(std::uint64_t present) noexcept { protected_ = present; }
    void protect_reverse_of(const CopyPlan& plan) noexcept {
        for (const Step& step : plan.reverse_) {
            if (step.column != Column::count_) protected_ |= flow::present_bit(step.column);
        }
    }

    void item(std::span<const Element> elements, bool reverse, flow::Bytes bytes, unsigned index) noexcept {
        const auto size = static_cast<std::uint32_t>(bytes.size());
        for (const Element& e : elements) {
            if ((e.reverse || reverse) != reverse_ || !is_fillable(e.conversion, e.column)) continue;
            const Widths widths = widths_of(e);
            if (!widths.hold(size)) {
                ++ledger_[flow::Counter::fields_unfit];
            } else if (is_as_number(e.column)) {
                add_number(flow::load_be(bytes.data(), size));
            } else if (e.conversion != Conversion::mpls || index < flow::MplsStack{}.labels.size()) {
                const auto label = static_cast<std::uint8_t>(index);
                fill({e.conversion, e.column, true, e.rank, label, kVariableLength, widths.least, widths.most, 0, 0},
                     bytes.data(), size);
            }
        }
    }

    // A list of AS numbers is a path.
    void end_items() noexcept {
        if (used_ == 0) return;
        if ((protected_ & flow::present_bit(Column::as_path)) == 0) {
            open(Column::as_path);
            flow::Text& at = batch_.as_path[row_];
            if (at.length == 0 && !batch_.arena.add({path_.data(), used_}, at)) {
                ++ledger_[flow::Counter::texts_lost];
            }
        }
        used_ = 0;
    }

    void record(const CopyPlan& plan, const CopyPlan::Located& located) noexcept {
        if (plan.is_flow()) return;
        for (Step step : reverse_ ? plan.reverse_ : plan.steps_) {
            const auto [data, size] = located[step.source];
            if (!is_fillable(step.conversion, step.column)) continue;
            if (step.width == kVariableLength && (size < step.least || size > step.most)) {
                ++ledger_[flow::Counter::fields_unfit];
                continue;
            }
            step.only_where_zero = true;
            fill(step, data, size);
        }
    }

  private:
    [[nodiscard]] bool is_fillable(Conversion conversion, Column c) const noexcept {
        if (conversion == Conversion::known || is_list(conversion)) return false;
        return c == Column::count_ || (protected_ & flow::present_bit(c)) == 0;
    }
    // The first of the lists' values of a column finds it empty, also when the row has the other direction's.
    void open(Column c) noexcept {
        if (c == Column::count_ || opened_.test(static_cast<std::size_t>(c))) return;
        opened_.set(static_cast<std::size_t>(c));
        open_column(batch_, c, row_);
        if (reverse_ && flow::present_bit(c) != 0) clear_column(batch_, c, row_, 1);
    }
    void fill(const Step& step, const std::uint8_t* data, std::uint32_t size) noexcept {
        open(step.column);
        copy_field(step, data, size, batch_, row_, record_, ledger_);
    }
    void add_number(std::uint64_t number) noexcept {
        constexpr std::size_t kDigits = 21;
        if (used_ + kDigits > path_.size()) return;
        if (used_ != 0) path_[used_++] = ' ';
        used_ = static_cast<std::size_t>(std::to_chars(path_.data() + used_, path_.data() + path_.size(), number).ptr -
                                         path_.data());
    }

    RecordState& record_;
    FlowBatch& batch_;
    std::uint32_t row_;
    bool reverse_;
    flow::Ledger& ledger_;
    std::uint64_t protected_ = 0;
    std::bitset<flow::kColumns> opened_;
    std::array<char, 1024> path_;
    std::size_t used_ = 0;
};

namespace {

struct FlowVisitor {
    FlowSink sink;
    void item(std::span<const Element>, bool, flow::Bytes, unsigned) noexcept {}
    void end_items() noexcept {}
    void record(const CopyPlan& plan, const CopyPlan::Located& located) noexcept {
        if (plan.is_flow()) sink.write(sink.self, plan, located);
    }
};

}  // namespace

void fill_from_lists(const CopyPlan& plan, const CopyPlan::Located& located, RecordState& record, FlowBatch& batch,
                     std::uint32_t row, flow::Ledger& ledger) noexcept {
    ListFill fill(record, batch, row, false, ledger);
    fill.protect(batch.present[row]);
    ListWalk(record.context, nullptr).walk(plan, located, 0, fill);
}

void fill_reverse_from_lists(const CopyPlan& plan, const CopyPlan::Located& located, RecordState& record,
                             FlowBatch& batch, std::uint32_t row, flow::Ledger& ledger) noexcept {
    ListFill fill(record, batch, row, true, ledger);
    fill.protect_reverse_of(plan);
    ListWalk(record.context, nullptr).walk(plan, located, 0, fill);
}

void visit_listed_flows(const CopyPlan& plan, const CopyPlan::Located& located, const RecordContext& context,
                        flow::Ledger& ledger, FlowSink sink) noexcept {
    FlowVisitor visitor{sink};
    ListWalk(context, &ledger).walk(plan, located, 0, visitor);
}

}  // namespace decode
