// SPDX-License-Identifier: Apache-2.0
// All that is asked of one kind of text, answered at once: which of the patterns hold for it.
//
// Thread: read by all cores at once; the Scratch belongs to one.
// Shape:  equal texts by hash, all others by one Hyperscan database. Whether letters' case counts is the pattern's.
// Limits: those of pattern_db.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "filters/text/pattern_db.hpp"
#include "filters/text/text_hash.hpp"

namespace filters::text {

class TextTable {
  public:
    struct Entry {
        Pattern pattern{};
        std::uint32_t id = 0;  // reported when it holds; the same pattern may have several

        friend auto operator<=>(const Entry&, const Entry&) = default;
    };
    // At least one entry.
    [[nodiscard]] static flow::Result<TextTable> compile(std::vector<Entry> entries, PatternCache* cache = nullptr);

    // Calls on_match(id, context) for each entry that holds for `text`, once. False: Hyperscan refused; what it would
    // have said is missing.
    [[nodiscard]] bool match(std::string_view text, Scratch& scratch, OnMatch on_match, void* context) const noexcept;
    [[nodiscard]] flow::Result<void> fit(Scratch& scratch) const;

    [[nodiscard]] bool has_database() const noexcept { return db_.has_value(); }
    [[nodiscard]] std::size_t patterns() const noexcept { return patterns_; }
    [[nodiscard]] std::size_t bytes() const noexcept;

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return text_hash(text); }
    };
    using Equals = std::unordered_map<std::string, std::vector<std::uint32_t>, Hash, std::equal_to<>>;

    TextTable() = default;
    void add_equal(const Entry& entry);
    static void report(const Equals& equals, std::string_view text, OnMatch on_match, void* context) noexcept;
    void report_folded(std::string_view text, OnMatch on_match, void* context) const noexcept;

    std::vector<Entry> entries_{};  // sorted
    std::size_t patterns_ = 0;      // different ones
    std::vector<std::uint32_t> present_{};
    Equals equals_{};
    Equals folded_{};                // keys in lower case
    std::optional<PatternDb> db_{};  // reports i for ids_[id_first_[i]] to ids_[id_first_[i + 1]]
    std::vector<std::uint32_t> id_first_{0};
    std::vector<std::uint32_t> ids_{};
};

}  // namespace filters::text
