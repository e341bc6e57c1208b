// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/templates.hpp"

#include <algorithm>

namespace decode {

using flow::Counter;
using flow::Skip;

namespace {
constexpr std::uint16_t kFirstTemplateId = 256;   // RFC 7011 section 3.4.1
constexpr std::uint32_t kMaxRecordBytes = 65535;  // no datagram holds more
}  // namespace

const Template* TemplateTable::find(std::uint16_t id) const noexcept {
    const auto found = templates_.find(id);
    return found == templates_.end() ? nullptr : &found->second;
}

TemplateTable::Parsed TemplateTable::parse(flow::Cursor& at, bool options) const {
    const bool v9 = protocol_ == flow::Protocol::netflow9;
    const std::uint16_t id = at.u16();
    const std::uint16_t count = at.u16();
    Parsed parsed{.id = id, .fields = {}};
    if (!v9 && count == 0 && id == (options ? 3 : 2)) {  // RFC 7011 section 8.1: all templates withdrawn
        parsed.fault = Skip::template_withdrawal;
        return parsed;
    }
    if (id < kFirstTemplateId) {
        // Zeros at the end are padding. Anything else has no length we could trust, so the set ends here.
        parsed.end = id == 0 && count == 0;
        parsed.fault = Skip::bad_template;
        at.skip(at.left() + 1);
        return parsed;
    }
    if (v9 && options) {
        const std::size_t scope_bytes = count;
        const std::size_t option_bytes = at.u16();
        if (scope_bytes % 4 != 0 || option_bytes % 4 != 0) {
            parsed.fault = Skip::bad_template;
            at.skip(scope_bytes + option_bytes);
            return parsed;
        }
        return parse_fields(at, id, (scope_bytes + option_bytes) / 4, scope_bytes / 4);
    }
    if (!v9 && count == 0) {  // RFC 7011 section 8.1: withdrawal, four bytes in all
        parsed.fault = Skip::template_withdrawal;
        return parsed;
    }
    std::size_t scopes = 0;
    if (options) {
        scopes = at.u16();
        // RFC 7011 section 3.4.2.2: the scope field count must not be zero.
        if (scopes == 0 || scopes > count) {
            parsed = parse_fields(at, id, count, 0);
            parsed.fault = Skip::bad_template;
            return parsed;
        }
    }
    return parse_fields(at, id, count, scopes);
}

TemplateTable::Parsed TemplateTable::parse_fields(flow::Cursor& at, std::uint16_t id, std::size_t count,
                                                  std::size_t scopes) const {
    Parsed parsed{.id = id, .fields = {}};
    const bool v9 = protocol_ == flow::Protocol::netflow9;
    std::uint32_t bytes = 0;
    for (std::size_t i = 0; i < count && at.ok(); ++i) {
        Field field{.pen = 0, .id = at.u16(), .length = at.u16()};
        if (!v9 && (field.id & 0x8000) != 0) {
            field.id &= 0x7fff;
            field.pen = at.u32();
        }
        // A v9 scope type is a number space of its own (RFC 3954 section 6.1): no element, only bytes.
        if (v9 && i < scopes) field.pen = 0xffffffff;
        bytes += field.length == kVariableLength ? 1u : field.length;
        if (parsed.fields.size() < kMaxFields) parsed.fields.push_back(field);
    }
    if (!at.ok() || bytes == 0 || bytes > kMaxRecordBytes)
        parsed.fault = Skip::bad_template;
    else if (count > kMaxFields)
        parsed.fault = Skip::template_limit;
    return parsed;
}

const Template* TemplateTable::learn(const Parsed& parsed, bool options, flow::Bytes wire, flow::Ledger& ledger) {
    auto found = templates_.find(parsed.id);
    if (found != templates_.end()) {
        if (found->second.options == options &&
            std::equal(wire.begin(), wire.end(), found->second.wire.begin(), found->second.wire.end())) {
            ++ledger[Counter::templates_refreshed];
            return nullptr;
        }
        ++ledger[Counter::templates_changed];
        budget_.used -= found->second.bytes();
    } else {
        if (templates_.size() == kMaxTemplates || budget_.used > TemplateBudget::kBytes) {
            ledger.skip(Skip::template_limit);
            return nullptr;
        }
        ++ledger[Counter::templates_new];
        found = templates_.emplace(parsed.id, Template{}).first;
    }
    found->second = Template{CopyPlan::compile(parsed.fields, protocol_), options, {wire.begin(), wire.end()}};
    budget_.used += found->second.bytes();
    return &found->second;
}

}  // namespace decode
