// SPDX-License-Identifier: Apache-2.0
#include "control/http/passwords.hpp"

#include <sodium.h>

#include <array>
#include <cstdlib>

namespace http {
namespace {

// Once a process; without it libsodium's random numbers are not ready.
void prepare() {
    static const bool kReady = sodium_init() >= 0;
    if (!kReady) std::abort();
}

}  // namespace

flow::Result<std::string> hash_password(std::string_view password) {
    prepare();
    std::array<char, crypto_pwhash_STRBYTES> out{};
    if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return flow::fail("cannot hash the password: 64 MiB of memory are needed");
    return std::string(out.data());
}

bool is_hash(std::string_view text) noexcept {
    return text.starts_with("$argon2id$") && text.size() < crypto_pwhash_STRBYTES;
}

bool verify_password(const std::string& hash, std::string_view password) {
    prepare();
    if (is_hash(hash)) return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
    static_cast<void>(hash_password(password));  // who asks for a user that is not there waits as long
    return false;
}

std::string make_secret() {
    prepare();
    std::array<unsigned char, 32> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    std::array<char, 2 * bytes.size() + 1> text{};
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    return std::string(text.data());
}

bool same_secret(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace http
