// SPDX-License-Identifier: Apache-2.0
#include "control/template_fields.hpp"

#include <array>

#include "dataplane/decode/elements.hpp"
#include "dataplane/flow/wire.hpp"

namespace control {
namespace {

constexpr std::uint16_t kEnterpriseBit = 0x8000;

// RFC 3954 section 6.1: v9 scopes have numbers of their own.
std::string_view v9_scope_name(std::uint16_t id) {
    static constexpr std::array<std::string_view, 6> kNames{"", "system", "interface", "lineCard", "cache", "template"};
    return id < kNames.size() ? kNames[id] : std::string_view{};
}

TemplateField read_field(flow::Cursor& bytes, flow::Protocol protocol, bool scope) {
    TemplateField field;
    field.id = bytes.u16();
    field.length = bytes.u16();
    field.scope = scope;
    if (protocol == flow::Protocol::ipfix && (field.id & kEnterpriseBit) != 0) {
        field.id = static_cast<std::uint16_t>(field.id & ~kEnterpriseBit);
        field.enterprise = bytes.u32();
    }
    if (scope && protocol == flow::Protocol::netflow9) {
        field.name = v9_scope_name(field.id);
    } else if (const decode::Element* element = decode::find_element(protocol, field.enterprise, field.id);
               element != nullptr) {
        field.name = element->name;
    }
    return field;
}

}  // namespace

std::vector<TemplateField> template_fields(flow::Protocol protocol, const flow::TemplateDefinition& definition) {
    flow::Cursor bytes{definition.wire};
    bytes.skip(2);  // the template's id
    std::size_t scopes = 0;
    std::size_t fields = bytes.u16();
    if (definition.options && protocol == flow::Protocol::netflow9) {
        // v9 counts bytes, and the scopes first (RFC 3954 section 6.1).
        constexpr std::size_t kFieldBytes = 4;
        scopes = fields / kFieldBytes;
        fields = scopes + bytes.u16() / kFieldBytes;
    } else if (definition.options) {
        scopes = bytes.u16();
    }
    std::vector<TemplateField> out;
    for (std::size_t i = 0; i < fields; ++i) {
        const TemplateField field = read_field(bytes, protocol, i < scopes);
        if (!bytes.ok()) break;
        out.push_back(field);
    }
    return out;
}

}  // namespace control
