// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/filter_check.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "control/filter_fields.hpp"
#include "control/http/api/reply.hpp"
#include "filters/language/editing.hpp"
#include "filters/language/fields.hpp"
#include "filters/language/parser.hpp"
#include "filters/program/explain.hpp"

namespace api {
namespace {

namespace language = filters::language;

constexpr std::uint64_t kFresh_ms = 1000;
constexpr std::size_t kManyTests = 200;

// Host names stand for an address that nobody has (RFC 5737) while a filter is only looked at.
constexpr std::uint32_t kNobody = 0xc0000201;

std::string_view name_of(language::Shade shade) {
    switch (shade) {
        case language::Shade::keyword:
            return "keyword";
        case language::Shade::field:
            return "field";
        case language::Shade::compare:
            return "operator";
        case language::Shade::number:
            return "number";
        case language::Shade::address:
            return "address";
        case language::Shade::text:
            return "string";
        case language::Shade::comment:
            return "comment";
        case language::Shade::bracket:
            return "bracket";
        case language::Shade::fault:
            break;
    }
    return "error";
}

// Offsets of bytes, asked in ascending order, as units of UTF-16.
class Units {
  public:
    explicit Units(std::string_view text) : text_(text) {}
    std::size_t at(std::size_t bytes) {
        units_ += language::utf16_units(text_.substr(bytes_, bytes - bytes_));
        bytes_ = bytes;
        return units_;
    }

  private:
    std::string_view text_;
    std::size_t bytes_ = 0, units_ = 0;
};

Json tokens_json(std::string_view filter) {
    Json out = Json::array();
    Units units(filter);
    for (const language::Shaded& part : language::shaded(filter)) {
        const std::size_t begin = units.at(part.offset);
        const std::size_t end = units.at(part.offset + part.length);
        out.push_back({{"offset", begin}, {"length", end - begin}, {"kind", name_of(part.shade)}});
    }
    return out;
}

void add_completions(std::string_view filter, std::size_t cursor, const std::vector<std::string>& sources, Json& out) {
    const language::Completions found = language::completions(filter, cursor, sources);
    Json list = Json::array();
    for (const language::Completion& c : found.list)
        list.push_back({{"text", c.text}, {"kind", c.kind}, {"help", c.help}});
    out["completions"] = std::move(list);
    Units units(filter);
    const std::size_t begin = units.at(found.offset);
    out["replaces"] = {{"offset", begin}, {"length", units.at(found.offset + found.length) - begin}};
}

Position position_of(std::string_view filter, const flow::Place& place) {
    const language::Stretch at = language::stretch_of(filter, place);
    return {.file = place.file,
            .line = std::max(1u, place.line),
            .column = std::max(1u, place.column),
            .offset = language::utf16_units(filter.substr(0, at.offset)),
            .length = std::max<std::size_t>(1, language::utf16_units(filter.substr(at.offset, at.length)))};
}

bool needs_time(const language::Ast& ast) {
    return ast.tests.size() > kManyTests ||
           std::any_of(ast.tests.begin(), ast.tests.end(), [](const language::Test& t) {
               return t.match == language::TextMatch::regex || t.match == language::TextMatch::contains;
           });
}

}  // namespace

struct FilterChecks::Asked {
    std::string filter{};
    std::size_t cursor = 0;  // bytes
    std::shared_ptr<const control::FilterEnvironment> environment{};
    std::string profiles_directory{};
    std::vector<std::string> names{};  // of hosts, that the filter has

    // What the parser asks. The Asked must outlive it.
    [[nodiscard]] language::Context context() {
        language::Context out;
        out.resolve = [this](std::string_view name) -> flow::Result<std::vector<flow::IpAddress>> {
            names.emplace_back(name);
            return std::vector{flow::IpAddress::v4(kNobody)};
        };
        out.include = control::include_within(profiles_directory);
        return out;
    }
};

std::vector<http::Route> FilterChecks::routes() {
    const std::string root = kRoot;
    return {{"POST", root + "/filters/check", http::Reach::anyone,
             [this](const http::Request& request) { return check(request); }},
            {"GET", root + "/filters/fields", http::Reach::anyone, [](const http::Request&) {
                 static const http::Response all = json(control::fields_json());
                 return all;
             }}};
}

std::shared_ptr<const control::FilterEnvironment> FilterChecks::environment() {
    const std::uint64_t now = world_.now_ms();
    if (environment_ != nullptr && now - environment_ms_ < kFresh_ms) return environment_;
    control::Config config = world_.config();
    auto made = control::make_filter_environment(config, environment_.get());
    if (!made) {
        // The daemon has them open; the files are others by now, and faulty.
        config.filters.geo_as = config.filters.geo_country = "";
        made = control::make_filter_environment(config);
    }
    environment_ms_ = now;
    profiles_directory_ = config.profiles_dir;
    if (made) {
        made->environment.pattern_cache.clear();
        environment_ = std::make_shared<control::FilterEnvironment>(*std::move(made));
    }
    return environment_;
}

http::Response FilterChecks::check(const http::Request& request) {
    const auto given = body(request);
    if (!given) return problem(400, "bad_request", given.error().text());
    const auto filter = given->find("filter");
    if (filter == given->end() || !filter->is_string())
        return problem(400, "bad_request", "\"filter\" is missing, or is no text: send {\"filter\": \"proto tcp\"}");
    const auto asked = std::make_shared<Asked>();
    asked->filter = filter->get<std::string>();
    if (language::utf16_units(asked->filter) > kMostFilterUnits) {
        return problem(413, "too_large",
                       "the filter has more than " + std::to_string(kMostFilterUnits) +
                           " characters: put lists of addresses into a file and @include it");
    }
    const auto cursor = given->find("cursor");
    if (cursor != given->end() && !cursor->is_number_unsigned())
        return problem(400, "bad_request", "\"cursor\" is no number from 0 on");
    asked->cursor =
        cursor == given->end() ? asked->filter.size() : language::utf8_bytes(asked->filter, cursor->get<std::size_t>());
    asked->environment = environment();
    asked->profiles_directory = profiles_directory_;

    const bool includes = asked->filter.find('@') != std::string::npos;
    const auto ast = includes ? flow::Result<language::Ast>() : language::parse(asked->filter, asked->context());
    if (includes || (ast && needs_time(*ast))) return answer_in_turn(asked);
    return answer(*asked);
}

http::Response FilterChecks::answer_in_turn(const std::shared_ptr<Asked>& asked) {
    const http::Place place = waiting_.take();
    if (place == nullptr) return problem(503, "busy", "too many filters are being looked at: try again in a moment");
    return http::answer_later([this, place, asked] {
        const std::scoped_lock lock(turn_);
        return answer(*asked);
    });
}

http::Response FilterChecks::answer(const Asked& given) const {
    Asked asked = given;
    asked.names.clear();
    filters::Environment environment =
        asked.environment == nullptr ? filters::Environment{} : asked.environment->environment;
    environment.context = asked.context();
    const std::string& text = asked.filter;
    Json out{{"ok", true}, {"detail", ""}};
    std::vector<std::string> notes;

    std::optional<flow::Error> wrong;
    const auto ast = language::parse(text, environment.context);
    if (!ast) {
        wrong = ast.error();
    } else {
        filters::ChannelSpec spec;
        spec.filter = text;
        spec.place = {{}, 1, 1};
        const auto explained = filters::explain(spec, environment);
        if (!explained) {
            wrong = explained.error();
        } else {
            out["normal"] = explained->normal_form;
            if (asked.names.empty() && explained->result == "not any") notes.emplace_back("it takes no flow at all");
            if (asked.names.empty() && explained->result == "any" && !ast->tests.empty())
                notes.emplace_back("it takes every flow");
        }
    }
    if (wrong) {
        out["ok"] = false;
        out["detail"] = wrong->message.substr(0, wrong->message.find('\n'));
        out["position"] = position_json(position_of(text, wrong->place));
        const std::string meant = language::corrected(text, *wrong, [&](const std::string& filter) {
            return language::parse(filter, environment.context).has_value();
        });
        if (!meant.empty()) out["meant"] = meant;
    }
    std::sort(asked.names.begin(), asked.names.end());
    asked.names.erase(std::unique(asked.names.begin(), asked.names.end()), asked.names.end());
    for (const std::string& name : asked.names)
        notes.push_back("the host name " + name + " is looked up when the filter is used");
    out["notes"] = notes;
    out["tokens"] = tokens_json(text);
    add_completions(text, asked.cursor, environment.sources, out);
    return json(out);
}

}  // namespace api
