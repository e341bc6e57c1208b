// SPDX-License-Identifier: Apache-2.0
// The tables that lie with the shared captures: what each file and each group of files holds.
//
// Shape: a row is column name -> text. Nothing is there where the captures are not: tests skip then.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace captures {

[[nodiscard]] const std::filesystem::path& root();
[[nodiscard]] bool are_there();

using Row = std::map<std::string, std::string>;
[[nodiscard]] std::vector<Row> read_table(const std::string& name);

// INVENTORY.tsv, a file that is fed.
struct File {
    std::string path;      // below root()
    std::string protocol;  // nf1, nf5, nf6, nf7, nf9, ipfix, sflow5 ...
    std::uint64_t datagrams = 0;
    std::uint64_t records = 0;  // flow records; sFlow: samples
    std::uint64_t options = 0;
    std::uint64_t templates = 0;         // template records of all kinds, withdrawals too
    std::uint64_t without_template = 0;  // data sets
    std::uint64_t counters = 0;          // sFlow counter samples, among `records`
};
[[nodiscard]] std::vector<File> files();

// GROUPS.tsv, files that belong together.
struct Group {
    std::string name;
    std::uint64_t datagrams = 0;
    std::uint64_t records = 0;
    std::uint64_t options = 0;
    std::uint64_t without_template = 0;
    std::vector<std::string> paths;
    std::string wrapped;  // the same as a pcap
    std::string golden;   // full decode, empty: none
};
[[nodiscard]] std::vector<Group> groups();

// A name that GoogleTest takes.
[[nodiscard]] std::string test_name(std::string_view text);

}  // namespace captures
