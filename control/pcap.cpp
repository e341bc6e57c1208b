// SPDX-License-Identifier: Apache-2.0
#include "control/pcap.hpp"

#include <algorithm>
#include <cstring>

namespace control {
namespace {

constexpr std::uint32_t kMagic = 0xa1b2c3d4;

struct FileHeader {
    std::uint32_t magic = kMagic;
    std::uint16_t major = 2, minor = 4;
    std::uint32_t reserved[2]{};
    std::uint32_t most_bytes = kMostFrameBytes;
    std::uint32_t link = 0;
};
static_assert(sizeof(FileHeader) == 24);

struct FrameHeader {
    std::uint32_t seconds = 0, microseconds = 0;
    std::uint32_t bytes = 0, wire_bytes = 0;
};
static_assert(sizeof(FrameHeader) == 16);

template <class T>
void put(std::string& to, const T& value) {
    const std::size_t at = to.size();
    to.resize(at + sizeof value);
    std::memcpy(to.data() + at, &value, sizeof value);
}

template <class T>
T get(std::string_view from) {
    T value;
    std::memcpy(&value, from.data(), sizeof value);
    return value;
}

}  // namespace

void put_pcap_header(std::string& to, flow::LinkType link) {
    FileHeader header;
    header.link = static_cast<std::uint32_t>(link);
    put(to, header);
}

void put_pcap_frame(std::string& to, flow::Bytes frame, std::uint32_t wire_bytes, std::uint64_t received_ns) {
    constexpr std::uint64_t kSecond_ns = 1'000'000'000;
    const auto kept = frame.first(std::min<std::size_t>(frame.size(), kMostFrameBytes));
    put(to, FrameHeader{.seconds = static_cast<std::uint32_t>(received_ns / kSecond_ns),
                        .microseconds = static_cast<std::uint32_t>(received_ns % kSecond_ns / 1000),
                        .bytes = static_cast<std::uint32_t>(kept.size()),
                        .wire_bytes = std::max(wire_bytes, static_cast<std::uint32_t>(kept.size()))});
    to.append(reinterpret_cast<const char*>(kept.data()), kept.size());
}

void PcapSplitter::add(std::string_view bytes) {
    bytes_.erase(0, at_);
    at_ = 0;
    bytes_ += bytes;
}

std::string_view PcapSplitter::next() {
    const std::string_view left = std::string_view(bytes_).substr(at_);
    std::size_t size = sizeof(FileHeader);
    if (!header_taken_) {
        if (left.size() < size) return {};
        broken_ = broken_ || get<FileHeader>(left).magic != kMagic;
    } else {
        if (left.size() < sizeof(FrameHeader)) return {};
        const std::uint32_t bytes = get<FrameHeader>(left).bytes;
        broken_ = broken_ || bytes > kMostFrameBytes;
        size = sizeof(FrameHeader) + bytes;
    }
    if (broken_ || left.size() < size) return {};
    frames_ += header_taken_ ? 1 : 0;
    header_taken_ = true;
    at_ += size;
    return left.substr(0, size);
}

}  // namespace control
