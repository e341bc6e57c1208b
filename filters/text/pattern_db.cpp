// SPDX-License-Identifier: Apache-2.0
#include "filters/text/pattern_db.hpp"

#include <hs.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "dataplane/flow/batch.hpp"
#include "filters/text/regex_cost.hpp"

namespace filters::text {

namespace {

constexpr std::size_t kLongestText = flow::kArenaBytes;
constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kReadBehind = 128;  // twice the largest register

// Units of a regular expression that Hyperscan looks over in about a millisecond.
constexpr std::uint64_t kQuicklyAsked = 2000;

// What Hyperscan says is wrong, without its final stop.
std::string reason(hs_compile_error_t* error) {
    std::string out = error == nullptr || error->message == nullptr ? "unknown reason" : error->message;
    hs_free_compile_error(error);
    while (!out.empty() && (out.back() == '.' || out.back() == '\n')) out.pop_back();
    return out;
}

tl::unexpected<flow::Error> refused(const Pattern& pattern, const std::string& why) {
    return flow::fail("the pattern '" + pattern.text.substr(0, 60) + "' is not accepted: " + why);
}

// As a Hyperscan expression. Content is written byte by byte as \xHH: no byte is special, and NUL cannot cut
// it.
std::string expression(const Pattern& pattern) {
    if (pattern.kind == PatternKind::regex) return pattern.text;
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string out;
    out.reserve(pattern.text.size() * 4);
    for (const char c : pattern.text) {
        const auto byte = static_cast<unsigned char>(c);
        out += "\\x";
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
    return out;
}

unsigned flags(const Pattern& pattern) {
    return HS_FLAG_SINGLEMATCH | HS_FLAG_DOTALL | (pattern.caseless ? unsigned{HS_FLAG_CASELESS} : 0u);
}

// All that a database depends on. A file for another version or kind of CPU has another key.
std::string key_material(std::span<const Pattern> patterns) {
    hs_platform_info_t platform{};
    static_cast<void>(hs_populate_platform(&platform));
    std::string out = std::string("block ") + hs_version() + ' ' + std::to_string(platform.tune) + ' ' +
                      std::to_string(platform.cpu_features);
    for (const Pattern& pattern : patterns) {
        const std::string text = expression(pattern);
        out += '\n' + std::to_string(flags(pattern)) + ' ' + std::to_string(text.size()) + ' ' + text;
    }
    return out;
}

// nullptr: there is none that Hyperscan takes.
hs_database_t* load(PatternCache& cache, const PatternCache::Key& key) {
    const auto bytes = cache.load(key);
    hs_database_t* db = nullptr;
    if (!bytes || hs_deserialize_database(bytes->data(), bytes->size(), &db) == HS_SUCCESS) return db;
    cache.remove(key);
    return nullptr;
}

void store(PatternCache& cache, const PatternCache::Key& key, const hs_database_t* db, std::uint64_t compile_us) {
    char* bytes = nullptr;
    std::size_t size = 0;
    if (hs_serialize_database(db, &bytes, &size) != HS_SUCCESS) return;
    cache.store(key, {bytes, size}, compile_us);
    std::free(bytes);
}

// What can be told without Hyperscan.
flow::Result<void> check_size(const Pattern& pattern) {
    if (pattern.kind == PatternKind::present) return {};
    if (pattern.text.size() > kMostPatternBytes) {
        return refused(pattern, "it has more than " + std::to_string(kMostPatternBytes) + " bytes");
    }
    if (pattern.kind == PatternKind::equal) return {};
    if (pattern.text.empty()) return refused(pattern, "it is empty");
    if (pattern.kind == PatternKind::content) return {};
    if (pattern.text.find('\0') != std::string::npos) return refused(pattern, "it has a NUL byte; write \\x00");
    const RegexCost cost = cost_of(pattern.text);
    if (cost.positions > kMostPositions) {
        return refused(pattern, "its repeats are too large; write + or * instead of counts");
    }
    if (cost.edges > kMostEdges) {
        return refused(pattern, "too many of its parts can follow each other; write less inside what repeats");
    }
    return {};
}

flow::Result<void> check_expression(const Pattern& pattern) {
    hs_expr_info_t* info = nullptr;
    hs_compile_error_t* error = nullptr;
    if (hs_expression_info(pattern.text.c_str(), flags(pattern), &info, &error) != HS_SUCCESS) {
        return refused(pattern, reason(error));
    }
    const unsigned narrowest = info->min_width;
    std::free(info);  // Hyperscan's misc allocator is malloc unless set otherwise, and it is not
    if (narrowest != 0) return {};
    return refused(pattern, "it matches an empty text too, and so every text; write + instead of *");
}

// First of all together, so that nothing takes long before it is refused.
flow::Result<void> check(std::span<const Pattern> patterns) {
    std::uint64_t together = 0;
    const Pattern* largest = nullptr;
    std::uint64_t most = 0;
    for (const Pattern& pattern : patterns) {
        if (auto sized = check_size(pattern); !sized) return sized;
        const std::uint64_t units =
            pattern.kind == PatternKind::regex ? cost_of(pattern.text).units() : pattern.text.size();
        together += units;
        if (largest == nullptr || units > most) largest = &pattern;
        most = std::max(most, units);
    }
    if (together > kMostUnits) {
        return refused(*largest, "it is the largest of " + std::to_string(patterns.size()) +
                                     " patterns that are too much together; write less inside what repeats, or use "
                                     "fewer");
    }
    for (const Pattern& pattern : patterns) {
        if (pattern.kind != PatternKind::regex) continue;
        if (auto checked = check_expression(pattern); !checked) return checked;
    }
    return {};
}

flow::Result<hs_database_t*> compile_all(std::span<const Pattern> patterns) {
    std::vector<std::string> expressions;
    std::vector<unsigned> all_flags;
    std::vector<unsigned> ids;
    for (const Pattern& pattern : patterns) {
        ids.push_back(static_cast<unsigned>(ids.size()));
        expressions.push_back(expression(pattern));
        all_flags.push_back(flags(pattern));
    }
    std::vector<const char*> pointers;
    for (const std::string& e : expressions) pointers.push_back(e.c_str());
    hs_database_t* db = nullptr;
    hs_compile_error_t* error = nullptr;
    const auto code = hs_compile_multi(pointers.data(), all_flags.data(), ids.data(),
                                       static_cast<unsigned>(pointers.size()), HS_MODE_BLOCK, nullptr, &db, &error);
    if (code == HS_SUCCESS) return db;
    const int at = error == nullptr ? -1 : error->expression;
    if (at >= 0 && static_cast<std::size_t>(at) < patterns.size()) {
        return refused(patterns[static_cast<std::size_t>(at)], reason(error));
    }
    return flow::fail("the patterns cannot be compiled together: " + reason(error));
}

struct Call {
    OnMatch on_match;
    void* context;
};

int forward(unsigned id, unsigned long long, unsigned long long, unsigned, void* context) {
    const auto* call = static_cast<const Call*>(context);
    call->on_match(id, call->context);
    return 0;
}

}  // namespace

flow::Result<void> check(const Pattern& pattern) {
    if (auto sized = check_size(pattern); !sized) return sized;
    if (pattern.kind != PatternKind::regex || cost_of(pattern.text).units() > kQuicklyAsked) return {};
    return check_expression(pattern);
}

flow::Result<PatternDb> PatternDb::compile(std::span<const Pattern> patterns, PatternCache* cache) {
    if (hs_valid_platform() != HS_SUCCESS)
        return flow::fail("filters on texts need a CPU with SSSE3, and this has none");
    if (patterns.size() > kMostPatterns) {
        return flow::fail("the filters have " + std::to_string(patterns.size()) +
                          " different patterns for one kind of text; at most " + std::to_string(kMostPatterns) +
                          " are taken");
    }
    const bool caching = cache != nullptr && cache->keeps();
    const PatternCache::Key key = caching ? PatternCache::key_of(key_material(patterns)) : PatternCache::Key{};
    if (caching) {
        if (hs_database_t* db = load(*cache, key); db != nullptr) return PatternDb(db);
    }
    if (auto checked = check(patterns); !checked) return flow::pass(checked);
    const auto begin = std::chrono::steady_clock::now();
    auto db = compile_all(patterns);
    if (!db) return flow::pass(db);
    PatternDb out(*db);
    const auto took = std::chrono::steady_clock::now() - begin;
    if (caching) {
        store(*cache, key, *db,
              static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    }
    return out;
}

PatternDb::PatternDb(PatternDb&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}

PatternDb& PatternDb::operator=(PatternDb&& other) noexcept {
    std::swap(db_, other.db_);
    return *this;
}

PatternDb::~PatternDb() {
    hs_free_database(db_);
}

bool PatternDb::scan(std::string_view bytes, Scratch& scratch, OnMatch on_match, void* context) const noexcept {
    if (bytes.empty()) return true;  // no pattern takes an empty text, see check()
    const auto readable = scratch.readable(bytes);
    if (!readable) return false;
    Call call{on_match, context};
    return hs_scan(db_, readable->data(), static_cast<unsigned>(readable->size()), 0, scratch.scratch_, forward,
                   &call) == HS_SUCCESS;
}

std::size_t PatternDb::bytes() const noexcept {
    std::size_t size = 0;
    return hs_database_size(db_, &size) == HS_SUCCESS ? size : 0;
}

Scratch::~Scratch() {
    hs_free_scratch(scratch_);
}

// Hyperscan 5.4.0 loads whole registers at the end of what it scans (tests/issues/120). What it reads there changes
// nothing, but the page must exist.
std::optional<std::string_view> Scratch::readable(std::string_view bytes) noexcept {
    if (bytes.size() > kLongestText) return std::nullopt;
    const auto end = reinterpret_cast<std::uintptr_t>(bytes.data() + bytes.size());
    if (end % kPageBytes != 0 && end % kPageBytes <= kPageBytes - kReadBehind) return bytes;
    std::memcpy(copy_.get(), bytes.data(), bytes.size());
    return std::string_view(copy_.get(), bytes.size());
}

flow::Result<void> Scratch::fit(const PatternDb& db) {
    if (copy_ == nullptr) copy_.reset(static_cast<char*>(std::malloc(kLongestText + kReadBehind)));
    if (copy_ != nullptr && hs_alloc_scratch(db.db_, &scratch_) == HS_SUCCESS) return {};
    return flow::fail("no memory for matching texts; add memory or take patterns out of the filters");
}

}  // namespace filters::text
