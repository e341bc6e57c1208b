// SPDX-License-Identifier: Apache-2.0
#include "filters/program/run.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace filters::program {

namespace {

using flow::FlowBatch;
using language::Subject;

constexpr std::size_t kRowsBytes = kWords * sizeof(std::uint64_t);
constexpr std::size_t kLine = 64;
alignas(64) constexpr std::array<std::uint64_t, kWords> kNoRows{};

// Calls run(Value{}) with the type of the numbers of `subject`.
template <class Function>
void with_numbers(Subject subject, Function run) noexcept {
    switch (bytes_of(subject)) {
        case 1:
            return run(std::uint8_t{});
        case 2:
            return run(std::uint16_t{});
        case 4:
            return run(std::uint32_t{});
        default:
            return run(std::uint64_t{});
    }
}

AddressInput addresses_of(const FlowBatch& batch, Subject subject) noexcept {
    return {.values = static_cast<const flow::IpAddress*>(values_of(batch, subject.column)),
            .present = batch.present.data(),
            .bit = language::presence_of(subject),
            .count = batch.rows,
            .rare = is_rare(subject.column)};
}

}  // namespace

flow::Result<std::unique_ptr<Run>> Run::make(const Tables& tables) {
    std::unique_ptr<Run> run(new Run(tables));
    const std::size_t bitmaps = tables.predicates + tables.operations.size();
    run->memory_.reset(std::calloc(bitmaps * kRowsBytes + kLine, 1));
    if (run->memory_ == nullptr) {
        return flow::fail("no memory for matching " + std::to_string(tables.roots.size()) +
                          " channels; add memory or take channels out");
    }
    void* memory = run->memory_.get();
    std::size_t room = bitmaps * kRowsBytes + kLine;
    run->predicate_rows_ = static_cast<std::uint64_t*>(std::align(kLine, bitmaps * kRowsBytes, memory, room));
    run->operation_rows_ = run->predicate_rows_ + tables.predicates * kWords;
    run->touched_.assign((tables.predicates + 7) / 8 * 8, 0);
    run->predicate_words_.assign(tables.predicates, 0);
    run->touched_list_.resize(tables.predicates);
    run->operation_value_.assign(tables.operations.size(), RowSet{});
    run->operation_batch_.assign(tables.operations.size(), 0);
    run->awake_.assign(tables.always.size(), 0);
    run->found_.resize(tables.roots.size());
    std::size_t rungs = 0;
    for (const Ladder& ladder : tables.ladders) rungs = std::max(rungs, ladder.rungs());
    run->rungs_.resize(rungs);
    if (auto fitted = run->text_scan_.fit(tables.texts); !fitted) return flow::pass(fitted);
    return run;
}

std::span<const ChannelRows> Run::match(const FlowBatch& batch) noexcept {
    forget();
    if (batch.rows == 0) return {};
    inputs_.begin(batch);
    every_word_ = ~0u >> (31 - (batch.rows - 1) / 64);
    run_numbers();
    run_ranges();
    run_addresses(batch);
    text_scan_.run(batch, marks());
    wake();
    report();
    return {found_.data(), found_count_};
}

// Only what the last batch touched has to be cleared.
void Run::forget() noexcept {
    for (std::size_t i = 0; i < touched_count_; ++i) {
        const PredicateId predicate = touched_list_[i];
        if (i + kAhead < touched_count_) fetch(touched_list_[i + kAhead]);
        std::uint64_t* bits = predicate_rows_ + predicate * kWords;
        each_word(predicate_words_[predicate], [&](std::size_t word) { bits[word] = 0; });
        predicate_words_[predicate] = 0;
        touched_[predicate] = 0;
    }
    touched_count_ = 0;
    found_count_ = 0;
    if (++batch_number_ == 0) {  // after 2^32 batches the numbers begin again
        std::fill(operation_batch_.begin(), operation_batch_.end(), 0);
        batch_number_ = 1;
    }
}

void Run::run_numbers() noexcept {
    for (const auto& [table, subjects] : tables_.values) {
        for (const Subject subject : subjects) table.run(inputs_.get(subject), table_scratch_, marks());
    }
    for (const ByteTable& table : tables_.bytes) {
        if (bytes_of(table.subject) == 1) {
            table.run<std::uint8_t>(inputs_.get(table.subject), marks());
        } else {
            table.run<std::uint16_t>(inputs_.get(table.subject), marks());
        }
    }
    for (const auto& [table, subjects] : tables_.wides) {
        for (const Subject subject : subjects) {
            if (bytes_of(subject) == 4) {
                table.run<std::uint32_t>(inputs_.get(subject), table_scratch_, marks());
            } else {
                table.run<std::uint64_t>(inputs_.get(subject), table_scratch_, marks());
            }
        }
    }
}

void Run::run_ranges() noexcept {
    for (const Compares& compares : tables_.compares) {
        const Input input = inputs_.get(compares.subject);
        with_numbers(compares.subject, [&](auto value) { compares.run<decltype(value)>(input, marks()); });
    }
    for (const Ladder& ladder : tables_.ladders) {
        const Input input = inputs_.get(ladder.subject);
        with_numbers(ladder.subject, [&](auto value) { ladder.run<decltype(value)>(input, rungs_, marks()); });
    }
}

void Run::run_addresses(const FlowBatch& batch) noexcept {
    for (const auto& [table, subjects] : tables_.prefixes) {
        for (const Subject subject : subjects) {
            const AddressInput input = addresses_of(batch, subject);
            if ((batch.present_any & input.bit) != 0) table.run(input, prefix_scratch_, marks());
        }
    }
    for (const MaskTable& mask : tables_.masks) {
        const AddressInput input = addresses_of(batch, mask.table.subject);
        if ((batch.present_any & input.bit) != 0) mask.run(input, marks());
    }
    if (!tables_.exporters.empty() && tables_.known_exporters != nullptr) {
        tables_.exporters.run(batch, *tables_.known_exporters, marks());
    }
}

// Lists the touched predicates and marks the channels that could hold because of them.
void Run::wake() noexcept {
    std::copy(tables_.always.begin(), tables_.always.end(), awake_.begin());
    for (std::size_t at = 0; at < touched_.size(); at += 8) {
        std::uint64_t eight;
        std::memcpy(&eight, touched_.data() + at, 8);
        for (; eight != 0; eight &= eight - 1) {
            const auto predicate = static_cast<PredicateId>(at + static_cast<std::size_t>(std::countr_zero(eight)) / 8);
            touched_list_[touched_count_++] = predicate;
            const std::uint32_t end = tables_.trigger_first[predicate + std::size_t{1}];
            for (std::uint32_t i = tables_.trigger_first[predicate]; i < end; ++i) {
                const std::uint32_t channel = tables_.triggered[i];
                awake_[channel / 64] |= 1ull << (channel % 64);
            }
        }
    }
}

// First which channels they are, so that bitmaps can be fetched ahead of the channel in hand.
void Run::report() noexcept {
    std::size_t count = 0;
    for (std::size_t word = 0; word < awake_.size(); ++word) {
        for (std::uint64_t bits = awake_[word]; bits != 0; bits &= bits - 1) {
            found_[count++].channel =
                static_cast<std::uint32_t>(word * 64) + static_cast<std::uint32_t>(std::countr_zero(bits));
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (i + kAhead < count) fetch(tables_.roots[found_[i + kAhead].channel] - 1);
        const std::uint32_t channel = found_[i].channel;
        const RowSet rows = value(tables_.roots[channel]);
        if (rows.empty()) continue;
        found_[found_count_++] = {channel, rows.bits, count_rows(rows), rows.words};
    }
}

// The first rows of a predicate into the cache; of anything else, nothing.
void Run::fetch(PredicateId predicate) const noexcept {
    if (predicate >= tables_.predicates) return;
    const auto word = static_cast<std::size_t>(std::countr_zero(predicate_words_[predicate])) % kWords;
    __builtin_prefetch(predicate_rows_ + predicate * kWords + word);
}

// Recursion is as deep as brackets are nested, at most language::kDeepest times two.
RowSet Run::value(NodeId node) noexcept {
    if (node == 0) return every_row();
    if (node <= tables_.predicates) {
        return {predicate_rows_ + (node - 1) * kWords, predicate_words_[node - 1]};
    }
    const std::size_t index = node - 1 - tables_.predicates;
    if (operation_batch_[index] != batch_number_) {
        const Operation& operation = tables_.operations[index];
        std::uint64_t* out = operation_rows_ + index * kWords;
        operation_value_[index] = operation.kind == OperationKind::all ? all(operation, out) : any(operation, out);
        operation_batch_[index] = batch_number_;
    }
    return operation_value_[index];
}

// A single operand that is left gives its own bitmap, without a copy.
RowSet Run::all(const Operation& operation, std::uint64_t* out) noexcept {
    RowSet so_far = every_row();
    for (std::uint32_t i = 0; i < operation.count && !so_far.empty(); ++i) {
        const Edge edge = tables_.operands[operation.first + i];
        const RowSet rows = value(node_of(edge));
        if (is_negated(edge)) {
            if ((so_far.words & rows.words) != 0) so_far = without(out, so_far, rows);
        } else if (so_far.bits == inputs_.every_row()) {
            so_far = rows;
        } else {
            so_far = both(out, so_far, rows);
        }
    }
    return so_far;
}

RowSet Run::any(const Operation& operation, std::uint64_t* out) noexcept {
    RowSet so_far{kNoRows.data(), 0};
    for (std::uint32_t i = 0; i < operation.count; ++i) {
        const Edge edge = tables_.operands[operation.first + i];
        RowSet rows = value(node_of(edge));
        if (is_negated(edge)) {
            if (rows.empty()) return every_row();
            rows = without(rest_.data(), every_row(), rows);
        }
        if (rows.empty()) continue;
        so_far = so_far.empty() && !is_negated(edge) ? rows : either(out, so_far, rows);
    }
    return so_far;
}

}  // namespace filters::program

namespace filters {

flow::Result<std::unique_ptr<Matcher>> Matcher::make(const Program& program) {
    auto run = program::Run::make(program.tables());
    if (!run) return flow::pass(run);
    return std::unique_ptr<Matcher>(new Matcher(std::move(*run)));
}

Matcher::Matcher(std::unique_ptr<program::Run> run) : run_(std::move(run)) {}
Matcher::~Matcher() = default;

std::span<const ChannelRows> Matcher::match(const flow::FlowBatch& batch) noexcept {
    return run_->match(batch);
}
std::uint64_t Matcher::text_failures() const noexcept {
    return run_->text_failures();
}

}  // namespace filters
