// SPDX-License-Identifier: Apache-2.0
#include "control/http/tls.hpp"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <type_traits>
#include <utility>

#include "control/http/small_file.hpp"
#include "control/http/users.hpp"

namespace http {
namespace {

template <auto free>
struct Free {
    template <class T>
    void operator()(T* it) const noexcept {
        free(it);
    }
};
using Key = std::unique_ptr<std::remove_pointer_t<gnutls_x509_privkey_t>, Free<gnutls_x509_privkey_deinit>>;
using Credentials =
    std::unique_ptr<std::remove_pointer_t<gnutls_certificate_credentials_t>, Free<gnutls_certificate_free_credentials>>;

// Certificates as GnuTLS lists them.
class Chain {
  public:
    Chain() = default;
    Chain(const Chain&) = delete;
    Chain& operator=(const Chain&) = delete;
    ~Chain() {
        for (unsigned i = 0; i < count_; ++i) gnutls_x509_crt_deinit(list_[i]);
        gnutls_free(list_);
    }
    // GnuTLS's word for the fault; 0: none.
    int read(const gnutls_datum_t& pem) {
        return gnutls_x509_crt_list_import2(&list_, &count_, &pem, GNUTLS_X509_FMT_PEM, 0);
    }
    [[nodiscard]] gnutls_x509_crt_t* list() const noexcept { return list_; }
    [[nodiscard]] unsigned count() const noexcept { return count_; }

  private:
    gnutls_x509_crt_t* list_ = nullptr;
    unsigned count_ = 0;
};

gnutls_datum_t datum(std::string& text) {
    return {reinterpret_cast<unsigned char*>(text.data()), static_cast<unsigned>(text.size())};
}

}  // namespace

flow::Result<Tls> load_tls(const std::string& certificate, const std::string& key) {
    const std::string of_certificate = "certificate " + certificate, of_key = "key " + key;
    auto certificate_pem = read_small_file("certificate", certificate, Secrecy::open);
    if (!certificate_pem) return flow::pass(certificate_pem);
    auto key_pem = read_small_file("key", key, Secrecy::secret);
    if (!key_pem) return flow::pass(key_pem);
    Tls out{.certificate = std::move(*certificate_pem), .key = std::move(*key_pem)};

    Chain chain;
    if (const int fault = chain.read(datum(out.certificate)); fault < 0)
        return flow::fail(of_certificate + " is no certificate as PEM: " + gnutls_strerror(fault));
    if (chain.count() > kMaxChain)
        return flow::fail(of_certificate + " has more than " + std::to_string(kMaxChain) + " certificates");
    gnutls_x509_privkey_t raw_key = nullptr;
    if (gnutls_x509_privkey_init(&raw_key) < 0) return flow::fail(of_key + " cannot be read: out of memory");
    const Key owned_key(raw_key);
    const gnutls_datum_t key_datum = datum(out.key);
    if (const int fault = gnutls_x509_privkey_import2(raw_key, &key_datum, GNUTLS_X509_FMT_PEM, nullptr, 0); fault < 0)
        return flow::fail(of_key + " is no private key as PEM without a password: " + gnutls_strerror(fault));

    gnutls_certificate_credentials_t raw_credentials = nullptr;
    if (gnutls_certificate_allocate_credentials(&raw_credentials) < 0)
        return flow::fail(of_certificate + " cannot be used: out of memory");
    const Credentials credentials(raw_credentials);
    const int fault =
        gnutls_certificate_set_x509_key(raw_credentials, chain.list(), static_cast<int>(chain.count()), raw_key);
    if (fault == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
        return flow::fail(of_key + " does not belong to " + of_certificate +
                          ": the first certificate of the file must be the one that was made for this key");
    if (fault < 0) return flow::fail(of_certificate + " cannot be used: " + gnutls_strerror(fault));
    const time_t ends_s = gnutls_x509_crt_get_expiration_time(*chain.list());
    out.ends_s = ends_s < 0 ? 0 : static_cast<std::uint64_t>(ends_s);
    return out;
}

flow::Result<void> check_files(const control::HttpConfig& http) {
    if (!http.users.empty()) {
        if (auto users = load_users(http.users); !users) return flow::pass(users);
    }
    if (http.certificate.empty()) return {};
    if (auto tls = load_tls(http.certificate, http.key); !tls) return flow::pass(tls);
    return {};
}

void TlsInUse::set(Tls tls) {
    auto fresh = std::make_shared<const Tls>(std::move(tls));
    const std::scoped_lock lock(mutex_);
    tls_ = std::move(fresh);
}

std::shared_ptr<const Tls> TlsInUse::get() const {
    const std::scoped_lock lock(mutex_);
    return tls_;
}

}  // namespace http
