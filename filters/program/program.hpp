// SPDX-License-Identifier: Apache-2.0
// All filters of all channels as one immutable Program, and the Matcher that runs it over batches.
//
// Thread: a Program is read by all cores at once; a Matcher belongs to one core.
// Source: nfdump's filter language (filters/language); DESIGN.md 3.7.
// Limits: kMostChannels channels, kMostPredicates distinct predicates and kMostOperations distinct ANDs and ORs a Program.
// Memory: a Program is a few hundred kilobytes plus what its lists need; a Matcher has 256 bytes for each
// distinct
//         predicate and each shared AND/OR, all allocated by make().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/column_set.hpp"
#include "dataplane/flow/result.hpp"
#include "filters/program/environment.hpp"

namespace filters {

inline constexpr std::size_t kMostChannels = 100'000;
inline constexpr std::size_t kMostPredicates = 200'000;
inline constexpr std::size_t kMostOperations = 400'000;

struct ChannelSpec {
    std::string name{};    // "profile/channel", for messages; empty: they do not name it
    std::string filter{};  // nfdump's language; empty = any
    // Where the filter text begins (file, line, column), so that errors point into the file.
    flow::Place place{};
    std::vector<std::uint16_t> sources{};  // source indexes the channel takes; empty = all
    bool above_axis = true;                // its sign: + is drawn above the axis, - below; matching does not ask
};

// What a Program is made of, for status and for people who ask why matching costs what it costs.
struct ProgramFigures {
    std::size_t channels = 0;
    std::size_t predicates = 0;          // distinct ones; equal predicates of several channels are one
    std::size_t operations = 0;          // distinct ANDs and ORs; shared sub-expressions are one
    std::size_t text_patterns = 0;       // distinct patterns in the Hyperscan database
    std::vector<std::string> indexes{};  // in the order they run, for example "src_port table"
    std::size_t bytes = 0;               // tables of the Program; the Hyperscan database included
    std::uint64_t compile_us = 0;
    // Why compiled patterns could not be kept (Environment::pattern_cache), one sentence; empty: nothing went wrong.
    std::string pattern_cache_trouble{};
};

namespace program {
struct Outline;
struct Tables;
class Run;
}  // namespace program

// What else a Program is to be good for.
enum class Keep : std::uint8_t {
    nothing,
    outline,  // of its first channel, so that blocks of stored flows can be skipped
};

// Immutable; shared by all cores.
class Program {
  public:
    // Errors name the channel, and point into the file when the spec says where its filter stands.
    [[nodiscard]] static flow::Result<std::unique_ptr<const Program>> compile(std::span<const ChannelSpec> channels,
                                                                              const Environment& environment,
                                                                              Keep keep = Keep::nothing);

    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program();

    [[nodiscard]] std::size_t channels() const noexcept;
    [[nodiscard]] bool above_axis(std::uint32_t channel) const noexcept;
    [[nodiscard]] const ProgramFigures& figures() const noexcept;
    // Every column that match() looks at, `present` among them where it asks for presence: whatever stands in others changes
    // no answer. The batch's own rows and present_any are always looked at.
    [[nodiscard]] const flow::ColumnSet& columns() const noexcept;
    // nullptr unless it was to be kept.
    [[nodiscard]] const program::Outline* outline() const noexcept;
    // For the Matcher.
    [[nodiscard]] const program::Tables& tables() const noexcept { return *tables_; }

  private:
    explicit Program(std::unique_ptr<const program::Tables> tables);
    std::unique_ptr<const program::Tables> tables_;
};

// The rows of a batch that a channel takes: row r is bit r % 64 of rows[r / 64]. kBatchRows bits; those past
// batch.rows are 0. `count` of them are set, at least one. Bit w of `words`: rows[w] is not 0.
struct ChannelRows {
    std::uint32_t channel = 0;
    const std::uint64_t* rows = nullptr;
    std::uint32_t count = 0;
    std::uint32_t words = 0;
};

// One per core: the bitmaps and the Hyperscan scratch.
class Matcher {
  public:
    // `program` must outlive the Matcher.
    [[nodiscard]] static flow::Result<std::unique_ptr<Matcher>> make(const Program& program);

    Matcher(const Matcher&) = delete;
    Matcher& operator=(const Matcher&) = delete;
    ~Matcher();

    // Channels that took at least one row (source list applied), in ascending order; valid until the next
    // call.
    [[nodiscard]] std::span<const ChannelRows> match(const flow::FlowBatch& batch) noexcept;
    // Payloads that Hyperscan refused to scan since make(); they matched no text predicate. 0 on a sound
    // machine.
    [[nodiscard]] std::uint64_t text_failures() const noexcept;

  private:
    explicit Matcher(std::unique_ptr<program::Run> run);
    std::unique_ptr<program::Run> run_;
};

}  // namespace filters
