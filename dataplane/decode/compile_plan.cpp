// SPDX-License-Identifier: Apache-2.0
// From the fields of a template to the steps of its plan.
#include <algorithm>
#include <utility>

#include "dataplane/decode/copy_field.hpp"

namespace decode {
namespace {

using flow::Column;

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

constexpr bool is_icmp_step(Conversion c) noexcept {
    return c == Conversion::icmp_type_code || c == Conversion::icmp_type || c == Conversion::icmp_code;
}

// Counters that only mean something as a pair: of the initiator and of the responder, of client and server.
constexpr std::uint8_t kFirstPairedRank = 2;

constexpr int kNoRank = 256;  // above all of them

constexpr std::uint32_t kVmware = 6876;

// The outer header's column of an element that tells of the inner one where a record tells both.
constexpr Column outer_column(Column c) noexcept {
    switch (c) {
        case Column::src_addr:
            return Column::tunnel_src_addr;
        case Column::dst_addr:
            return Column::tunnel_dst_addr;
        case Column::src_port:
            return Column::tunnel_src_port;
        case Column::dst_port:
            return Column::tunnel_dst_port;
        case Column::proto:
            return Column::tunnel_proto;
        default:
            return c;
    }
}

}  // namespace

class PlanCompiler {
  public:
    explicit PlanCompiler(flow::Protocol protocol) noexcept : protocol_(protocol) {}

    CopyPlan compile(std::span<const Field> fields) {
        for (const Field& field : fields) read(field);
        plan_.record_bytes_ = offset_;
        plan_.by_row_ |= plan_.variable_;
        move_outer();
        move_first_of_two();
        choose();
        for (const Candidate& candidate : candidates_) add_step(candidate);
        order(plan_.steps_);
        order(plan_.reverse_);
        const auto first_column =
            std::ranges::find_if_not(plan_.steps_, [](const Step& s) { return is_kept(s.conversion); });
        plan_.kept_ = static_cast<std::uint16_t>(first_column - plan_.steps_.begin());
        find_absent();
        // v1, v5 and v7 tell ICMP type and code in the destination port itself.
        plan_.port_has_icmp_ = protocol_ == flow::Protocol::netflow1 || protocol_ == flow::Protocol::netflow5 ||
                               protocol_ == flow::Protocol::netflow7;
        return std::move(plan_);
    }

  private:
    struct Candidate {
        Element element;
        std::uint16_t slot;
        std::uint16_t length;
        std::uint32_t offset;
    };

    void read(const Field& field) {
        // Legal, and nothing to read. Without a slot for it every slot takes a byte, so work stays linear in bytes.
        if (field.length == 0) return;
        const Direction direction = direction_of(field.pen, field.id);
        const auto elements = find_elements(protocol_, direction.pen, direction.id);
        const auto slot = static_cast<std::uint16_t>(plan_.slots_.size());
        const bool variable = field.length == kVariableLength;
        plan_.slots_.push_back({field.length, CopyPlan::kNoSource});
        if (elements.empty()) ++plan_.unknown_;
        bool fits = elements.empty();
        for (Element element : elements) {
            if (!variable && !widths_of(element).hold(field.length)) continue;
            fits = true;
            element.reverse |= direction.reverse;
            if (element.conversion != Conversion::known) candidates_.push_back({element, slot, field.length, offset_});
        }
        if (!fits) ++plan_.unfit_;
        plan_.variable_ |= variable;
        offset_ += variable ? 1u : field.length;  // a variable field is at least its length byte
    }

    // VMware tells the tenants' packets inside VXLAN in elements of its own; the common ones are then of the outer header.
    void move_outer() {
        const auto is_inner = [](const Candidate& c) {
            return c.element.pen == kVmware &&
                   (c.element.column == Column::src_addr || c.element.column == Column::dst_addr);
        };
        if (std::ranges::none_of(candidates_, is_inner)) return;
        for (Candidate& c : candidates_) {
            if (c.element.pen == 0) c.element.column = outer_column(c.element.column);
        }
    }

    // One and the same element tells the protocol a second time; another element of that column is an alternative.
    [[nodiscard]] bool tells_protocol_twice() const {
        std::vector<std::uint64_t> told;
        for (const Candidate& c : candidates_) {
            if (c.element.column != Column::proto || c.element.reverse) continue;
            told.push_back(static_cast<std::uint64_t>(c.element.pen) << 16 | c.element.id);
        }
        std::ranges::sort(told);
        return std::ranges::adjacent_find(told) != told.end();
    }

    // Routers tell of a packet in a tunnel (SRv6, IP in IP) by the elements of the outer header, then by those of the inner one
    // in the same numbers: a second protocol says so. Mixed, they would be a flow that there never was.
    void move_first_of_two() {
        if (!tells_protocol_twice()) return;
        const auto is_told = [](Column column) {
            return [column](const Candidate& c) { return c.element.column == column && !c.element.reverse; };
        };
        for (const Column c : {Column::src_addr, Column::dst_addr, Column::src_port, Column::dst_port, Column::proto}) {
            if (std::ranges::count_if(candidates_, is_told(c)) < 2) continue;
            std::ranges::find_if(candidates_, is_told(c))->element.column = outer_column(c);
        }
        for (const Column c : {Column::tos, Column::tcp_flags, Column::flow_label}) {
            if (std::ranges::count_if(candidates_, is_told(c)) < 2) continue;
            candidates_.erase(std::ranges::find_if(candidates_, is_told(c)));
        }
    }

    [[nodiscard]] int best_rank(Column column, bool reverse) const {
        int best = kNoRank;
        for (const Candidate& c : candidates_) {
            if (c.element.column == column && c.element.reverse == reverse) best = std::min<int>(best, c.element.rank);
        }
        return best;
    }

    // Leaves the best candidate of each column that takes one.
    void choose() {
        choose_counter(Column::in_bytes, Column::out_bytes);
        choose_counter(Column::in_packets, Column::out_packets);
        for (const Column c : {Column::min_ttl, Column::max_ttl, Column::tos, Column::dst_tos}) keep_one(c);
    }
    // A field that counts as input is left out of the output's column.
    void choose_counter(Column in, Column out) {
        const int forward = best_rank(in, false), backward = best_rank(in, true);
        const bool unpaired = backward >= kFirstPairedRank && forward < kNoRank && forward != backward;
        if (unpaired) remove([&](const Candidate& c) { return c.element.column == in && c.element.reverse; });
        keep_one(in);
        std::vector<std::uint16_t> used;
        for (const Candidate& c : candidates_) {
            if (c.element.column == in) used.push_back(c.slot);
        }
        remove([&](const Candidate& c) {
            return c.element.column == out && std::ranges::find(used, c.slot) != used.end();
        });
        keep_one(out);
    }
    // Elements of such a column are alternatives: the best of the template is taken, whatever its value. A delta of 0 must not
    // be replaced by a total.
    void keep_one(Column column) {
        for (const bool reverse : {false, true}) {
            const int best = best_rank(column, reverse);
            bool taken = false;
            remove([&](const Candidate& c) {
                if (c.element.column != column || c.element.reverse != reverse) return false;
                return c.element.rank != best || std::exchange(taken, true);
            });
        }
    }
    template <class Predicate>
    void remove(Predicate&& predicate) {
        // In order, and each asked once: the first of equals stays (RFC 7011 section 8).
        std::vector<Candidate> kept;
        for (const Candidate& c : candidates_) {
            if (!predicate(c)) kept.push_back(c);
        }
        candidates_ = std::move(kept);
    }

    void add_step(const Candidate& candidate) {
        const Element& e = candidate.element;
        std::vector<Step>& steps = e.reverse ? plan_.reverse_ : plan_.steps_;
        std::uint16_t& source = plan_.slots_[candidate.slot].source;
        if (steps.size() == CopyPlan::kMaxSteps ||
            (source == CopyPlan::kNoSource && plan_.sources_ == CopyPlan::kMaxSteps)) {
            ++plan_.unfit_;
            return;
        }
        if (source == CopyPlan::kNoSource) source = plan_.sources_++;
        const Widths widths = widths_of(e);
        steps.push_back({e.conversion, e.column, false, e.rank, e.label, candidate.length, widths.least, widths.most,
                         source, candidate.offset});
        e.reverse ? static_cast<void>(plan_.by_row_ = true) : note(e);
    }

    void note(const Element& e) {
        plan_.by_row_ |= needs_rows(e.conversion);
        plan_.lists_ |= is_list(e.conversion);
        plan_.sections_ |= is_section(e.conversion);
        plan_.uses_uptime_ |= e.conversion == Conversion::uptime_ms;
        plan_.has_icmp_ |= is_icmp_step(e.conversion);
        plan_.has_sampling_ |= e.column == Column::sampling;
        plan_.has_first_ |= e.column == Column::first_ms;
        plan_.has_last_ |= e.column == Column::last_ms;
        plan_.has_src_ |= e.column == Column::src_addr;
        plan_.has_dst_ |= e.column == Column::dst_addr;
        plan_.counters_ |= e.column == Column::in_bytes || e.column == Column::in_packets;
        const bool address = e.column == Column::src_addr || e.column == Column::dst_addr;
        plan_.has_ipv4_ |= address && e.conversion == Conversion::ipv4;
        plan_.has_ipv6_ |= address && e.conversion == Conversion::ipv6;
        if (e.column != Column::count_) plan_.present_ |= flow::present_bit(e.column);
    }

    // What other steps of a record need comes first, ICMP (which needs the protocol) last, else by rank.
    static void order(std::vector<Step>& steps) {
        const auto weight = [](const Step& s) {
            if (is_kept(s.conversion)) return -1;
            if (is_icmp_step(s.conversion)) return 1000;
            return static_cast<int>(s.rank);
        };
        std::ranges::stable_sort(steps, {}, weight);
        std::array<bool, flow::kColumns> written{};
        bool icmp_written = false;  // apart from the port itself: ICMP elements write it for some rows only
        for (Step& step : steps) {
            if (step.column == Column::count_) continue;
            bool& seen = is_icmp_step(step.conversion) ? icmp_written : written[static_cast<std::size_t>(step.column)];
            step.only_where_zero = std::exchange(seen, true);
        }
    }

    void find_absent() {
        std::array<bool, flow::kColumns> written{};
        for (const Step& step : plan_.steps_) {
            // A variable field may turn out not to suit its element; one of lower rank looks at what is there already.
            const bool sure = always_writes(step.conversion) && !step.only_where_zero &&
                              (step.width != kVariableLength || is_text(step.conversion));
            if (sure && step.column != Column::count_) written[static_cast<std::size_t>(step.column)] = true;
        }
        for (std::size_t i = 0; i < flow::kColumns; ++i) {
            const auto c = static_cast<Column>(i);
            const bool wanted = i < flow::kCommonColumns || (plan_.present_ & flow::present_bit(c)) != 0;
            if (wanted && !written[i] && !always_written(c)) plan_.absent_.push_back(c);
        }
    }

    flow::Protocol protocol_;
    CopyPlan plan_;
    std::uint32_t offset_ = 0;
    std::vector<Candidate> candidates_;
};

CopyPlan CopyPlan::compile(std::span<const Field> fields, flow::Protocol protocol) {
    return PlanCompiler(protocol).compile(fields);
}

}  // namespace decode
