// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/generator/bytes.hpp"
#include "tests/generator/encoder.hpp"

namespace generator {

namespace {

constexpr std::size_t kHeader = 24;
constexpr std::size_t kRecord = 48;
constexpr std::size_t kMostRecords = 30;  // the format's own limit; over IPv6 one packet has room for 29
static_assert(kHeader + kMostRecords * kRecord <= kMaxDatagram);

constexpr std::uint32_t kRandomMode = 1u << 14;  // the two bits above the sampling interval

constexpr std::uint32_t kAsTrans = 23456;  // RFC 6793: stands for an AS number that needs 32 bits

std::uint16_t as16(std::uint32_t as) {
    return static_cast<std::uint16_t>(as > 65535 ? kAsTrans : as);
}

class V5Encoder final : public Encoder {
  public:
    V5Encoder(std::size_t max_datagram, std::uint32_t sampling)
        : max_records_(std::min(kMostRecords, (max_datagram - kHeader) / kRecord)), sampling_(sampling) {}

    void begin(Exporter& exporter, std::uint64_t now_us, std::uint8_t* buffer) override {
        exporter_ = &exporter;
        now_us_ = now_us;
        buffer_ = buffer;
        records_ = 0;
    }

    bool add(const Flow& f) override {
        if (records_ == max_records_) return false;
        Out out(buffer_ + kHeader + records_ * kRecord);
        out.ipv4(f.src).ipv4(f.dst).ipv4(f.next_hop).u16(f.input).u16(f.output);
        out.u32(static_cast<std::uint32_t>(f.packets)).u32(static_cast<std::uint32_t>(f.bytes));
        out.u32(uptime_ms(*exporter_, f.first_ms)).u32(uptime_ms(*exporter_, f.last_ms));
        out.u16(f.src_port).u16(f.dst_port).u8(0).u8(f.tcp_flags).u8(f.protocol).u8(f.tos);
        out.u16(as16(f.src_as)).u16(as16(f.dst_as)).u8(f.src_mask).u8(f.dst_mask).u16(0);
        ++records_;
        return true;
    }

    std::size_t finish() override {
        const std::uint64_t now_ms = now_us_ / 1000;
        Out out(buffer_);
        out.u16(5).u16(static_cast<std::uint16_t>(records_)).u32(uptime_ms(*exporter_, now_ms));
        // Seconds and nanoseconds to the millisecond, so that they and the uptime name the same moment.
        out.u32(static_cast<std::uint32_t>(now_ms / 1000)).u32(static_cast<std::uint32_t>(now_ms % 1000 * 1'000'000));
        out.u32(exporter_->sequence).u16(static_cast<std::uint16_t>(exporter_->domain));
        out.u16(static_cast<std::uint16_t>(sampling_ == 1 ? 0 : kRandomMode | sampling_));
        exporter_->sequence += static_cast<std::uint32_t>(records_);
        return kHeader + records_ * kRecord;
    }

  private:
    std::size_t max_records_;
    std::uint32_t sampling_;
    Exporter* exporter_ = nullptr;
    std::uint64_t now_us_ = 0;
    std::uint8_t* buffer_ = nullptr;
    std::size_t records_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> make_v5(std::size_t max_datagram, std::uint32_t sampling) {
    return std::make_unique<V5Encoder>(max_datagram, sampling);
}

}  // namespace generator
