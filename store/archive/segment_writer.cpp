// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "store/archive/block_walk.hpp"
#include "store/archive/segment.hpp"

namespace store::archive {
namespace {

constexpr mode_t kFileMode = 0640;  // queries run as members of the collector's group

std::string advice(int error) {
    switch (error) {
        case ENOSPC:
        case EDQUOT:
            return ": make room or let the archive keep less";
        case EACCES:
        case EPERM:
        case EROFS:
            return ": it must be writable by the collector's user";
        case EMFILE:
        case ENFILE:
            return ": raise the limit of open files";
        default:
            return ": check the disk";
    }
}
tl::unexpected<flow::Error> fail(const std::string& path, const char* what, int error) {
    auto failed = flow::fail_errno("archive: " + path + ": cannot " + what, error);
    failed.value().message += advice(error);
    return failed;
}

std::string parent_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

}  // namespace

struct SegmentWriter::State {
    std::string path;
    FileIo& files;
    Descriptor fd{};
    SegmentEntry durable{}, written{};
    bool is_name_durable = false;
    bool is_broken = false;

    // The file as it was before a failed call.
    void cut_back(std::uint64_t bytes) {
        if (files.truncate(fd.get(), bytes) != 0) is_broken = true;
    }
    flow::Result<void> reopen() {
        if (fd) return {};
        fd = Descriptor(open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (fd) return {};
        const int error = errno;
        is_broken = error == ENOENT;  // somebody deleted it
        return fail(path, "open", error);
    }
    // The names of the file and of its day's directory.
    flow::Result<void> sync_names() {
        const std::string day = parent_of(path);
        for (const std::string& directory : {day, parent_of(day)}) {
            const Descriptor at(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            if (!at || files.sync_directory(at.get()) != 0) return fail(directory, "sync", errno);
        }
        is_name_durable = true;
        return {};
    }
};

SegmentWriter::SegmentWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
SegmentWriter::~SegmentWriter() = default;

flow::Result<std::unique_ptr<SegmentWriter>> SegmentWriter::create(const std::string& archive_directory,
                                                                   const NewSegment& segment, bool& exists,
                                                                   FileIo& files) {
    exists = false;
    std::unique_ptr<State> state(new State{.path = archive_directory + "/" + segment.key.path(), .files = files});
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    state->fd = Descriptor(open(state->path.c_str(), flags, kFileMode));
    if (!state->fd && errno == ENOENT) {
        if (auto made = make_directories(parent_of(state->path)); !made) return flow::pass(made);
        state->fd = Descriptor(open(state->path.c_str(), flags, kFileMode));
    }
    if (!state->fd) {
        exists = errno == EEXIST;
        return fail(state->path, "make it", errno);
    }
    const auto header = encode(SegmentHeader{segment.key, segment.made_ms, segment.source, segment.replaces});
    if (files.write(state->fd.get(), header, 0) != 0) {
        const int error = errno;
        files.remove(state->path);
        return fail(state->path, "write", error);
    }
    state->written.key = state->durable.key = segment.key;
    state->written.bytes = header.size();
    return std::unique_ptr<SegmentWriter>(new SegmentWriter(std::move(state)));
}

flow::Result<void> SegmentWriter::append(std::span<const std::uint8_t> block, const BlockSums& sums) {
    State& s = *state_;
    if (s.is_broken) return fail(s.path, "write behind an earlier fault", EIO);
    if (auto done = s.reopen(); !done) return done;
    if (s.files.write(s.fd.get(), block, s.written.bytes) != 0) {
        const int error = errno;
        s.cut_back(s.written.bytes);
        return fail(s.path, "write", error);
    }
    add_block(s.written, sums);
    s.written.bytes += block.size();
    return {};
}

void SegmentWriter::begin_sync() noexcept {
    if (state_->fd) state_->files.begin_sync(state_->fd.get());
}

flow::Result<void> SegmentWriter::sync() {
    State& s = *state_;
    if (s.durable.bytes == s.written.bytes) return {};
    flow::Result<void> done{};
    if (s.files.sync(s.fd.get()) != 0) done = fail(s.path, "sync", errno);
    if (done && !s.is_name_durable) done = s.sync_names();
    if (done) {
        s.durable = s.written;
        return done;
    }
    // After a failed sync the kernel takes the pages for clean: they must be written again, or not be there. The header stays.
    const std::uint64_t kept = s.durable.bytes != 0 ? s.durable.bytes : 0;
    s.cut_back(kept);
    if (kept == 0) s.is_broken = true;
    s.written = s.durable;
    return done;
}

void SegmentWriter::seal() noexcept {
    state_->durable.sealed = state_->written.sealed = true;
}
void SegmentWriter::rest() noexcept {
    state_->fd.reset();
}
void SegmentWriter::discard() {
    rest();
    state_->files.remove(state_->path);
    state_->is_broken = true;
}
const SegmentEntry& SegmentWriter::entry() const noexcept {
    return state_->durable;
}
const SegmentEntry& SegmentWriter::written() const noexcept {
    return state_->written;
}
bool SegmentWriter::is_open() const noexcept {
    return static_cast<bool>(state_->fd);
}
bool SegmentWriter::broken() const noexcept {
    return state_->is_broken;
}

}  // namespace store::archive
