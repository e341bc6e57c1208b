// SPDX-License-Identifier: Apache-2.0
// What GnuTLS asks at the begin of each TLS connection. Private to the server.
//
// Thread: the server's.
#pragma once

#include <gnutls/abstract.h>

namespace http {

// MHD_OPTION_HTTPS_CERT_CALLBACK2: certificate and key of TlsInUse, as copies that GnuTLS frees. 0, or below 0: no connection.
// Source: MHD keeps its connection as the session's pointer (as for its own PSK callback); tests/smoke/tls_test.sh sees it.
int give_certificate(gnutls_session_t session, const gnutls_cert_retr_st* info, gnutls_pcert_st** certificates,
                     unsigned* count, gnutls_ocsp_data_st** ocsp, unsigned* ocsp_count, gnutls_privkey_t* key,
                     unsigned* flags);

}  // namespace http
