// SPDX-License-Identifier: Apache-2.0
// GET /exporters, /exporters/{id} and /exporters/{id}/books: who sends, what of it is missing, now and over time, and what it
// told about itself.
//
// Thread: the server's; answers on threads of answer_later().
// Limits: kMostItems items a page.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "control/http/api/exporter_watch.hpp"
#include "control/http/api/reply.hpp"
#include "control/http/api/shared.hpp"

namespace api {

class ExporterRoutes {
  public:
    static constexpr std::uint64_t kMostItems = 1000;

    ExporterRoutes(const World& world, Common& common, const ExporterWatch& watch)
        : world_(world), common_(common), watch_(watch) {}

    [[nodiscard]] std::vector<http::Route> routes();
    // Templates are counted again when somebody asks.
    void forget_templates() { templates_.forget(); }

  private:
    using Templates = std::unordered_map<std::uint32_t, std::vector<flow::TemplateDefinition>>;  // by exporter

    [[nodiscard]] http::Response page(const http::Request& request);
    [[nodiscard]] http::Response detail(const std::string& id);
    [[nodiscard]] Json exporter(const control::Status& status, std::size_t id, const Templates& templates) const;

    const World& world_;
    Common& common_;
    const ExporterWatch& watch_;
    Shared<Templates> templates_{[this] {
        return common_.readers.with([](const store::Reader& reader) { return reader.templates(); })
            .value_or(Templates{});
    }};
};

}  // namespace api
