// SPDX-License-Identifier: Apache-2.0
// An answer on its way out: gathered, and written in large pieces.
//
// Thread: one.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>

namespace query {

class Output {
  public:
    explicit Output(std::ostream& out) : out_(out) {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output() { (void)flush(); }

    // Lines are appended here.
    [[nodiscard]] std::string& text() noexcept { return text_; }
    // False when nobody reads any more (a broken pipe).
    [[nodiscard]] bool flush() {
        if (!text_.empty()) out_.write(text_.data(), static_cast<std::streamsize>(text_.size())).flush();
        text_.clear();
        return static_cast<bool>(out_);
    }
    [[nodiscard]] bool flush_when_large() { return text_.size() < kPiece || flush(); }

  private:
    static constexpr std::size_t kPiece = 64 * 1024;
    std::ostream& out_;
    std::string text_;
};

}  // namespace query
