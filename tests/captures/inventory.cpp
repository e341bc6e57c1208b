// SPDX-License-Identifier: Apache-2.0
#include "tests/captures/inventory.hpp"

#include <cctype>
#include <fstream>
#include <regex>
#include <sstream>

namespace captures {

namespace {

std::vector<std::string> split(const std::string& line, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(line);
    for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
    return parts;
}

std::uint64_t number(const std::string& text) {
    return text.empty() ? 0 : std::stoull(text);
}

// The sum of what stands in the first group of each match.
std::uint64_t sum_of(const std::string& text, const char* pattern) {
    const std::regex regex(pattern);
    std::uint64_t sum = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) sum += number((*at)[1]);
    return sum;
}

// "data sets whose template is not (yet) known: 259x10,258x6": id x how many.
std::uint64_t without_template(const std::string& remark) {
    const std::size_t at = remark.find("(yet) known: ");
    if (at == std::string::npos) return 0;
    return sum_of(remark.substr(at, remark.find(';', at) - at), "[0-9]+x([0-9]+)");
}

}  // namespace

const std::filesystem::path& root() {
    static const std::filesystem::path path = CAPTURES;
    return path;
}

bool are_there() {
    return std::filesystem::is_regular_file(root() / "INVENTORY.tsv");
}

std::vector<Row> read_table(const std::string& name) {
    std::ifstream in(root() / name);
    std::string line;
    std::vector<Row> rows;
    if (!std::getline(in, line)) return rows;
    const std::vector<std::string> columns = split(line, '\t');
    while (std::getline(in, line)) {
        const std::vector<std::string> cells = split(line, '\t');
        Row row;
        for (std::size_t i = 0; i < columns.size(); ++i) row[columns[i]] = i < cells.size() ? cells[i] : "";
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<File> files() {
    std::vector<File> found;
    for (Row& row : read_table("INVENTORY.tsv")) {
        const std::string& kind = row["kind"];
        if (kind == "expected-values" || kind == "test-config") continue;
        found.push_back({.path = row["file"],
                         .protocol = row["protocol"],
                         .datagrams = number(row["datagrams_or_messages"]),
                         .records = number(row["flow_records_or_sflow_samples(own decoder)"]),
                         .options = number(row["option_records"]),
                         .templates = sum_of(row["templates"], "[TOW]+([0-9]+)"),
                         .without_template = without_template(row["remark"]),
                         .counters = sum_of(row["remark"], "counter(?:_exp)?=([0-9]+)")});
    }
    return found;
}

std::vector<Group> groups() {
    std::vector<Group> found;
    for (Row& row : read_table("GROUPS.tsv")) {
        found.push_back({.name = row["set"] + " " + row["group"],
                         .datagrams = number(row["datagrams"]),
                         .records = number(row["flow_records(own)"]),
                         .options = number(row["option_records(own)"]),
                         .without_template = number(row["sets_without_template(own)"]),
                         .paths = split(row["files_in_order"], ' '),
                         .wrapped = row["wrapped_pcap"],
                         .golden = row["expected_file"]});
    }
    return found;
}

std::string test_name(std::string_view text) {
    std::string name;
    for (const char c : text) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (plain) name += c;
        if (!plain && !name.empty() && name.back() != '_') name += '_';
    }
    return name;
}

}  // namespace captures
