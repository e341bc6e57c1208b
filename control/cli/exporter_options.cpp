// SPDX-License-Identifier: Apache-2.0
#include "control/cli/exporter_options.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <tuple>

#include "control/cli/exporter_sums.hpp"
#include "control/cli/picture.hpp"
#include "control/duration.hpp"
#include "dataplane/decode/elements.hpp"

namespace cli {
namespace {

using Json = nlohmann::ordered_json;
using flow::OptionKind;
using flow::OptionValue;

const char* kind_name(OptionKind kind) {
    switch (kind) {
        case OptionKind::sampler:
            return "sampler";
        case OptionKind::interface:
            return "interface";
        case OptionKind::vrf:
            return "vrf";
        case OptionKind::application:
            return "application";
        case OptionKind::start:
            return "start";
        case OptionKind::announced:
            return "announced";
        case OptionKind::element:
            return "element";
    }
    return "unknown";
}

std::string rate_text(std::uint64_t rate) {
    return rate == 1 ? "every packet" : "1 in " + exact(rate);
}

std::string element_name(std::uint64_t id) {
    const decode::Element* element = decode::find_element(flow::Protocol::ipfix, 0, static_cast<std::uint16_t>(id));
    return element == nullptr ? "element " + std::to_string(id & 0xffff) : element->name;
}

// RFC 6759: which body gave the number, and the number; of engine 20 the enterprise between them (decode::application_id()).
std::string application_id(std::uint64_t id) {
    if (id >> 56 != 0) {
        return std::to_string(id >> 56) + ":" + std::to_string(id >> 32 & 0xffffff) + ":" +
               std::to_string(id & 0xffffffff);
    }
    return id >> 24 == 0 ? std::to_string(id) : std::to_string(id >> 24) + ":" + std::to_string(id & 0xffffff);
}

Json option_json(const store::StoredExporter& exporter, const OptionValue& option) {
    Json out{{"exporter", exporter.key.address.text()},
             {"source", exporter.source},
             {"version", flow::protocol_name(exporter.key.protocol)},
             {"domain", exporter.key.domain},
             {"port", exporter.key.port},
             {"kind", kind_name(option.kind)}};
    out["id"] =
        option.kind == OptionKind::sampler && option.id == flow::kEverySampler ? Json(nullptr) : Json(option.id);
    out["value"] = option.value;
    out["text"] = option.text;
    out["learned_ms"] = option.learned_ms;
    return out;
}

}  // namespace

OptionText option_text(const OptionValue& o) {
    OptionText out{kind_name(o.kind), std::to_string(o.id), o.text};
    switch (o.kind) {
        case OptionKind::sampler:
            if (o.id == flow::kEverySampler) out.id = "every";
            out.value = rate_text(o.value);
            break;
        case OptionKind::interface:
            if (o.value != 0) out.value += (o.text.empty() ? "" : ", ") + rate_text(o.value);
            break;
        case OptionKind::application:
            out.id = application_id(o.id);
            break;
        case OptionKind::start:
            out.id.clear();
            out.value = control::time_text(o.value / 1000);
            break;
        case OptionKind::announced:
            out.id = element_name(o.id);
            out.value = exact(o.value);
            break;
        case OptionKind::element:
            out.id = std::to_string(o.id >> 16) + "/" + std::to_string(o.id & 0xffff);
            break;
        case OptionKind::vrf:
            break;
    }
    return out;
}

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
            const OptionText text = option_text(option);
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
