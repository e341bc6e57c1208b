// SPDX-License-Identifier: Apache-2.0
// Many text patterns looked for at once: the only door to Hyperscan.
//
// Thread: a PatternDb is read by all cores at once; a Scratch belongs to one core.
// Source: Hyperscan 5.4 developer reference; block mode, SINGLEMATCH | DOTALL, CASELESS where asked. Booleans
// over
//         matches are the caller's (HS_FLAG_COMBINATION loses matches).
// Limits: kMostPatternBytes a pattern, kMostPositions and kMostEdges of its automaton;
//         kMostPatterns and kMostUnits a set. Errors: of a pattern, with Hyperscan's reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dataplane/flow/result.hpp"
#include "filters/text/pattern_cache.hpp"

struct hs_database;
struct hs_scratch;

namespace filters::text {

inline constexpr std::size_t kMostPatternBytes = 1024;
inline constexpr std::uint64_t kMostPositions = 4096;   // of a regular expression, see regex_cost.hpp
inline constexpr std::uint64_t kMostEdges = 50'000;     // likewise
inline constexpr std::uint64_t kMostUnits = 2'000'000;  // of a set of patterns: seconds to compile; the worst found: 40
inline constexpr std::size_t kMostPatterns = 10'000;

enum class PatternKind : std::uint8_t {
    content,  // these bytes, anywhere
    regex,    // Hyperscan's subset of PCRE, anywhere; . takes newlines
    equal,    // these bytes and no more; may be empty
    present,  // anything but an empty text
};

struct Pattern {
    PatternKind kind = PatternKind::content;
    std::string text{};
    bool caseless = false;

    friend auto operator<=>(const Pattern&, const Pattern&) = default;
};

// Whether a TextTable would take it, and if not, why; the whole sentence names the pattern. Of an expression so large
// that asking Hyperscan takes more than a moment, only what can be told without: compile() tells the rest.
[[nodiscard]] flow::Result<void> check(const Pattern& pattern);

class Scratch;

using OnMatch = void (*)(std::uint32_t id, void* context);

class PatternDb {
  public:
    // At least one pattern, of content or regex. Looks into `cache` first, and leaves there what is worth it.
    [[nodiscard]] static flow::Result<PatternDb> compile(std::span<const Pattern> patterns,
                                                         PatternCache* cache = nullptr);

    PatternDb(PatternDb&& other) noexcept;
    PatternDb& operator=(PatternDb&& other) noexcept;
    ~PatternDb();

    // Calls on_match(index of the pattern, context) once for each pattern found in `bytes`. False: Hyperscan refused;
    // nothing more is known.
    [[nodiscard]] bool scan(std::string_view bytes, Scratch& scratch, OnMatch on_match, void* context) const noexcept;
    [[nodiscard]] std::size_t bytes() const noexcept;

  private:
    friend class Scratch;
    explicit PatternDb(hs_database* db) noexcept : db_(db) {}
    hs_database* db_;
};

// Working memory of one core for any number of databases.
class Scratch {
  public:
    Scratch() noexcept = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch();

    // Makes it large enough for `db`.
    [[nodiscard]] flow::Result<void> fit(const PatternDb& db);

  private:
    friend class PatternDb;
    // `bytes`, or a copy of them where Hyperscan could read behind them into a page that is not there. Nothing: there is
    // no room for the copy.
    [[nodiscard]] std::optional<std::string_view> readable(std::string_view bytes) noexcept;

    struct Free {
        void operator()(char* memory) const noexcept { std::free(memory); }
    };
    hs_scratch* scratch_ = nullptr;
    std::unique_ptr<char, Free> copy_{};  // pages never touched cost nothing
};

}  // namespace filters::text
