// SPDX-License-Identifier: Apache-2.0
#include "control/cli/client.hpp"

#include <curl/curl.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace cli {
namespace {

constexpr std::size_t kMaxAnswerBytes = 256u << 20;

struct CurlFree {
    void operator()(CURL* curl) const noexcept { curl_easy_cleanup(curl); }
};

std::size_t keep(const char* data, std::size_t, std::size_t bytes, void* into) {
    auto& body = *static_cast<std::string*>(into);
    if (body.size() + bytes > kMaxAnswerBytes) return 0;  // ends the transfer
    body.append(data, bytes);
    return bytes;
}

tl::unexpected<Failure> explain(const std::string& socket, CURLcode code, long os_error) {
    if (code != CURLE_COULDNT_CONNECT) {
        return failure(Exit::failed, "the daemon on " + socket + " gave no answer: " + curl_easy_strerror(code) +
                                         "; its log says more");
    }
    if (os_error == EACCES || os_error == EPERM) {
        return failure(Exit::failed, "you may not open " + socket + ": become a member of the daemon's group, or root");
    }
    return failure(Exit::not_running,
                   "net-collectord is not running (nobody answers on " + socket +
                       "): start it with `systemctl start net-collector`, or from a checkout with scripts/run");
}

}  // namespace

Outcome<Answer> ask(const std::string& socket, const std::string& method, const std::string& path, long timeout_s) {
    const std::unique_ptr<CURL, CurlFree> curl(curl_easy_init());
    if (!curl) return failure(Exit::failed, "libcurl cannot be initialised");
    Answer answer;
    const std::string url = "http://net-collector" + path;
    curl_easy_setopt(curl.get(), CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, timeout_s);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
    if (method == "POST") curl_easy_setopt(curl.get(), CURLOPT_COPYPOSTFIELDS, "");
    const CURLcode code = curl_easy_perform(curl.get());
    if (code != CURLE_OK) {
        long os_error = 0;
        curl_easy_getinfo(curl.get(), CURLINFO_OS_ERRNO, &os_error);
        return explain(socket, code, os_error);
    }
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    return answer;
}

}  // namespace cli
