// SPDX-License-Identifier: Apache-2.0
#include "filters/language/walk.hpp"

#include <algorithm>

#include "dataplane/flow/address.hpp"
#include "filters/language/operand.hpp"
#include "filters/language/spellings.hpp"
#include "filters/language/values.hpp"

namespace filters::language {
namespace {

using Place = Standing::Place;

bool is(const Token& token, std::string_view word) {
    return token.kind == TokenKind::word && same_word(token.text, word);
}
bool is_and(const Token& token) {
    return token.kind == TokenKind::conjunction || is(token, "and");
}
bool is_or(const Token& token) {
    return token.kind == TokenKind::disjunction || is(token, "or");
}
bool is_not(const Token& token) {
    return token.kind == TokenKind::negation || is(token, "not");
}
bool is_text(const Token& token) {
    return token.kind == TokenKind::quoted || token.kind == TokenKind::pattern;
}
// Can be a value: not what joins tests.
bool is_value(const Token& token) {
    return is_text(token) || (token.kind == TokenKind::word && !is_and(token) && !is_or(token) && !is_not(token));
}

bool asks_texts(const Field& field) {
    switch (field.operand) {
        case Operand::text:
        case Operand::as_name:
        case Operand::ja3:
        case Operand::ja4:
        case Operand::content:
        case Operand::regex:
            return true;
        default:
            return false;
    }
}

// Of a value by itself.
Role role_of(const Token& token) {
    if (is_text(token)) return Role::text;
    const std::string_view address = token.text.substr(0, token.text.find('/'));
    if (number(token.text)) return Role::number;
    if (flow::IpAddress::parse(address) || token.text.find_first_of(":/") != std::string_view::npos)
        return Role::address;
    return Role::name;
}

Role role_of(const Field& field, const Token& token) {
    switch (field.operand) {
        case Operand::address:
        case Operand::prefix:
        case Operand::mac:
            return Role::address;
        case Operand::time:
            return Role::number;
        case Operand::number:
        case Operand::protocol:
        case Operand::flags:
            return number(token.text) ? Role::number : Role::name;
        case Operand::country:
            return Role::name;
        default:
            return Role::text;
    }
}

class Walk {
  public:
    explicit Walk(const std::vector<Token>& tokens) : at_(tokens.data()) { out_.roles.reserve(tokens.size()); }

    Walked run() {
        // A step that takes nothing has changed the place; another one then takes something.
        constexpr unsigned kMostIdle = 3;
        for (unsigned idle = 0; !ended(); ++idle) {
            const Token* before = at_;
            step();
            if (at_ == before && idle == kMostIdle) take(Role::wrong);
            if (at_ != before) idle = 0;
        }
        return std::move(out_);
    }

  private:
    [[nodiscard]] bool ended() const { return at_->kind == TokenKind::end; }
    void take(Role role, std::size_t tokens = 1) {
        for (; tokens != 0 && !ended(); --tokens, ++at_) out_.roles.push_back(role);
    }
    void go(Place place) {
        const std::uint32_t open = out_.end.open;
        out_.end = {};
        out_.end.place = place;
        out_.end.open = open;
    }
    void step();
    void join();
    void test();
    void direction();
    void words(const Spelling& spelling, const std::vector<const Spelling*>& alike);
    void value();
    void list(const Field& field);
    void text_value(const Field& field);
    void lost();

    const Token* at_;
    Walked out_{};
};

void Walk::step() {
    switch (out_.end.place) {
        case Place::test:
        case Place::directed:
            return test();
        case Place::joined:
            return join();
        default:
            return lost();
    }
}

void Walk::join() {
    if (is_and(*at_) || is_or(*at_)) {
        take(Role::keyword);
        return go(Place::test);
    }
    if (at_->kind == TokenKind::close) {
        take(out_.end.open == 0 ? Role::wrong : Role::bracket);
        if (out_.end.open != 0) --out_.end.open;
        return go(Place::joined);
    }
    lost();
}

// Past what is wrong.
void Walk::lost() {
    go(Place::nothing);
    while (!ended() && !is_and(*at_) && !is_or(*at_) && at_->kind != TokenKind::close) {
        const bool list = at_->kind == TokenKind::open_list || at_->kind == TokenKind::close_list;
        const bool known = at_->kind == TokenKind::word && !spellings_at(at_).empty();
        if (known || at_->kind == TokenKind::open || is_not(*at_)) return go(Place::test);
        if (at_->kind == TokenKind::compare || at_->kind == TokenKind::comma) {
            take(Role::compare);
        } else if (list) {
            take(Role::bracket);
        } else {
            const Role role = role_of(*at_);
            take(role == Role::name ? Role::wrong : role);
        }
    }
    if (!ended()) go(Place::joined);
}

void Walk::test() {
    const bool directed = out_.end.place == Place::directed;
    if (!directed && at_->kind == TokenKind::open) {
        take(Role::bracket);
        ++out_.end.open;
        return go(Place::test);
    }
    if (!directed && is_not(*at_)) {
        take(Role::keyword);
        go(Place::test);
        out_.end.negated = true;
        return;
    }
    if (!directed && is(*at_, "any")) {
        take(Role::keyword);
        return go(Place::joined);
    }
    auto alike = spellings_at(at_);
    if (directed) std::erase_if(alike, [](const Spelling* s) { return s->field == nullptr || !s->field->sided; });
    if (const Spelling* spelling = meant(alike, at_)) return words(*spelling, alike);
    if (!directed && (is(*at_, "src") || is(*at_, "dst"))) return direction();
    const std::size_t known = known_words(at_, directed);
    if (known == 0) {
        take(is_value(*at_) && role_of(*at_) != Role::name ? role_of(*at_) : Role::wrong);
        return lost();
    }
    // Begun and not finished.
    const Token* first = at_;
    take(Role::field, known);
    if (!ended()) return lost();
    out_.end.words = first;
    out_.end.one_side = false;
}

void Walk::direction() {
    const bool source = is(*at_, "src");
    const Token* first = at_;
    take(Role::keyword);
    const bool joined = is_and(*at_) || is_or(*at_);
    if (joined) {
        take(Role::keyword);
        if (!is(*at_, source ? "dst" : "src")) {
            go(Place::nothing);
            if (ended()) out_.end.words = first;
            return;
        }
        take(Role::keyword);
    }
    go(Place::directed);
    out_.end.one_side = !joined;
    if (ended() && !joined) out_.end.words = first;
}

void Walk::words(const Spelling& spelling, const std::vector<const Spelling*>& alike) {
    const Token* first = at_;
    take(Role::field, spelling.words.size());
    go(Place::value);
    out_.end.words = first;
    if (spelling.field == nullptr) return lost();
    out_.end.fields.push_back(spelling.field);
    for (const Spelling* other : alike) {
        if (other->field != nullptr && other->field != spelling.field && other->words.size() == spelling.words.size())
            out_.end.fields.push_back(other->field);
    }
    const Operand operand = spelling.field->operand;
    if (operand != Operand::fixed && operand != Operand::pattern) return ended() ? void() : value();
    go(Place::joined);
    if (ended()) out_.end.words = first;
}

void Walk::value() {
    const Field& field = *out_.end.fields.front();
    if (asks_texts(field)) return text_value(field);
    if (is(*at_, "in")) return list(field);
    if (!is_text(*at_) && comparison(at_->text)) {
        take(Role::compare);
        const auto fields = std::vector<const Field*>{&field};
        go(Place::compared);
        out_.end.fields = fields;
        if (ended()) return;
    }
    if (!is_value(*at_)) return lost();
    const bool address = flow::IpAddress::parse(at_->text).has_value();
    take(role_of(field, *at_));
    if (field.operand == Operand::prefix && address && !ended() && flow::IpAddress::parse(at_->text))
        take(Role::address);
    go(Place::joined);
}

void Walk::list(const Field& field) {
    take(Role::compare);
    if (at_->kind != TokenKind::open_list) return lost();
    take(Role::bracket);
    const auto stand = [&](Place place) {
        go(place);
        out_.end.fields = {&field};
    };
    stand(Place::listed);
    while (!ended()) {
        if (at_->kind == TokenKind::close_list) {
            take(Role::bracket);
            return go(Place::joined);
        }
        if (at_->kind == TokenKind::comma) {
            take(Role::compare);
            stand(Place::listed);
        } else if (is_value(*at_)) {
            take(role_of(field, *at_));
            stand(Place::item);
        } else {
            return lost();
        }
    }
}

void Walk::text_value(const Field& field) {
    const bool asks = field.operand != Operand::content && field.operand != Operand::regex;
    if (asks && is(*at_, "defined")) {
        take(Role::compare);
        return go(Place::joined);
    }
    const bool word = asks && (is(*at_, "contains") || is(*at_, "matches"));
    if (word || (asks && !is_text(*at_) && comparison(at_->text))) {
        take(Role::compare);
        go(Place::compared);
        out_.end.fields = {&field};
        if (ended()) return;
    }
    if (!is_value(*at_)) return lost();
    take(Role::text);
    const bool caseable =
        field.operand == Operand::text || field.operand == Operand::as_name || field.operand == Operand::regex;
    if (caseable && is(*at_, "i")) {
        take(Role::keyword);
        return go(Place::joined);
    }
    go(Place::joined);
    out_.end.caseable = caseable;
}

}  // namespace

std::vector<Token> walkable(std::span<const Scrap> scraps) {
    std::vector<Token> out;
    out.reserve(scraps.size() + 1);
    for (const Scrap& scrap : scraps) {
        if (scrap.kind != Scrap::Kind::token && scrap.kind != Scrap::Kind::unclosed) continue;
        out.push_back(scrap.token);
        if (scrap.token.kind != TokenKind::include) continue;
        out.back().kind = TokenKind::word;
        out.back().text = "any";
    }
    out.emplace_back();
    return out;
}

Walked walk(const std::vector<Token>& tokens) {
    return Walk(tokens).run();
}

}  // namespace filters::language
