// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pcap.hpp"

#include <pcap/pcap.h>

#include <cerrno>
#include <cstring>

namespace support {

namespace {

constexpr std::uint32_t kMagicMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kMaxPacket = 262144;  // libpcap refuses more

struct FileHeader {
    std::uint32_t magic = kMagicMicroseconds;
    std::uint16_t major = 2;
    std::uint16_t minor = 4;
    std::uint32_t zone = 0;
    std::uint32_t figures = 0;
    std::uint32_t snap_length = kMaxPacket;
    std::uint32_t link_type = 0;
};
static_assert(sizeof(FileHeader) == 24);

struct PacketHeader {
    std::uint32_t seconds;
    std::uint32_t microseconds;
    std::uint32_t captured;
    std::uint32_t original;
};
static_assert(sizeof(PacketHeader) == 16);

struct CloseCapture {
    void operator()(pcap_t* p) const noexcept { pcap_close(p); }
};

}  // namespace

flow::Result<Capture> read_pcap(const std::string& path) {
    char reason[PCAP_ERRBUF_SIZE] = {};
    const std::unique_ptr<pcap_t, CloseCapture> file(pcap_open_offline(path.c_str(), reason));
    if (!file) return flow::fail("cannot read the capture " + path + ": " + reason);
    Capture out;
    // pcap_datalink gives DLT_ numbers; raw IP is the one where these differ from the LINKTYPE_ of the file.
    const int link = pcap_datalink(file.get());
    out.link_type = link == DLT_RAW ? kLinkRawIp : static_cast<std::uint32_t>(link);
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    while (pcap_next_ex(file.get(), &header, &bytes) == 1) {
        Captured packet;
        packet.time_us =
            static_cast<std::uint64_t>(header->ts.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(header->ts.tv_usec);
        packet.original_length = header->len;
        packet.bytes.assign(bytes, bytes + header->caplen);
        out.packets.push_back(std::move(packet));
    }
    return out;
}

flow::Result<PcapWriter> PcapWriter::create(const std::string& path, std::uint32_t link_type) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr) return flow::fail_errno("cannot write the capture " + path);
    PcapWriter writer(path, file);
    FileHeader header;
    header.link_type = link_type;
    std::fwrite(&header, sizeof header, 1, file);
    return writer;
}

void PcapWriter::write(std::uint64_t time_us, std::span<const std::uint8_t> packet) {
    const auto length = static_cast<std::uint32_t>(packet.size());
    const PacketHeader header{static_cast<std::uint32_t>(time_us / 1'000'000),
                              static_cast<std::uint32_t>(time_us % 1'000'000), length, length};
    std::fwrite(&header, sizeof header, 1, file_.get());
    std::fwrite(packet.data(), 1, packet.size(), file_.get());
}

flow::Result<void> PcapWriter::finish() {
    std::FILE* file = file_.release();
    const bool bad = std::ferror(file) != 0;
    const int error = errno;
    if (std::fclose(file) != 0) return flow::fail_errno("cannot write the capture " + path_);
    if (bad) return flow::fail_errno("cannot write the capture " + path_, error);
    return {};
}

}  // namespace support
