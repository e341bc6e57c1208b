// SPDX-License-Identifier: Apache-2.0
// `net-collector ledger`: where everything that came in ended up.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/commands.hpp"
#include "control/cli/text.hpp"
#include "control/json_parts.hpp"

namespace cli {
namespace {

using flow::Counter;
using flow::Ledger;

// The picture: stages joined by a line, what leaves the stream branches off to the right.
class Picture {
  public:
    Picture(std::ostream& out, Style style) : out_(out), style_(style) {}

    void stage(std::string_view name, std::uint64_t value) {
        if (!first_) out_ << "      |\n      v\n";
        first_ = false;
        out_ << style_.bold("  " + pad(scaled(value), 10)) << "  " << name << '\n';
    }
    // Only when something left.
    void leaves(std::string_view why, std::uint64_t value, bool loss) {
        if (value == 0) return;
        const std::string line = pad(scaled(value), 10) + "  " + std::string(why);
        out_ << "      |---> " << (loss ? style_.bad(line) : line) << '\n';
    }

  private:
    static std::string pad(std::string text, std::size_t width) {
        if (text.size() < width) text.insert(0, width - text.size(), ' ');
        return text;
    }
    std::ostream& out_;
    Style style_;
    bool first_ = true;
};

void leaves_list(Picture& picture, const Ledger& ledger, std::size_t from, std::size_t count) {
    for (std::size_t i = from; i < from + count; ++i) picture.leaves(flow::ledger_name(i).help, ledger.values[i], true);
}

void draw(std::ostream& out, const Ledger& ledger, Style style) {
    Picture picture(out, style);
    picture.stage("packets taken from devices", ledger[Counter::packets_received]);
    leaves_list(picture, ledger, 1, flow::kPacketFates - 1);
    picture.leaves("datagrams lost between workers", ledger[Counter::handoff_lost], true);
    picture.stage("datagrams received", ledger[Counter::datagrams_received]);
    leaves_list(picture, ledger, flow::kPacketFates + 1, flow::kOutcomes - 1);
    picture.stage("records seen", ledger[Counter::records_seen]);
    picture.leaves("records of options templates", ledger[Counter::records_option], false);
    picture.leaves("sFlow counter samples", ledger[Counter::records_counter], false);
    leaves_list(picture, ledger, flow::kPacketFates + flow::kOutcomes, flow::kSkips);
    picture.stage("flows decoded", ledger[Counter::flows_decoded]);
    picture.leaves("lost because no batch was free", ledger[Counter::flows_lost_ring], true);
    picture.stage("flows through, matched and tallied", ledger[Counter::flows_through]);
}

void print_lost_before(std::ostream& out, const Ledger& ledger, Style style) {
    for (const Counter c : {Counter::port_missed, Counter::port_no_mbuf, Counter::port_errors}) {
        if (ledger[c] == 0) continue;
        out << style.bad("  " + scaled(ledger[c]) + " " + std::string(flow::ledger_name(Ledger::index(c)).help))
            << '\n';
    }
}

}  // namespace

Done show_ledger(const Context& context) {
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto reader = open_data(where->data);
    if (!reader) return tl::unexpected(reader.error());
    const auto ledger = reader->ledger();
    if (!ledger) return failure(Exit::failed, ledger.error().text());
    const auto exporters = reader->exporters();
    if (!exporters) return failure(Exit::failed, exporters.error().text());

    if (context.json) {
        auto json = control::ledger_json(*ledger);
        json["exporters"] = nlohmann::ordered_json::array();
        for (const auto& e : *exporters) json["exporters"].push_back(control::exporter_json(e.key, e.source, e.counts));
        context.out << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
        return {};
    }
    const Style style{context.colour};
    draw(context.out, *ledger, style);
    print_lost_before(context.out, *ledger, style);
    std::uint64_t missing = 0;
    for (const auto& e : *exporters) missing += e.counts.lost;
    context.out << "\nexporters: " << exporters->size() << "; missing by their sequence numbers: " << scaled(missing)
                << '\n';
    const std::string_view broken = flow::broken_law(*ledger);
    context.out << (broken.empty()
                        ? style.good("balanced: everything that came in is accounted for")
                        : style.bad("NOT BALANCED: " + std::string(broken) + "; please report this as a bug"))
                << '\n';
    return {};
}

}  // namespace cli
