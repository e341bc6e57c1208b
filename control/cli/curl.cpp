// SPDX-License-Identifier: Apache-2.0
#include "control/cli/curl.hpp"

#include <dlfcn.h>

namespace cli {
namespace {

bool load(Curl& out) noexcept {
    // Until the process ends: unloading it again would only cost time.
    void* const library = ::dlopen("libcurl.so.4", RTLD_LAZY | RTLD_LOCAL);
    if (library == nullptr) return false;
#define X(name)                                                                       \
    out.name = reinterpret_cast<decltype(out.name)>(::dlsym(library, "curl_" #name)); \
    if (out.name == nullptr) return false;
    CLI_CURL_FUNCTIONS(X)
#undef X
    return true;
}

}  // namespace

const Curl* load_curl() noexcept {
    static Curl curl;
    static const bool loaded = load(curl);
    return loaded ? &curl : nullptr;
}

}  // namespace cli
