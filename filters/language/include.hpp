// SPDX-License-Identifier: Apache-2.0
// A filter's text with the files it includes -> one row of tokens.
//
// Thread: any; values.
// Limits: kMostIncludeDepth files inside each other, kMostIncludes files, kMostIncludedBytes of them together, kMostTokens.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "filters/language/context.hpp"
#include "filters/language/lexer.hpp"

namespace filters::language {

inline constexpr unsigned kMostIncludeDepth = 10;
inline constexpr std::size_t kMostIncludes = 1000;
inline constexpr std::size_t kMostIncludedBytes = 4 * 1024 * 1024;

struct Source {
    std::vector<Token> tokens{};       // no `include` among them; one `end` at the end
    std::vector<std::string> names{};  // of files, by Token::file; the first is empty: the filter itself
    std::deque<std::string> texts{};   // what tokens of files point into
};

// `filter` must outlive the Source. Errors: those of tokens() and Context::include, each with its file.
[[nodiscard]] flow::Result<Source> read_source(std::string_view filter, const Context& context);

}  // namespace filters::language
