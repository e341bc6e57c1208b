// SPDX-License-Identifier: Apache-2.0
// Indexes over texts: text -> predicates whose patterns it has.
//
// Thread: a TextIndex is built by the compiling one and read by all; a TextScan belongs to one core.
// Shape:  texts of columns and what is read out of TLS hellos repeat, and are looked at once (text/known_texts.hpp);
//         payload is looked at in every row that has it, and its headers are read once for all that is asked of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/result.hpp"
#include "filters/program/environment.hpp"
#include "filters/program/marks.hpp"
#include "filters/program/predicates.hpp"
#include "filters/text/fingerprint.hpp"
#include "filters/text/known_texts.hpp"
#include "filters/text/text_table.hpp"

namespace filters::program {

// All that is asked of one subject, or of several columns of which the same is asked.
struct TextIndex {
    std::vector<language::Subject> subjects{};
    text::TextTable table;

    [[nodiscard]] std::string name() const;  // "input_if_name+output_if_name"
};

struct BuiltTexts {
    std::vector<TextIndex> indexes{};
    std::string cache_trouble{};  // of PatternCache
};

// Indexes for all subjects that the predicates ask texts of.
[[nodiscard]] flow::Result<BuiltTexts> build_texts(const PredicateSet& predicates, const Environment& environment);

// What one core needs to run text indexes.
class TextScan {
  public:
    // For these, which must outlive it.
    [[nodiscard]] flow::Result<void> fit(std::span<const TextIndex> indexes);
    void run(const flow::FlowBatch& batch, Marks marks) noexcept;
    // Texts of which not all could be known: Hyperscan refused to scan them, or libcrypto to make a digest.
    [[nodiscard]] std::uint64_t failures() const noexcept;

  private:
    struct Part {
        const TextIndex* index = nullptr;
        text::KnownTexts known;
    };
    // What is asked of payload; nullptr: nothing.
    struct OfPayload {
        const TextIndex* bytes = nullptr;
        Part* ja3 = nullptr;
        Part* ja4 = nullptr;
        Part* server_name = nullptr;
    };

    void run_column(const flow::FlowBatch& batch, language::Subject subject, Part& part, Marks marks) noexcept;
    void run_payload(const flow::FlowBatch& batch, const OfPayload& asked, Marks marks) noexcept;
    void scan_bytes(std::string_view bytes, const TextIndex& index, std::uint32_t row, Marks marks) noexcept;
    void scan_hello(std::string_view bytes, const OfPayload& asked, std::uint32_t row, Marks marks) noexcept;
    void mark(std::string_view text, Part* part, std::uint32_t row, Marks marks) noexcept;

    std::vector<Part> parts_{};  // of what repeats
    const TextIndex* bytes_ = nullptr;
    text::Scratch scratch_{};
    std::optional<text::Fingerprinter> fingerprinter_{};
    std::uint64_t failures_ = 0;
};

}  // namespace filters::program
