// SPDX-License-Identifier: Apache-2.0
// `net-collector exporters` and `net-collector templates`: who sends, and in which form.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/cli/commands.hpp"
#include "control/cli/exporter_options.hpp"
#include "control/cli/exporter_sums.hpp"
#include "control/cli/text.hpp"
#include "control/duration.hpp"
#include "control/json_parts.hpp"
#include "control/template_fields.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;

struct Data {
    std::vector<store::StoredExporter> exporters;
    std::unordered_map<std::uint32_t, std::vector<flow::TemplateDefinition>> templates;
};

Outcome<Data> read(const Context& context) {
    const auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto reader = open_data(where->data);
    if (!reader) return tl::unexpected(reader.error());
    auto exporters = reader->exporters();
    if (!exporters) return failure(Exit::failed, exporters.error().text());
    auto templates = reader->templates();
    if (!templates) return failure(Exit::failed, templates.error().text());
    return Data{*std::move(exporters), *std::move(templates)};
}

Json fields_json(const std::vector<control::TemplateField>& fields) {
    Json out = Json::array();
    for (const control::TemplateField& f : fields) {
        Json one{{"id", f.id}, {"length", f.length}};
        if (f.enterprise != 0) one["enterprise"] = f.enterprise;
        if (!f.name.empty()) one["name"] = f.name;
        if (f.scope) one["scope"] = true;
        out.push_back(std::move(one));
    }
    return out;
}

std::string fields_text(const std::vector<control::TemplateField>& fields) {
    std::string out;
    for (const control::TemplateField& f : fields) {
        const std::string number =
            (f.enterprise != 0 ? std::to_string(f.enterprise) + "/" : std::string()) + std::to_string(f.id);
        out += (out.empty() ? "" : " ") + (f.name.empty() ? number : std::string(f.name)) + ":" +
               (f.length == control::kVariableLength ? "var" : std::to_string(f.length));
    }
    return out;
}

}  // namespace

Done show_exporters(const Context& context, const ExportersQuery& query) {
    if (query.options) return show_exporter_options(context, query);
    auto data = read(context);
    if (!data) return tl::unexpected(data.error());
    if (!query.exporter.empty()) {
        auto chosen = choose_exporters(std::move(data->exporters), query.exporter);
        if (!chosen) return tl::unexpected(chosen.error());
        data->exporters = *std::move(chosen);
    }
    if (context.json) {
        Json out = Json::array();
        for (const auto& e : data->exporters) {
            Json one = control::exporter_json(e.key, e.source, e.counts);
            const auto found = data->templates.find(e.id);
            one["templates"] = found == data->templates.end() ? 0 : found->second.size();
            out.push_back(std::move(one));
        }
        context.out << out.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
        return {};
    }
    Table table({"EXPORTER", "SOURCE", "PROTOCOL", ">DOMAIN", ">DATAGRAMS", ">FLOWS", ">SKIPPED", ">MISSING",
                 ">COMPLETE", ">THINNED", "SAMPLING", ">RESTARTS", "LAST SEEN"});
    for (const auto& e : data->exporters) {
        control::Completeness completeness;
        completeness.add(e.key.protocol, e.counts);
        table.add({address_text(e.key), e.source, flow::protocol_name(e.key.protocol), std::to_string(e.key.domain),
                   scaled(e.counts.datagrams), scaled(e.counts.flows), scaled(e.counts.skipped), scaled(e.counts.lost),
                   complete_text(completeness.ratio()), scaled(e.counts.thinned), sampling_text(e.counts),
                   scaled(e.counts.restarts), ago(context, e.counts.last_seen_ms)});
    }
    if (table.empty()) {
        context.out << "no exporter has sent yet: try flow-generator -t 127.0.0.1 -p 2055\n";
    } else {
        table.print(context.out, Style{context.colour});
    }
    return {};
}

Done show_templates(const Context& context) {
    const auto data = read(context);
    if (!data) return tl::unexpected(data.error());
    Json out = Json::array();
    Table table({"EXPORTER", ">DOMAIN", "PROTOCOL", ">ID", "KIND", ">FIELDS", "LEARNED", "FIELDS"});
    for (const auto& e : data->exporters) {
        const auto found = data->templates.find(e.id);
        if (found == data->templates.end()) continue;
        std::vector<flow::TemplateDefinition> templates = found->second;
        std::sort(templates.begin(), templates.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
        for (const flow::TemplateDefinition& t : templates) {
            const auto fields = control::template_fields(e.key.protocol, t);
            const char* kind = t.options ? "options" : "data";
            if (context.json) {
                out.push_back({{"exporter", e.key.address.text()},
                               {"source", e.source},
                               {"domain", e.key.domain},
                               {"version", flow::protocol_name(e.key.protocol)},
                               {"id", t.id},
                               {"kind", kind},
                               {"learned_ms", t.learned_ms},
                               {"fields", fields_json(fields)}});
            } else {
                table.add({e.key.address.text(), std::to_string(e.key.domain), flow::protocol_name(e.key.protocol),
                           std::to_string(t.id), kind, std::to_string(fields.size()), ago(context, t.learned_ms),
                           fields_text(fields)});
            }
        }
    }
    if (context.json) {
        context.out << out.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    } else if (table.empty()) {
        context.out << "no templates yet: NetFlow v9 and IPFIX exporters send them every few minutes\n";
    } else {
        table.print(context.out, Style{context.colour});
    }
    return {};
}

}  // namespace cli
