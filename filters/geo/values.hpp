// SPDX-License-Identifier: Apache-2.0
// Values of a MaxMind DB's data section or metadata, read out of bytes that nobody vouches for. libmaxminddb 1.7.1
// (Debian 12) follows nested values without a bound and takes an offset before the section for one in it, so no value is
// read by it.
//
// Thread: one.
// Source: MaxMind DB File Format Specification 2.0, "Data Section" and "Output Data Section".
// Limits: kDeepest values inside each other, kMostSteps values looked at in all.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace filters::geo {

enum class ValueType : std::uint8_t {
    pointer = 1,
    text = 2,
    float64 = 3,
    bytes = 4,
    uint16 = 5,
    uint32 = 6,
    map = 7,
    int32 = 8,
    uint64 = 9,
    uint128 = 10,
    array = 11,
    container = 12,
    end = 13,
    boolean = 14,
    float32 = 15,
};

struct Value {
    ValueType type = ValueType::end;
    std::uint32_t size = 0;  // text, bytes, numbers: bytes; map: pairs; array: elements; pointer: where to
    std::uint32_t at = 0;    // where its bytes, or its first element, are
};

class Values {
  public:
    static constexpr unsigned kDeepest = 32;
    static constexpr std::uint64_t kMostSteps = 100'000'000;

    explicit Values(std::span<const std::uint8_t> section) : section_(section) {}

    // The value that begins at `offset`; pointers are followed. Nothing when it is damaged.
    [[nodiscard]] std::optional<Value> read(std::uint32_t offset);
    // What `key` of the map leads to. Nothing when there is none, or `map` is no map, or something is damaged.
    [[nodiscard]] std::optional<Value> find(const Value& map, std::string_view key);

    [[nodiscard]] std::optional<std::string_view> text(const Value& value) const;
    [[nodiscard]] std::optional<std::uint64_t> number(const Value& value) const;  // unsigned ones

    // Something was not as the format has it, or there was too much of it.
    [[nodiscard]] bool damaged() const noexcept { return damaged_; }
    // Every value in the one at `offset` is whole, none points to what holds others.
    [[nodiscard]] bool is_plain(std::uint32_t offset);

  private:
    // As it stands there, pointers not followed.
    [[nodiscard]] std::optional<Value> header(std::uint32_t offset);
    [[nodiscard]] std::optional<Value> followed(Value value);
    // Where the next value begins.
    [[nodiscard]] std::optional<std::uint32_t> behind(const Value& value, unsigned depth, bool plain);
    [[nodiscard]] std::nullopt_t damage() noexcept {
        damaged_ = true;
        return std::nullopt;
    }

    std::span<const std::uint8_t> section_;
    std::uint64_t steps_ = 0;
    bool damaged_ = false;
};

}  // namespace filters::geo
