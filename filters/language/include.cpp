// SPDX-License-Identifier: Apache-2.0
#include "filters/language/include.hpp"

#include <utility>

namespace filters::language {

namespace {

class Reader {
  public:
    explicit Reader(const Context& context) : context_(context) { out_.names.emplace_back(); }

    flow::Result<Source> run(std::string_view filter) {
        auto end = append(filter, 0, 0);
        if (!end) return flow::pass(end);
        out_.tokens.push_back(*end);
        return std::move(out_);
    }

  private:
    // All tokens of `text` but its end, which is returned.
    flow::Result<Token> append(std::string_view text, std::uint32_t file, unsigned depth) {
        auto list = tokens(text, kMostTokens - out_.tokens.size());
        if (!list) {
            list.error().place.file = out_.names[file];
            return flow::pass(list);
        }
        for (Token& token : *list) {
            token.file = file;
            if (token.kind == TokenKind::include) {
                if (auto failed = include(token, depth); !failed) return flow::pass(failed);
            } else if (token.kind != TokenKind::end) {
                out_.tokens.push_back(token);
            }
        }
        return list->back();
    }

    flow::Result<void> include(const Token& token, unsigned depth) {
        const auto fail = [&](std::string message) {
            return flow::fail(std::move(message), {out_.names[token.file], token.line, token.column});
        };
        if (depth == kMostIncludeDepth) {
            return fail("files are included deeper than " + std::to_string(kMostIncludeDepth) + " levels at " +
                        quoted(token.text) + "; does one include itself?");
        }
        if (out_.names.size() > kMostIncludes) {
            return fail("more than " + std::to_string(kMostIncludes) +
                        " files are included; put some of them together");
        }
        if (!context_.include) return fail("files cannot be included here, found @include " + quoted(token.text));
        auto file = context_.include(token.text, out_.names[token.file]);
        if (!file) return fail(std::move(file.error().message));
        bytes_ += file->text.size();
        if (bytes_ > kMostIncludedBytes) {
            return fail("included files have more than " + std::to_string(kMostIncludedBytes) + " bytes together");
        }
        out_.names.push_back(std::move(file->name));
        out_.texts.push_back(std::move(file->text));
        const auto end = append(out_.texts.back(), static_cast<std::uint32_t>(out_.names.size() - 1), depth + 1);
        if (!end) return tl::unexpected(end.error());
        return {};
    }

    const Context& context_;
    Source out_;
    std::size_t bytes_ = 0;
};

}  // namespace

flow::Result<Source> read_source(std::string_view filter, const Context& context) {
    return Reader(context).run(filter);
}

}  // namespace filters::language
