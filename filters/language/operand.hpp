// SPDX-License-Identifier: Apache-2.0
// What stands behind the words of a field: the value of a test.
//
// Thread: one.
// Limits: of a filter kMostNames host names, and kMostNamed addresses that they stand for all together.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/flow/result.hpp"
#include "filters/language/ast.hpp"
#include "filters/language/context.hpp"
#include "filters/language/cursor.hpp"
#include "filters/language/fields.hpp"
#include "filters/language/spellings.hpp"

namespace filters::language {

inline constexpr std::size_t kMostNames = 256;
inline constexpr std::size_t kMostNamed = 1'000'000;

// Whether a value of `field` can begin with `token`: tells fields apart that are spelt alike.
[[nodiscard]] bool may_begin(const Field& field, const Token& token);

// Of spellings at `at`, which are spelt alike, that one whose value can begin behind it; else the longest, for its message.
// Null: there are none.
[[nodiscard]] const Spelling* meant(const std::vector<const Spelling*>& spellings, const Token* at);

class OperandReader {
  public:
    // Both must outlive it.
    OperandReader(Cursor& cursor, const Context& context) : cursor_(cursor), context_(context) {}

    // The value of `field` at the cursor, into `test`.
    [[nodiscard]] flow::Result<void> read(const Field& field, Test& test);

  private:
    using Done = flow::Result<void>;

    [[nodiscard]] auto expected(const Field& field) const {
        const bool unequal = cursor_.is(TokenKind::negation) && cursor_.at()[1].kind == TokenKind::compare;
        return tl::unexpected(
            cursor_.unexpected("expected " + std::string(field.value), unequal ? "not, in front of the test" : ""));
    }
    template <class Item>
    Done list(Item item);
    template <class Parse>
    Done word(const Field& field, Parse parse);
    template <class Parse>
    Done ranges(const Field& field, Test& test, Parse parse);
    [[nodiscard]] Done unknown_name(const Field& field) const;
    Done flags(const Field& field, Test& test);
    Done address(const Field& field, Test& test);
    Done nets(const Field& field, Test& test);
    Done resolve(const Field& field, Test& test);
    Done ident(const Field& field, Test& test);
    Done country(const Field& field, Test& test);
    Done text(const Field& field, Test& test);
    Done digest(const Field& field, Test& test);
    Done pattern(const Field& field, Test& test);
    // `expected`: "a name".
    Done quoted_text(std::string_view expected, Test& test, bool words);

    Cursor& cursor_;
    const Context& context_;
    std::map<std::string, std::vector<flow::IpAddress>, std::less<>> resolved_;
    std::size_t named_ = 0;  // addresses taken from resolved_
};

}  // namespace filters::language
