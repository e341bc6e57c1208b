// SPDX-License-Identifier: Apache-2.0
// What NetFlow v9 and IPFIX have in common: a header, then a set of IPv4 records and a set of IPv6 records.
//
// Thread: one at a time per object.
#pragma once

#include <cstdint>
#include <span>

#include "tests/generator/bytes.hpp"
#include "tests/generator/encoder.hpp"

namespace generator {

inline constexpr std::uint16_t kTemplateIpv4 = 256;
inline constexpr std::uint16_t kTemplateIpv6 = 257;
inline constexpr std::uint16_t kTemplateSampling = 258;
inline constexpr std::size_t kSetHeader = 4;

struct TemplateField {
    std::uint16_t element;
    std::uint16_t length;
};

template <std::size_t N>
[[nodiscard]] constexpr std::size_t record_size(const std::array<TemplateField, N>& fields) {
    std::size_t sum = 0;
    for (const TemplateField& f : fields) sum += f.length;
    return sum;
}

struct SetLayout {
    std::size_t max_datagram;
    std::size_t header;          // bytes of the message's header
    std::uint16_t template_set;  // id of the set that holds templates
    std::span<const TemplateField> ipv4;
    std::span<const TemplateField> ipv6;
    std::uint32_t sampling;  // 1: nothing is said of it
};

class SetEncoder : public Encoder {
  public:
    void begin(Exporter& exporter, std::uint64_t now_us, std::uint8_t* buffer) final;
    bool add(const Flow& f) final;
    std::size_t finish() final;
    std::size_t templates(Exporter& exporter, std::uint64_t now_us, std::uint8_t* buffer) final;

  protected:
    explicit SetEncoder(const SetLayout& layout);
    // One record, exactly as its template says.
    virtual void write_record(Out out, const Flow& f) const = 0;
    // An options template set and the set of its one record, in multiples of 4 bytes.
    virtual Out write_sampling(Out out, std::uint32_t one_in) const = 0;
    // The message's header; moves the sequence on. `count`: templates and records in it; `data`: records, options data too.
    virtual void write_header(Out out, std::size_t size, std::size_t count, std::size_t data) = 0;

    Exporter* exporter_ = nullptr;
    std::uint64_t now_us_ = 0;

  private:
    [[nodiscard]] std::size_t size_with(std::size_t ipv4, std::size_t ipv6) const noexcept;

    SetLayout layout_;
    std::size_t ipv4_record_;
    std::size_t ipv6_record_;
    std::uint8_t* buffer_ = nullptr;
    std::size_t ipv4_ = 0;
    std::size_t ipv6_ = 0;
    std::array<std::uint8_t, kMaxDatagram> ipv6_records_{};  // until it is known where their set begins
};

}  // namespace generator
