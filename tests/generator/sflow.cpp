// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/generator/bytes.hpp"
#include "tests/generator/encoder.hpp"

namespace generator {

namespace {

constexpr std::size_t kHeader = 28;        // agent address of 4 bytes
constexpr std::size_t kSampleHeader = 40;  // type, length and the flow sample's fixed part
constexpr std::size_t kRawHeader = 24;     // type, length and the raw record's fixed part
constexpr std::size_t kMaxPayload = 1400;
constexpr std::size_t kSampled = 128;  // bytes of a packet that agents send by default
constexpr std::size_t kMinFrame = 60;  // Ethernet, without its check sequence
constexpr std::size_t kCheckSequence = 4;
constexpr std::uint8_t kSyn = 0x02;

std::size_t transport_size(std::uint8_t protocol) {
    switch (protocol) {
        case kTcp:
            return 20;
        case kUdp:
        case kIcmp:
        case kIcmp6:
            return 8;
        default:
            return 0;
    }
}

bool is_tagged(const Flow& f) {
    return f.input % 4 == 1;
}

// Without the check sequence.
std::size_t frame_size(const Flow& f) {
    return std::max<std::size_t>(kMinFrame, (is_tagged(f) ? 18 : 14) + f.bytes);
}

void write_ethernet(Out& out, const Flow& f) {
    out.u32(0x02000000u).u16(f.output).u32(0x02000000u).u16(f.input);
    if (is_tagged(f)) out.u16(0x8100).u16(static_cast<std::uint16_t>(100 + f.input));
    out.u16(f.ipv6 ? 0x86dd : 0x0800);
}

void write_ip(Out& out, const Flow& f, std::size_t length) {
    if (f.ipv6) {
        out.u32(6u << 28 | static_cast<std::uint32_t>(f.tos) << 20);
        out.u16(static_cast<std::uint16_t>(length - 40)).u8(f.protocol).u8(64).ipv6(f.src).ipv6(f.dst);
        return;
    }
    std::uint8_t* const begin = out.at();
    out.u8(0x45).u8(f.tos).u16(static_cast<std::uint16_t>(length)).u16(0).u16(0x4000);
    out.u8(64).u8(f.protocol).u16(0).ipv4(f.src).ipv4(f.dst);
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < 20; i += 2) sum += static_cast<std::uint32_t>(begin[i] << 8 | begin[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    Out(begin + 10).u16(static_cast<std::uint16_t>(~(sum + (sum >> 16))));
}

void write_transport(Out& out, const Flow& f, std::size_t length) {
    if (f.protocol == kTcp) {
        out.u16(f.src_port)
            .u16(f.dst_port)
            .u32(1)
            .u32(f.tcp_flags == kSyn ? 0 : 1)
            .u8(0x50)
            .u8(f.tcp_flags)
            .u16(65535)
            .u32(0);
    } else if (f.protocol == kUdp) {
        out.u16(f.src_port).u16(f.dst_port).u16(static_cast<std::uint16_t>(length)).u16(0);
    } else if (f.is_icmp()) {
        out.u16(f.dst_port).zeros(6);
    }
}

class SflowEncoder final : public Encoder {
  public:
    explicit SflowEncoder(std::uint32_t sampling) : sampling_(sampling) {}

    void begin(Exporter& exporter, std::uint64_t now_us, std::uint8_t* buffer) override {
        exporter_ = &exporter;
        now_us_ = now_us;
        buffer_ = buffer;
        size_ = kHeader;
        samples_ = 0;
    }

    bool add(const Flow& f) override {
        const std::size_t frame = frame_size(f);
        const std::size_t header = std::min(kSampled, frame);
        const std::size_t padded = (header + 3) / 4 * 4;
        if (size_ + kSampleHeader + kRawHeader + padded > kMaxPayload) return false;
        Out out(buffer_ + size_);
        write_sample(out, f, kRawHeader + padded);
        out.u32(1).u32(static_cast<std::uint32_t>(16 + padded)).u32(1);  // raw header, Ethernet
        out.u32(static_cast<std::uint32_t>(frame + kCheckSequence)).u32(kCheckSequence);
        out.u32(static_cast<std::uint32_t>(header));
        write_packet(out, f, padded);
        size_ += kSampleHeader + kRawHeader + padded;
        ++samples_;
        return true;
    }

    // Of the frame, check sequence included, as nfdump's sfcapd counts it.
    std::uint64_t counted_bytes(const Flow& f) const override { return frame_size(f) + kCheckSequence; }

    std::size_t finish() override {
        Out out(buffer_);
        // The agent's address is its own, not that of its datagrams: 10.255.0.0 plus the sub-agent.
        out.u32(5).u32(1).u32(0x0aff0000u + exporter_->domain).u32(exporter_->domain);
        out.u32(++exporter_->sequence).u32(uptime_ms(*exporter_, now_us_ / 1000)).u32(samples_);
        return size_;
    }

  private:
    void write_sample(Out& out, const Flow& f, std::size_t records_size) {
        Exporter::Port& port = exporter_->ports[f.input % exporter_->ports.size()];
        port.pool += sampling_;
        out.u32(1).u32(static_cast<std::uint32_t>(kSampleHeader - 8 + records_size));
        out.u32(++port.sequence).u32(f.input).u32(sampling_).u32(port.pool).u32(0);
        out.u32(f.input).u32(f.output).u32(1);
    }

    // The first bytes of the packet, zeros where the sample is longer than what is known of it.
    static void write_packet(Out& out, const Flow& f, std::size_t size) {
        std::uint8_t packet[18 + 40 + 20 + kSampled] = {};
        Out in(packet);
        write_ethernet(in, f);
        write_ip(in, f, f.bytes);
        const std::size_t after_ip = f.bytes - (f.ipv6 ? 40 : 20);
        write_transport(in, f, after_ip);
        const std::size_t room = std::min(after_ip - transport_size(f.protocol), kSampled - 40);
        if (f.tcp_flags != kSyn) in.text(f.payload.substr(0, room));
        out.text({reinterpret_cast<const char*>(packet), size});
    }

    std::uint32_t sampling_;
    Exporter* exporter_ = nullptr;
    std::uint64_t now_us_ = 0;
    std::uint8_t* buffer_ = nullptr;
    std::size_t size_ = 0;
    std::uint32_t samples_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> make_sflow(std::uint32_t sampling) {
    return std::make_unique<SflowEncoder>(sampling);
}

}  // namespace generator
