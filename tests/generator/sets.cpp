// SPDX-License-Identifier: Apache-2.0
#include "tests/generator/sets.hpp"

#include <cstring>

namespace generator {

namespace {

std::size_t sum(std::span<const TemplateField> fields) {
    std::size_t bytes = 0;
    for (const TemplateField& f : fields) bytes += f.length;
    return bytes;
}

void write_template(Out& out, std::uint16_t id, std::span<const TemplateField> fields) {
    out.u16(id).u16(static_cast<std::uint16_t>(fields.size()));
    for (const TemplateField& f : fields) out.u16(f.element).u16(f.length);
}

}  // namespace

SetEncoder::SetEncoder(const SetLayout& layout)
    : layout_(layout), ipv4_record_(sum(layout.ipv4)), ipv6_record_(sum(layout.ipv6)) {}

std::size_t SetEncoder::size_with(std::size_t ipv4, std::size_t ipv6) const noexcept {
    return layout_.header + (ipv4 > 0 ? kSetHeader + ipv4 * ipv4_record_ : 0) +
           (ipv6 > 0 ? kSetHeader + ipv6 * ipv6_record_ : 0);
}

void SetEncoder::begin(Exporter& exporter, std::uint64_t now_us, std::uint8_t* buffer) {
    exporter_ = &exporter;
    now_us_ = now_us;
    buffer_ = buffer;
    ipv4_ = ipv6_ = 0;
}

bool SetEncoder::add(const Flow& f) {
    if (size_with(ipv4_ + (f.ipv6 ? 0 : 1), ipv6_ + (f.ipv6 ? 1 : 0)) > layout_.max_datagram) return false;
    if (f.ipv6) {
        write_record(Out(ipv6_records_.data() + ipv6_ * ipv6_record_), f);
        ++ipv6_;
    } else {
        write_record(Out(buffer_ + layout_.header + kSetHeader + ipv4_ * ipv4_record_), f);
        ++ipv4_;
    }
    return true;
}

std::size_t SetEncoder::finish() {
    std::uint8_t* at = buffer_ + layout_.header;
    if (ipv4_ > 0) {
        const std::size_t length = kSetHeader + ipv4_ * ipv4_record_;
        Out(at).u16(kTemplateIpv4).u16(static_cast<std::uint16_t>(length));
        at += length;
    }
    if (ipv6_ > 0) {
        const std::size_t records = ipv6_ * ipv6_record_;
        Out(at).u16(kTemplateIpv6).u16(static_cast<std::uint16_t>(kSetHeader + records));
        std::memcpy(at + kSetHeader, ipv6_records_.data(), records);
    }
    const std::size_t size = size_with(ipv4_, ipv6_);
    write_header(Out(buffer_), size, ipv4_ + ipv6_, ipv4_ + ipv6_);
    return size;
}

std::size_t SetEncoder::templates(Exporter& exporter, std::uint64_t now_us, std::uint8_t* buffer) {
    begin(exporter, now_us, buffer);
    const std::size_t length = kSetHeader + 2 * 4 + (layout_.ipv4.size() + layout_.ipv6.size()) * 4;
    Out out(buffer + layout_.header);
    out.u16(layout_.template_set).u16(static_cast<std::uint16_t>(length));
    write_template(out, kTemplateIpv4, layout_.ipv4);
    write_template(out, kTemplateIpv6, layout_.ipv6);
    if (layout_.sampling != 1) out = write_sampling(out, layout_.sampling);
    const auto size = static_cast<std::size_t>(out.at() - buffer);
    write_header(Out(buffer), size, layout_.sampling != 1 ? 4 : 2, layout_.sampling != 1 ? 1 : 0);
    return size;
}

}  // namespace generator
