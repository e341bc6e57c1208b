// SPDX-License-Identifier: Apache-2.0
// Compiled patterns kept in files, so that a start or reload need not compile what was compiled before.
//
// Thread: one at a time; several processes may use a directory at once: files appear whole, by rename.
// Trust:  a file counts only when its name, its key and the SHA-256 of its bytes are right; else it is removed and the
//         caller compiles anew. Its bytes are believed, so it must be root's or one's own, and neither it nor the
//         directory may be writable for others. Nothing here fails: what goes wrong is told by trouble().
// Limits: kMostFiles files and kMostBytes of them; the longest unused go first. kMostFileBytes a file.
#pragma once

#include <sys/stat.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace filters::text {

class PatternCache {
  public:
    static constexpr std::size_t kMostFiles = 64;
    static constexpr std::size_t kMostBytes = 256u << 20;
    static constexpr std::size_t kMostFileBytes = 64u << 20;
    // What compiles in less is not worth a file: reading one and checking it costs a few milliseconds.
    static constexpr std::uint64_t kWorthUs = 50'000;

    using Key = std::array<unsigned char, 32>;

    // Keeps what took at least `worth_us` to compile. An empty `directory` keeps nothing; one that does not exist is made
    // when there is something to keep.
    explicit PatternCache(std::string directory, std::uint64_t worth_us = kWorthUs);

    // `material` is all that the compiled bytes depend on.
    [[nodiscard]] static Key key_of(std::string_view material);

    // The bytes that were kept under this key.
    [[nodiscard]] std::optional<std::string> load(const Key& key);
    void store(const Key& key, std::string_view bytes, std::uint64_t compile_us);
    // The bytes loaded last were of no use after all.
    void remove(const Key& key);

    [[nodiscard]] bool keeps() const noexcept { return !directory_.empty(); }
    // How many sets of patterns came from here.
    [[nodiscard]] std::size_t found() const noexcept { return found_; }
    // Why something could not be kept or was not taken: one sentence; empty: nothing went wrong.
    [[nodiscard]] const std::string& trouble() const noexcept { return trouble_; }

  private:
    [[nodiscard]] std::string path_of(const Key& key) const;
    [[nodiscard]] bool is_trusted(const struct stat& about);
    [[nodiscard]] bool is_safe_directory();
    void write(const std::string& path, std::string_view content);
    void prune(const std::string& keep);
    void failed(const std::string& what, int error_number);

    std::string directory_;
    std::uint64_t worth_us_;
    std::size_t found_ = 0;
    std::string trouble_{};
};

}  // namespace filters::text
