// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_filter.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>

#include "filters/language/protocols.hpp"

namespace support {

namespace {

using filters::language::Operand;

constexpr unsigned kTries = 16;  // rows asked for a value before one is made up

std::vector<std::string> split(std::string_view text, char at) {
    std::vector<std::string> out(1);
    for (const char c : text) {
        if (c == at) {
            out.emplace_back();
        } else {
            out.back() += c;
        }
    }
    return out;
}

bool is_plain(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Characters that need no care in quotes and mean themselves there.
bool can_be_quoted(char c) {
    return c >= ' ' && c <= '~' && c != '\'' && c != '"' && c != '\\' && c != '/';
}

std::string hex(std::uint64_t value) {
    std::array<char, 32> out{};
    std::snprintf(out.data(), out.size(), "0x%llx", static_cast<unsigned long long>(value));
    return out.data();
}

std::string mac(std::uint64_t value) {
    std::array<char, 32> out{};
    const auto octet = [&](unsigned i) { return static_cast<unsigned>(value >> (40 - 8 * i) & 0xff); };
    std::snprintf(out.data(), out.size(), "%x:%02x:%02x:%02x:%02x:%02x", octet(0), octet(1), octet(2), octet(3),
                  octet(4), octet(5));
    return out.data();
}

std::string time(std::uint64_t ms) {
    using namespace std::chrono;
    const sys_time<milliseconds> at{milliseconds(static_cast<std::int64_t>(ms))};
    const auto day = floor<days>(at);
    const year_month_day date{day};
    const hh_mm_ss clock{at - day};
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return out.data();
}

}  // namespace

RandomFilter::RandomFilter(std::uint64_t seed, const flow::FlowBatch& sample, const FilterWorld& world)
    : draw_(seed), sample_(sample), world_(world) {
    for (const Field& field : filters::language::fields()) {
        if (can_ask(field, world)) askable_.push_back(&field);
    }
}

bool RandomFilter::can_ask(const Field& field, const FilterWorld& world) {
    switch (field.operand) {
        case Operand::country:
            return static_cast<bool>(world.country);
        case Operand::as_name:
            return static_cast<bool>(world.as_names);
        default:
            return true;
    }
}

std::string RandomFilter::filter(unsigned depth) {
    const std::uint32_t pick = draw_.below(depth == 0 ? 1 : 6);
    if (pick <= 1) return (draw_.one_in(4) ? "not " : "") + test();
    const std::string joint = draw_.one_in(2) ? draw_.of({" and ", " && "}) : draw_.of({" or ", " || "});
    std::string out = filter(depth - 1);
    for (std::uint32_t n = 1 + draw_.below(3); n > 0; --n) out += joint + filter(depth - 1);
    return (draw_.one_in(4) ? "not (" : "(") + out + ")";
}

std::string RandomFilter::test() {
    if (draw_.one_in(40)) return "any";
    // Tests of one field meet in a group now and then, where they may be answered as one.
    if (last_ == nullptr || !draw_.one_in(3)) last_ = draw_.of(askable_);
    return test(*last_);
}

std::string RandomFilter::test(const Field& field) {
    const std::string words = draw_.of(split(field.words, '|'));
    std::string out = (field.sided ? direction() : "") + words;
    if (draw_.one_in(20)) {
        for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    std::string value = operand(field);
    const bool may_be_address = field.operand == Operand::text && words == "host";
    if (may_be_address && (value.front() == '\'' || value.front() == '"')) value = "= " + value;
    return value.empty() ? out : out + " " + value;
}

std::string RandomFilter::direction() {
    return draw_.of({"", "", "", "src ", "dst ", "src or dst ", "dst or src ", "src and dst ", "dst and src "});
}

std::string RandomFilter::operand(const Field& field) {
    switch (field.operand) {
        case Operand::fixed:
        case Operand::pattern:
            break;
        case Operand::number:
        case Operand::protocol:
        case Operand::mac:
        case Operand::time:
            return numbers(field);
        case Operand::flags:
            return flags(field);
        case Operand::address:
        case Operand::prefix:
            return nets(field);
        case Operand::ident:
            return draw_.of(world_.sources);
        case Operand::country: {
            const std::string known = world_.country(address_in_sample(field));
            return known.empty() || draw_.one_in(8) ? "at" : known;
        }
        case Operand::text:
        case Operand::as_name:
            return text(field);
        case Operand::ja3:
        case Operand::ja4:
            return digest(field);
        case Operand::content:
            return quoted(piece(field, false));
        case Operand::regex:
            return pattern(field);
    }
    return "";
}

std::string RandomFilter::comparison() {
    return draw_.of({"", "", "= ", "== ", "eq ", "< ", "> ", "<= ", ">= ", "lt ", "gt ", "le ", "ge "});
}

template <class Item>
std::string RandomFilter::list(Item item) {
    std::string out = item();
    for (std::uint32_t n = draw_.below(5); n > 0; --n) out += draw_.of({", ", " ", ","}) + item();
    return "in [" + out + "]";
}

std::string RandomFilter::numbers(const Field& field) {
    if (field.lists && draw_.one_in(4)) return list([&] { return number(field); });
    return (field.compares ? comparison() : "") + number(field);
}

std::string RandomFilter::number(const Field& field) {
    if (!field.names.empty() && draw_.one_in(3)) return std::string(draw_.of(field.names).name);
    std::uint64_t value = number_in_sample(field);
    if (draw_.one_in(6)) value += draw_.one_in(2) ? 1 : ~std::uint64_t{0};
    if (field.operand == Operand::time) value -= value % (draw_.one_in(2) ? 1000 : 1);
    if (value > field.most) value = draw_.one_in(2) ? field.most : draw_.any() % field.most;
    return spelt(field, value);
}

std::string RandomFilter::spelt(const Field& field, std::uint64_t value) {
    if (field.operand == Operand::mac) return mac(value);
    if (field.operand == Operand::time) return time(value);
    if (field.operand == Operand::protocol) {
        const auto name = filters::language::protocol_name(static_cast<std::uint8_t>(value));
        if (!name.empty() && draw_.one_in(2)) return std::string(name);
    }
    if (value != 0 && value % 1000 == 0 && draw_.one_in(2)) {
        if (value % 1'000'000 == 0) return std::to_string(value / 1'000'000) + draw_.of({"m", "M"});
        return std::to_string(value / 1000) + draw_.of({"k", "K"});
    }
    return draw_.one_in(6) ? hex(value) : std::to_string(value);
}

std::string RandomFilter::flags(const Field& field) {
    if (draw_.one_in(3)) return comparison() + std::to_string(number_in_sample(field));
    static constexpr std::string_view kLetters = "FSRPAUEC";
    std::string out;
    for (const char letter : kLetters) {
        if (draw_.one_in(4)) out += letter;
    }
    return draw_.one_in(4) ? "=" + (out.empty() ? "S" : out) : out.empty() ? "X" : out;
}

std::string RandomFilter::nets(const Field& field) {
    if (field.lists && draw_.one_in(3)) {
        return list([&] { return draw_.one_in(2) ? address(field) : prefix(field); });
    }
    if (field.operand == Operand::address) return address(field);
    if (!draw_.one_in(4)) return prefix(field);
    const flow::IpAddress a = address_in_sample(field);
    if (!a.is_v4()) return prefix(field);
    return a.text() + " 255." + std::to_string(draw_.below(256)) + "." + draw_.of({"0", "255"}) + ".255";
}

std::string RandomFilter::address(const Field& field) {
    return address_in_sample(field).text();
}

std::string RandomFilter::prefix(const Field& field) {
    const flow::IpAddress a = address_in_sample(field);
    const std::uint32_t bits = draw_.below(a.is_v4() ? 33 : 129);
    return a.text() + "/" + std::to_string(bits);
}

std::string RandomFilter::text(const Field& field) {
    switch (draw_.below(6)) {
        case 0:
            return "defined";
        case 1:
            return "matches " + pattern(field);
        case 2:
            return "contains " + quoted(piece(field, false));
        case 3:
            return quoted(piece(field, true));
        default:
            return "= " + quoted(piece(field, true)) + (draw_.one_in(3) ? " i" : "");
    }
}

std::string RandomFilter::digest(const Field& field) {
    const std::string found = text_in_sample(field);
    if (found.empty() || draw_.one_in(3)) return "defined";
    return found;
}

std::string RandomFilter::piece(const Field& field, bool whole) {
    std::string text = text_in_sample(field);
    if (draw_.one_in(6)) {
        for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    std::erase_if(text, [](char c) { return !can_be_quoted(c); });
    if (text.empty()) return "nothing";
    if (whole && !draw_.one_in(6)) return text;
    const std::size_t begin = draw_.below(text.size());
    return text.substr(begin, 1 + draw_.below(std::min<std::size_t>(8, text.size() - begin)));
}

// A piece with some of its characters said in other ways; both kinds of regular expressions read it alike.
std::string RandomFilter::pattern(const Field& field) {
    std::string out;
    for (const char c : piece(field, false)) {
        const std::string self = is_plain(c) ? std::string(1, c) : std::string("\\") + c;
        switch (draw_.below(8)) {
            case 0:
                out += '.';
                break;
            case 1:
                out += self + "+";
                break;
            case 2:
                out += is_plain(c) ? "[" + self + "z]" : self;
                break;
            case 3:
                out += "(" + self + "|q)";
                break;
            case 4:
                out += self + "x?";
                break;
            default:
                out += self;
        }
    }
    if (draw_.one_in(8)) out = "^" + out;
    if (draw_.one_in(8)) out += "$";
    return draw_.one_in(2) ? "/" + out + "/" + draw_.of({"", "i"}) : quoted(out) + draw_.of({"", " i"});
}

std::string RandomFilter::quoted(const std::string& text) {
    const char mark = draw_.of({'\'', '"'});
    return mark + text + mark;
}

std::uint64_t RandomFilter::number_in_sample(const Field& field) {
    for (unsigned n = 0; n < kTries; ++n) {
        if (const auto value = number_of(draw_.of(field.subjects), sample_, draw_.below(sample_.rows), world_)) {
            return *value;
        }
    }
    return draw_.below(3);
}

flow::IpAddress RandomFilter::address_in_sample(const Field& field) {
    for (unsigned n = 0; n < kTries; ++n) {
        if (const auto value = address_of(draw_.of(field.subjects), sample_, draw_.below(sample_.rows), world_)) {
            return *value;
        }
    }
    return flow::IpAddress::v4(0x0a010001);
}

std::string RandomFilter::text_in_sample(const Field& field) {
    for (unsigned n = 0; n < kTries; ++n) {
        const Subject subject = draw_.of(field.subjects);
        const std::uint32_t row = draw_.below(sample_.rows);
        if (field.operand == Operand::as_name) {
            const auto number = number_of(subject, sample_, row, world_);
            const auto names =
                number ? world_.as_names(static_cast<std::uint32_t>(*number)) : std::vector<std::string>{};
            if (!names.empty()) return names.front();
        } else if (const auto value = text_of(subject, sample_, row); value && !value->empty()) {
            return *value;
        }
    }
    return "";
}

}  // namespace support
