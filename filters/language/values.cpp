// SPDX-License-Identifier: Apache-2.0
#include "filters/language/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "filters/language/lexer.hpp"
#include "filters/language/protocols.hpp"
#include "filters/language/times.hpp"

namespace filters::language {

namespace {

constexpr unsigned kV4Offset = 96;  // bits before the IPv4 address in the mapped form

struct Spelling {
    std::string_view word;
    Comparison comparison;
};
constexpr std::array kSpellings = {
    Spelling{"=", Comparison::equal},     Spelling{"==", Comparison::equal},    Spelling{"eq", Comparison::equal},
    Spelling{"<", Comparison::less},      Spelling{"lt", Comparison::less},     Spelling{">", Comparison::greater},
    Spelling{"gt", Comparison::greater},  Spelling{"<=", Comparison::at_most},  Spelling{"le", Comparison::at_most},
    Spelling{">=", Comparison::at_least}, Spelling{"ge", Comparison::at_least},
};

std::optional<std::uint64_t> digits(std::string_view text, int base) noexcept {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::uint64_t scale_of(char letter) noexcept {
    switch (letter | 0x20) {
        case 'k':
            return 1'000;
        case 'm':
            return 1'000'000;
        case 'g':
            return 1'000'000'000;
        case 't':
            return 1'000'000'000'000;
        default:
            return 1;
    }
}

auto expected(const Field& field, std::string_view word, std::string_view advice = {}) {
    return flow::fail("expected " + std::string(field.value) + ", found " + quoted(word) + std::string(advice));
}

// What to write instead of a number that is none.
std::string_view advice_on(std::string_view word) {
    if (word.empty() || word[0] < '0' || word[0] > '9') return {};
    if (word.find('-') != std::string_view::npos || word.find("..") != std::string_view::npos)
        return "; a range is two tests, >= and <=";
    return "; whole numbers only, which may end in k, m, g or t";
}

struct Octets {
    std::uint32_t address = 0;  // host byte order, as if the missing octets were 0
    unsigned count = 0;
};

// One to four decimal octets separated by dots.
std::optional<Octets> octets(std::string_view text) noexcept {
    Octets out;
    while (out.count < 4) {
        const std::size_t dot = text.find('.');
        const auto octet = digits(text.substr(0, dot), 10);
        if (!octet || *octet > 255) return std::nullopt;
        out.address |= static_cast<std::uint32_t>(*octet) << (24 - 8 * out.count++);
        if (dot == std::string_view::npos) return out;
        text.remove_prefix(dot + 1);
    }
    return std::nullopt;
}

}  // namespace

std::optional<Comparison> comparison(std::string_view word) noexcept {
    const auto at =
        std::find_if(kSpellings.begin(), kSpellings.end(), [&](const Spelling& s) { return same_word(s.word, word); });
    if (at == kSpellings.end()) return std::nullopt;
    return at->comparison;
}

std::optional<std::uint64_t> number(std::string_view word) noexcept {
    if (word.starts_with("0x") || word.starts_with("0X")) return digits(word.substr(2), 16);
    const std::uint64_t scale = word.empty() ? 1 : scale_of(word.back());
    if (scale != 1) word.remove_suffix(1);
    const auto value = digits(word, 10);
    if (!value || *value > std::numeric_limits<std::uint64_t>::max() / scale) return std::nullopt;
    return *value * scale;
}

std::vector<Range> holding(Comparison comparison, std::uint64_t value, std::uint64_t most) {
    switch (comparison) {
        case Comparison::equal:
            return {{value, value}};
        case Comparison::less:
            return value == 0 ? std::vector<Range>{} : std::vector<Range>{{0, value - 1}};
        case Comparison::at_most:
            return {{0, value}};
        case Comparison::at_least:
            return {{value, most}};
        case Comparison::greater:
            break;
    }
    return value == most ? std::vector<Range>{} : std::vector<Range>{{value + 1, most}};
}

flow::Result<std::uint64_t> field_number(const Field& field, std::string_view word) {
    if (field.operand == Operand::protocol) {
        if (const auto known = protocol_number(word)) return *known;
    }
    for (const NamedValue& named : field.names) {
        if (same_word(named.name, word)) return named.value;
    }
    const auto value = number(word);
    if (!value) return expected(field, word, advice_on(word));
    if (*value > field.most) return expected(field, word);
    return *value;
}

flow::Result<std::uint64_t> mac(const Field& field, std::string_view word) {
    const std::string_view whole = word;
    const bool groups = word.find('.') != std::string_view::npos;
    const char separator = groups ? '.' : word.find('-') != std::string_view::npos ? '-' : ':';
    const std::size_t parts = groups ? 3 : 6;
    std::uint64_t out = 0;
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t end = part + 1 == parts ? word.size() : word.find(separator);
        if (end == std::string_view::npos) return expected(field, whole);
        const auto value = digits(word.substr(0, end), 16);
        const bool fits = groups ? end == 4 : end == 1 || end == 2;
        if (!value || !fits) return expected(field, whole);
        out = out << 48 / parts | *value;
        word.remove_prefix(part + 1 == parts ? end : end + 1);
    }
    return out;
}

flow::Result<std::uint64_t> time(const Field& field, std::string_view word) {
    if (const auto ms = time_ms(word)) return *ms;
    return expected(field, word);
}

std::optional<std::uint8_t> flag_bits(std::string_view letters) noexcept {
    constexpr std::uint8_t kAllSix = 0x3f;
    if (letters == "X") return kAllSix;
    unsigned bits = 0;
    for (const char letter : letters) {
        const std::size_t bit = kFlagLetters.find(letter);
        if (bit == std::string_view::npos || (bits & 1u << bit) != 0) return std::nullopt;
        bits |= 1u << bit;
    }
    if (bits == 0) return std::nullopt;
    return static_cast<std::uint8_t>(bits);
}

std::vector<Range> having_bits(std::uint8_t bits) {
    std::vector<Range> out;
    for (std::uint64_t value = 0; value < 256; ++value) {
        if ((value & bits) != bits) continue;
        if (!out.empty() && out.back().high + 1 == value) {
            out.back().high = value;
        } else {
            out.push_back({value, value});
        }
    }
    return out;
}

flow::Result<Net> address(const Field& field, std::string_view word) {
    if (const auto parsed = flow::IpAddress::parse(word)) return Net::prefix(*parsed, 128);
    return expected(field, word, word.find('/') != std::string_view::npos ? "; for a prefix write net" : "");
}

flow::Result<Net> prefix(const Field& field, std::string_view word) {
    const std::size_t slash = word.find('/');
    if (slash == std::string_view::npos)
        return expected(field, word, flow::IpAddress::parse(word) ? "; for one address write ip" : "");
    const auto bits = digits(word.substr(slash + 1), 10);
    const std::string_view before = word.substr(0, slash);
    const auto v4 = octets(before);
    const auto v6 = v4 ? std::nullopt : flow::IpAddress::parse(before);
    if (!bits || (!v4 && !v6)) return expected(field, word);
    const std::uint64_t most = v4 ? 32 : 128;
    if (*bits > most) {
        return flow::fail("expected a prefix length of at most " + std::to_string(most) + ", found " + quoted(word));
    }
    if (v6) return Net::prefix(*v6, static_cast<unsigned>(*bits));
    if (*bits > 8ull * v4->count) {
        return flow::fail("expected all octets that /" + std::to_string(*bits) + " reaches into, found " +
                          quoted(word));
    }
    return Net::prefix(flow::IpAddress::v4(v4->address), kV4Offset + static_cast<unsigned>(*bits));
}

flow::Result<Net> address_and_mask(const Field& field, std::string_view word, std::string_view mask) {
    const auto value = octets(word);
    if (!value || value->count != 4) return expected(field, word);
    const auto bits = octets(mask);
    if (!bits || bits->count != 4) return flow::fail("expected a mask such as 255.255.0.0, found " + quoted(mask));
    return Net::v4_mask(value->address, bits->address);
}

}  // namespace filters::language
