// SPDX-License-Identifier: Apache-2.0
// JA3, JA3S and JA4: short names for the way a TLS client or server introduces itself.
//
// Thread: a Fingerprinter belongs to one core.
// Source: JA3: MD5 over "version,ciphers,extensions,groups,point formats", numbers in decimal joined by '-', GREASE
//         left out; of a server (JA3S) over "version,cipher,extensions". JA4: FoxIO's published description (TLS over
//         TCP).
// Limits: JA4 of at most kMostListed ciphers and extensions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "dataplane/flow/result.hpp"
#include "filters/text/tls_hello.hpp"

struct evp_md_ctx_st;
struct evp_md_st;

namespace filters::text {

inline constexpr std::size_t kMostListed = 512;
inline constexpr std::size_t kJa3Chars = 32;
inline constexpr std::size_t kJa4Chars = 36;

class Fingerprinter {
  public:
    [[nodiscard]] static flow::Result<Fingerprinter> make();

    Fingerprinter(Fingerprinter&&) noexcept;
    Fingerprinter& operator=(Fingerprinter&&) noexcept;
    ~Fingerprinter();

    // Empty where the hello is not complete, ja4() also of a server's; valid until the next call.
    [[nodiscard]] std::string_view ja3(const TlsHello& hello) noexcept;
    [[nodiscard]] std::string_view ja4(const TlsHello& hello) noexcept;

    // Digests that libcrypto did not make.
    [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

  private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const noexcept;
        void operator()(evp_md_st* algorithm) const noexcept;
    };
    Fingerprinter() noexcept = default;
    // `text_`'s first `size` characters when `ok`.
    [[nodiscard]] std::string_view made(bool ok, std::size_t size) noexcept;

    std::unique_ptr<evp_md_st, Free> md5_{};
    std::unique_ptr<evp_md_st, Free> sha256_{};
    std::unique_ptr<evp_md_ctx_st, Free> context_{};
    std::array<char, kJa4Chars> text_{};
    std::uint64_t failures_ = 0;
};

}  // namespace filters::text
