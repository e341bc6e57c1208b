// SPDX-License-Identifier: Apache-2.0
// A stored template, read for people: which elements of which length.
//
// Thread: any; pure.
// Source: RFC 7011 section 3.4 (IPFIX), RFC 3954 sections 5.2 and 6.1 (NetFlow v9).
// Limits: bytes that end early give the fields up to there.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "dataplane/flow/exporter.hpp"

namespace control {

inline constexpr std::uint16_t kVariableLength = 65535;

struct TemplateField {
    std::uint16_t id = 0;
    std::uint16_t length = 0;
    std::uint32_t enterprise = 0;
    bool scope = false;
    std::string_view name{};  // empty = not in the element table
};

[[nodiscard]] std::vector<TemplateField> template_fields(flow::Protocol protocol,
                                                         const flow::TemplateDefinition& definition);

}  // namespace control
