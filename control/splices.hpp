// SPDX-License-Identifier: Apache-2.0
// Changes of a text, gathered and then made at once: places are those of the text as it was.
//
// Thread: one.
// Limits: spans must not overlap; what is inserted at one place stands there in the order of the calls.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "control/toml_layout.hpp"

namespace control {

class Splices {
  public:
    void replace(Span span, std::string text) { all_.push_back({span, std::move(text)}); }
    void insert(std::size_t at, std::string text) { replace({at, at}, std::move(text)); }

    [[nodiscard]] std::string applied(std::string_view text) const {
        std::vector<Splice> sorted = all_;
        std::stable_sort(sorted.begin(), sorted.end(),
                         [](const Splice& a, const Splice& b) { return a.span.begin < b.span.begin; });
        std::string out;
        std::size_t at = 0;
        for (const Splice& splice : sorted) {
            if (splice.span.begin > at) out += text.substr(at, splice.span.begin - at);
            out += splice.text;
            at = std::max(at, splice.span.end);
        }
        return out.append(text.substr(at));
    }

  private:
    struct Splice {
        Span span;
        std::string text;
    };
    std::vector<Splice> all_;
};

}  // namespace control
