// SPDX-License-Identifier: Apache-2.0
#include "control/toml_layout.hpp"

#include <algorithm>

namespace control {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {
        if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    }

    std::optional<TomlLayout> scan() {
        TomlLayout out;
        const std::size_t end = text_.find('\n');
        if (end != kNowhere && end > 0 && text_[end - 1] == '\r') out.line_end = "\r\n";
        out.tables.emplace_back();
        for (skip_empty(); at_ < text_.size(); skip_empty()) {
            const bool header = text_[at_] == '[';
            if (header ? !take_header(out.tables.emplace_back())
                       : !take_entry(out.tables.back().entries.emplace_back(), 0))
                return std::nullopt;
            skip_blanks();
            if (at_ < text_.size() && text_[at_] != '#' && !at_line_end()) return std::nullopt;
        }
        return out;
    }

  private:
    [[nodiscard]] bool at_line_end() const { return text_[at_] == '\n' || text_[at_] == '\r'; }
    [[nodiscard]] bool at_text(std::string_view wanted) const { return text_.substr(at_).starts_with(wanted); }
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    }
    // Blanks, line ends and comments.
    void skip_empty() {
        for (skip_blanks(); at_ < text_.size() && (text_[at_] == '#' || at_line_end()); skip_blanks())
            at_ = text_[at_] == '#' ? std::min(text_.find('\n', at_), text_.size()) : at_ + 1;
    }

    // One part of a key.
    bool take_simple_key(std::string& key) {
        if (at_ >= text_.size()) return false;
        const char quote = text_[at_];
        if (quote == '"' || quote == '\'') {
            const std::size_t begin = at_;
            if (!take_quoted(text_.substr(at_, 1))) return false;
            key += text_.substr(begin + 1, at_ - begin - 2);
            return true;
        }
        const std::size_t begin = at_;
        while (at_ < text_.size() && !is_blank(text_[at_]) &&
               std::string_view("=.]\n\r#,{}[\"'").find(text_[at_]) == kNowhere)
            ++at_;
        key += text_.substr(begin, at_ - begin);
        return at_ > begin;
    }
    bool take_key(std::string& key) {
        while (take_simple_key(key)) {
            const std::size_t end = at_;
            skip_blanks();
            if (at_ >= text_.size() || text_[at_] != '.') {
                at_ = end;
                return true;
            }
            key += '.';
            ++at_;
            skip_blanks();
        }
        return false;
    }

    bool take_header(TomlTable& table) {
        table.header.begin = at_;
        table.of_list = at_text("[[");
        at_ += table.of_list ? 2 : 1;
        skip_blanks();
        if (!take_key(table.name)) return false;
        skip_blanks();
        const std::string_view close = table.of_list ? "]]" : "]";
        if (!at_text(close)) return false;
        at_ += close.size();
        table.header.end = at_;
        return true;
    }

    bool take_entry(TomlEntry& entry, std::size_t depth) {
        entry.key_span.begin = at_;
        if (!take_key(entry.key)) return false;
        entry.key_span.end = at_;
        skip_blanks();
        if (!at_text("=")) return false;
        ++at_;
        skip_blanks();
        return take_value(entry.value, depth);
    }

    // `quote` stands here, and ends what follows.
    bool take_quoted(std::string_view quote) {
        at_ += quote.size();
        while (at_ < text_.size() && !at_text(quote)) {
            if (quote.size() == 1 && at_line_end()) return false;
            at_ += text_[at_] == '\\' && quote[0] == '"' && at_ + 1 < text_.size() ? 2 : 1;
        }
        if (at_ >= text_.size()) return false;
        at_ += quote.size();
        // Of four or five quotes the first ones belong to the text.
        for (int more = 0; quote.size() == 3 && more < 2 && at_text(quote.substr(0, 1)); ++more) ++at_;
        return true;
    }

    bool take_list(TomlValue& list, std::size_t depth) {
        list.kind = TomlValue::Kind::list;
        ++at_;
        for (skip_empty(); !at_text("]"); skip_empty()) {
            TomlValue& element = list.elements.emplace_back();
            if (!take_value(element, depth + 1)) return false;
            skip_empty();
            if (!at_text(",")) break;
            element.comma = at_++;
        }
        return take_close("]");
    }

    bool take_table(TomlValue& table, std::size_t depth) {
        table.kind = TomlValue::Kind::table;
        ++at_;
        for (skip_blanks(); !at_text("}"); skip_blanks()) {
            TomlEntry& entry = table.entries.emplace_back();
            if (!take_entry(entry, depth + 1)) return false;
            skip_blanks();
            if (!at_text(",")) break;
            entry.value.comma = at_++;
        }
        return take_close("}");
    }
    bool take_close(std::string_view close) {
        if (!at_text(close)) return false;
        ++at_;
        return true;
    }

    bool take_value(TomlValue& value, std::size_t depth) {
        if (at_ >= text_.size() || depth > kDeepestValue) return false;
        value.span.begin = at_;
        bool taken = true;
        if (text_[at_] == '"' || text_[at_] == '\'') {
            value.kind = TomlValue::Kind::text;
            const bool three = at_text("\"\"\"") || at_text("'''");
            taken = take_quoted(text_.substr(at_, three ? 3 : 1));
        } else if (text_[at_] == '[') {
            taken = take_list(value, depth);
        } else if (text_[at_] == '{') {
            taken = take_table(value, depth);
        } else {
            while (at_ < text_.size() && std::string_view(",]}#\n\r \t").find(text_[at_]) == kNowhere) ++at_;
            taken = at_ > value.span.begin;
        }
        value.span.end = at_;
        return taken;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<TomlLayout> layout_of(std::string_view text) {
    return Scanner(text).scan();
}

std::size_t line_begin(std::string_view text, std::size_t at) {
    const std::size_t before = at == 0 ? kNowhere : text.rfind('\n', at - 1);
    if (before != kNowhere) return before + 1;
    return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

std::size_t line_end(std::string_view text, std::size_t at) {
    const std::size_t end = text.find('\n', at);
    return end == kNowhere ? text.size() : end + 1;
}

Span lines_of(std::string_view text, Span span) {
    return {line_begin(text, span.begin), line_end(text, span.end)};
}

}  // namespace control
