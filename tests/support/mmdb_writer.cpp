// SPDX-License-Identifier: Apache-2.0
#include "tests/support/mmdb_writer.hpp"

#include <arpa/inet.h>

namespace support {

namespace {

constexpr unsigned kText = 2, kMap = 7, kArray = 11, kUint16 = 5, kUint32 = 6, kUint64 = 9;

void put(std::string& out, std::uint64_t value, unsigned bytes) {
    while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes));
}

std::string head(unsigned type, std::size_t size) {
    std::string out;
    const unsigned shown = type > 7 ? 0 : type;
    const unsigned low = size < 29 ? static_cast<unsigned>(size) : size < 285 ? 29 : size < 65821 ? 30 : 31;
    out += static_cast<char>(shown << 5 | low);
    if (type > 7) out += static_cast<char>(type - 7);
    if (low == 29) put(out, size - 29, 1);
    if (low == 30) put(out, size - 285, 2);
    if (low == 31) put(out, size - 65821, 3);
    return out;
}

}  // namespace

std::string Mmdb::text(std::string_view value) {
    return head(kText, value.size()) + std::string(value);
}

std::string Mmdb::number(std::uint64_t value, unsigned bits) {
    const unsigned type = bits == 16 ? kUint16 : bits == 32 ? kUint32 : kUint64;
    unsigned bytes = 0;
    while (bytes < 8 && value >> (8 * bytes) != 0) ++bytes;
    std::string out = head(type, bytes);
    put(out, value, bytes);
    return out;
}

std::string Mmdb::map(std::initializer_list<std::pair<std::string, std::string>> pairs) {
    std::string out = head(kMap, pairs.size());
    for (const auto& [key, value] : pairs) out += text(key) + value;
    return out;
}

std::string Mmdb::array(std::initializer_list<std::string> elements) {
    std::string out = head(kArray, elements.size());
    for (const std::string& element : elements) out += element;
    return out;
}

std::string Mmdb::pointer(std::uint32_t offset) {
    std::string out;
    if (offset < 2048) {
        put(out, 1u << 13 | offset, 2);
    } else if (offset < 526336) {
        put(out, 1u << 21 | 1u << 19 | (offset - 2048), 3);
    } else if (offset < 526336 + (1u << 27)) {
        put(out, 1ull << 29 | 2ull << 27 | (offset - 526336), 4);
    } else {
        put(out, 1ull << 37 | 3ull << 35 | offset, 5);
    }
    return out;
}

std::string Mmdb::country(std::string_view code) {
    return map({{"continent", map({{"code", text("EU")}})},
                {"country", map({{"geoname_id", number(1)}, {"iso_code", text(code)}})},
                {"registered_country", map({{"iso_code", text("ZZ")}})}});
}

std::string Mmdb::as(std::uint32_t number_, std::string_view name) {
    return map({{"autonomous_system_number", number(number_)}, {"autonomous_system_organization", text(name)}});
}

MmdbWriter::MmdbWriter(unsigned ip_version, unsigned record_bits, std::string type)
    : ip_version_(ip_version), record_bits_(record_bits), type_(std::move(type)) {}

std::uint32_t MmdbWriter::store(const std::string& value) {
    const std::size_t known = data_.find(value);
    if (known != std::string::npos) return static_cast<std::uint32_t>(known);
    data_ += value;
    return static_cast<std::uint32_t>(data_.size() - value.size());
}

MmdbWriter::Path MmdbWriter::path_of(std::string_view text) const {
    const std::size_t slash = text.find('/');
    const std::string address(text.substr(0, slash));
    Path path{{}, static_cast<unsigned>(std::stoul(std::string(text.substr(slash + 1))))};
    if (address.find(':') != std::string::npos) {
        inet_pton(AF_INET6, address.c_str(), path.bytes);
    } else {
        const unsigned before = ip_version_ == 6 ? 96 : 0;
        inet_pton(AF_INET, address.c_str(), path.bytes + before / 8);
        path.bits += before;
    }
    return path;
}

MmdbWriter::Child& MmdbWriter::at(const Path& path) {
    std::uint32_t node = 0;
    for (unsigned i = 0; i + 1 < path.bits; ++i) {
        const unsigned bit = path.bit(i);
        const Child child = nodes_[node].children[bit];
        if (child.kind != Child::node) {
            // What the whole prefix led to, both halves lead to.
            nodes_.push_back({{child, child}});
            nodes_[node].children[bit] = {Child::node, static_cast<std::uint32_t>(nodes_.size() - 1)};
        }
        node = nodes_[node].children[bit].value;
    }
    return nodes_[node].children[path.bit(path.bits - 1)];
}

void MmdbWriter::add_stored(std::string_view prefix, std::uint32_t offset) {
    at(path_of(prefix)) = {Child::data, offset};
}

void MmdbWriter::alias_v4(std::string_view prefix) {
    Path v4{{}, 96};
    const Child start = at(v4);
    at(path_of(prefix)) = start;
}

void MmdbWriter::loop(std::string_view prefix, std::uint32_t node) {
    at(path_of(prefix)) = {Child::node, node};
}

std::uint64_t MmdbWriter::record_of(const Child& child) const {
    if (child.kind == Child::node) return child.value;
    return child.kind == Child::data ? nodes_.size() + 16 + child.value : nodes_.size();
}

std::string MmdbWriter::metadata(std::uint64_t node_count, std::uint64_t record_bits, std::uint64_t ip_version) const {
    return Mmdb::map({{"binary_format_major_version", Mmdb::number(2, 16)},
                      {"binary_format_minor_version", Mmdb::number(0, 16)},
                      {"build_epoch", Mmdb::number(1'700'000'000, 64)},
                      {"database_type", Mmdb::text(type_)},
                      {"description", Mmdb::map({{"en", Mmdb::text("made by a test")}})},
                      {"ip_version", Mmdb::number(ip_version, 16)},
                      {"languages", Mmdb::array({Mmdb::text("en")})},
                      {"node_count", Mmdb::number(node_count)},
                      {"record_size", Mmdb::number(record_bits, 16)}});
}

std::string MmdbWriter::bytes() const {
    return bytes_with(metadata(nodes_.size(), record_bits_, ip_version_));
}

std::string MmdbWriter::bytes_with(const std::string& metadata) const {
    std::string out;
    for (const Node& node : nodes_) {
        const std::uint64_t left = record_of(node.children[0]);
        const std::uint64_t right = record_of(node.children[1]);
        if (record_bits_ == 28) {
            put(out, left & 0xffffff, 3);
            put(out, left >> 24 << 4 | right >> 24, 1);
            put(out, right & 0xffffff, 3);
        } else {
            put(out, left, record_bits_ / 8);
            put(out, right, record_bits_ / 8);
        }
    }
    out += std::string(16, '\0') + data_ + "\xab\xcd\xef" + "MaxMind.com" + metadata;
    return out;
}

}  // namespace support
