// SPDX-License-Identifier: Apache-2.0
// JSON, member by member.
//
// Thread: one.
// Shape:  texts are escaped (RFC 8259 section 7); bytes that are no UTF-8 become U+FFFD.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace query {

void json_escape(std::string_view text, std::string& out);

// Members of one object, in nfdump's layout (a line each, behind a tab) or all in one line.
class JsonObject {
  public:
    enum class Layout : std::uint8_t { one_line, nfdump };

    JsonObject(std::string& out, Layout layout) : out_(out), layout_(layout) {
        out_ += layout == Layout::nfdump ? "{\n" : "{";
    }
    void close() { out_ += layout_ == Layout::nfdump ? "\n}" : "}"; }

    void text(std::string_view key, std::string_view value) {
        name(key);
        out_ += '"';
        json_escape(value, out_);
        out_ += '"';
    }
    void number(std::string_view key, std::uint64_t value) {
        name(key);
        out_.append(digits_.data(), std::to_chars(digits_.data(), digits_.data() + digits_.size(), value).ptr);
    }
    void boolean(std::string_view key, bool value) { bare(key, value ? "true" : "false"); }
    // As it is: a number written by the caller, an array.
    void bare(std::string_view key, std::string_view value) {
        name(key);
        out_ += value;
    }
    // The key; the caller writes the value.
    void name(std::string_view key) {
        const bool apart = layout_ == Layout::nfdump;
        if (!first_) out_ += apart ? ",\n" : ",";
        first_ = false;
        out_ += apart ? "\t\"" : "\"";
        out_ += key;
        out_ += apart ? "\" : " : "\":";
    }
    [[nodiscard]] std::string& out() { return out_; }

  private:
    std::string& out_;
    Layout layout_;
    bool first_ = true;
    std::array<char, 20> digits_;
};

}  // namespace query
