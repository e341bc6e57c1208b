// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
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

namespace {

constexpr std::size_t kHeadBytes = 16 * 1024;

struct Found {
    Descriptor file{};
    std::uint64_t bytes = 0;  // of it that are meant
};

flow::Result<Found> find(const std::string& path, std::uint64_t bytes, bool& gone) {
    gone = false;
    // A pipe under such a name must not hold anybody up: whoever opens it does not wait for its other end.
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat file {};
    if (!fd || fstat(fd.get(), &file) != 0) {
        gone = errno == ENOENT;
        return flow::fail_errno("archive: cannot open " + path);
    }
    if (!S_ISREG(file.st_mode))
        return flow::fail("archive: " + path + " is a directory, a pipe or a device: name a segment file");
    const auto size = static_cast<std::uint64_t>(file.st_size);
    if (size < bytes) {
        return flow::fail("archive: " + path + " has " + std::to_string(size) + " of its " + std::to_string(bytes) +
                          " bytes: it was cut short; run `net-collector archive verify`");
    }
    return Found{std::move(fd), bytes != 0 ? bytes : size};
}

tl::unexpected<flow::Error> no_segment(const std::string& path) {
    return flow::fail("archive: " + path +
                      " does not begin as a segment: its header is damaged or it is no file of the archive");
}

bool read_all(int fd, std::uint64_t offset, std::span<std::uint8_t> into) noexcept {
    while (!into.empty()) {
        const ssize_t got = pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        offset += static_cast<std::uint64_t>(got);
        into = into.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

}  // namespace

flow::Result<SegmentFile> SegmentFile::open(const std::string& path, std::uint64_t bytes, bool& gone) {
    const auto found = find(path, bytes, gone);
    if (!found) return tl::unexpected(found.error());
    return map(path, found->file.get(), found->bytes);
}

flow::Result<SegmentFile> SegmentFile::map(const std::string& path, int fd, std::uint64_t bytes) {
    auto state = std::make_unique<State>();
    if (bytes != 0) {
        void* mapped = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
        if (mapped == MAP_FAILED) return flow::fail_errno("archive: cannot map " + path);
        state->bytes = {static_cast<const std::uint8_t*>(mapped), bytes};
    }
    auto decoded = decode(state->bytes);
    if (!decoded) return no_segment(path);
    state->header = std::move(decoded->header);
    state->first_block = decoded->bytes;
    return SegmentFile(std::move(state));
}

flow::Result<SegmentHeaders> SegmentHeaders::open(const std::string& path, std::uint64_t bytes, bool& gone) {
    auto found = find(path, bytes, gone);
    if (!found) return flow::pass(found);
    SegmentHeaders out;
    out.path_ = path;
    out.file_ = std::move(found->file);
    out.bytes_ = found->bytes;
    std::vector<std::uint8_t> head(std::min<std::uint64_t>(kHeadBytes, found->bytes));
    if (!read_all(out.file_.get(), 0, head)) return flow::fail_errno("archive: cannot read " + path);
    auto decoded = decode(head);
    if (!decoded) return no_segment(path);
    out.head_ = std::move(head);
    out.header_ = std::move(decoded->header);
    out.first_block_ = decoded->bytes;
    return out;
}

bool SegmentHeaders::read(std::uint64_t offset, std::span<std::uint8_t> into) const noexcept {
    if (offset > bytes_ || into.size() > bytes_ - offset) return false;
    if (offset + into.size() <= head_.size()) {
        std::copy_n(head_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
        return true;
    }
    return read_all(file_.get(), offset, into);
}

void SegmentHeaders::fetch(std::uint64_t offset, std::uint64_t bytes) const noexcept {
    std::uint8_t byte = 0;
    const iovec one{&byte, 1};
    if (preadv2(file_.get(), &one, 1, static_cast<off_t>(offset), RWF_NOWAIT) == 1) return;
    posix_fadvise(file_.get(), static_cast<off_t>(offset), static_cast<off_t>(bytes), POSIX_FADV_WILLNEED);
}

flow::Result<SegmentFile> SegmentHeaders::map() const {
    return SegmentFile::map(path_, file_.get(), bytes_);
}

const SegmentKey& SegmentFile::key() const noexcept {
    return state_->header.key;
}
const std::string& SegmentFile::source() const noexcept {
    return state_->header.source;
}
std::uint64_t SegmentFile::made_ms() const noexcept {
    return state_->header.made_ms;
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
