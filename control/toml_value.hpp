// SPDX-License-Identifier: Apache-2.0
// Values as a person would write them into a TOML file.
//
// Thread: any; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace control {

// Between "quotes" or 'these'; `three`: of them at each end.
struct Quoting {
    char quote = '"';
    bool three = false;
};
// That of a text as it stands in a file.
[[nodiscard]] Quoting quoting_of(std::string_view value);

// In the quotes that are wanted, unless the text then needed escapes and in other quotes would not; several lines between three
// quotes, with the file's line ends. A byte order: UTF-8 in, UTF-8 out; line ends "\r\n" in the text become "\n".
[[nodiscard]] std::string toml_text(std::string_view text, Quoting wanted = {}, std::string_view line_end = "\n");
// ["a", "b"]
[[nodiscard]] std::string toml_list(const std::vector<std::string>& texts, Quoting wanted = {});

}  // namespace control
