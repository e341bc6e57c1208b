// SPDX-License-Identifier: Apache-2.0
#include "filters/program/text_index.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <string_view>
#include <utility>

#include "filters/text/payload.hpp"
#include "filters/text/tls_hello.hpp"

namespace filters::program {

namespace {

using flow::Column;
using flow::FlowBatch;
using language::Reading;
using language::Subject;

constexpr std::uint8_t kTcp = 6;

const flow::Text* texts_in(const std::array<flow::Text, flow::kBatchRows>& column) noexcept {
    return column.data();
}
template <class Other>
const flow::Text* texts_in(const Other& /*column*/) noexcept {
    return nullptr;
}

// nullptr: a column of something else.
const flow::Text* texts_of(const FlowBatch& batch, Column column) noexcept {
    switch (column) {
#define X(name, type, what) \
    case Column::name:      \
        return texts_in(batch.name);
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        case Column::count_:
            break;
    }
    return nullptr;
}

// The rows of word `word` that have the presence bit.
std::uint64_t rows_with(const FlowBatch& batch, std::size_t word, std::uint64_t bit) noexcept {
    const std::uint64_t* present = batch.present.data() + word * 64;
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < 64; ++i) out |= static_cast<std::uint64_t>((present[i] & bit) != 0) << i;
    return out & rows_of_word(word, batch.rows);
}

template <class Visit>
void each_row(std::size_t word, std::uint64_t rows, Visit visit) noexcept {
    for (; rows != 0; rows &= rows - 1) {
        visit(static_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(rows))));
    }
}

}  // namespace

std::string TextIndex::name() const {
    std::string out;
    for (const Subject subject : subjects) out += (out.empty() ? "" : "+") + language::name_of(subject);
    return out;
}

flow::Result<BuiltTexts> build_texts(const PredicateSet& predicates, const Environment& environment) {
    std::map<Subject, std::vector<text::TextTable::Entry>> asked;
    for (PredicateId id = 0; id < predicates.size(); ++id) {
        for (const TextFeed& feed : predicates[id].texts) asked[feed.subject].push_back({feed.pattern, id});
    }
    std::map<std::vector<text::TextTable::Entry>, std::vector<Subject>> together;
    for (auto& [subject, entries] : asked) {
        std::sort(entries.begin(), entries.end());
        together[std::move(entries)].push_back(subject);
    }
    text::PatternCache cache(environment.pattern_cache);
    BuiltTexts out;
    for (const auto& [entries, subjects] : together) {
        auto table = text::TextTable::compile(entries, &cache);
        if (!table) return flow::pass(table);
        out.indexes.push_back({subjects, std::move(*table)});
    }
    out.cache_trouble = cache.trouble();
    return out;
}

flow::Result<void> TextScan::fit(std::span<const TextIndex> indexes) {
    bool digests = false;
    for (const TextIndex& index : indexes) {
        if (auto fitted = index.table.fit(scratch_); !fitted) return flow::pass(fitted);
        const auto asks = [&](Subject subject) {
            return std::find(index.subjects.begin(), index.subjects.end(), subject) != index.subjects.end();
        };
        if (asks(Subject(Reading::application_bytes))) bytes_ = &index;
        if (index.subjects == std::vector{Subject(Reading::application_bytes)}) continue;
        auto known = text::KnownTexts::make();
        if (!known) return flow::pass(known);
        parts_.push_back({&index, std::move(*known)});
        digests = digests || asks(Subject(Reading::tls_ja3)) || asks(Subject(Reading::tls_ja4));
    }
    if (!digests) return {};
    auto made = text::Fingerprinter::make();
    if (!made) return flow::pass(made);
    fingerprinter_ = std::move(*made);
    return {};
}

void TextScan::run(const FlowBatch& batch, Marks marks) noexcept {
    OfPayload asked{.bytes = bytes_};
    for (Part& part : parts_) {
        part.known.next_batch();
        for (const Subject subject : part.index->subjects) {
            if (subject.reading == Reading::column) run_column(batch, subject, part, marks);
            if (subject.reading == Reading::tls_ja3) asked.ja3 = &part;
            if (subject.reading == Reading::tls_ja4) asked.ja4 = &part;
            if (subject.reading == Reading::tls_server_name) asked.server_name = &part;
        }
    }
    run_payload(batch, asked, marks);
}

void TextScan::run_column(const FlowBatch& batch, Subject subject, Part& part, Marks marks) noexcept {
    const std::uint64_t bit = language::presence_of(subject);
    if ((batch.present_any & bit) == 0) return;
    const flow::Text* texts = texts_of(batch, subject.column);
    text::KnownTexts::Recalled recalled;
    for (std::size_t word = 0; word * 64 < batch.rows; ++word) {
        const std::uint64_t rows = rows_with(batch, word, bit);
        const char* arena = batch.arena.data();
        const auto first = static_cast<std::uint32_t>(word * 64);
        part.known.recall(texts + first, rows, arena, recalled);
        for (std::uint32_t i = 0; i < recalled.ones; ++i) {
            marks.row(recalled.found[recalled.one[i]], first + recalled.one[i]);
        }
        for (std::uint32_t i = 0; i < recalled.manys; ++i) {
            for (const PredicateId id : part.known.ids(recalled.found[recalled.many[i]])) {
                marks.row(id, first + recalled.many[i]);
            }
        }
        each_row(word, recalled.unknown, [&](std::uint32_t row) {
            for (const PredicateId id : part.known.ids(texts[row], arena, part.index->table, scratch_)) {
                marks.row(id, row);
            }
        });
    }
}

void TextScan::run_payload(const FlowBatch& batch, const OfPayload& asked, Marks marks) noexcept {
    const bool hellos = asked.ja3 != nullptr || asked.ja4 != nullptr || asked.server_name != nullptr;
    if (asked.bytes == nullptr && !hellos) return;
    const std::uint64_t bit = flow::present_bit(Column::payload);
    if ((batch.present_any & bit) == 0) return;
    for (std::size_t word = 0; word * 64 < batch.rows; ++word) {
        each_row(word, rows_with(batch, word, bit), [&](std::uint32_t row) {
            const std::uint8_t proto = batch.proto[row];
            const auto bytes = text::application_bytes(batch.arena.view(batch.payload[row]), proto);
            if (asked.bytes != nullptr) scan_bytes(bytes, *asked.bytes, row, marks);
            if (hellos) scan_hello(proto == kTcp ? bytes : std::string_view(), asked, row, marks);
        });
    }
}

void TextScan::scan_bytes(std::string_view bytes, const TextIndex& index, std::uint32_t row, Marks marks) noexcept {
    struct Target {
        Marks marks;
        std::uint32_t row;
    } target{marks, row};
    const auto on_match = [](std::uint32_t predicate, void* context) {
        const auto* to = static_cast<const Target*>(context);
        to->marks.row(predicate, to->row);
    };
    if (!index.table.match(bytes, scratch_, on_match, &target)) ++failures_;
}

void TextScan::scan_hello(std::string_view bytes, const OfPayload& asked, std::uint32_t row, Marks marks) noexcept {
    const auto hello = text::read_tls_hello({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    const bool complete = hello && hello->complete;
    if (asked.ja3 != nullptr) mark(complete ? fingerprinter_->ja3(*hello) : "", asked.ja3, row, marks);
    if (asked.ja4 != nullptr) mark(complete ? fingerprinter_->ja4(*hello) : "", asked.ja4, row, marks);
    if (asked.server_name != nullptr) mark(hello ? hello->server_name : "", asked.server_name, row, marks);
}

// An empty text is a missing one, and nothing asks for those: the language takes no empty value.
void TextScan::mark(std::string_view text, Part* part, std::uint32_t row, Marks marks) noexcept {
    if (text.empty()) return;
    for (const PredicateId id : part->known.ids(text, part->index->table, scratch_)) marks.row(id, row);
}

std::uint64_t TextScan::failures() const noexcept {
    std::uint64_t sum = failures_;
    for (const Part& part : parts_) sum += part.known.failures();
    if (fingerprinter_) sum += fingerprinter_->failures();
    return sum;
}

}  // namespace filters::program
