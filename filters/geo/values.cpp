// SPDX-License-Identifier: Apache-2.0
#include "filters/geo/values.hpp"

namespace filters::geo {

namespace {

bool holds_others(ValueType type) noexcept {
    return type == ValueType::map || type == ValueType::array;
}

std::uint64_t big_endian(std::span<const std::uint8_t> bytes) noexcept {
    std::uint64_t out = 0;
    for (const std::uint8_t byte : bytes) out = out << 8 | byte;
    return out;
}

}  // namespace

std::optional<Value> Values::header(std::uint32_t offset) {
    if (++steps_ > kMostSteps || offset >= section_.size()) return damage();
    std::size_t at = offset;
    const auto take = [&](std::size_t count) -> std::optional<std::uint64_t> {
        if (section_.size() - at < count) return std::nullopt;
        at += count;
        return big_endian(section_.subspan(at - count, count));
    };
    const auto control = static_cast<unsigned>(*take(1));
    unsigned type = control >> 5;
    const unsigned low = control & 0x1f;
    if (type == static_cast<unsigned>(ValueType::pointer)) {
        // Two bits say how many bytes follow, three are the highest of the number, which starts where the shorter ended.
        static constexpr std::uint64_t kStart[] = {0, 2048, 526336, 0};
        const unsigned more = low >> 3;
        const auto rest = take(more + 1);
        if (!rest) return damage();
        const std::uint64_t high = more == 3 ? 0 : std::uint64_t{low & 7} << (8 * (more + 1));
        const std::uint64_t target = (high | *rest) + kStart[more];
        if (target >= section_.size()) return damage();
        return Value{ValueType::pointer, static_cast<std::uint32_t>(target), static_cast<std::uint32_t>(at)};
    }
    if (type == 0) {
        const auto extended = take(1);
        if (!extended || *extended < 1 || *extended > 8) return damage();
        type = static_cast<unsigned>(*extended) + 7;
    }
    std::uint64_t size = low;
    if (low >= 29) {
        static constexpr std::uint64_t kStart[] = {29, 285, 65821};
        const auto rest = take(low - 28);
        if (!rest) return damage();
        size = *rest + kStart[low - 29];
    }
    const Value value{static_cast<ValueType>(type), static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(at)};
    const bool has_bytes = !holds_others(value.type) && value.type != ValueType::boolean;
    // An element takes a byte at least.
    if ((has_bytes || holds_others(value.type)) && size > section_.size() - at) return damage();
    return value;
}

std::optional<Value> Values::followed(Value value) {
    if (value.type != ValueType::pointer) return value;
    const auto target = header(value.size);
    if (!target || target->type == ValueType::pointer) return damage();
    return target;
}

std::optional<Value> Values::read(std::uint32_t offset) {
    const auto value = header(offset);
    return value ? followed(*value) : std::nullopt;
}

std::optional<std::uint32_t> Values::behind(const Value& value, unsigned depth, bool plain) {
    if (value.type == ValueType::boolean) return value.at;
    if (value.type == ValueType::pointer) {
        if (plain) {
            const auto target = followed(value);
            if (!target || holds_others(target->type)) return damage();
        }
        return value.at;
    }
    if (!holds_others(value.type)) return value.at + value.size;
    if (depth >= kDeepest) return damage();
    std::uint32_t at = value.at;
    const std::uint64_t elements = std::uint64_t{value.size} * (value.type == ValueType::map ? 2 : 1);
    for (std::uint64_t i = 0; i < elements; ++i) {
        const auto element = header(at);
        if (!element) return std::nullopt;
        const auto next = behind(*element, depth + 1, plain);
        if (!next) return std::nullopt;
        at = *next;
    }
    return at;
}

bool Values::is_plain(std::uint32_t offset) {
    const auto value = header(offset);
    return value && behind(*value, 0, true).has_value();
}

std::optional<Value> Values::find(const Value& map, std::string_view key) {
    if (map.type != ValueType::map) return std::nullopt;
    std::uint32_t at = map.at;
    for (std::uint32_t i = 0; i < map.size; ++i) {
        const auto name = header(at);
        const auto name_text = name ? followed(*name) : std::nullopt;
        if (!name_text) return std::nullopt;
        if (name_text->type != ValueType::text) return damage();
        const auto value_at = behind(*name, 0, false);
        const auto value = value_at ? header(*value_at) : std::nullopt;
        if (!value) return std::nullopt;
        if (text(*name_text) == key) return followed(*value);
        const auto next = behind(*value, 0, false);
        if (!next) return std::nullopt;
        at = *next;
    }
    return std::nullopt;
}

std::optional<std::string_view> Values::text(const Value& value) const {
    if (value.type != ValueType::text) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(section_.data()) + value.at, value.size);
}

std::optional<std::uint64_t> Values::number(const Value& value) const {
    const bool is_number =
        value.type == ValueType::uint16 || value.type == ValueType::uint32 || value.type == ValueType::uint64;
    if (!is_number || value.size > 8) return std::nullopt;
    return big_endian(section_.subspan(value.at, value.size));
}

}  // namespace filters::geo
