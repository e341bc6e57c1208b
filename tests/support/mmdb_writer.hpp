// SPDX-License-Identifier: Apache-2.0
// Writes MaxMind databases small enough to know by heart.
//
// Thread: one.
// Source: MaxMind DB File Format Specification 2.0.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

// Encoded values.
struct Mmdb {
    [[nodiscard]] static std::string text(std::string_view value);
    // An unsigned integer of so many bits.
    [[nodiscard]] static std::string number(std::uint64_t value, unsigned bits = 32);
    [[nodiscard]] static std::string map(std::initializer_list<std::pair<std::string, std::string>> pairs);
    [[nodiscard]] static std::string array(std::initializer_list<std::string> elements);
    // To what stands at `offset` of the data section.
    [[nodiscard]] static std::string pointer(std::uint32_t offset);

    // Records as GeoLite2 has them.
    [[nodiscard]] static std::string country(std::string_view code);
    [[nodiscard]] static std::string as(std::uint32_t number, std::string_view name);
};

class MmdbWriter {
  public:
    // ip_version: 4 or 6; in a tree for 6, IPv4 is at ::/96. record_bits: 24, 28 or 32.
    explicit MmdbWriter(unsigned ip_version = 6, unsigned record_bits = 24, std::string type = "Test");

    // A value in the data section; where it stands.
    std::uint32_t store(const std::string& value);
    // Addresses of the prefix lead to `record`; what was added before within it is forgotten.
    void add(std::string_view prefix, const std::string& record) { add_stored(prefix, store(record)); }
    void add_stored(std::string_view prefix, std::uint32_t offset);
    // The prefix leads to where IPv4 begins. After all IPv4 prefixes.
    void alias_v4(std::string_view prefix);
    // The prefix leads to that node of the tree; 0 is its root.
    void loop(std::string_view prefix, std::uint32_t node);

    [[nodiscard]] std::string bytes() const;
    // With another description of itself.
    [[nodiscard]] std::string bytes_with(const std::string& metadata) const;
    [[nodiscard]] std::string metadata(std::uint64_t node_count, std::uint64_t record_bits,
                                       std::uint64_t ip_version) const;
    [[nodiscard]] std::size_t nodes() const noexcept { return nodes_.size(); }

  private:
    struct Child {
        enum Kind : std::uint8_t { nothing, node, data } kind = nothing;
        std::uint32_t value = 0;
    };
    struct Node {
        Child children[2]{};
    };
    struct Path {
        std::uint8_t bytes[16];
        unsigned bits;
        [[nodiscard]] unsigned bit(unsigned i) const noexcept { return bytes[i / 8] >> (7 - i % 8) & 1u; }
    };
    [[nodiscard]] Path path_of(std::string_view prefix) const;
    // The child at the end of the path; nodes on the way are made.
    [[nodiscard]] Child& at(const Path& path);
    [[nodiscard]] std::uint64_t record_of(const Child& child) const;

    unsigned ip_version_;
    unsigned record_bits_;
    std::string type_;
    std::vector<Node> nodes_{1};
    std::string data_;
};

}  // namespace support
