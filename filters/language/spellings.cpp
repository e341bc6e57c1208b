// SPDX-License-Identifier: Apache-2.0
#include "filters/language/spellings.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "dataplane/flow/address.hpp"
#include "filters/language/protocols.hpp"

namespace filters::language {

namespace {

constexpr std::size_t kMostNearBytes = 24;  // longer words are not compared
constexpr std::size_t kMostSuggestions = 3;
using Words = std::vector<std::string_view>;

// By first word, in lower case; of each the longest first, then in the table's order.
using Index = std::unordered_map<std::string_view, std::vector<Spelling>>;

Words split(std::string_view text, char separator) {
    Words out;
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = text.find(separator);
        out.push_back(text.substr(0, end));
        if (end != std::string_view::npos) text.remove_prefix(end + 1);
    }
    return out;
}

void add(Index& index, std::string_view spellings, const Field* field, const Refusal* refusal) {
    for (const std::string_view spelling : spellings_of(spellings)) {
        Words words = split(spelling, ' ');
        const std::string_view first = words.front();
        index[first].push_back({field, refusal, std::move(words)});
    }
}

Index make_index() {
    Index out;
    for (const Field& field : fields()) add(out, field.words, &field, nullptr);
    for (const Refusal& refusal : refusals()) add(out, refusal.words, nullptr, &refusal);
    for (auto& [word, list] : out) {
        std::stable_sort(list.begin(), list.end(),
                         [](const Spelling& a, const Spelling& b) { return a.words.size() > b.words.size(); });
    }
    return out;
}

const Index& index() {
    static const Index built = make_index();
    return built;
}

const std::vector<Spelling>& starting_with(const Token& token) {
    static const std::vector<Spelling> none;
    if (token.kind != TokenKind::word || token.text.size() > kMostNearBytes) return none;
    const auto at = index().find(lower(token.text));
    return at == index().end() ? none : at->second;
}

// Words of the spelling that stand at `at`, from its first on.
std::size_t words_at(const Words& words, const Token* at) {
    std::size_t count = 0;
    while (count < words.size() && at[count].kind == TokenKind::word && same_word(words[count], at[count].text))
        ++count;
    return count;
}

void add_once(Words& words, std::string_view word) {
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
}

// Where the number at the end of a word begins; npos: there is none.
std::size_t number_at(std::string_view word) {
    const std::size_t last = word.find_last_not_of("0123456789");
    return last == std::string_view::npos || last + 1 == word.size() ? std::string_view::npos : last + 1;
}

// "label1 to label10, exp1 to exp10, eos or any"
std::string choices(const Words& words) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < words.size();) {
        const std::size_t number = number_at(words[i]);
        std::size_t end = i + 1;
        while (number != std::string_view::npos && end < words.size() && number_at(words[end]) == number &&
               words[end].substr(0, number) == words[i].substr(0, number)) {
            ++end;
        }
        parts.emplace_back(words[i]);
        if (end - i < 3) {
            ++i;
            continue;
        }
        parts.back() += " to " + std::string(words[end - 1]);
        i = end;
    }
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i != 0) out += i + 1 == parts.size() ? " or " : ", ";
        out += parts[i];
    }
    return out;
}

// A word of the language, even if it does not belong where it stands.
bool is_known(const Token& token) {
    return same_word(token.text, "and") || same_word(token.text, "or") || !starting_with(token).empty();
}

bool is_direction(std::string_view word) {
    return word == "src" || word == "dst";
}

// Words that may follow a direction: of the normal forms, or of all spellings.
Words directed_words(bool all) {
    Words out;
    for (const Field& field : fields()) {
        const Words spellings = spellings_of(field.words);
        for (std::size_t i = 0; i < (all ? spellings.size() : 1); ++i) {
            const Words words = split(spellings[i], ' ');
            if (field.sided) {
                add_once(out, words[0]);
            } else if (is_direction(words[0]) && words[1] != "or") {
                add_once(out, words[1]);
            }
        }
    }
    return out;
}

Words first_words() {
    Words out = {"any", "not", "src", "dst"};
    for (const auto& [word, spellings] : index()) add_once(out, word);
    return out;
}

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::vector<std::size_t> older(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) before[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = before[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0);
            row[j] = std::min({before[j] + 1, row[j - 1] + 1, change});
            // Two letters in the wrong order are one mistake.
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], older[j - 2] + 1);
        }
        older.swap(before);
        before.swap(row);
    }
    return before[b.size()];
}

// A value that stands where a test should begin, as in tcpdump's filters, or in `port 80 or 443`: with the words it needs.
std::string with_its_words(std::string_view value) {
    if (protocol_number(value)) return "proto " + std::string(value);
    if (flow::IpAddress::parse(value)) return "ip " + std::string(value);
    if (value.empty() || value[0] < '0' || value[0] > '9') return {};
    if (value.find('/') != std::string_view::npos) return "net " + std::string(value);
    return value.find_first_not_of("0123456789") == std::string_view::npos ? "port " + std::string(value) : "";
}

}  // namespace

std::vector<std::string_view> spellings_of(std::string_view words) {
    return split(words, '|');
}

std::vector<const Spelling*> spellings_at(const Token* at) {
    std::vector<const Spelling*> out;
    for (const Spelling& spelling : starting_with(*at)) {
        if (words_at(spelling.words, at) == spelling.words.size()) out.push_back(&spelling);
    }
    return out;
}

std::vector<Unfinished> unfinished(const Token* at, const Token* end) {
    std::vector<Unfinished> out;
    const auto words = static_cast<std::size_t>(end - at);
    for (const Spelling& spelling : starting_with(*at)) {
        if (spelling.words.size() > words && words_at(spelling.words, at) >= words) out.push_back({&spelling, words});
    }
    return out;
}

std::size_t known_words(const Token* at, bool directed) {
    std::size_t known = 0;
    for (const Spelling& spelling : starting_with(*at)) {
        if (!directed || (spelling.field != nullptr && spelling.field->sided))
            known = std::max(known, words_at(spelling.words, at));
    }
    return known;
}

Misspelling misspelling(const Token* at, bool directed) {
    std::size_t known = 0;
    Words next;
    for (const Spelling& spelling : starting_with(*at)) {
        if (directed && (spelling.field == nullptr || !spelling.field->sided)) continue;
        const std::size_t count = words_at(spelling.words, at);
        if (count < known) continue;
        if (count > known) next.clear();
        known = count;
        if (count < spelling.words.size()) add_once(next, spelling.words[count]);
    }
    Misspelling out{.at = at + known};
    if (known != 0) {
        out.expected = "expected after " + quoted(at[known - 1].text) + ' ' + choices(next);
    } else if (directed) {
        out.expected = "expected after the direction one of " + choices(directed_words(false));
        next = directed_words(true);
    } else {
        next = first_words();
        out.expected = "expected a test such as proto tcp, port 80 or ip 10.0.0.1";
    }
    if (out.at->kind != TokenKind::word || is_known(*out.at)) return out;
    if (known == 0 && !directed) out.suggestion = with_its_words(out.at->text);
    if (out.suggestion.empty()) out.suggestion = nearest(out.at->text, next);
    return out;
}

std::string nearest(std::string_view word, const std::vector<std::string_view>& words) {
    if (word.size() < 2 || word.size() > kMostNearBytes) return {};
    const std::string small = lower(word);
    // Mistakes in the first letter are rarer, so they weigh more. What is as far away as `least` is not near.
    std::size_t least = word.size() <= 4 ? 4 : 6;
    Words best;
    for (const std::string_view candidate : words) {
        const std::string other = lower(candidate);
        const std::size_t d = 2 * distance(small, other) + (small[0] != other[0] ? 1 : 0);
        if (d > least || (d == least && best.empty())) continue;
        if (d < least) best.clear();
        least = d;
        add_once(best, candidate);
    }
    return best.size() > kMostSuggestions ? std::string() : choices(best);
}

}  // namespace filters::language
