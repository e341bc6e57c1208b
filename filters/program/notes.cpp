// SPDX-License-Identifier: Apache-2.0
#include "filters/program/notes.hpp"

#include <algorithm>
#include <span>

namespace filters::program {

namespace {

using language::Reading;
using language::Subject;

// Nanoseconds a row and column, measured with tests/bench/match_bench; see explain.hpp.
constexpr double kTable = 0.8;
constexpr double kBlocks = 1.0;
constexpr double kWide = 1.2;
constexpr double kCompareByte = 0.03;  // and as much for each byte more
constexpr double kLadder = 5;
constexpr double kLadderLimit = 0.02;
constexpr double kPrefixes = 2;
constexpr double kMask = 2;
constexpr double kExporters = 0.4;
constexpr double kTexts = 5;     // those that repeat, as names do
constexpr double kPayload = 60;  // no two are alike
constexpr double kCounter = 0.15;
constexpr double kRatio = 1.6;
constexpr double kOther = 0.6;

double cost_of_working_out(Subject subject) {
    switch (subject.reading) {
        case Reading::pps:
        case Reading::bps:
        case Reading::bpp:
            return kRatio;
        case Reading::packets:
        case Reading::bytes:
        case Reading::out_packets:
        case Reading::out_bytes:
        case Reading::flows:
        case Reading::duration_ms:
        case Reading::count:
            return kCounter;
        default:
            return is_worked_out(subject) ? kOther : 0;
    }
}

// Mean of the subjects.
double cost_of_scanning(std::span<const Subject> subjects) {
    double sum = 0;
    for (const Subject subject : subjects) sum += subject.reading == Reading::column ? kTexts : kPayload;
    return sum / static_cast<double>(subjects.size());
}

void add_members(const Sets& sets, std::vector<PredicateId>& out) {
    for (const std::uint32_t head : sets.heads) {
        sets.each(head, [&](PredicateId predicate) { out.push_back(predicate); });
    }
}

class Notes {
  public:
    void add(std::span<const Subject> subjects, std::string way, double ns_per_subject,
             std::vector<PredicateId> predicates) {
        IndexNote note{.subjects = {}, .way = std::move(way), .worked_out = {}, .predicates = std::move(predicates)};
        for (const Subject subject : subjects) {
            note.subjects += (note.subjects.empty() ? "" : "+") + language::name_of(subject);
            note.worked_out = recipe_of(subject);
            note.ns_per_row += ns_per_subject;
            // Once a batch, whatever number of indexes ask for it.
            if (std::find(counted_.begin(), counted_.end(), subject) != counted_.end()) continue;
            counted_.push_back(subject);
            note.ns_per_row += cost_of_working_out(subject);
        }
        auto& ids = note.predicates;
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        list.push_back(std::move(note));
    }
    void add(std::span<const Subject> subjects, std::string way, double ns_per_subject, const Sets& sets) {
        std::vector<PredicateId> members;
        add_members(sets, members);
        add(subjects, std::move(way), ns_per_subject, std::move(members));
    }
    std::vector<IndexNote> list;

  private:
    std::vector<Subject> counted_;
};

std::string counted(std::size_t count, const char* what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void add_numbers(const Tables& tables, Notes& notes) {
    for (const auto& shared : tables.values) notes.add(shared.subjects, "table", kTable, shared.table.sets);
    for (const ByteTable& table : tables.bytes) notes.add({{table.subject}}, "blocks", kBlocks, table.sets);
    for (const auto& shared : tables.wides) notes.add(shared.subjects, "intervals", kWide, shared.table.sets);
    for (const Compares& compares : tables.compares) {
        std::vector<PredicateId> members;
        for (const WideRange& range : compares.ranges) members.push_back(range.predicate);
        const double each = kCompareByte * bytes_of(compares.subject);
        notes.add({{compares.subject}}, counted(compares.ranges.size(), "range compare"),
                  each * static_cast<double>(compares.ranges.size()), std::move(members));
    }
    for (const Ladder& ladder : tables.ladders) {
        std::vector<PredicateId> members;
        for (const Ladder::Span& span : ladder.spans) members.push_back(span.predicate);
        notes.add({{ladder.subject}}, counted(ladder.limits.size(), "limit"),
                  kLadder + kLadderLimit * static_cast<double>(ladder.limits.size()), std::move(members));
    }
}

void add_addresses(const Tables& tables, Notes& notes) {
    for (const auto& shared : tables.prefixes) notes.add(shared.subjects, "prefixes", kPrefixes, shared.table.sets);
    for (const MaskTable& mask : tables.masks) notes.add({{mask.table.subject}}, "mask", kMask, mask.table.sets);
    for (const WideTable& table : tables.exporters.numbers) {
        notes.add({{table.subject}}, "intervals", kExporters, table.sets);
    }
    for (const PrefixTable& table : tables.exporters.addresses) {
        notes.add({{table.subject}}, "prefixes", kExporters, table.sets);
    }
    for (const MaskTable& mask : tables.exporters.masks) {
        notes.add({{mask.table.subject}}, "mask", kExporters, mask.table.sets);
    }
}

}  // namespace

std::vector<IndexNote> describe(const PredicateSet& predicates, const Tables& tables) {
    Notes notes;
    add_numbers(tables, notes);
    add_addresses(tables, notes);
    for (const TextIndex& index : tables.texts) {
        std::vector<PredicateId> members;
        for (PredicateId id = 0; id < predicates.size(); ++id) {
            const auto asks = [&](const TextFeed& feed) {
                return std::find(index.subjects.begin(), index.subjects.end(), feed.subject) != index.subjects.end();
            };
            if (std::any_of(predicates[id].texts.begin(), predicates[id].texts.end(), asks)) members.push_back(id);
        }
        notes.add(index.subjects, "patterns", cost_of_scanning(index.subjects), std::move(members));
    }
    return std::move(notes.list);
}

}  // namespace filters::program
