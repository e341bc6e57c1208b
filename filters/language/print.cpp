// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "filters/language/ast.hpp"
#include "filters/language/fields.hpp"
#include "filters/language/lexer.hpp"
#include "filters/language/protocols.hpp"
#include "filters/language/times.hpp"
#include "filters/language/values.hpp"

namespace filters::language {

namespace {

constexpr int kV4Offset = 96;

std::string direction(const Field& field, Side side) {
    switch (side) {
        case Side::source:
            return "src ";
        case Side::destination:
            return "dst ";
        case Side::both:
            return "src and dst ";
        case Side::either:
            break;
    }
    return field.source_unsaid ? "src or dst " : "";
}

std::string v4_text(const flow::IpAddress& a) {
    return flow::IpAddress::v4(a.as_v4()).text();
}

std::string net_text(const Net& net) {
    const int bits = net.prefix_bits();
    if (bits < 0) return v4_text(net.address) + ' ' + v4_text(net.mask);
    if (bits == 128) return net.address.text();
    return net.address.text() + '/' + std::to_string(net.is_v4() ? bits - kV4Offset : bits);
}

std::string mac_text(std::uint64_t value) {
    std::array<char, 24> out{};
    const auto octet = [&](unsigned i) { return static_cast<unsigned>(value >> (40 - 8 * i) & 0xff); };
    std::snprintf(out.data(), out.size(), "%02x:%02x:%02x:%02x:%02x:%02x", octet(0), octet(1), octet(2), octet(3),
                  octet(4), octet(5));
    return out.data();
}

std::string flags_text(std::uint64_t bits) {
    std::string out;
    for (std::size_t bit = kFlagLetters.size(); bit-- > 0;) {
        if ((bits >> bit & 1) != 0) out += kFlagLetters[bit];
    }
    return out;
}

// A value as it stands alone or in a list.
std::string value_text(const Field& field, std::uint64_t value) {
    if (field.operand == Operand::mac) return mac_text(value);
    if (field.operand == Operand::time) return time_text(value);
    if (field.operand == Operand::protocol) {
        const auto name = protocol_name(static_cast<std::uint8_t>(value));
        if (!name.empty()) return std::string(name);
    }
    const auto named =
        std::find_if(field.names.begin(), field.names.end(), [&](const NamedValue& n) { return n.value == value; });
    return named == field.names.end() ? std::to_string(value) : std::string(named->name);
}

template <class Items, class Text>
std::string list_text(const Items& items, Text text) {
    std::string out = "in [";
    for (const auto& item : items) {
        if (out.back() != '[') out += ' ';
        out += text(item);
    }
    return out + ']';
}

// A bound of a comparison: names do not compare.
std::string bound_text(const Field& field, std::uint64_t value) {
    return field.operand == Operand::time ? time_text(value) : std::to_string(value);
}

// Ends in a zero (its neighbours do not), as what people write does: > 1000 and not >= 1001.
bool is_round(std::uint64_t value) {
    return value % 10 == 0;
}

std::string ranges_text(const Field& field, const std::vector<Range>& ranges) {
    if (ranges.size() > 1) {
        return list_text(ranges, [&](const Range& range) { return value_text(field, range.low); });
    }
    if (ranges.empty()) return "< " + bound_text(field, 0);
    const Range range = ranges.front();
    if (range.low == range.high) {
        const bool letters = field.operand == Operand::flags && range.low != 0;
        return letters ? "=" + flags_text(range.low) : value_text(field, range.low);
    }
    const bool is_time = field.operand == Operand::time;
    if (range.high == field.most) {
        const bool above = !is_time && range.low != 0 && is_round(range.low - 1);
        return above ? "> " + bound_text(field, range.low - 1) : ">= " + bound_text(field, range.low);
    }
    const bool below = !is_time && is_round(range.high + 1);
    return below ? "< " + bound_text(field, range.high + 1) : "<= " + bound_text(field, range.high);
}

std::string in_quotes(std::string_view text) {
    const char mark = text.find('\'') == std::string_view::npos ? '\'' : '"';
    return mark + std::string(text) + mark;
}

bool ends_in_escape(std::string_view text) {
    const std::size_t last = text.find_last_not_of('\\');
    return (text.size() - (last == std::string_view::npos ? 0 : last + 1)) % 2 != 0;
}

std::string in_slashes(std::string_view text) {
    std::string out = "/";
    for (const char c : text) {
        if (c == '/') out += '\\';
        out += c;
    }
    return out + '/';
}

// Texts that only one kind of quotes can hold came in those.
std::string regex_text(const Field& field, const Test& test) {
    const bool suffix = test.caseless && !field.caseless;
    const bool both_quotes = test.text.find('\'') != std::string::npos && test.text.find('"') != std::string::npos;
    const bool slashes = field.operand == Operand::regex ? both_quotes : !ends_in_escape(test.text);
    if (slashes) return in_slashes(test.text) + (suffix ? "i" : "");
    return in_quotes(test.text) + (suffix ? " i" : "");
}

std::string text_text(const Field& field, const Test& test) {
    switch (test.match) {
        case TextMatch::present:
            return "defined";
        case TextMatch::regex:
            return "matches " + regex_text(field, test);
        case TextMatch::equal:
        case TextMatch::contains:
            break;
    }
    const std::string_view word = test.match == TextMatch::equal ? "= " : "contains ";
    return std::string(word) + in_quotes(test.text) + (test.caseless && !field.caseless ? " i" : "");
}

std::string ident_text(const std::string& name) {
    const bool plain = std::all_of(name.begin(), name.end(), is_word);
    const bool joins = same_word(name, "and") || same_word(name, "or") || same_word(name, "not");
    return plain && !joins ? name : in_quotes(name);
}

// "ip" for complete addresses and lists, "net" for one prefix, whatever it was written with.
std::string nets_text(const Field& field, const std::vector<Net>& nets) {
    std::string out(field.name().substr(0, field.name().rfind(' ') + 1));
    const bool prefix = nets.size() == 1 && nets.front().prefix_bits() != 128;
    out += prefix ? "net " : "ip ";
    return out + (nets.size() == 1 ? net_text(nets.front()) : list_text(nets, net_text));
}

std::string value_text(const Field& field, const Test& test) {
    switch (field.operand) {
        case Operand::number:
        case Operand::protocol:
        case Operand::mac:
        case Operand::time:
            return ranges_text(field, test.ranges);
        case Operand::flags:
            return test.text.empty() ? ranges_text(field, test.ranges) : test.text;
        case Operand::ident:
            return ident_text(test.text);
        case Operand::country:
            return test.text;
        case Operand::text:
        case Operand::as_name:
            return text_text(field, test);
        case Operand::ja3:
        case Operand::ja4:
            return test.match == TextMatch::present ? "defined" : test.text;
        case Operand::content:
            return in_quotes(test.text);
        case Operand::regex:
            return regex_text(field, test);
        case Operand::fixed:
        case Operand::pattern:
        case Operand::address:
        case Operand::prefix:
            break;
    }
    return {};
}

class Printer {
  public:
    explicit Printer(const Ast& ast) : ast_(ast) {}

    // Depth is bounded by the parser's limit on brackets.
    void node(std::uint32_t index) {
        const Node& n = ast_.nodes[index];
        switch (n.kind) {
            case NodeKind::any:
                out += "any";
                return;
            case NodeKind::test:
                out += print(ast_.tests[n.first]);
                return;
            case NodeKind::negation:
                out += "not ";
                operand(ast_.children[n.first], NodeKind::negation);
                return;
            case NodeKind::conjunction:
            case NodeKind::disjunction:
                break;
        }
        for (std::uint32_t i = 0; i < n.count; ++i) {
            if (i != 0) out += n.kind == NodeKind::conjunction ? " and " : " or ";
            operand(ast_.children[n.first + i], n.kind);
        }
    }
    std::string out;

  private:
    void operand(std::uint32_t index, NodeKind around) {
        const NodeKind kind = ast_.nodes[index].kind;
        const bool brackets = (kind == NodeKind::disjunction && around != NodeKind::disjunction) ||
                              (kind == NodeKind::conjunction && around == NodeKind::negation);
        if (brackets) out += '(';
        node(index);
        if (brackets) out += ')';
    }
    const Ast& ast_;
};

}  // namespace

std::string print(const Test& test) {
    const Field& field = fields()[test.field];
    const std::string side = field.sided ? direction(field, test.side) : std::string();
    if (!test.nets.empty()) return side + nets_text(field, test.nets);
    const std::string value = value_text(field, test);
    return side + std::string(field.name()) + (value.empty() ? "" : " " + value);
}

std::string print(const Ast& ast) {
    Printer printer(ast);
    printer.node(ast.root);
    return std::move(printer.out);
}

}  // namespace filters::language
