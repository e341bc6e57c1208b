// SPDX-License-Identifier: Apache-2.0
#include "control/http/handshake.hpp"

#include "control/http/exchange.hpp"
#include "control/http/tls.hpp"

namespace http {
namespace {

// GnuTLS only reads it.
gnutls_datum_t datum(const std::string& text) {
    return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())), static_cast<unsigned>(text.size())};
}

int copy_key(const Tls& tls, gnutls_privkey_t* key) {
    const gnutls_datum_t pem = datum(tls.key);
    int fault = gnutls_privkey_init(key);
    if (fault < 0) return fault;
    fault = gnutls_privkey_import_x509_raw(*key, &pem, GNUTLS_X509_FMT_PEM, nullptr, 0);
    if (fault < 0) gnutls_privkey_deinit(*key);
    return fault;
}

}  // namespace

int give_certificate(gnutls_session_t session, const gnutls_cert_retr_st*, gnutls_pcert_st** certificates,
                     unsigned* count, gnutls_ocsp_data_st** ocsp, unsigned* ocsp_count, gnutls_privkey_t* key,
                     unsigned* flags) {
    auto* connection = static_cast<MHD_Connection*>(gnutls_session_get_ptr(session));
    const auto tls = client_of(connection).listening->tls->get();
    unsigned most = kMaxChain;
    auto* chain = static_cast<gnutls_pcert_st*>(gnutls_calloc(most, sizeof(gnutls_pcert_st)));
    if (chain == nullptr) return GNUTLS_E_MEMORY_ERROR;
    const gnutls_datum_t pem = datum(tls->certificate);
    int fault = gnutls_pcert_list_import_x509_raw(chain, &most, &pem, GNUTLS_X509_FMT_PEM, 0);
    if (fault >= 0) {
        fault = copy_key(*tls, key);
        for (unsigned i = 0; fault < 0 && i < most; ++i) gnutls_pcert_deinit(&chain[i]);
    }
    if (fault < 0) {
        gnutls_free(chain);
        return fault;
    }
    *certificates = chain;
    *count = most;
    *ocsp = nullptr;
    *ocsp_count = 0;
    *flags = GNUTLS_CERT_RETR_DEINIT_ALL;
    return 0;
}

}  // namespace http
