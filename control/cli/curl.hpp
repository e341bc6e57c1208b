// SPDX-License-Identifier: Apache-2.0
// libcurl, loaded when first needed: the thirty libraries that come with it take longer to load than the data directory
// takes for most answers, and only questions to the daemon need it.
//
// Thread: one.
// Shape:  libcurl's own functions and types, by their names without the prefix curl_.
#pragma once

#include <curl/curl.h>

namespace cli {

#define CLI_CURL_FUNCTIONS(X) \
    X(easy_init)              \
    X(easy_cleanup)           \
    X(easy_setopt)            \
    X(easy_getinfo)           \
    X(easy_perform)           \
    X(easy_strerror)          \
    X(multi_init)             \
    X(multi_cleanup)          \
    X(multi_add_handle)       \
    X(multi_remove_handle)    \
    X(multi_perform)          \
    X(multi_poll)             \
    X(multi_info_read)

struct Curl {
#define X(name) decltype(&curl_##name) name = nullptr;
    CLI_CURL_FUNCTIONS(X)
#undef X
};

// nullptr: the library is not there, or lacks one of them.
[[nodiscard]] const Curl* load_curl() noexcept;

}  // namespace cli
