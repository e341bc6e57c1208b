// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/templates.hpp"

#include <algorithm>

namespace decode {

using flow::Counter;
using flow::Skip;

namespace {
constexpr std::uint16_t kFirstTemplateId = 256;   // RFC 7011 section 3.4.1
constexpr std::uint32_t kMaxRecordBytes = 65535;  // no datagram holds more
constexpr std::size_t kMostFormer = 8;            // devices behind one address that take turns in one id
}  // namespace

std::size_t Template::bytes() const noexcept {
    std::size_t bytes = sizeof *this + wire.size() + plan.bytes() + reader.bytes();
    for (const FormerDefinition& f : former) bytes += sizeof f + f.wire.size();
    return bytes;
}

TemplateTable::~TemplateTable() {
    for (const auto& [id, known] : templates_) share_.give(known.accounted);
}

Template* TemplateTable::use(std::uint16_t id, std::uint64_t now_ms) noexcept {
    const auto found = templates_.find(id);
    if (found == templates_.end()) return nullptr;
    found->second.used_ms = now_ms;
    return &found->second;
}

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
    Parsed parsed{.id = id, .scopes = scopes, .fields = {}};
    const bool v9 = protocol_ == flow::Protocol::netflow9;
    std::uint32_t bytes = 0;
    for (std::size_t i = 0; i < count && at.ok(); ++i) {
        Field field{.pen = 0, .id = at.u16(), .length = at.u16()};
        if (!v9 && (field.id & 0x8000) != 0) {
            field.id &= 0x7fff;
            field.pen = at.u32();
        }
        // A v9 scope type is a number space of its own (RFC 3954 section 6.1): no element, only bytes.
        if (v9 && i < scopes) field.pen = kScopeType;
        bytes += field.length == kVariableLength ? 1u : field.length;
        if (parsed.fields.size() < kMaxFields) parsed.fields.push_back(field);
    }
    if (!at.ok() || bytes == 0 || bytes > kMaxRecordBytes)
        parsed.fault = Skip::bad_template;
    else if (count > kMaxFields)
        parsed.fault = Skip::template_limit;
    return parsed;
}

Template TemplateTable::compile(const Parsed& parsed, bool options, flow::Bytes wire, const Origin& origin) const {
    Template made{.plan = CopyPlan::compile(parsed.fields, protocol_),
                  .options = options,
                  .wire = {wire.begin(), wire.end()},
                  .origin = origin};
    if (options) made.reader = OptionsReader(parsed.fields, parsed.scopes);
    return made;
}

Template* TemplateTable::learn(const Parsed& parsed, bool options, flow::Bytes wire, const Origin& origin,
                               flow::Ledger& ledger) {
    const auto found = templates_.find(parsed.id);
    if (found == templates_.end()) {
        Template made = compile(parsed, options, wire, origin);
        made.accounted = made.bytes();
        if (!make_room(parsed.id, made.accounted, ledger)) return nullptr;
        ++ledger[Counter::templates_new];
        return &templates_.emplace(parsed.id, std::move(made)).first->second;
    }
    Template& known = found->second;
    if (known.options == options && std::equal(wire.begin(), wire.end(), known.wire.begin(), known.wire.end())) {
        known.origin = origin;
        ++ledger[Counter::templates_refreshed];
        return &known;
    }
    if (!supersedes(known, options, wire, origin, ledger)) return nullptr;
    Template made = compile(parsed, options, wire, origin);
    made.used_ms = known.used_ms;
    made.former = std::move(known.former);
    known.former.clear();
    if (origin.port != known.origin.port && known.origin.port != 0) {
        if (made.former.size() == kMostFormer) made.former.erase(made.former.begin());
        made.former.push_back({known.origin, origin.received_ms, known.options, known.wire});
    }
    // The old one is wrong in any case: without room for the new there is none.
    const std::size_t bytes = made.bytes();
    share_.give(known.accounted);
    known = std::move(made);
    known.accounted = 0;
    if (!make_room(parsed.id, bytes, ledger)) {
        templates_.erase(found);
        return nullptr;
    }
    known.accounted = bytes;
    ++ledger[Counter::templates_changed];
    return &known;
}

bool TemplateTable::supersedes(const Template& known, bool options, flow::Bytes wire, const Origin& origin,
                               flow::Ledger& ledger) {
    const auto late = [&] {
        ++ledger[Counter::templates_late];
        return false;
    };
    if (origin.port == known.origin.port) {
        const bool just_told = origin.received_ms < known.origin.received_ms + kLateMs;
        return just_told && origin.export_ms < known.origin.export_ms ? late() : true;
    }
    for (const FormerDefinition& former : known.former) {
        if (former.origin.port != origin.port || former.options != options ||
            !std::equal(wire.begin(), wire.end(), former.wire.begin(), former.wire.end())) {
            continue;
        }
        if (origin.received_ms < former.replaced_ms + kLateMs) return late();
        if (origin.received_ms < former.replaced_ms + kAlternationMs) {
            ++ledger[Counter::template_conflicts];
            torn_ = true;
        }
        break;
    }
    return true;
}

bool TemplateTable::make_room(std::uint16_t id, std::size_t bytes, flow::Ledger& ledger) {
    while ((templates_.size() == kMaxTemplates && !templates_.contains(id)) || !share_.take(bytes)) {
        if (evict_one(id, ledger)) continue;
        ledger.skip(Skip::template_limit);
        return false;
    }
    return true;
}

bool TemplateTable::evict_one(std::uint16_t but, flow::Ledger& ledger) {
    if (evictions_left_ == 0) return false;
    const auto rank = [](const Template& t) { return std::pair(t.used_ms, t.origin.received_ms); };
    auto oldest = templates_.end();
    for (auto at = templates_.begin(); at != templates_.end(); ++at) {
        if (at->first != but && (oldest == templates_.end() || rank(at->second) < rank(oldest->second))) oldest = at;
    }
    if (oldest == templates_.end()) return false;
    --evictions_left_;
    share_.give(oldest->second.accounted);
    templates_.erase(oldest);
    ledger.skip(Skip::template_limit);
    return true;
}

std::optional<TemplateTable::Definition> TemplateTable::last_of(const Template& known, std::uint16_t port) {
    if (known.origin.port == port) return Definition{known.wire, known.options, known.origin};
    for (auto former = known.former.rbegin(); former != known.former.rend(); ++former) {
        if (former->origin.port == port) return Definition{former->wire, former->options, former->origin};
    }
    return std::nullopt;
}

std::uint32_t TemplateTable::described(Template& known, OptionTable& options) const {
    if (known.described_version == options.elements_version()) [[likely]]
        return known.described;
    flow::Cursor at(known.wire);
    const Parsed parsed = parse(at, known.options);
    known.described = static_cast<std::uint32_t>(std::ranges::count_if(parsed.fields, [&](const Field& f) {
        const Direction direction = direction_of(f.pen, f.id);
        const std::uint64_t id = static_cast<std::uint64_t>(f.pen) << 16 | f.id;
        return f.length != 0 && find_element(protocol_, direction.pen, direction.id) == nullptr &&
               options.find(flow::OptionKind::element, id) != nullptr;
    }));
    known.described_version = options.elements_version();
    return known.described;
}

}  // namespace decode
