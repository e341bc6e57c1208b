// SPDX-License-Identifier: Apache-2.0
#include "filters/text/text_table.hpp"

#include <algorithm>
#include <array>

namespace filters::text {

namespace {

// As Hyperscan's CASELESS without UTF-8: ASCII letters only.
char lower(char c) noexcept {
    return 'A' <= c && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

void TextTable::add_equal(const Entry& entry) {
    if (!entry.pattern.caseless) {
        equals_[entry.pattern.text].push_back(entry.id);
        return;
    }
    std::string key = entry.pattern.text;
    std::transform(key.begin(), key.end(), key.begin(), lower);
    folded_[std::move(key)].push_back(entry.id);
}

flow::Result<TextTable> TextTable::compile(std::vector<Entry> entries, PatternCache* cache) {
    TextTable out;
    std::sort(entries.begin(), entries.end());
    entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
    out.entries_ = std::move(entries);
    std::vector<Pattern> searched;
    const Pattern* before = nullptr;
    for (const Entry& entry : out.entries_) {
        const bool again = before != nullptr && *before == entry.pattern;
        before = &entry.pattern;
        if (!again) ++out.patterns_;
        switch (entry.pattern.kind) {
            case PatternKind::present:
                out.present_.push_back(entry.id);
                break;
            case PatternKind::equal:
                out.add_equal(entry);
                break;
            case PatternKind::content:
            case PatternKind::regex:
                if (!again) {
                    searched.push_back(entry.pattern);
                    out.id_first_.push_back(out.id_first_.back());
                }
                out.ids_.push_back(entry.id);
                ++out.id_first_.back();
                break;
        }
    }
    if (searched.empty()) return out;
    auto db = PatternDb::compile(searched, cache);
    if (!db) return flow::pass(db);
    out.db_ = std::move(*db);
    return out;
}

void TextTable::report(const Equals& equals, std::string_view text, OnMatch on_match, void* context) noexcept {
    if (equals.empty()) return;
    const auto at = equals.find(text);
    if (at == equals.end()) return;
    for (const std::uint32_t id : at->second) on_match(id, context);
}

// A longer text than any pattern is equal to none.
void TextTable::report_folded(std::string_view text, OnMatch on_match, void* context) const noexcept {
    if (folded_.empty() || text.size() > kMostPatternBytes) return;
    std::array<char, kMostPatternBytes> key;
    std::transform(text.begin(), text.end(), key.begin(), lower);
    report(folded_, {key.data(), text.size()}, on_match, context);
}

bool TextTable::match(std::string_view text, Scratch& scratch, OnMatch on_match, void* context) const noexcept {
    if (!text.empty()) {
        for (const std::uint32_t id : present_) on_match(id, context);
    }
    report(equals_, text, on_match, context);
    report_folded(text, on_match, context);
    if (!db_) return true;
    struct Target {
        const TextTable& table;
        OnMatch on_match;
        void* context;
    } target{*this, on_match, context};
    const auto translate = [](std::uint32_t pattern, void* to) {
        const auto* t = static_cast<const Target*>(to);
        const std::uint32_t end = t->table.id_first_[pattern + std::size_t{1}];
        for (std::uint32_t i = t->table.id_first_[pattern]; i < end; ++i) t->on_match(t->table.ids_[i], t->context);
    };
    return db_->scan(text, scratch, translate, &target);
}

flow::Result<void> TextTable::fit(Scratch& scratch) const {
    if (!db_) return {};
    return scratch.fit(*db_);
}

std::size_t TextTable::bytes() const noexcept {
    std::size_t sum = entries_.size() * sizeof(Entry) + ids_.size() * 4 + id_first_.size() * 4;
    for (const Equals* equals : {&equals_, &folded_}) sum += equals->size() * sizeof(Equals::value_type);
    return db_ ? sum + db_->bytes() : sum;
}

}  // namespace filters::text
