// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/exporter_routes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "control/completeness.hpp"
#include "control/http/api/exporter_books.hpp"
#include "control/json_parts.hpp"
#include "control/option_text.hpp"
#include "control/template_fields.hpp"

namespace api {
namespace {

using control::ExporterStatus;

constexpr std::uint64_t kPage = 100;

double missing_flows(const ExporterStatus& e) {
    control::Completeness sum;
    sum.add(e.key.protocol, e.counts);
    return sum.missing_flows();
}

struct Order {
    std::string_view name;
    bool (*before)(const ExporterStatus& a, const ExporterStatus& b);
};
constexpr std::array<Order, 6> kOrders{{
    {"datagrams", [](const auto& a, const auto& b) { return a.counts.datagrams > b.counts.datagrams; }},
    {"flows", [](const auto& a, const auto& b) { return a.counts.flows > b.counts.flows; }},
    {"bytes", [](const auto& a, const auto& b) { return a.counts.bytes > b.counts.bytes; }},
    {"missing", [](const auto& a, const auto& b) { return missing_flows(a) > missing_flows(b); }},
    {"last_seen", [](const auto& a, const auto& b) { return a.counts.last_seen_ms > b.counts.last_seen_ms; }},
    {"address", [](const auto& a, const auto& b) { return a.key.address < b.key.address; }},
}};

std::string order_names() {
    std::string out;
    for (const Order& order : kOrders) out += (out.empty() ? "" : ", ") + std::string(order.name);
    return out;
}

Json template_json(const control::Status& status, std::size_t id, const flow::TemplateDefinition& t) {
    Json fields = Json::array();
    const flow::ExporterKey& key = status.exporters[id].key;
    for (const control::TemplateField& f : control::template_fields(key.protocol, t)) {
        const std::string number =
            f.enterprise == 0 ? std::to_string(f.id) : std::to_string(f.enterprise) + "/" + std::to_string(f.id);
        fields.push_back({{"name", f.name.empty() ? number : std::string(f.name)},
                          {"bytes", f.length == control::kVariableLength ? 0 : f.length}});
    }
    return {
        {"id", t.id}, {"domain", key.domain}, {"options", t.options}, {"fields", fields}, {"seen_ms", t.learned_ms}};
}

Json options_json(std::vector<flow::OptionValue> options) {
    std::sort(options.begin(), options.end(),
              [](const auto& a, const auto& b) { return std::tie(a.kind, a.id) < std::tie(b.kind, b.id); });
    Json out = Json::array();
    for (const flow::OptionValue& option : options) {
        const control::OptionText words = control::option_text(option);
        const std::string between = words.id.empty() || words.value.empty() ? "" : ": ";
        out.push_back({{"kind", words.kind}, {"text", words.id + between + words.value}});
    }
    return out;
}

}  // namespace

Json ExporterRoutes::exporter(const control::Status& status, std::size_t id, const Templates& templates) const {
    const ExporterStatus& e = status.exporters[id];
    const double missing = missing_flows(e), in_us = std::min(control::lost_in_us(e.counts), missing);
    const ExporterRates rates = watch_.rates(status, id);
    const auto known = templates.find(static_cast<std::uint32_t>(id));
    Json out{{"id", id}};
    out.update(control::exporter_json(e.key, e.source, e.counts));
    out["rates"] = {{"datagrams", rates.datagrams}, {"flows", rates.flows}, {"bytes", rates.bytes}};
    out["missing"] = e.counts.lost;
    out["lost_before_us"] = std::llround(missing - in_us);
    out["lost_in_us"] = std::llround(in_us);
    out["templates"] = known == templates.end() ? 0 : known->second.size();
    return out;
}

http::Response ExporterRoutes::page(const http::Request& request) {
    const auto offset = number(request, "offset", 0, flow::kMaxExporters);
    if (!offset) return problem(422, "bad_argument", offset.error().text());
    const auto limit = number(request, "limit", kPage, kMostItems);
    if (!limit) return problem(422, "bad_argument", limit.error().text());
    const std::string wanted = text(request, "order", kOrders.front().name);
    const auto order = std::find_if(kOrders.begin(), kOrders.end(), [&](const Order& o) { return o.name == wanted; });
    if (order == kOrders.end()) return problem(422, "bad_argument", "order=" + wanted + " is none of " + order_names());
    std::optional<flow::Prefix> prefix;
    if (const std::string given = text(request, "prefix"); !given.empty()) {
        prefix = flow::Prefix::parse(given);
        if (!prefix)
            return problem(422, "bad_argument",
                           "prefix=" + given + " is no address and no prefix: write 192.0.2.1 or 192.0.2.0/24");
    }
    const std::string source = text(request, "source");
    const auto status = common_.status.get();
    const auto& all = status->exporters;
    std::vector<std::size_t> chosen;
    for (std::size_t id = 0; id < all.size(); ++id) {
        const bool fits =
            (source.empty() || all[id].source == source) && (!prefix || prefix->contains(all[id].key.address));
        if (fits) chosen.push_back(id);
    }
    std::stable_sort(chosen.begin(), chosen.end(),
                     [&](std::size_t a, std::size_t b) { return order->before(all[a], all[b]); });
    const auto templates = templates_.get();
    Json out{{"total", chosen.size()}, {"offset", *offset}, {"items", Json::array()}};
    for (std::size_t i = *offset; i < std::min<std::size_t>(chosen.size(), *offset + *limit); ++i)
        out["items"].push_back(exporter(*status, chosen[i], *templates));
    return json(out);
}

http::Response ExporterRoutes::detail(const std::string& text) {
    const auto status = common_.status.get();
    const auto id = exporter_id(*status, text);
    if (!id) return id.error();
    const auto templates = templates_.get();
    Json out = exporter(*status, *id, *templates);
    out["template_list"] = Json::array();
    if (const auto known = templates->find(*id); known != templates->end()) {
        for (const flow::TemplateDefinition& t : known->second)
            out["template_list"].push_back(template_json(*status, *id, t));
    }
    auto options = common_.readers.with([](const store::Reader& reader) { return reader.options(); });
    if (!options) return problem(503, "no_data", options.error().text());
    out["options"] = options_json((*options)[*id]);
    return json(out);
}

std::vector<http::Route> ExporterRoutes::routes() {
    const std::string root = kRoot;
    return {{"GET", root + "/exporters", http::Reach::anyone,
             [this](const http::Request& request) {
                 return http::answer_later([this, request] { return page(request); });
             }},
            {"GET", root + "/exporters/{id}", http::Reach::anyone,
             [this](const http::Request& request) {
                 return http::answer_later([this, id = request.at.at("id")] { return detail(id); });
             }},
            {"GET", root + "/exporters/{id}/books", http::Reach::anyone, [this](const http::Request& request) {
                 return http::answer_later(
                     [this, request] { return exporter_books(common_, request, world_.now_ms() / 1000); });
             }}};
}

}  // namespace api
