// SPDX-License-Identifier: Apache-2.0
// What a TLS hello in a sampled packet is known by: JA3, JA4, the server's name.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "filters/language/subject.hpp"
#include "filters/text/fingerprint.hpp"

namespace store::query {

class HelloTexts {
  public:
    HelloTexts();
    // Of a packet from its first header on; empty where there is no such hello (JA3 and JA4: no complete one), or libcrypto does
    // not make the digests. Valid until the next call.
    [[nodiscard]] std::string_view of(filters::language::Reading reading, std::string_view packet, std::uint8_t proto);

  private:
    std::optional<filters::text::Fingerprinter> digests_{};
    std::string text_{};
};

}  // namespace store::query
