// SPDX-License-Identifier: Apache-2.0
#include "tests/support/packet_builder.hpp"

#include <type_traits>

namespace support {

namespace {

std::size_t to_multiple(std::size_t n, std::size_t of) {
    return (of - n % of) % of;
}

template <class Int>
Int narrow(std::size_t n) {
    return static_cast<Int>(n);
}

}  // namespace

// ---- NetFlow v5

V5& V5::unix_time(std::uint32_t seconds, std::uint32_t nanoseconds) {
    seconds_ = seconds;
    nanoseconds_ = nanoseconds;
    return *this;
}

V5& V5::engine(std::uint8_t type, std::uint8_t id) {
    engine_ = static_cast<std::uint16_t>(type << 8 | id);
    return *this;
}

V5& V5::sampling(std::uint8_t mode, std::uint16_t interval) {
    sampling_ = static_cast<std::uint16_t>((mode & 3) << 14 | (interval & 0x3fff));
    return *this;
}

V5& V5::record(const V5Record& r) {
    records_.ip(r.src).ip(r.dst).ip(r.next_hop).u16(r.input).u16(r.output).u32(r.packets).u32(r.bytes);
    records_.u32(r.first_uptime_ms).u32(r.last_uptime_ms).u16(r.src_port).u16(r.dst_port).u8(0);
    records_.u8(r.tcp_flags).u8(r.protocol).u8(r.tos).u16(r.src_as).u16(r.dst_as);
    records_.u8(r.src_mask).u8(r.dst_mask).u16(0);
    ++given_;
    return *this;
}

V5& V5::raw(std::span<const std::uint8_t> bytes) {
    records_.raw(bytes);
    return *this;
}

Bytes V5::build() const {
    return Writer()
        .u16(version_)
        .u16(count_.value_or(given_))
        .u32(uptime_ms_)
        .u32(seconds_)
        .u32(nanoseconds_)
        .u32(sequence_)
        .u16(engine_)
        .u16(sampling_)
        .raw(records_.bytes());
}

// ---- NetFlow v9 and IPFIX

namespace {

void write_fields(Writer& out, const std::vector<Field>& fields) {
    for (const Field& f : fields) {
        out.u16(f.enterprise == 0 ? f.element : static_cast<std::uint16_t>(f.element | 0x8000)).u16(f.length);
        if (f.enterprise != 0) out.u32(f.enterprise);
    }
}

void write_v9_options(Writer& out, const OptionsTemplate& t) {
    out.u16(t.id).u16(t.scope_count.value_or(narrow<std::uint16_t>(4 * t.scopes.size())));
    out.u16(t.field_count.value_or(narrow<std::uint16_t>(4 * t.fields.size())));
}

void write_ipfix_options(Writer& out, const OptionsTemplate& t) {
    out.u16(t.id).u16(t.field_count.value_or(narrow<std::uint16_t>(t.scopes.size() + t.fields.size())));
    out.u16(t.scope_count.value_or(narrow<std::uint16_t>(t.scopes.size())));
}

}  // namespace

template <class Derived>
Derived& SetBuilder<Derived>::template_set(const std::vector<Template>& templates, std::size_t padding) {
    Writer body;
    for (const Template& t : templates) {
        body.u16(t.id).u16(t.field_count.value_or(narrow<std::uint16_t>(t.fields.size())));
        write_fields(body, t.fields);
    }
    body.zeros(padding);
    return set(std::is_same_v<Derived, V9> ? 0 : 2, body.bytes(), std::nullopt,
               narrow<std::uint16_t>(templates.size()));
}

template <class Derived>
Derived& SetBuilder<Derived>::options_template_set(const std::vector<OptionsTemplate>& templates,
                                                   std::optional<std::size_t> padding) {
    constexpr bool kV9 = std::is_same_v<Derived, V9>;
    Writer body;
    for (const OptionsTemplate& t : templates) {
        kV9 ? write_v9_options(body, t) : write_ipfix_options(body, t);
        write_fields(body, t.scopes);
        write_fields(body, t.fields);
    }
    body.zeros(padding.value_or(kV9 ? to_multiple(body.size(), 4) : 0));
    return set(kV9 ? 1 : 3, body.bytes(), std::nullopt, narrow<std::uint16_t>(templates.size()));
}

template <class Derived>
Derived& SetBuilder<Derived>::data_set(std::uint16_t id, const std::vector<Bytes>& records,
                                       std::optional<std::size_t> padding) {
    Writer body;
    for (const Bytes& r : records) body.raw(r);
    body.zeros(padding.value_or(std::is_same_v<Derived, V9> ? to_multiple(body.size(), 4) : 0));
    return set(id, body.bytes(), std::nullopt, narrow<std::uint16_t>(records.size()));
}

template <class Derived>
Derived& SetBuilder<Derived>::set(std::uint16_t id, std::span<const std::uint8_t> body,
                                  std::optional<std::uint16_t> length, std::uint16_t records) {
    sets_.u16(id).u16(length.value_or(narrow<std::uint16_t>(body.size() + 4))).raw(body);
    given_ = static_cast<std::uint16_t>(given_ + records);
    return self();
}

template <class Derived>
Derived& SetBuilder<Derived>::raw(std::span<const std::uint8_t> bytes) {
    sets_.raw(bytes);
    return self();
}

template class SetBuilder<V9>;
template class SetBuilder<Ipfix>;

Bytes V9::build() const {
    return Writer()
        .u16(version_)
        .u16(count_.value_or(given_))
        .u32(uptime_ms_)
        .u32(seconds_)
        .u32(sequence_)
        .u32(domain_)
        .raw(sets_.bytes());
}

Ipfix& Ipfix::withdrawal(std::uint16_t id, std::uint16_t set_id) {
    return set(set_id, Writer().u16(id).u16(0).bytes());
}

Bytes Ipfix::build() const {
    return Writer()
        .u16(version_)
        .u16(length_.value_or(narrow<std::uint16_t>(16 + sets_.size())))
        .u32(seconds_)
        .u32(sequence_)
        .u32(domain_)
        .raw(sets_.bytes());
}

}  // namespace support
