// SPDX-License-Identifier: Apache-2.0
// The certificate and key of all TLS sockets, which can be exchanged while they are served.
//
// Thread: any.
// Source: RFC 7468 (PEM); by GnuTLS, which libmicrohttpd uses.
// Limits: kMaxChain certificates, in files as small_file.hpp reads them; a key that others may read is an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "control/config.hpp"
#include "dataplane/flow/result.hpp"

namespace http {

inline constexpr std::size_t kMaxChain = 16;

// As PEM: the server's own certificate first, then those that lead to the authority's; and the key of the first.
struct Tls {
    std::string certificate{}, key{};
    std::uint64_t ends_s = 0;  // of the first certificate, since 1970 UTC
};

// Errors name the file: not readable, no PEM, a key of another certificate. That a certificate is over is none: the collector
// must start all the same.
[[nodiscard]] flow::Result<Tls> load_tls(const std::string& certificate, const std::string& key);

// Users file, certificate and key, as the daemon would take them over; what [http] does not name is right.
[[nodiscard]] flow::Result<void> check_files(const control::HttpConfig& http);

// What is in use: each handshake takes what it finds, those that are connected keep what they had.
class TlsInUse {
  public:
    void set(Tls tls);
    [[nodiscard]] std::shared_ptr<const Tls> get() const;  // nullptr: no TLS

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Tls> tls_{};  // guarded by mutex_
};

}  // namespace http
