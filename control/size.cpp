// SPDX-License-Identifier: Apache-2.0
#include "control/size.hpp"

#include <strings.h>

#include <array>
#include <charconv>
#include <span>

namespace control {
namespace {

struct Unit {
    const char* name;
    std::uint64_t bytes;
};
constexpr std::array<Unit, 11> kUnits{{{"B", 1},
                                       {"kB", 1'000},
                                       {"MB", 1'000'000},
                                       {"GB", 1'000'000'000},
                                       {"TB", 1'000'000'000'000},
                                       {"PB", 1'000'000'000'000'000},
                                       {"KiB", 1ull << 10},
                                       {"MiB", 1ull << 20},
                                       {"GiB", 1ull << 30},
                                       {"TiB", 1ull << 40},
                                       {"PiB", 1ull << 50}}};
constexpr std::size_t kDecimal = 6;  // the first of them are powers of 1,000

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [after, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc{} || text.front() == '-') return std::nullopt;
    std::string_view unit(after, static_cast<std::size_t>(end - after));
    if (unit.starts_with(' ')) unit.remove_prefix(1);
    for (const Unit& known : kUnits) {
        if (unit.size() != std::string_view(known.name).size() ||
            strncasecmp(unit.data(), known.name, unit.size()) != 0)
            continue;
        const double bytes = number * static_cast<double>(known.bytes);
        if (!(bytes < 0x1p63)) return std::nullopt;
        return static_cast<std::uint64_t>(bytes);
    }
    return std::nullopt;
}

std::string size_text(std::uint64_t bytes) {
    const Unit* best = kUnits.data();
    for (const Unit& unit : std::span(kUnits).first<kDecimal>()) {
        if (bytes != 0 && bytes % unit.bytes == 0) best = &unit;
    }
    return std::to_string(bytes / best->bytes) + best->name;
}

}  // namespace control
