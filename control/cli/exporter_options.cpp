// SPDX-License-Identifier: Apache-2.0
#include "control/cli/exporter_options.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <tuple>

#include "control/cli/exporter_sums.hpp"
#include "control/option_text.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using flow::OptionKind;
using flow::OptionValue;

Json option_json(const store::StoredExporter& exporter, const OptionValue& option) {
    Json out{{"exporter", exporter.key.address.text()},
             {"source", exporter.source},
             {"version", flow::protocol_name(exporter.key.protocol)},
             {"domain", exporter.key.domain},
             {"port", exporter.key.port},
             {"kind", control::option_kind_name(option.kind)}};
    out["id"] =
        option.kind == OptionKind::sampler && option.id == flow::kEverySampler ? Json(nullptr) : Json(option.id);
    out["value"] = option.value;
    out["text"] = option.text;
    out["learned_ms"] = option.learned_ms;
    return out;
}

}  // namespace

Done show_exporter_options(const Context& context, const ExportersQuery& query) {
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto reader = open_data(where->data);
    if (!reader) return tl::unexpected(reader.error());
    const auto exporters = choose_exporters(*reader, query.exporter);
    if (!exporters) return tl::unexpected(exporters.error());
    auto options = reader->options();
    if (!options) return failure(Exit::failed, options.error().text());

    Json out = Json::array();
    Table table({"EXPORTER", "PROTOCOL", ">DOMAIN", "WHAT", ">ID", "VALUE", "LEARNED"});
    for (const auto& e : *exporters) {
        const auto found = options->find(e.id);
        if (found == options->end()) continue;
        std::sort(found->second.begin(), found->second.end(),
                  [](const auto& a, const auto& b) { return std::tie(a.kind, a.id) < std::tie(b.kind, b.id); });
        for (const OptionValue& option : found->second) {
            out.push_back(option_json(e, option));
            const control::OptionText text = control::option_text(option);
            table.add({address_text(e.key), flow::protocol_name(e.key.protocol), std::to_string(e.key.domain),
                       text.kind, text.id, text.value, ago(context, option.learned_ms)});
        }
    }
    if (context.json) {
        context.out << out.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    } else if (table.empty()) {
        context.out << "nobody has sent options data yet: NetFlow v9 and IPFIX exporters do every few minutes\n";
    } else {
        table.print(context.out, Style{context.colour});
    }
    return {};
}

}  // namespace cli
