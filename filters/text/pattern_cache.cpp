// SPDX-License-Identifier: Apache-2.0
#include "filters/text/pattern_cache.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace filters::text {

namespace {

namespace fs = std::filesystem;

// A file: magic, key, SHA-256 of the bytes, their number (little endian), the bytes.
constexpr std::string_view kMagic = "ncpat\0\0\1";
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kHeaderBytes = kMagic.size() + kDigestBytes + kDigestBytes + 8;
constexpr std::string_view kEnding = ".patterns";
constexpr std::string_view kUnfinished = ".unfinished-";
constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirectoryMode = 02750;
constexpr auto kStale = std::chrono::hours(1);

class File {
  public:
    explicit File(int descriptor) noexcept : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] int get() const noexcept { return descriptor_; }
    [[nodiscard]] bool ok() const noexcept { return descriptor_ >= 0; }

  private:
    int descriptor_;
};

std::string as_text(const PatternCache::Key& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string header(const PatternCache::Key& key, std::string_view bytes) {
    std::string out(kMagic);
    out += as_text(key) + as_text(PatternCache::key_of(bytes));
    for (unsigned i = 0; i < 64; i += 8) out += static_cast<char>(std::uint64_t{bytes.size()} >> i & 0xff);
    return out;
}

// Others than the owner may write.
bool is_open_to_others(const struct stat& about) noexcept {
    return (about.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

// All of a regular file that is not too large; nothing when it is something else or shrinks while it is read.
std::optional<std::string> content_of(const File& file, const struct stat& about) {
    if (!S_ISREG(about.st_mode)) return std::nullopt;
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size < kHeaderBytes || size > PatternCache::kMostFileBytes + kHeaderBytes) return std::nullopt;
    std::string out(size, '\0');
    for (std::size_t at = 0; at < size;) {
        const ssize_t got = ::read(file.get(), out.data() + at, size - at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return std::nullopt;
        at += static_cast<std::size_t>(got);
    }
    return out;
}

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

}  // namespace

PatternCache::PatternCache(std::string directory, std::uint64_t worth_us)
    : directory_(std::move(directory)), worth_us_(worth_us) {}

PatternCache::Key PatternCache::key_of(std::string_view material) {
    Key out{};
    unsigned size = 0;
    const int made = EVP_Digest(material.data(), material.size(), out.data(), &size, EVP_sha256(), nullptr);
    assert(made == 1 && size == out.size() && "every libcrypto has SHA-256");
    static_cast<void>(made);
    return out;
}

std::string PatternCache::path_of(const Key& key) const {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string out = directory_ + "/";
    for (const unsigned char byte : key) {
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
    return out + std::string(kEnding);
}

std::optional<std::string> PatternCache::load(const Key& key) {
    if (!keeps() || !is_safe_directory()) return std::nullopt;
    const File file(::open(path_of(key).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat about {};
    if (!file.ok() || ::fstat(file.get(), &about) != 0) return std::nullopt;
    const bool trusted = is_trusted(about);
    auto content = trusted ? content_of(file, about) : std::nullopt;
    if (content) {
        const std::string_view bytes = std::string_view(*content).substr(kHeaderBytes);
        if (content->compare(0, kHeaderBytes, header(key, bytes)) == 0) {
            static_cast<void>(::futimens(file.get(), nullptr));  // so that it is not the longest unused
            ++found_;
            content->erase(0, kHeaderBytes);
            return content;
        }
    }
    remove(key);
    return std::nullopt;
}

// Hyperscan takes what it is given at its word: whoever writes these bytes can do what this process can.
bool PatternCache::is_trusted(const struct stat& about) {
    if (about.st_uid != 0 && about.st_uid != ::geteuid()) {
        trouble_ = "compiled patterns of user " + std::to_string(about.st_uid) + " in " + directory_ +
                   " were not taken: only root's and one's own are; they were compiled anew";
        return false;
    }
    if (!is_open_to_others(about)) return true;
    trouble_ = "compiled patterns in " + directory_ +
               " that others may write were not taken: they were compiled anew and written for the owner only";
    return false;
}

bool PatternCache::is_safe_directory() {
    struct stat about {};
    if (::stat(directory_.c_str(), &about) != 0 || !is_open_to_others(about)) return true;
    trouble_ = "compiled patterns are not kept: others may write into " + directory_ +
               "; take that right from them (chmod go-w) or name a directory of its own";
    return false;
}

void PatternCache::remove(const Key& key) {
    static_cast<void>(::unlink(path_of(key).c_str()));
}

void PatternCache::store(const Key& key, std::string_view bytes, std::uint64_t compile_us) {
    if (!keeps() || compile_us < worth_us_ || bytes.size() > kMostFileBytes) return;
    std::error_code made;
    if (fs::create_directories(directory_, made)) static_cast<void>(::chmod(directory_.c_str(), kDirectoryMode));
    if (made) return failed("cannot make", made.value());
    if (!is_safe_directory()) return;
    std::string content = header(key, bytes);
    content += bytes;
    write(path_of(key), content);
    prune(path_of(key));
}

void PatternCache::write(const std::string& path, std::string_view content) {
    std::string unfinished = directory_ + "/" + std::string(kUnfinished) + "XXXXXX";
    const File file(::mkostemp(unfinished.data(), O_CLOEXEC));
    if (!file.ok()) return failed("cannot write into", errno);
    // What root keeps at a start is read by the user it becomes then.
    static_cast<void>(::fchmod(file.get(), kFileMode));
    if (write_all(file.get(), content) && ::rename(unfinished.c_str(), path.c_str()) == 0) return;
    const int error_number = errno;
    static_cast<void>(::unlink(unfinished.c_str()));
    failed("cannot write into", error_number);
}

// Removes what nobody finished, and the longest unused while there is too much.
void PatternCache::prune(const std::string& keep) {
    struct Kept {
        fs::file_time_type used;
        std::string path;
        std::size_t bytes;
    };
    std::vector<Kept> kept;
    std::size_t bytes = 0;
    std::error_code error;
    for (fs::directory_iterator at(directory_, error), end; !error && at != end; at.increment(error)) {
        std::error_code gone;  // by another process meanwhile
        const auto used = at->last_write_time(gone);
        const auto size = at->file_size(gone);
        if (gone) continue;
        const std::string name = at->path().filename().string();
        const bool stale = fs::file_time_type::clock::now() - used > kStale;
        if (name.starts_with(kUnfinished) && stale) fs::remove(at->path(), gone);
        if (!name.ends_with(kEnding) || at->path() == keep) continue;
        kept.push_back({used, at->path().string(), size});
        bytes += size;
    }
    std::sort(kept.begin(), kept.end(), [](const Kept& a, const Kept& b) { return a.used > b.used; });
    while (!kept.empty() && (kept.size() >= kMostFiles || bytes > kMostBytes)) {
        static_cast<void>(::unlink(kept.back().path.c_str()));
        bytes -= kept.back().bytes;
        kept.pop_back();
    }
}

void PatternCache::failed(const std::string& what, int error_number) {
    trouble_ = "compiled patterns are not kept: " + what + " " + directory_ + ": " +
               std::generic_category().message(error_number);
}

}  // namespace filters::text
