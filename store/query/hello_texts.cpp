// SPDX-License-Identifier: Apache-2.0
#include "store/query/hello_texts.hpp"

#include <utility>

#include "filters/text/payload.hpp"
#include "filters/text/tls_hello.hpp"

namespace store::query {

using filters::language::Reading;

HelloTexts::HelloTexts() {
    if (auto made = filters::text::Fingerprinter::make()) digests_.emplace(std::move(*made));
}

std::string_view HelloTexts::of(Reading reading, std::string_view packet, std::uint8_t proto) {
    constexpr std::uint8_t kTcp = 6;
    text_.clear();
    if (proto != kTcp) return text_;
    const std::string_view payload = filters::text::application_bytes(packet, proto);
    const auto hello =
        filters::text::read_tls_hello({reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()});
    if (!hello) return text_;
    if (reading == Reading::tls_server_name) text_ = hello->server_name;
    if (!hello->complete || !digests_) return text_;
    if (reading == Reading::tls_ja3) text_ = digests_->ja3(*hello);
    if (reading == Reading::tls_ja4) text_ = digests_->ja4(*hello);
    return text_;
}

}  // namespace store::query
