// SPDX-License-Identifier: Apache-2.0
#include "control/cli/client.hpp"

#include <cctype>
#include <cerrno>
#include <memory>

#include "control/cli/curl.hpp"

namespace cli {
namespace {

constexpr std::size_t kMaxAnswerBytes = 256u << 20;
constexpr std::size_t kMaxRefusalBytes = 64u << 10;
constexpr long kOk = 200;
constexpr int kLook_ms = 100;

struct CurlFree {
    const Curl* library;
    void operator()(CURL* curl) const noexcept { library->easy_cleanup(curl); }
};
struct MultiFree {
    const Curl* library;
    void operator()(CURLM* multi) const noexcept { library->multi_cleanup(multi); }
};

tl::unexpected<Failure> no_library() {
    return failure(Exit::failed, "libcurl.so.4, which asks the daemon, cannot be loaded: install the package libcurl4");
}

std::size_t keep(const char* data, std::size_t, std::size_t bytes, void* into) {
    auto& body = *static_cast<std::string*>(into);
    if (body.size() + bytes > kMaxAnswerBytes) return 0;  // ends the transfer
    body.append(data, bytes);
    return bytes;
}

tl::unexpected<Failure> explain(const Curl& library, const std::string& socket, CURLcode code, long os_error) {
    if (code != CURLE_COULDNT_CONNECT) {
        return failure(Exit::failed, "the daemon on " + socket + " gave no answer: " + library.easy_strerror(code) +
                                         "; its log says more");
    }
    if (os_error == EACCES || os_error == EPERM) {
        return failure(Exit::failed, "you may not open " + socket + ": become a member of the daemon's group, or root");
    }
    return failure(Exit::not_running,
                   "net-collectord is not running (nobody answers on " + socket +
                       "): start it with `systemctl start net-collector`, or from a checkout with scripts/run");
}

// What a transfer under way needs to know.
struct Following {
    const Curl& library;
    CURL* curl = nullptr;
    const std::function<bool(std::string_view)>& take;
    std::string refusal;
    bool ended = false;  // by take()
};

std::size_t pass_on(const char* data, std::size_t, std::size_t bytes, void* into) {
    auto& following = *static_cast<Following*>(into);
    long status = 0;
    following.library.easy_getinfo(following.curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != kOk) {
        if (following.refusal.size() < kMaxRefusalBytes) following.refusal.append(data, bytes);
        return bytes;
    }
    following.ended = !following.take({data, bytes});
    return following.ended ? 0 : bytes;  // 0 ends the transfer
}

CURLcode result_of(const Curl& library, CURLM* multi) {
    int left = 0;
    const CURLMsg* message = library.multi_info_read(multi, &left);
    return message == nullptr ? CURLE_OK : message->data.result;
}

void address(const Curl& library, CURL* curl, const std::string& socket, const std::string& path) {
    const std::string url = "http://net-collector" + path;
    library.easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
    library.easy_setopt(curl, CURLOPT_URL, url.c_str());
    library.easy_setopt(curl, CURLOPT_NOPROXY, "*");
    // A name may be "..".
    library.easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
}

// As libcurl wants them; they point into `headers`.
std::vector<curl_slist> linked(std::vector<std::string>& headers) {
    std::vector<curl_slist> out;
    for (std::string& header : headers) out.push_back({.data = header.data(), .next = nullptr});
    for (std::size_t i = 1; i < out.size(); ++i) out[i - 1].next = &out[i];
    return out;
}

}  // namespace

Outcome<Answer> ask(const std::string& socket, const std::string& method, const std::string& path, long timeout_s,
                    const std::string& body, std::vector<std::string> headers) {
    const Curl* const library = load_curl();
    if (library == nullptr) return no_library();
    const std::unique_ptr<CURL, CurlFree> curl(library->easy_init(), CurlFree{library});
    if (!curl) return failure(Exit::failed, "libcurl cannot be initialised");
    Answer answer;
    address(*library, curl.get(), socket, path);
    library->easy_setopt(curl.get(), CURLOPT_TIMEOUT, timeout_s);
    library->easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, keep);
    library->easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
    if (!body.empty()) headers.emplace_back("Content-Type: application/json");
    std::vector<curl_slist> lines = linked(headers);
    if (!lines.empty()) library->easy_setopt(curl.get(), CURLOPT_HTTPHEADER, lines.data());
    if (method == "POST" || !body.empty()) library->easy_setopt(curl.get(), CURLOPT_COPYPOSTFIELDS, body.c_str());
    if (method != "POST" && method != "GET") library->easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
    const CURLcode code = library->easy_perform(curl.get());
    if (code != CURLE_OK) {
        long os_error = 0;
        library->easy_getinfo(curl.get(), CURLINFO_OS_ERRNO, &os_error);
        return explain(*library, socket, code, os_error);
    }
    library->easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    return answer;
}

Outcome<void> follow(const std::string& socket, const std::string& path,
                     const std::function<bool(std::string_view)>& take, const std::function<bool()>& go_on) {
    const Curl* const library = load_curl();
    if (library == nullptr) return no_library();
    const std::unique_ptr<CURL, CurlFree> curl(library->easy_init(), CurlFree{library});
    const std::unique_ptr<CURLM, MultiFree> multi(library->multi_init(), MultiFree{library});
    if (!curl || !multi) return failure(Exit::failed, "libcurl cannot be initialised");
    Following following{*library, curl.get(), take, {}};
    address(*library, curl.get(), socket, path);
    library->easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, pass_on);
    library->easy_setopt(curl.get(), CURLOPT_WRITEDATA, &following);
    library->multi_add_handle(multi.get(), curl.get());
    int running = 1;
    while (library->multi_perform(multi.get(), &running) == CURLM_OK && running != 0 && go_on())
        library->multi_poll(multi.get(), nullptr, 0, kLook_ms, nullptr);
    const CURLcode code = result_of(*library, multi.get());
    library->multi_remove_handle(multi.get(), curl.get());
    if (!following.refusal.empty()) {
        following.refusal.erase(following.refusal.find_last_not_of('\n') + 1);
        return failure(Exit::failed, following.refusal);
    }
    // A daemon that ends breaks the transfer off: what came so far is good.
    if (following.ended || code == CURLE_OK || code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR) return {};
    long os_error = 0;
    library->easy_getinfo(curl.get(), CURLINFO_OS_ERRNO, &os_error);
    return explain(*library, socket, code, os_error);
}

std::string escaped(const std::string& text) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '.' || c == '-') {
            out += c;
        } else {
            out += '%';
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
    return out;
}

}  // namespace cli
