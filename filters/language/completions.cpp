// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_set>

#include "filters/language/countries.hpp"
#include "filters/language/editing.hpp"
#include "filters/language/lexer.hpp"
#include "filters/language/protocols.hpp"
#include "filters/language/spellings.hpp"
#include "filters/language/walk.hpp"

namespace filters::language {
namespace {

using Place = Standing::Place;

struct Named {
    std::string_view text, help;
};
constexpr Named kComparators[] = {
    {"=", "equal"}, {"<", "less"}, {">", "greater"}, {"<=", "at most"}, {">=", "at least"}};
constexpr Named kTextOperators[] = {{"contains", "the text has this in it"},
                                    {"=", "the whole text"},
                                    {"matches", "a regular expression in quotes or slashes"},
                                    {"defined", "there is one"}};
constexpr Named kFlags[] = {
    {"S", "SYN"}, {"A", "ACK"},          {"F", "FIN"}, {"R", "RST"}, {"P", "PSH"},
    {"U", "URG"}, {"SA", "SYN and ACK"}, {"E", "ECE"}, {"C", "CWR"}, {"X", "all of F S R P A U"}};

// The protocols that are asked most, before those in the order of their numbers.
constexpr std::uint8_t kUsualProtocols[] = {6, 17, 1, 58, 47, 50, 132, 89};

class Completer {
  public:
    Completer(std::string_view typed, const std::vector<std::string>& sources)
        : typed_(lower(typed)), sources_(sources) {}

    void tests(const Standing& s);
    void continued(const Standing& s, const Token* end);
    void values(const Standing& s);
    void joined(const Standing& s);
    void add(std::string_view text, std::string_view kind, std::string_view help);
    [[nodiscard]] std::vector<Completion> finish();

  private:
    void fields(bool directed);
    void values_of(const Field& field, bool compared);
    void protocols(bool usual);
    void operators(const Field& field, bool text);

    std::string typed_;
    const std::vector<std::string>& sources_;
    // Those that begin with what is typed, and those of which another word does.
    std::vector<Completion> first_{}, second_{};
    std::unordered_set<std::string> seen_{};
};

void Completer::add(std::string_view text, std::string_view kind, std::string_view help) {
    const std::string small = lower(text);
    if (!small.starts_with(typed_)) {
        if (typed_.empty() || small.find(' ' + typed_) == std::string::npos) return;
    }
    if (!seen_.insert(small).second) return;
    auto& list = small.starts_with(typed_) ? first_ : second_;
    list.push_back({std::string(text), kind, std::string(help)});
}

std::vector<Completion> Completer::finish() {
    first_.insert(first_.end(), std::make_move_iterator(second_.begin()), std::make_move_iterator(second_.end()));
    if (first_.size() > kMostCompletions) first_.resize(kMostCompletions);
    // What stands there already is no help.
    if (first_.size() == 1 && lower(first_.front().text) == typed_) first_.clear();
    return std::move(first_);
}

// Other spellings only of what is being written: a list of all would show everything twice.
void Completer::fields(bool directed) {
    for (const Field& field : language::fields()) {
        if (directed && !field.sided) continue;
        for (const std::string_view spelling : spellings_of(field.words)) {
            add(spelling, "field", field.value);
            if (typed_.empty()) break;
        }
    }
}

void Completer::tests(const Standing& s) {
    if (s.place == Place::directed) {
        fields(true);
        return;
    }
    constexpr std::size_t kUsual = 5;  // proto, port, ip, net stand first in the table
    for (const Field& field : language::fields().first(kUsual)) add(field.name(), "field", field.value);
    add("src", "keyword", "of the source");
    add("dst", "keyword", "of the destination");
    if (!s.negated) add("not", "keyword", "what does not hold");
    add("any", "keyword", "every flow");
    fields(false);
    add("src and dst", "keyword", "of both sides");
    add("src or dst", "keyword", "of either side, as without");
}

// The rest of what has been begun.
void Completer::continued(const Standing& s, const Token* end) {
    if (s.words == nullptr) return;
    if (s.place == Place::nothing) {
        add(same_word(s.words->text, "src") ? "dst" : "src", "keyword", "of both sides, or of either");
        return;
    }
    const auto rest = [&](const Token* begin) {
        for (const Unfinished& u : unfinished(begin, end)) {
            if (u.spelling->field == nullptr) continue;
            std::string text;
            for (std::size_t i = u.words; i < u.spelling->words.size(); ++i)
                (text += text.empty() ? "" : " ") += u.spelling->words[i];
            add(text, "field", u.spelling->field->value);
        }
    };
    if (s.words != end) rest(s.words);
    if (s.one_side) {
        const std::string_view other = same_word(s.words->text, "src") ? "dst" : "src";
        add("and " + std::string(other), "keyword", "of both sides");
        add("or " + std::string(other), "keyword", "of either side");
    }
}

void Completer::protocols(bool usual) {
    const auto one = [this](std::uint8_t number) {
        const std::string_view name = protocol_name(number);
        if (!name.empty()) add(name, "protocol", "protocol " + std::to_string(number));
    };
    if (usual) std::for_each(std::begin(kUsualProtocols), std::end(kUsualProtocols), one);
    for (unsigned number = 1; !usual && number < 256; ++number) one(static_cast<std::uint8_t>(number));
}

void Completer::operators(const Field& field, bool text) {
    if (text) {
        for (const Named& o : kTextOperators) add(o.text, "operator", o.help);
        return;
    }
    if (field.lists) add("in [", "operator", "any of a list");
    if (!field.compares) return;
    for (const Named& o : kComparators) add(o.text, "operator", std::string(o.help) + ": " + std::string(field.value));
}

void Completer::values_of(const Field& field, bool compared) {
    for (const NamedValue& named : field.names) add(named.name, "value", "is " + std::to_string(named.value));
    switch (field.operand) {
        case Operand::protocol:
            protocols(true);
            break;
        case Operand::flags:
            for (const Named& flags : kFlags) add(flags.text, "flags", flags.help);
            break;
        case Operand::country:
            for (const Country& c : countries()) add(c.code, "country", c.name);
            // By name, too: "ger" is DE.
            if (typed_.size() > 2) {
                for (const Country& c : countries()) {
                    if (lower(c.name).starts_with(typed_) && seen_.insert(lower(c.code)).second)
                        second_.push_back({std::string(c.code), "country", std::string(c.name)});
                }
            }
            break;
        case Operand::ident:
            for (const std::string& source : sources_) {
                const bool word = !source.empty() && std::all_of(source.begin(), source.end(), is_word);
                add(word ? source : "'" + source + "'", "source", "source");
            }
            break;
        case Operand::ja3:
        case Operand::ja4:
            if (!compared) add("defined", "operator", "there is one");
            break;
        default:
            break;
    }
}

void Completer::values(const Standing& s) {
    const bool compared = s.place != Place::value;
    for (const Field* field : s.fields) {
        values_of(*field, compared);
        const bool text = field->operand == Operand::text || field->operand == Operand::as_name;
        if (!compared) operators(*field, text);
        if (field->operand == Operand::protocol) protocols(false);
    }
}

void Completer::joined(const Standing& s) {
    if (s.caseable) add("i", "keyword", "letters of either case");
    add("and", "keyword", "both hold");
    add("or", "keyword", "one of them holds, or both");
    if (s.open != 0) add(")", "bracket", "ends what ( began");
    add("and not", "keyword", "the first holds, the second does not");
}

// Not within comments and quotes.
bool has_words(const Scrap& scrap) {
    return scrap.kind == Scrap::Kind::token && scrap.token.kind == TokenKind::word;
}

}  // namespace

Completions completions(std::string_view filter, std::size_t cursor, const std::vector<std::string>& sources) {
    cursor = std::min(cursor, filter.size());
    Completions out{.offset = cursor};
    std::vector<Scrap> before = scraps(filter);
    std::string_view typed;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const Scrap scrap = before[i];
        const bool behind = scrap.offset >= cursor;
        const std::size_t end = scrap.offset + scrap.length;
        const bool inside = cursor < end || (cursor == end && scrap.kind != Scrap::Kind::token);
        if (!behind && inside && !has_words(scrap)) return out;
        if (!behind && has_words(scrap) && cursor <= end) {
            typed = filter.substr(scrap.offset, cursor - scrap.offset);
            out.offset = scrap.offset;
            out.length = scrap.length;
        }
        if (behind || out.length != 0) {
            before.resize(i);
            break;
        }
    }
    const std::vector<Token> tokens = walkable(before);
    const Standing standing = walk(tokens).end;
    const Token* end = &tokens.back();
    Completer completer(typed, sources);
    switch (standing.place) {
        case Place::test:
        case Place::directed:
            // Words of a primitive that go on; behind a direction, a primitive may also begin.
            if (standing.words == nullptr || standing.one_side) completer.tests(standing);
            completer.continued(standing, end);
            break;
        case Place::value:
            completer.values(standing);
            completer.continued(standing, end);
            break;
        case Place::compared:
        case Place::listed:
            completer.values(standing);
            break;
        case Place::item:
            completer.add("]", "bracket", "ends the list");
            completer.values(standing);
            break;
        case Place::joined:
            completer.continued(standing, end);
            completer.joined(standing);
            break;
        case Place::nothing:
            completer.continued(standing, end);
            break;
    }
    out.list = completer.finish();
    return out;
}

}  // namespace filters::language
