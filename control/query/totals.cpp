// SPDX-License-Identifier: Apache-2.0
// -I: totals as nfdump's statistics block of a file. Classes count in-counters, totals in + out, as there.
#include <nlohmann/json.hpp>

#include "control/query/answer.hpp"
#include "control/query/rows.hpp"

namespace query {
namespace {

using store::query::Sums;

struct Lines {
    std::string& out;
    bool objects;
    nlohmann::ordered_json json{{"type", "totals"}};

    void add(const std::string& name, std::uint64_t value) {
        if (objects) {
            json[name] = value;
        } else {
            out += name + ": " + std::to_string(value) + "\n";
        }
    }
    void add(const std::string& name, std::uint64_t total, const std::array<Sums, flow::kClasses>& classes,
             std::uint64_t Sums::*of_class) {
        add(name, total);
        for (std::size_t c = 0; c < classes.size(); ++c)
            add(name + "_" + std::string(flow::kClassNames[c]), classes[c].*of_class);
    }
};

}  // namespace

void print_totals(const Question& question, const Totals& totals, Output& output) {
    const Sums& sum = totals.total();
    Lines lines{.out = output.text(), .objects = question.shape.print.objects};
    std::string ident;
    const auto& asked = question.request.sources.empty() ? question.selection.sources : question.request.sources;
    for (const std::string& name : asked) ident += (ident.empty() ? "" : ",") + name;
    if (!lines.objects) {
        lines.out += "Ident: " + ident + "\n";
    } else {
        lines.json["Ident"] = ident;
    }
    lines.add("Flows", sum.flows, totals.classes(), &Sums::flows);
    lines.add("Packets", sum.in_packets + sum.out_packets, totals.classes(), &Sums::in_packets);
    lines.add("Bytes", sum.in_bytes + sum.out_bytes, totals.classes(), &Sums::in_bytes);
    const bool any = sum.first_ms <= sum.last_ms;
    lines.add("First", any ? sum.first_ms / 1000 : 0);
    lines.add("Last", any ? sum.last_ms / 1000 : 0);
    lines.add("msec_first", any ? sum.first_ms % 1000 : 0);
    lines.add("msec_last", any ? sum.last_ms % 1000 : 0);
    if (lines.objects) lines.out += lines.json.dump() + "\n";
}

}  // namespace query
