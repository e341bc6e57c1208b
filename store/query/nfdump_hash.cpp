// SPDX-License-Identifier: Apache-2.0
// A group's key as nfdump 1.7.1 packs it: fields in the order of its own table, addresses as two words of 64 bits with IPv4 in the
// low 32, all in the host's byte order.
#include <algorithm>
#include <cstring>
#include <string_view>

#include "store/query/nfdump_order.hpp"

namespace store::query {

namespace {

struct Packed {
    std::string_view name;
    unsigned bytes;  // of a number; of a domain or an observation point nfdump looks at the lowest alone
};
constexpr Packed kPacked[] = {
    {"srcip4", 16},   {"srcip6", 16},  {"srcnet", 16},  {"dstnet", 16},  {"srcip", 16},    {"dstip", 16},
    {"xsrcip", 16},   {"xdstip", 16},  {"xsrcport", 2}, {"xdstport", 2}, {"dstip4", 16},   {"dstip6", 16},
    {"next", 16},     {"bgpnext", 16}, {"router", 16},  {"insrcmac", 8}, {"outdstmac", 8}, {"indstmac", 8},
    {"outsrcmac", 8}, {"srcas", 4},    {"dstas", 4},    {"nextas", 4},   {"prevas", 4},    {"inif", 4},
    {"outif", 4},     {"mpls1", 4},    {"mpls2", 4},    {"mpls3", 4},    {"mpls4", 4},     {"mpls5", 4},
    {"mpls6", 4},     {"mpls7", 4},    {"mpls8", 4},    {"mpls9", 4},    {"mpls10", 4},    {"srcport", 2},
    {"dstport", 2},   {"srcvlan", 2},  {"dstvlan", 2},  {"srcmask", 1},  {"dstmask", 1},   {"proto", 1},
    {"tos", 1},       {"srctos", 1},   {"dsttos", 1},   {"odid", 1},     {"opid", 1}};

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& to, std::uint64_t number, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) to.push_back(static_cast<std::uint8_t>(number >> 8 * i));
}

struct Halves {
    std::uint64_t high, low;
};
Halves halves_of(const flow::IpAddress& address) noexcept {
    if (address.is_v4()) return {0, address.as_v4()};
    return {address.high(), address.low()};
}

void append(Bytes& to, const flow::IpAddress& address) {
    const Halves halves = halves_of(address);
    append(to, halves.high, 8);
    append(to, halves.low, 8);
}

bool is_address(const KeyField& field) noexcept {
    return field.kind == FieldKind::address || field.kind == FieldKind::router;
}

std::uint32_t hash_of_ends(std::span<const KeyField> fields, const std::byte* key, bool turned) {
    const unsigned from = turned ? 1 : 0;
    Bytes packed;
    append(packed, address_in(fields[from], key));
    append(packed, address_in(fields[1 - from], key));
    append(packed, number_in(fields[2 + from], key), 2);
    append(packed, number_in(fields[3 - from], key), 2);
    append(packed, number_in(fields[4], key), 4);
    return packed_key_hash(packed);
}

}  // namespace

std::optional<std::uint32_t> nfdump_hash(const Grouping& grouping, const KeyPlan& plan, const std::byte* key,
                                         bool turned) {
    const auto fields = plan.fields();
    if (grouping.parts.empty()) return hash_of_ends(fields, key, turned);
    if (grouping.every_side) {
        if (fields[0].kind == FieldKind::text) return std::nullopt;
        if (is_address(fields[0])) return statistic_hash(halves_of(address_in(fields[0], key)).low);
        return statistic_hash(number_in(fields[0], key));
    }
    Bytes packed;
    std::size_t known = 0;
    for (const Packed& next : kPacked) {
        for (std::size_t i = 0; i < grouping.parts.size(); ++i) {
            if (grouping.parts[i].element->aggregation != next.name) continue;
            ++known;
            if (is_address(fields[i])) {
                append(packed, address_in(fields[i], key));
            } else {
                append(packed, number_in(fields[i], key), next.bytes);
            }
        }
    }
    if (known < grouping.parts.size()) return std::nullopt;
    return packed_key_hash(packed);
}

}  // namespace store::query
