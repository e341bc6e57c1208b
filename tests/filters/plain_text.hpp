// SPDX-License-Identifier: Apache-2.0
// What a pattern means, said by something that knows nothing of Hyperscan: std::string and PCRE2.
//
// Thread: one.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "filters/text/pattern_db.hpp"

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;

namespace support {

class PlainText {
  public:
    explicit PlainText(const filters::text::Pattern& pattern);

    [[nodiscard]] bool holds(std::string_view text) const;

  private:
    struct Free {
        void operator()(pcre2_real_code_8* code) const noexcept;
        void operator()(pcre2_real_match_data_8* data) const noexcept;
    };
    filters::text::Pattern pattern_;
    std::unique_ptr<pcre2_real_code_8, Free> code_{};
    std::unique_ptr<pcre2_real_match_data_8, Free> data_{};
};

// A regular expression that takes no empty text, of what Hyperscan and PCRE both know.
[[nodiscard]] std::string draw_regex(std::mt19937& random);

}  // namespace support
