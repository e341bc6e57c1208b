// SPDX-License-Identifier: Apache-2.0
#include "filters/text/fingerprint.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace filters::text {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::size_t kTruncatedChars = 12;
constexpr std::string_view kNothingListed = "000000000000";

// Text on its way into a digest.
class Digest {
  public:
    Digest(EVP_MD_CTX* context, const EVP_MD* algorithm) noexcept : context_(context) {
        ok_ = EVP_DigestInit_ex2(context_, algorithm, nullptr) == 1;
    }
    void put(char c) noexcept {
        if (used_ == buffer_.size()) flush();
        buffer_[used_++] = c;
    }
    void put_decimal(std::uint16_t number) noexcept {
        std::array<char, 5> digits;
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        for (const char* c = digits.data(); c != end; ++c) put(*c);
    }
    void put_hex(std::uint16_t number) noexcept {
        for (int shift = 12; shift >= 0; shift -= 4) put(kHex[number >> shift & 15]);
    }
    // The first characters of the digest in hex; false when the library failed.
    [[nodiscard]] bool finish(std::span<char> hex) noexcept {
        flush();
        std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
        unsigned size = 0;
        if (!ok_ || EVP_DigestFinal_ex(context_, bytes.data(), &size) != 1 || size * 2 < hex.size()) return false;
        for (std::size_t i = 0; i < hex.size(); ++i) hex[i] = kHex[i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15];
        return true;
    }

  private:
    void flush() noexcept {
        ok_ = ok_ && EVP_DigestUpdate(context_, buffer_.data(), used_) == 1;
        used_ = 0;
    }

    EVP_MD_CTX* context_;
    bool ok_ = false;
    std::size_t used_ = 0;
    std::array<char, 512> buffer_;
};

// Puts `separator` between what is put, not before the first.
class Joined {
  public:
    Joined(Digest& digest, char separator) noexcept : digest_(digest), separator_(separator) {}
    Digest& next() noexcept {
        if (some_) digest_.put(separator_);
        some_ = true;
        return digest_;
    }

  private:
    Digest& digest_;
    char separator_;
    bool some_ = false;
};

void put_decimals(flow::Bytes numbers, Digest& digest) noexcept {
    Joined joined(digest, '-');
    each_number(numbers, [&](std::uint16_t number) { joined.next().put_decimal(number); });
}

// Numbers in ascending order.
struct Listed {
    std::array<std::uint16_t, kMostListed> numbers;
    std::size_t count = 0;
    bool all = true;

    void add(std::uint16_t number) noexcept {
        all = all && count < numbers.size();
        if (all) numbers[count++] = number;
    }
    std::span<const std::uint16_t> sorted() noexcept {
        std::sort(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(count));
        return {numbers.data(), count};
    }
};

// The start of the digest of `list` in order, and of `signatures` as they come. False when the library failed.
bool put_hashed(Digest digest, Listed& list, flow::Bytes signatures, char* to) noexcept {
    if (list.count == 0) {
        std::copy(kNothingListed.begin(), kNothingListed.end(), to);
        return true;
    }
    Joined numbers(digest, ',');
    for (const std::uint16_t number : list.sorted()) numbers.next().put_hex(number);
    if (!signatures.empty()) {
        digest.put('_');
        Joined joined(digest, ',');
        each_number(signatures, [&](std::uint16_t number) { joined.next().put_hex(number); });
    }
    return digest.finish({to, kTruncatedChars});
}

// The newest version a client takes, as two characters.
std::string_view version_name(const TlsHello& hello) noexcept {
    std::uint16_t newest = 0;
    each_number(hello.versions, [&](std::uint16_t version) { newest = std::max(newest, version); });
    switch (newest != 0 ? newest : hello.version) {
        case 0x0304:
            return "13";
        case 0x0303:
            return "12";
        case 0x0302:
            return "11";
        case 0x0301:
            return "10";
        case 0x0300:
            return "s3";
        case 0x0002:
            return "s2";
        default:
            return "00";
    }
}

bool is_alphanumeric(char c) noexcept {
    return ('0' <= c && c <= '9') || ('A' <= c && c <= 'Z') || ('a' <= c && c <= 'z');
}

// First and last character of the first protocol; of its hex form when either is not alphanumeric.
std::array<char, 2> alpn_name(std::string_view alpn) noexcept {
    if (alpn.empty()) return {'0', '0'};
    if (is_alphanumeric(alpn.front()) && is_alphanumeric(alpn.back())) return {alpn.front(), alpn.back()};
    return {kHex[static_cast<unsigned char>(alpn.front()) >> 4], kHex[static_cast<unsigned char>(alpn.back()) & 15]};
}

char* append(std::string_view text, char* to) noexcept {
    return std::copy(text.begin(), text.end(), to);
}

char* append_count(std::size_t count, char* to) noexcept {
    const std::size_t shown = std::min<std::size_t>(count, 99);
    *to++ = static_cast<char>('0' + shown / 10);
    *to++ = static_cast<char>('0' + shown % 10);
    return to;
}

}  // namespace

void Fingerprinter::Free::operator()(evp_md_ctx_st* context) const noexcept {
    EVP_MD_CTX_free(context);
}
void Fingerprinter::Free::operator()(evp_md_st* algorithm) const noexcept {
    EVP_MD_free(algorithm);
}

flow::Result<Fingerprinter> Fingerprinter::make() {
    Fingerprinter out;
    out.md5_.reset(EVP_MD_fetch(nullptr, "MD5", nullptr));
    out.sha256_.reset(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    out.context_.reset(EVP_MD_CTX_new());
    if (out.md5_ == nullptr || out.sha256_ == nullptr || out.context_ == nullptr) {
        return flow::fail(
            "ja3 and ja4 need MD5 and SHA-256 of libcrypto, which does not give them; allow them in openssl.cnf or "
            "take "
            "these tests out of the filters");
    }
    return out;
}

Fingerprinter::Fingerprinter(Fingerprinter&&) noexcept = default;
Fingerprinter& Fingerprinter::operator=(Fingerprinter&&) noexcept = default;
Fingerprinter::~Fingerprinter() = default;

std::string_view Fingerprinter::made(bool ok, std::size_t size) noexcept {
    if (ok) return {text_.data(), size};
    ++failures_;
    return {};
}

std::string_view Fingerprinter::ja3(const TlsHello& hello) noexcept {
    if (!hello.complete) return {};
    Digest digest(context_.get(), md5_.get());
    digest.put_decimal(hello.version);
    digest.put(',');
    put_decimals(hello.ciphers, digest);
    digest.put(',');
    Joined types(digest, '-');
    each_extension(hello.extensions, [&](std::uint16_t type, flow::Bytes) { types.next().put_decimal(type); });
    if (hello.client) {
        digest.put(',');
        put_decimals(hello.groups, digest);
        digest.put(',');
        Joined formats(digest, '-');
        for (const std::uint8_t format : hello.point_formats) formats.next().put_decimal(format);
    }
    const std::span<char> hex = std::span(text_).first(kJa3Chars);
    return made(digest.finish(hex), hex.size());
}

std::string_view Fingerprinter::ja4(const TlsHello& hello) noexcept {
    if (!hello.complete || !hello.client) return {};
    constexpr std::uint16_t kServerName = 0;
    constexpr std::uint16_t kAlpn = 16;
    Listed ciphers;
    Listed extensions;
    std::size_t extension_count = 0;
    each_number(hello.ciphers, [&](std::uint16_t number) { ciphers.add(number); });
    each_extension(hello.extensions, [&](std::uint16_t type, flow::Bytes) {
        ++extension_count;
        if (type != kServerName && type != kAlpn) extensions.add(type);
    });
    if (!ciphers.all || !extensions.all) return {};
    char* at = append("t", text_.data());
    at = append(version_name(hello), at);
    *at++ = hello.has_server_name ? 'd' : 'i';
    at = append_count(ciphers.count, at);
    at = append_count(extension_count, at);
    for (const char c : alpn_name(hello.alpn)) *at++ = c;
    *at++ = '_';
    bool ok = put_hashed({context_.get(), sha256_.get()}, ciphers, {}, at);
    at += kTruncatedChars;
    *at++ = '_';
    ok = ok && put_hashed({context_.get(), sha256_.get()}, extensions, hello.signatures, at);
    return made(ok, kJa4Chars);
}

}  // namespace filters::text
