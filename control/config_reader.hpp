// SPDX-License-Identifier: Apache-2.0
// One TOML table, read key by key: wrong types, wrong values and unknown keys become Problems with their
// place. The only header that includes toml++; included by config_load.cpp, config_network.cpp and profile_text.cpp alone, for toml++
// is slow to compile.
//
// Thread: one.
#pragma once

// toml++ 3.3.0 asserts on files like "[=" what it goes on to report as an error: a bad file must not end the daemon.
#define TOML_ASSERT(expr) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/config_problems.hpp"

namespace control {

class TableReader {
  public:
    // All must outlive the reader. `path` is put before keys in messages: "", "metrics.", ...
    TableReader(const toml::table& table, const std::string& file, std::string path, Problems& problems)
        : table_(table), file_(file), path_(std::move(path)), problems_(problems) {}

    // Every key that is not in `keys` becomes a problem.
    void only(std::initializer_list<std::string_view> keys) const;

    // Each leaves `out` as it is when the key is absent or wrong; true when it was set.
    bool text(std::string_view key, std::string& out) const;
    bool number(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t& out) const;
    bool flag(std::string_view key, bool& out) const;
    bool texts(std::string_view key, std::vector<std::string>& out) const;
    bool cores(std::string_view key, std::vector<std::uint32_t>& out) const;
    // The text is one of `choices`; `out` is its index.
    bool choice(std::string_view key, std::initializer_list<std::string_view> choices, std::size_t& out) const;
    bool colour(std::string_view key, std::string& out) const;
    // As text(), and it must be a name.
    bool name(std::string_view key, std::string& out) const;

    // The key is missing though it must be there.
    void require(std::string_view key, std::string_view what_for) const;
    void fault(std::string_view key, const std::string& message) const;
    void fault_at(std::string_view key, std::size_t element, const std::string& message) const;
    // Its sub-tables by `[[key]]`.
    [[nodiscard]] std::vector<const toml::table*> tables(std::string_view key) const;
    // By `[key]`; null when absent.
    [[nodiscard]] const toml::table* subtable(std::string_view key) const;
    [[nodiscard]] const toml::node* node(std::string_view key) const { return table_.get(key); }
    [[nodiscard]] flow::Place place_of(const toml::node& node) const;
    // Of the table itself.
    [[nodiscard]] flow::Place place() const { return place_of(table_); }
    [[nodiscard]] flow::Place place(std::string_view key) const;
    [[nodiscard]] const toml::table& table() const noexcept { return table_; }

  private:
    bool wrong_type(std::string_view key, const toml::node& node, std::string_view wanted) const;

    const toml::table& table_;
    const std::string& file_;
    std::string path_;
    Problems& problems_;
};

}  // namespace control
