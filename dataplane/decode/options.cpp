// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/options.hpp"

#include <algorithm>
#include <limits>

namespace decode {

using flow::OptionKind;
using flow::OptionValue;

namespace {

Role role_of_scope_type(std::uint16_t type) noexcept {
    switch (type) {  // RFC 3954 section 6.1: 1 System, 2 Interface, 3 Line Card, 4 Cache, 5 Template
        case 2:
            return Role::interface;
        case 3:
        case 4:
            return Role::part;
        default:
            return Role::none;
    }
}

Role role_of_element(std::uint16_t id, bool scope) noexcept {
    switch (id) {
        case 48:
        case 302:
            return Role::sampler;
        case 34:
            return Role::interval;
        case 50:
            return Role::random_interval;
        case 305:
            return Role::packet_interval;
        case 306:
            return Role::packet_space;
        case 309:
            return Role::sample_size;
        case 310:
            return Role::population;
        case 311:
            return Role::probability;
        case 10:
        case 14:
        case 252:
        case 253:
            return Role::interface;
        case 82:
            return Role::interface_name;
        case 83:
            return Role::interface_description;
        case 234:
        case 235:
            return Role::vrf;
        case 236:
            return Role::vrf_name;
        case 95:
            return Role::application;
        case 96:
            return Role::application_name;
        case 94:
            return Role::application_description;
        case 160:
            return Role::start_ms;
        case 164:
            return Role::ignored_packets;
        case 166:
            return Role::unsent_flows;
        case 167:
            return Role::unsent_packets;
        case 346:
            return Role::element_pen;
        case 303:
            return Role::element_id;
        case 339:
            return Role::element_type;
        case 341:
            return Role::element_name;
        case 141:  // lineCardId, portId, meteringProcessId, exportingProcessId
        case 142:
        case 143:
        case 144:
            return scope ? Role::part : Role::none;
        default:
            return Role::none;
    }
}

constexpr std::uint64_t kMostRate = std::numeric_limits<std::uint32_t>::max();

std::uint32_t ratio(std::uint64_t all, std::uint64_t taken) noexcept {
    if (taken == 0) return 0;
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>((all + taken / 2) / taken, 1, kMostRate));
}

bool is_name(OptionKind kind) noexcept {
    return kind == OptionKind::interface || kind == OptionKind::vrf || kind == OptionKind::application;
}

// What an entry takes beyond its text.
constexpr std::size_t kEntryBytes = 128;

std::string clean(std::string_view text) {
    std::string out(text.substr(0, kMaxNameBytes));
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    return out;
}

}  // namespace

std::string_view OptionRecord::text(Role r) const noexcept {
    const flow::Bytes field = bytes_[static_cast<std::size_t>(r)];
    std::string_view text(reinterpret_cast<const char*>(field.data()), field.size());
    text =
        text.substr(0, text.find('\0'));  // what stands behind the end of a C string is left over from the one before
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

void OptionRecord::set(Role r, flow::Bytes field) noexcept {
    if (r == Role::none || field.empty()) return;  // a scope of length 0 is there and says nothing (Juniper SRX)
    const auto i = static_cast<std::size_t>(r);
    const bool again = has(r);
    bytes_[i] = field;
    has_ |= 1u << i;
    if (is_number(r)) {
        const bool application = r == Role::application;
        const std::uint64_t value =
            application ? application_id(field.data(), field.size()) : flow::load_be(field.data(), field.size());
        numbers_[i] = r == Role::part && again ? numbers_[i] * 31 + value : value;
    }
}

std::uint32_t OptionRecord::rate() const noexcept {
    const auto of = [this](Role r) { return std::min(number(r), kMostRate); };
    // 0 is "not sampled", as in a v5 header.
    if (has(Role::interval)) return ratio(of(Role::interval), 1);
    if (has(Role::random_interval)) return ratio(of(Role::random_interval), 1);
    // An interval without a space says how many packets in a row are taken, not of how many: IOS XR tells it beside the
    // population of its random sampling.
    if (has(Role::population) && !has(Role::packet_space)) {
        return ratio(of(Role::population), has(Role::sample_size) ? of(Role::sample_size) : 1);
    }
    if (has(Role::packet_interval) || has(Role::packet_space)) {
        const std::uint64_t taken = has(Role::packet_interval) ? of(Role::packet_interval) : 1;
        return ratio(taken + of(Role::packet_space), taken);
    }
    if (has(Role::probability)) {
        const flow::Bytes field = bytes_[static_cast<std::size_t>(Role::probability)];
        double p = 0;
        if (field.size() == 8) p = std::bit_cast<double>(flow::load_be64(field.data()));
        if (field.size() == 4) p = std::bit_cast<float>(flow::load_be32(field.data()));
        if (p > 1.0 / static_cast<double>(kMostRate) && p <= 1) return static_cast<std::uint32_t>(1 / p + 0.5);
    }
    return 0;
}

OptionsReader::OptionsReader(std::span<const Field> fields, std::size_t scopes) {
    fields_.reserve(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Field& f = fields[i];
        const Role role = f.pen == kScopeType ? role_of_scope_type(f.id)
                          : f.pen == 0        ? role_of_element(f.id, i < scopes)
                                              : Role::none;
        useful_ |= role != Role::none;
        fields_.push_back({role, f.length});
    }
}

bool OptionsReader::read(flow::Cursor& at, OptionRecord& record) const noexcept {
    for (const OptionField& f : fields_) {
        std::uint32_t length = f.length;
        if (length == kVariableLength) {
            length = at.u8();
            if (length == 255) length = at.u16();  // RFC 7011 section 7: three-byte form
        }
        const flow::Bytes field = at.take(length);
        if (!at.ok()) return false;
        record.set(f.role, field);
    }
    return true;
}

OptionTable::Told OptionTable::tell(const OptionValue& value, bool saved) {
    const Key key{value.kind, value.id};
    auto at = values_.find(key);
    if (at == values_.end()) {
        const std::size_t bytes = kEntryBytes + kMaxNameBytes;
        if (values_.size() == kMaxOptions || !share_.take(bytes)) return Told::refused;
        bytes_ += bytes;
        at = values_.try_emplace(key).first;
        forget_answers();
        if (value.kind == OptionKind::element) ++elements_version_;
    }
    Known& known = at->second;
    std::string text = clean(value.text);
    std::uint64_t number = value.value;
    if (value.kind == OptionKind::interface) {  // its rate and its name come in records of their own
        if (text.empty()) text = known.text;
        if (number == 0) number = known.value;
    }
    const bool same = known.learned_ms != 0 && known.value == number && known.text == text;
    if (same && known.saved) return Told::same;
    known.value = number;
    known.text = std::move(text);
    known.learned_ms = std::max<std::uint64_t>(value.learned_ms, 1);
    known.saved = saved;
    note(value.kind, value.id, known);
    return Told::changed;
}

// Some of them may say that there is none. A table of few values finds them as fast without.
void OptionTable::forget_answers() {
    constexpr std::size_t kFew = 4;
    if (answers_ == nullptr) {
        if (values_.size() <= kFew || !share_.take(sizeof(Answers))) return;
        bytes_ += sizeof(Answers);
        answers_ = std::make_unique<Answers>();
    }
    answers_->fill({});
}

void OptionTable::note(OptionKind kind, std::uint64_t id, const Known& known) noexcept {
    const auto rate = static_cast<std::uint32_t>(std::min(known.value, kMostRate));
    has_rates_ |= kind == OptionKind::sampler || (kind == OptionKind::interface && rate != 0);
    has_names_ |= is_name(kind) && !known.text.empty();
    if (kind == OptionKind::sampler && id == flow::kEverySampler) every_rate_ = rate;
    if (kind == OptionKind::start) start_ms_ = known.value;
}

void OptionTable::mark_saved(OptionKind kind, std::uint64_t id, bool saved) noexcept {
    if (Known* known = find(kind, id)) known->saved = saved;
}

OptionTable::Known* OptionTable::find(OptionKind kind, std::uint64_t id) noexcept {
    const Key key{kind, id};
    Answer* answer = answers_ == nullptr ? nullptr : &(*answers_)[KeyHash{}(key) % std::tuple_size_v<Answers>];
    if (answer != nullptr && answer->filled && answer->key == key) return answer->known;
    const auto at = values_.find(key);
    Known* known = at == values_.end() ? nullptr : &at->second;
    if (answer != nullptr) *answer = {key, known, true};
    return known;
}

std::vector<OptionValue> OptionTable::all() const {
    std::vector<OptionValue> out;
    out.reserve(values_.size());
    for (const auto& [key, known] : values_) {
        out.push_back({key.kind, key.id, known.value, known.learned_ms, known.text});
    }
    return out;
}

ToldValues values_of(const OptionRecord& record, std::uint64_t learned_ms) {
    ToldValues out;
    const auto tell = [&](OptionKind kind, std::uint64_t id, std::uint64_t value, std::string_view text = {}) {
        out.values[out.count++] = {kind, id, value, learned_ms, std::string(text.substr(0, kMaxNameBytes))};
    };
    const auto either = [&](Role name, Role other) {
        const std::string_view text = record.text(name);
        return text.empty() ? record.text(other) : text;
    };
    if (const std::uint32_t rate = record.rate(); rate != 0) {
        // Rows name samplers in a column of 32 bits.
        if (record.is_number(Role::sampler))
            tell(OptionKind::sampler, record.number(Role::sampler) & 0xffffffff, rate);
        else if (record.number(Role::interface) != 0)
            tell(OptionKind::interface, record.number(Role::interface), rate);
        else
            tell(OptionKind::sampler, flow::kEverySampler, rate);
    }
    const auto tell_name = [&](OptionKind kind, Role id, std::string_view text) {
        if (record.is_number(id) && !text.empty()) tell(kind, record.number(id), 0, text);
    };
    tell_name(OptionKind::interface, Role::interface, either(Role::interface_name, Role::interface_description));
    tell_name(OptionKind::vrf, Role::vrf, record.text(Role::vrf_name));
    tell_name(OptionKind::application, Role::application,
              either(Role::application_name, Role::application_description));
    if (record.number(Role::start_ms) != 0) tell(OptionKind::start, 0, record.number(Role::start_ms));
    const std::uint64_t part = record.number(Role::part) << 16;
    if (record.is_number(Role::ignored_packets))
        tell(OptionKind::announced, part | 164, record.number(Role::ignored_packets));
    if (record.is_number(Role::unsent_flows))
        tell(OptionKind::announced, part | 166, record.number(Role::unsent_flows));
    else if (record.is_number(Role::unsent_packets))
        tell(OptionKind::announced, part | 167, record.number(Role::unsent_packets));
    if (record.is_number(Role::element_id) && record.is_number(Role::element_pen)) {
        const std::uint64_t id = record.number(Role::element_pen) << 16 | (record.number(Role::element_id) & 0x7fff);
        tell(OptionKind::element, id, record.number(Role::element_type), record.text(Role::element_name));
    }
    return out;
}

}  // namespace decode
