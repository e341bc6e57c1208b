// SPDX-License-Identifier: Apache-2.0
#include "control/capture_stream.hpp"

#include <algorithm>
#include <cstring>

#include "control/pcap.hpp"
#include "control/status_json.hpp"

namespace control {
namespace {
constexpr const char* kPcapContentType = "application/vnd.tcpdump.pcap";
}  // namespace

CaptureStream::CaptureStream(std::unique_ptr<dataplane::CaptureTap> tap) : tap_(std::move(tap)) {
    put_pcap_header(pending_, tap_->link());
}

std::ptrdiff_t CaptureStream::read(char* to, std::size_t bytes) {
    dataplane::CapturedFrame frame;
    while (pending_.size() < bytes && tap_->next(frame)) {
        put_pcap_frame(pending_, frame.bytes, frame.wire_bytes, frame.received_ns);
        ++sent_;
    }
    const std::size_t taken = std::min(pending_.size(), bytes);
    std::memcpy(to, pending_.data(), taken);
    pending_.erase(0, taken);
    return static_cast<std::ptrdiff_t>(taken);
}

http::Response CaptureRoutes::begin(const http::Request& request) {
    const auto given = request.query.find("exporter");
    const auto prefix = given == request.query.end() ? std::nullopt : flow::Prefix::parse(given->second);
    if (!prefix) return {.status = 400, .body = "exporter= is no address or prefix\n"};
    auto tap = begin_(*prefix);
    if (!tap) return {.status = 409, .body = tap.error().text() + "\n"};
    auto stream = std::make_shared<CaptureStream>(std::move(*tap));
    current_ = stream;
    return {.status = 200, .content_type = kPcapContentType, .stream = std::move(stream)};
}

http::Response CaptureRoutes::counts() const {
    const auto stream = current_.lock();
    if (!stream) return {.status = 404, .body = "no capture is under way\n"};
    return {.status = 200,
            .content_type = kJsonContentType,
            .body = capture_counts_json(stream->sent(), stream->dropped())};
}

}  // namespace control
