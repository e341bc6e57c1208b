// SPDX-License-Identifier: Apache-2.0
#include "tests/support/oracle_table.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

namespace support {

namespace {

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, at);) out.push_back(part);
    return out;
}

OracleAnswer answer_of(const std::string& text) {
    OracleAnswer out;
    std::istringstream in(text);
    std::string records;
    in >> records >> out.flows >> out.bytes >> out.packets;
    out.refused = records == "refused";
    if (!out.refused) out.records = record_numbers(records);
    return out;
}

}  // namespace

std::vector<OracleCase> oracle_cases(const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        std::cerr << path << " cannot be read\n";
        std::abort();
    }
    std::vector<OracleCase> out;
    for (std::string line; std::getline(file, line);) {
        const std::vector<std::string> fields = split(line, '\t');
        if (fields.size() < 2) continue;
        OracleCase& added = out.emplace_back(OracleCase{.filter = fields[0], .nfdump = answer_of(fields[1])});
        if (fields.size() < 4) continue;
        added.ours = answer_of(fields[2]);
        added.why = fields[3];
    }
    return out;
}

std::vector<std::uint32_t> record_numbers(std::string_view text) {
    std::vector<std::uint32_t> out;
    if (text == "-") return out;
    for (const std::string& run : split(std::string(text), ',')) {
        const std::vector<std::string> ends = split(run, '-');
        const auto first = static_cast<std::uint32_t>(std::stoul(ends.front()));
        const auto last = static_cast<std::uint32_t>(std::stoul(ends.back()));
        for (std::uint32_t n = first; n <= last; ++n) out.push_back(n);
    }
    return out;
}

std::string record_text(const std::vector<std::uint32_t>& records) {
    std::string out;
    for (std::size_t i = 0; i < records.size();) {
        std::size_t end = i + 1;
        while (end < records.size() && records[end] == records[end - 1] + 1) ++end;
        if (!out.empty()) out += ',';
        out += std::to_string(records[i]);
        if (end - i > 1) out += '-' + std::to_string(records[end - 1]);
        i = end;
    }
    return out.empty() ? "-" : out;
}

}  // namespace support
