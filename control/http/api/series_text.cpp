// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/series_text.hpp"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

namespace api {
namespace {

constexpr std::size_t kValueChars = 12;

std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// `object` without its closing brace, so that members can be written behind it.
void open_object(std::string& out, const Json& object) {
    out += text_of(object);
    out.pop_back();
}

void append_values(std::string& out, const std::vector<std::uint64_t>& values) {
    out.reserve(out.size() + values.size() * kValueChars);
    std::array<char, 24> digits{};
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i != 0) out += ',';
        if (values[i] == SeriesValues::kNothing) {
            out += "null";
            continue;
        }
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), values[i]).ptr;
        out.append(digits.data(), end);
    }
}

Json row_head(const SeriesRow& row) {
    Json out{{"profile", row.profile}, {"channel", row.channel}};
    if (!row.source.empty()) out["source"] = row.source;
    out.update({{"colour", row.colour}, {"sign", row.above_axis ? "+" : "-"}, {"order", row.order}});
    return out;
}

Json marks_json(const SeriesRow& row, const control::TimeSpan& span) {
    Json out = Json::array();
    for (const Mark& mark : row.marks) {
        if (mark.at_s >= span.from_s && mark.at_s < span.to_s)
            out.push_back({{"at_s", mark.at_s}, {"text", mark.text}});
    }
    return out;
}

}  // namespace

Json gaps_json(const std::vector<Gap>& gaps) {
    Json out = Json::array();
    for (const Gap& gap : gaps)
        out.push_back({{"from_s", gap.from_s}, {"to_s", gap.to_s}, {"ratio", gap.ratio}, {"reason", gap.reason}});
    return out;
}

std::string series_text(const SeriesQuestion& question, const SeriesValues& values, const std::vector<Gap>& gaps) {
    std::string out;
    open_object(out, {{"from_s", values.span.from_s},
                      {"to_s", values.span.to_s},
                      {"resolution_s", values.resolution_s},
                      {"unit", kUnitNames[static_cast<std::size_t>(question.unit)]},
                      {"class", class_name(question.traffic_class)},
                      {"newest_s", values.newest_s}});
    out += ",\"rows\":[";
    for (std::size_t i = 0; i < values.rows.size(); ++i) {
        if (i != 0) out += ',';
        open_object(out, row_head(values.rows[i]));
        out += ",\"values\":[";
        append_values(out, values.values[i]);
        out += "],\"marks\":" + text_of(marks_json(values.rows[i], values.span)) + '}';
    }
    return out + "],\"completeness\":" + text_of(gaps_json(gaps)) + '}';
}

}  // namespace api
