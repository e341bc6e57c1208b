// SPDX-License-Identifier: Apache-2.0
#include "tests/nfdump_output/expected.hpp"

#include <algorithm>
#include <fstream>

namespace nfdump_output {

namespace {

// Words of a shell's line; single quotes only.
std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> out;
    bool quoted = false, open = false;
    for (const char c : line) {
        if (c == '\'') {
            quoted = !quoted;
        } else if (c == ' ' && !quoted) {
            open = false;
            continue;
        }
        if (!open) out.emplace_back();
        open = true;
        if (c != '\'') out.back().push_back(c);
    }
    return out;
}

Case parse(const std::string& line) {
    Case out{.command = line};
    std::vector<std::string> words = words_of(line.substr(2));
    if (words.front().starts_with("TZ=")) {
        out.zone = words.front().substr(3);
        words.erase(words.begin());
    }
    out.set = words.front();
    out.options.assign(words.begin() + 1, words.end());
    return out;
}

}  // namespace

bool Case::has(std::string_view option) const {
    return std::ranges::find(options, option) != options.end();
}

std::string Case::value_of(std::string_view option) const {
    const auto at = std::ranges::find(options, option);
    return at == options.end() || at + 1 == options.end() ? std::string{} : *(at + 1);
}

std::vector<Case> cases_in(const std::string& file) {
    std::ifstream in(std::string(TEST_DATA "/valid/nfdump_output/") + file);
    std::vector<Case> out;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("$ ")) {
            out.push_back(parse(line));
        } else if (!out.empty()) {
            out.back().output += line;
            // What does not end in a line end (json -q) has none before the next command either.
            out.back().output += '\n';
        }
    }
    return out;
}

std::string without_runtime(std::string_view output) {
    std::string out;
    while (!output.empty()) {
        const std::string_view line = output.substr(0, std::min(output.find('\n'), output.size() - 1) + 1);
        const bool differs = line.starts_with("Time window: ") || line.starts_with("Total flows processed: ") ||
                             line.starts_with("Sys: ");
        if (!differs) out += line;
        output.remove_prefix(line.size());
    }
    return out;
}

}  // namespace nfdump_output
