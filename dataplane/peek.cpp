// SPDX-License-Identifier: Apache-2.0
#include "dataplane/peek.hpp"

#include "dataplane/flow/address.hpp"

namespace dataplane {

namespace {

constexpr std::uint64_t mix(std::uint64_t domain) noexcept {
    return domain * 0x9e3779b97f4a7c15ull;
}

std::uint64_t sflow_domain(flow::Bytes payload) noexcept {
    flow::Cursor at(payload.subspan(4));
    flow::IpAddress agent;
    const std::uint32_t type = at.u32();
    if (type == 1) agent = flow::IpAddress::v4(at.u32());
    if (type == 2) {
        const flow::Bytes bytes = at.take(16);
        if (at.ok()) agent = flow::IpAddress::v6(bytes.data());
    }
    const std::uint32_t sub_agent = at.u32();
    return at.ok() ? flow::hash(agent) ^ mix(sub_agent) : 0;
}

}  // namespace

std::uint64_t peek_domain(flow::Bytes payload) noexcept {
    if (payload.size() < 24) return 0;
    const std::uint8_t* p = payload.data();
    switch (flow::load_be16(p)) {
        case 5:
            return mix(flow::load_be16(p + 20));
        case 9:
            return mix(flow::load_be32(p + 16));
        case 10:
            return mix(flow::load_be32(p + 12));
        case 0:
            return sflow_domain(payload);
        default:
            return 0;
    }
}

}  // namespace dataplane
