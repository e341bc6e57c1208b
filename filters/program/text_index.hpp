// SPDX-License-Identifier: Apache-2.0
// Indexes over texts: text -> predicates whose patterns it has.
//
// Thread: a TextIndex is built by the compiling one and read by all; a TextScan belongs to one core.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/result.hpp"
#include "filters/program/environment.hpp"
#include "filters/program/marks.hpp"
#include "filters/program/predicates.hpp"
#include "filters/text/pattern_db.hpp"

namespace filters::program {

// All patterns that are asked of one subject.
struct TextIndex {
    language::Subject subject{};
    std::size_t patterns = 0;
    text::PatternDb db;
};

// An index for each subject that the predicates ask texts of.
[[nodiscard]] flow::Result<std::vector<TextIndex>> build_texts(const PredicateSet& predicates,
                                                               const Environment& environment);

// What one core needs to run text indexes.
class TextScan {
  public:
    [[nodiscard]] flow::Result<void> fit(const TextIndex& index);
    void run(const flow::FlowBatch& batch, const TextIndex& index, Marks marks) noexcept;
    // Texts that Hyperscan refused to scan; they matched nothing.
    [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

  private:
    text::Scratch scratch_{};
    std::uint64_t failures_ = 0;
};

}  // namespace filters::program
