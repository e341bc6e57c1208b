// SPDX-License-Identifier: Apache-2.0
#include "filters/language/operand.hpp"

#include <algorithm>
#include <utility>

#include "filters/language/protocols.hpp"
#include "filters/language/values.hpp"

namespace filters::language {

namespace {

constexpr std::size_t kMostIdentBytes = 255;
constexpr std::size_t kJa3Digits = 32;
constexpr std::string_view kAnyText = "a text in quotes, or a word";

template <class Items>
void sort_once(Items& items) {
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
}

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Lower-case hex digits only.
bool is_hex(std::string_view text) noexcept {
    return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// t13d1516h2_8daaf6152771_b186095e22b6
bool is_ja4(std::string_view text) noexcept {
    return text.size() == 36 && text[10] == '_' && text[23] == '_' && is_hex(text.substr(11, 12)) &&
           is_hex(text.substr(24, 12));
}

// Names have letters and no signs of addresses: 10.1 and 1:2 are mistyped addresses.
bool is_host_name(std::string_view word) noexcept {
    return std::any_of(word.begin(), word.end(), is_letter) && word.find_first_of(":/+") == std::string_view::npos;
}

bool is_text_operator(const Token& token) {
    if (token.kind == TokenKind::compare) return true;
    return token.kind == TokenKind::word && (same_word(token.text, "contains") || same_word(token.text, "matches") ||
                                             same_word(token.text, "defined") || same_word(token.text, "eq"));
}

// A slash that \ hides from the end of a pattern is but a slash.
std::string without_hidden_slashes(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) {
            if (text[i + 1] != '/') out += '\\';
            ++i;
        }
        out += text[i];
    }
    return out;
}

}  // namespace

bool may_begin(const Field& field, const Token& token) {
    switch (field.operand) {
        case Operand::number:
            return token.kind == TokenKind::compare ||
                   (token.kind == TokenKind::word && (field_number(field, token.text) || number(token.text) ||
                                                      comparison(token.text) || same_word(token.text, "in")));
        case Operand::address:
            return !is_text_operator(token);
        default:
            return true;
    }
}

const Spelling* meant(const std::vector<const Spelling*>& spellings, const Token* at) {
    for (const Spelling* spelling : spellings) {
        if (spelling->refusal != nullptr || may_begin(*spelling->field, at[spelling->words.size()])) return spelling;
    }
    return spellings.empty() ? nullptr : spellings.front();
}

flow::Result<void> OperandReader::read(const Field& field, Test& test) {
    switch (field.operand) {
        case Operand::fixed:
            test.ranges = {{field.constant, field.constant}};
            return {};
        case Operand::number:
        case Operand::protocol:
            return ranges(field, test, field_number);
        case Operand::mac:
            return ranges(field, test, mac);
        case Operand::time:
            return ranges(field, test, time);
        case Operand::flags:
            return flags(field, test);
        case Operand::address:
        case Operand::prefix:
            return nets(field, test);
        case Operand::ident:
            return ident(field, test);
        case Operand::country:
            return country(field, test);
        case Operand::text:
        case Operand::as_name:
            return text(field, test);
        case Operand::ja3:
        case Operand::ja4:
            return digest(field, test);
        case Operand::content:
            test.match = TextMatch::contains;
            return quoted_text(field.value, test, true);
        case Operand::regex:
            return pattern(field, test);
        case Operand::pattern:
            test.match = TextMatch::regex;
            break;
    }
    test.text = field.pattern;
    return {};
}

// `[ item { [,] item } ]`, at least one, behind `in`.
template <class Item>
flow::Result<void> OperandReader::list(Item item) {
    cursor_.skip();
    if (!cursor_.is(TokenKind::open_list)) return tl::unexpected(cursor_.unexpected("expected '[' after in"));
    cursor_.skip();
    do {
        if (auto done = item(); !done) return done;
        if (cursor_.is(TokenKind::comma)) {
            cursor_.skip();
        } else if (cursor_.is(TokenKind::close_list)) {
            cursor_.skip();
            return {};
        }
    } while (!cursor_.is(TokenKind::end));
    return tl::unexpected(cursor_.unexpected("expected ']' at the end of the list"));
}

// Takes the word at the cursor; `parse` says what is wrong with it.
template <class Parse>
flow::Result<void> OperandReader::word(const Field& field, Parse parse) {
    if (!cursor_.is(TokenKind::word)) return expected(field);
    if (auto done = parse(cursor_->text); !done) {
        if (!field.names.empty() || field.operand == Operand::protocol) return unknown_name(field);
        return tl::unexpected(cursor_.error(std::move(done.error().message)));
    }
    cursor_.skip();
    return {};
}

flow::Result<void> OperandReader::unknown_name(const Field& field) const {
    std::vector<std::string_view> names;
    for (const NamedValue& named : field.names) names.push_back(named.name);
    if (field.operand == Operand::protocol) {
        for (unsigned n = 0; n < 256; ++n) names.push_back(protocol_name(static_cast<std::uint8_t>(n)));
        std::erase(names, std::string_view{});
    }
    return tl::unexpected(cursor_.unexpected("expected " + std::string(field.value), nearest(cursor_->text, names)));
}

template <class Parse>
flow::Result<void> OperandReader::ranges(const Field& field, Test& test, Parse parse) {
    if (field.lists && cursor_.is_word("in")) {
        const auto take = [&](std::string_view text) -> Done {
            const auto value = parse(field, text);
            if (!value) return tl::unexpected(value.error());
            test.ranges.push_back({*value, *value});
            return {};
        };
        if (auto done = list([&] { return word(field, take); }); !done) return done;
        sort_once(test.ranges);
        return {};
    }
    Comparison compare = Comparison::equal;
    if (const auto given = field.compares ? comparison(cursor_->text) : std::nullopt;
        given && !cursor_.is(TokenKind::quoted)) {
        compare = *given;
        cursor_.skip();
    }
    return word(field, [&](std::string_view text) -> Done {
        const auto value = parse(field, text);
        if (!value) return tl::unexpected(value.error());
        test.ranges = holding(compare, *value, field.most);
        return {};
    });
}

// Letters, = and letters; else a number like others.
flow::Result<void> OperandReader::flags(const Field& field, Test& test) {
    const bool has_equal = comparison(cursor_->text) == Comparison::equal && !cursor_.is(TokenKind::quoted);
    const Token& letters = has_equal ? cursor_.at()[1] : *cursor_;
    const auto bits = letters.kind == TokenKind::word ? flag_bits(letters.text) : std::nullopt;
    if (!bits) return ranges(field, test, field_number);
    cursor_.skip(has_equal ? 2 : 1);
    if (has_equal) {
        test.ranges = {{*bits, *bits}};
        return {};
    }
    test.ranges = having_bits(*bits);
    for (std::size_t bit = kFlagLetters.size(); bit-- > 0;) {
        if ((*bits & 1u << bit) != 0) test.text += kFlagLetters[bit];
    }
    return {};
}

flow::Result<void> OperandReader::resolve(const Field& field, Test& test) {
    const std::string name = lower(cursor_->text);
    auto known = resolved_.find(name);
    if (known == resolved_.end()) {
        if (!context_.resolve) {
            return tl::unexpected(cursor_.error("expected " + std::string(field.value) + ", found " + quoted(name) +
                                                "; host names cannot be looked up here"));
        }
        if (resolved_.size() == kMostNames) {
            return tl::unexpected(cursor_.error("more than " + std::to_string(kMostNames) +
                                                " host names in one filter; write addresses instead of " +
                                                quoted(name)));
        }
        auto found = context_.resolve(name);
        if (!found) return tl::unexpected(cursor_.error(std::move(found.error().message)));
        if (found->empty()) return tl::unexpected(cursor_.error("the host name " + quoted(name) + " has no address"));
        known = resolved_.emplace(name, std::move(*found)).first;
    }
    named_ += known->second.size();
    if (named_ > kMostNamed) {
        return tl::unexpected(cursor_.error("host names stand for more than " + std::to_string(kMostNamed) +
                                            " addresses in one filter; write prefixes instead"));
    }
    for (const flow::IpAddress& a : known->second) test.nets.push_back(Net::prefix(a, 128));
    cursor_.skip();
    return {};
}

// One address, or all of a host name.
flow::Result<void> OperandReader::address(const Field& field, Test& test) {
    const bool named = cursor_.is(TokenKind::word) || (cursor_.is(TokenKind::quoted) && !cursor_->text.empty());
    if (field.resolves && named && !flow::IpAddress::parse(cursor_->text) && is_host_name(cursor_->text)) {
        return resolve(field, test);
    }
    return word(field, [&](std::string_view text) -> Done {
        const auto net = language::address(field, text);
        if (!net) return tl::unexpected(net.error());
        test.nets.push_back(*net);
        return {};
    });
}

flow::Result<void> OperandReader::nets(const Field& field, Test& test) {
    const auto take_prefix = [&](std::string_view text) -> Done {
        const auto net = prefix(field, text);
        if (!net) return tl::unexpected(net.error());
        test.nets.push_back(*net);
        return {};
    };
    Done done;
    if (cursor_.is_word("in")) {
        done = list([&] {
            const bool has_bits = cursor_.is(TokenKind::word) && cursor_->text.find('/') != std::string_view::npos;
            return has_bits ? word(field, take_prefix) : address(field, test);
        });
    } else if (field.operand == Operand::address) {
        done = address(field, test);
    } else {
        const bool has_mask = cursor_.is(TokenKind::word) && cursor_->text.find('/') == std::string_view::npos &&
                              flow::IpAddress::parse(cursor_->text) && flow::IpAddress::parse(cursor_.at()[1].text);
        if (!has_mask) return word(field, take_prefix);
        const std::string_view first = cursor_->text;
        cursor_.skip();
        done = word(field, [&](std::string_view mask) -> Done {
            const auto net = address_and_mask(field, first, mask);
            if (!net) return tl::unexpected(net.error());
            test.nets.push_back(*net);
            return {};
        });
    }
    sort_once(test.nets);
    return done;
}

flow::Result<void> OperandReader::ident(const Field& field, Test& test) {
    if (cursor_->text.size() > kMostIdentBytes) {
        return tl::unexpected(cursor_.error("expected " + std::string(field.value) + " of at most " +
                                            std::to_string(kMostIdentBytes) + " bytes, found " +
                                            quoted(cursor_->text)));
    }
    return quoted_text(field.value, test, true);
}

flow::Result<void> OperandReader::country(const Field& field, Test& test) {
    const bool word = cursor_.is(TokenKind::word) || cursor_.is(TokenKind::quoted);
    if (!word || cursor_->text.size() != 2 || !is_letter(cursor_->text[0]) || !is_letter(cursor_->text[1])) {
        return expected(field);
    }
    for (const char c : cursor_->text) test.text += static_cast<char>(c & ~0x20);
    cursor_.skip();
    return {};
}

flow::Result<void> OperandReader::text(const Field& field, Test& test) {
    test.caseless = field.caseless;
    test.match = field.unsaid;
    if (cursor_.is_word("defined")) {
        cursor_.skip();
        test.caseless = false;
        test.match = TextMatch::present;
        return {};
    }
    if (cursor_.is_word("matches")) {
        cursor_.skip();
        return pattern(field, test);
    }
    std::string_view wanted = field.value;
    if (cursor_.is_word("contains")) {
        cursor_.skip();
        test.match = TextMatch::contains;
        wanted = kAnyText;
    } else if (!cursor_.is(TokenKind::quoted) && comparison(cursor_->text)) {
        if (comparison(cursor_->text) != Comparison::equal) return expected(field);
        cursor_.skip();
        test.match = TextMatch::equal;
        wanted = kAnyText;
    }
    if (auto done = quoted_text(wanted, test, true); !done) return done;
    if (cursor_.is_word("i")) {
        cursor_.skip();
        test.caseless = true;
    }
    return {};
}

flow::Result<void> OperandReader::digest(const Field& field, Test& test) {
    if (cursor_.is_word("defined")) {
        cursor_.skip();
        test.match = TextMatch::present;
        return {};
    }
    if (cursor_.is(TokenKind::compare) && comparison(cursor_->text) == Comparison::equal) cursor_.skip();
    const bool has_text = cursor_.is(TokenKind::word) || cursor_.is(TokenKind::quoted);
    test.text = has_text ? lower(cursor_->text) : std::string();
    const bool right =
        field.operand == Operand::ja4 ? is_ja4(test.text) : is_hex(test.text) && test.text.size() == kJa3Digits;
    if (!right) return expected(field);
    cursor_.skip();
    return {};
}

flow::Result<void> OperandReader::pattern(const Field& field, Test& test) {
    test.match = TextMatch::regex;
    test.caseless = field.caseless;
    if (cursor_.is(TokenKind::pattern)) {
        if (!cursor_->flags.empty() && cursor_->flags != "i") {
            return tl::unexpected(cursor_.error("expected / or /i at the end of the pattern, found " +
                                                quoted("/" + std::string(cursor_->flags))));
        }
        if (cursor_->text.empty())
            return tl::unexpected(cursor_.error("expected a regular expression, found an empty one"));
        test.caseless = test.caseless || !cursor_->flags.empty();
        test.text = without_hidden_slashes(cursor_->text);
        test.place = cursor_.here();
        cursor_.skip();
        return {};
    }
    if (!cursor_.is(TokenKind::quoted)) {
        return tl::unexpected(cursor_.unexpected("expected a regular expression in quotes or slashes"));
    }
    if (auto done = quoted_text(field.value, test, false); !done) return done;
    test.text = without_hidden_slashes(test.text);
    if (cursor_.is_word("i")) {
        cursor_.skip();
        test.caseless = true;
    }
    return {};
}

// A text in quotes, or a word where `words` may stand for themselves.
flow::Result<void> OperandReader::quoted_text(std::string_view expected, Test& test, bool words) {
    const bool word =
        words && cursor_.is(TokenKind::word) && !cursor_.is_and() && !cursor_.is_or() && !cursor_.is_not();
    if (!cursor_.is(TokenKind::quoted) && !word) {
        return tl::unexpected(cursor_.unexpected("expected " + std::string(expected)));
    }
    if (cursor_->text.empty()) {
        return tl::unexpected(cursor_.error("expected " + std::string(expected) + ", found an empty one"));
    }
    test.text = cursor_->text;
    test.place = cursor_.here();
    cursor_.skip();
    return {};
}

}  // namespace filters::language
