// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "store/archive/layout.hpp"
#include "store/archive/segment.hpp"

namespace store::archive {

struct SegmentFile::State {
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (bytes.data() != nullptr) munmap(const_cast<std::uint8_t*>(bytes.data()), bytes.size());
    }
    std::span<const std::uint8_t> bytes{};
    SegmentHeader header{};
    std::size_t first_block = 0;
};

SegmentFile::SegmentFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
SegmentFile::SegmentFile(SegmentFile&&) noexcept = default;
SegmentFile& SegmentFile::operator=(SegmentFile&&) noexcept = default;
SegmentFile::~SegmentFile() = default;

flow::Result<SegmentFile> SegmentFile::open(const std::string& path, std::uint64_t bytes, bool& gone) {
    gone = false;
    const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat file {};
    if (!fd || fstat(fd.get(), &file) != 0) {
        gone = errno == ENOENT;
        return flow::fail_errno("archive: cannot open " + path);
    }
    const auto size = static_cast<std::uint64_t>(file.st_size);
    if (size < bytes) {
        return flow::fail("archive: " + path + " has " + std::to_string(size) + " of its " + std::to_string(bytes) +
                          " bytes: it was cut short; run `net-collector archive verify`");
    }
    const std::size_t length = bytes != 0 ? bytes : size;
    auto state = std::make_unique<State>();
    if (length != 0) {
        void* mapped = mmap(nullptr, length, PROT_READ, MAP_SHARED, fd.get(), 0);
        if (mapped == MAP_FAILED) return flow::fail_errno("archive: cannot map " + path);
        state->bytes = {static_cast<const std::uint8_t*>(mapped), length};
    }
    auto found = decode(state->bytes);
    if (!found) {
        return flow::fail("archive: " + path +
                          " does not begin as a segment: its header is damaged or it is no file of the archive");
    }
    state->header = std::move(found->header);
    state->first_block = found->bytes;
    return SegmentFile(std::move(state));
}

const SegmentKey& SegmentFile::key() const noexcept {
    return state_->header.key;
}
const std::string& SegmentFile::source() const noexcept {
    return state_->header.source;
}
const std::vector<SegmentPart>& SegmentFile::replaces() const noexcept {
    return state_->header.replaces;
}
std::span<const std::uint8_t> SegmentFile::bytes() const noexcept {
    return state_->bytes;
}
std::size_t SegmentFile::first_block() const noexcept {
    return state_->first_block;
}

std::size_t SegmentFile::find_block(std::size_t offset) const noexcept {
    const std::span<const std::uint8_t> all = state_->bytes;
    for (std::size_t at = aligned(offset, kBlockAlign); at + sizeof(BlockHeader) <= all.size(); at += kBlockAlign) {
        if (std::memcmp(all.data() + at, &kBlockMagic, sizeof kBlockMagic) == 0) return at;
    }
    return all.size();
}

}  // namespace store::archive
