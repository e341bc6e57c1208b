// SPDX-License-Identifier: Apache-2.0
// Any bytes as what a data directory keeps of exporters (templates as they came, options, a sequence), then datagrams that use it:
// a damaged or foreign data directory is refused or used, never trusted.
#include "tests/fuzz/decode_stream.hpp"

#include <algorithm>
#include <string>

namespace {

// One byte protocol, two of domain; then entries up to a zero byte: kind, length, bytes. Whatever is left is datagrams.
class Reader {
  public:
    Reader(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
    std::uint8_t byte() {
        if (left_ == 0) return 0;
        --left_;
        return *data_++;
    }
    std::uint64_t number() {
        std::uint64_t n = 0;
        for (int i = 0; i < 8; ++i) n = n << 8 | byte();
        return n;
    }
    std::vector<std::uint8_t> bytes(std::size_t n) {
        n = std::min(n, left_);
        std::vector<std::uint8_t> taken(data_, data_ + n);
        data_ += n;
        left_ -= n;
        return taken;
    }
    [[nodiscard]] const std::uint8_t* data() const { return data_; }
    [[nodiscard]] std::size_t left() const { return left_; }

  private:
    const std::uint8_t* data_;
    std::size_t left_;
};

constexpr flow::Protocol kProtocols[] = {flow::Protocol::netflow9, flow::Protocol::ipfix, flow::Protocol::sflow5,
                                         flow::Protocol::netflow5};

void read_entry(Reader& in, std::uint8_t kind, flow::ExporterMemory& memory) {
    const std::size_t length = in.byte() * 4u;
    switch (kind % 4) {
        case 0: {
            const auto bytes = in.bytes(length);
            const std::uint16_t id =
                bytes.size() < 2 ? std::uint16_t{0} : static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
            memory.templates.push_back({.id = id, .options = (kind & 0x80) != 0, .learned_ms = 1, .wire = bytes});
            break;
        }
        case 1: {
            const auto bytes = in.bytes(length);
            memory.options.push_back({.kind = static_cast<flow::OptionKind>(kind >> 2 & 7),
                                      .id = in.number(),
                                      .value = in.number(),
                                      .learned_ms = 1,
                                      .text = std::string(bytes.begin(), bytes.end())});
            break;
        }
        case 2:
            memory.sequence = {.known = true,
                               .next = static_cast<std::uint32_t>(in.number()),
                               .uptime_ms = static_cast<std::uint32_t>(in.number()),
                               .at_ms = in.number()};
            break;
        default:
            in.bytes(length);
            break;
    }
}

void as_it_is(std::vector<std::uint8_t>&) {}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Reader in(data, size);
    const flow::Protocol protocol = kProtocols[in.byte() % 4];
    const std::uint32_t domain = in.byte();
    const std::uint8_t port = in.byte();
    std::vector<fuzz::Stored> stored{{.key = {.address = flow::IpAddress::v4(0xc0000201),
                                              .source_id = 1,
                                              .domain = domain,
                                              .port = static_cast<std::uint16_t>(port == 1 ? 4000 : 0),
                                              .protocol = protocol},
                                      .memory = {}}};
    while (const std::uint8_t kind = in.byte()) read_entry(in, kind, stored[0].memory);
    fuzz::decode_stream(in.data(), in.left(), as_it_is, stored);
    return 0;
}
