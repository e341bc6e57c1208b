// SPDX-License-Identifier: Apache-2.0
// A capture of the data plane as a pcap file that is sent while it is made.
//
// Thread: the HTTP server's.
// Limits: one at a time (dataplane/capture_tap.hpp); what the reader does not take in time is dropped there and counted.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "control/http/server.hpp"
#include "dataplane/capture_tap.hpp"

namespace control {

class CaptureStream final : public http::Stream {
  public:
    explicit CaptureStream(std::unique_ptr<dataplane::CaptureTap> tap);

    std::ptrdiff_t read(char* to, std::size_t bytes) override;

    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return tap_->dropped(); }

  private:
    std::unique_ptr<dataplane::CaptureTap> tap_;
    std::string pending_;     // made and not sent yet
    std::uint64_t sent_ = 0;  // frames
};

// The captures of a daemon, as routes of its socket:
//   GET /api/v1/capture?exporter=PREFIX   the file, until the client goes
//   GET /api/v1/capture/counts            {"frames":N,"dropped":N} of the one under way
class CaptureRoutes {
  public:
    using Begin = std::function<flow::Result<std::unique_ptr<dataplane::CaptureTap>>(const flow::Prefix&)>;
    explicit CaptureRoutes(Begin begin) : begin_(std::move(begin)) {}

    [[nodiscard]] http::Response begin(const http::Request& request);
    [[nodiscard]] http::Response counts() const;

  private:
    Begin begin_;
    std::weak_ptr<CaptureStream> current_;
};

}  // namespace control
