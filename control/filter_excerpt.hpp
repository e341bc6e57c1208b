// SPDX-License-Identifier: Apache-2.0
// Errors of filters as people read them: the sentence with file, line and column, below it the line itself, and a
// caret under the token. Files that a filter includes are remembered while it is read, so that an error in one of them
// is shown as well.
//
// Thread: one.
// Limits: at most kExcerptColumns characters of a line are shown, those around the token.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "filters/language/context.hpp"

namespace control {

inline constexpr std::size_t kExcerptColumns = 100;
// Before each line of an excerpt; no line of an error begins with a blank otherwise.
inline constexpr std::string_view kExcerptIndent = "    ";

// A terminal must not take orders from a filter: control characters, but tabs and line breaks, become '?'.
[[nodiscard]] std::string harmless(std::string_view text);

class FilterTexts {
  public:
    // `context` with an `include` that remembers here what it reads. The result must not outlive *this.
    [[nodiscard]] filters::language::Context remembering(filters::language::Context context);

    // The line of `filter`, or of the included file that `place` names, and the caret; two lines without a line break at
    // the end. Empty where `place` points into neither.
    [[nodiscard]] std::string excerpt(std::string_view filter, const flow::Place& place) const;

    // An error of parsing or compiling `filter`, whose text begins at `begin`: placed in the file, the message after
    // `prefix`, with its excerpt.
    [[nodiscard]] flow::Error shown(const flow::Error& error, std::string_view filter, const flow::Place& begin,
                                    const std::string& prefix = {}) const;

  private:
    std::map<std::string, std::string, std::less<>> included_;
};

// Text of an error that may tell of several faults, a line each (Problems::joined()): each with its excerpt.
[[nodiscard]] std::vector<std::string> faults(const std::string& text);

}  // namespace control
