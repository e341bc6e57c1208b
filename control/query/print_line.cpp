// SPDX-License-Identifier: Apache-2.0
#include "control/query/print_line.hpp"

#include <algorithm>

namespace query {

namespace {

struct Named {
    std::string_view name, format;
};

constexpr std::array kFormats = {
    Named{"line", "%ts %td %pr %sap -> %dap %pkt %byt %fl"},
    Named{"gline", "%ts %td %pr %gsap -> %gdap %pkt %byt %fl"},
    Named{"long", "%ts %td %pr %sap -> %dap %flg %tos %pkt %byt %fl"},
    Named{"glong", "%ts %td %pr %gsap -> %gdap %flg %tos %pkt %byt %fl"},
    Named{"extended", "%ts %td %pr %sap -> %dap %flg %tos %pkt %byt %pps %bps %bpp %fl"},
    Named{"biline", "%ts %td %pr %sap <-> %dap %opkt %ipkt %obyt %ibyt %fl"},
    Named{"bilong", "%ts %td %pr %sap <-> %dap %flg %tos %opkt %ipkt %obyt %ibyt %fl"},
    Named{"nsel", "%tevt %evt %xevt %pr %sap -> %dap %xsap -> %xdap %ibyt %obyt"},
    Named{"nel", "%tevt %nevt %pr %sap -> %dap %nsap -> %ndap"},
};
constexpr std::size_t kWiderAddress = 23;

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::string_view format_named(std::string_view name) noexcept {
    const auto* found = std::ranges::find(kFormats, name, &Named::name);
    return found == kFormats.end() ? std::string_view{} : found->format;
}

flow::Result<std::unique_ptr<RecordPrinter>> LinePrinter::make(std::string_view format, const Style& style,
                                                               bool quiet) {
    std::unique_ptr<LinePrinter> printer(new LinePrinter(style, quiet));
    if (auto done = printer->compile(format, true); !done) return flow::pass(done);
    std::size_t widest = 1;
    for (const Step& s : printer->steps_) {
        widest += s.tag == nullptr ? s.text.size() : s.tag->shape == Shape::text ? kWidestText : kWidestField;
    }
    printer->line_.resize(widest);
    return printer;
}

flow::Result<void> LinePrinter::add_tag(const Tag* tag) {
    if (steps_.size() >= kMostFields) {
        return flow::fail("Output format has more than " + std::to_string(kMostFields) + " fields: use fewer");
    }
    steps_.push_back({tag, {}});
    return {};
}

void LinePrinter::add_text(char c) {
    if (steps_.empty() || steps_.back().tag != nullptr) steps_.push_back({});
    steps_.back().text.push_back(c);
}

flow::Result<void> LinePrinter::compile(std::string_view format, bool names_allowed) {
    while (!format.empty()) {
        if (format.front() != '%') {
            add_text(format.front());
            format.remove_prefix(1);
            continue;
        }
        const std::string_view behind = format.substr(1);
        const auto name =
            behind.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(behind, is_letter) - behind.begin()));
        if (const std::string_view other = format_named(name); names_allowed && !other.empty()) {
            if (auto done = compile(other, false); !done) return done;
            format = behind.substr(name.size());
            continue;
        }
        const Tag* tag = find_tag(behind);
        if (tag == nullptr) return flow::fail("Output format parse error at: " + std::string(format));
        if (auto done = add_tag(tag); !done) return done;
        format = behind.substr(tag->name.size());
    }
    return {};
}

flow::ColumnSet LinePrinter::columns() const {
    flow::ColumnSet all = sums_columns();
    for (const Step& s : steps_) {
        if (s.tag == nullptr) continue;
        for (const flow::Column c : s.tag->needs.columns) {
            if (c != Needs::kNone) all.add(c);
        }
    }
    return all;
}

bool LinePrinter::received() const {
    return std::ranges::any_of(steps_, [](const Step& s) { return s.tag != nullptr && s.tag->shape == Shape::times; });
}

void LinePrinter::header(std::string& out) {
    if (quiet_) return;
    for (const Step& s : steps_) {
        if (s.tag == nullptr) {
            out.append(s.text.size(), ' ');
            continue;
        }
        if (style_.wide && s.tag->shape == Shape::address) out.append(kWiderAddress, ' ');
        out += s.tag->heading;
    }
    out += '\n';
}

void LinePrinter::record(const flow::FlowBatch& batch, std::uint32_t row, const store::query::Sums& sums,
                         std::string& out) {
    const Record r{batch, row, sums, style_, times_, ++printed_};
    Pen pen(line_.data());
    for (const Step& s : steps_) {
        if (s.tag == nullptr) {
            pen.text(s.text);
        } else {
            s.tag->write(pen, r);
        }
    }
    pen.put('\n');
    out.append(line_.data(), static_cast<std::size_t>(pen.at() - line_.data()));
}

}  // namespace query
