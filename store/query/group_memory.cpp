// SPDX-License-Identifier: Apache-2.0
#include "store/query/group_memory.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

namespace store::query {

namespace {

// Smaller ones come from the heap: a query with ten groups should not touch pages for thousands.
constexpr std::size_t kMapped = 256 * 1024;
constexpr std::size_t kHugePage = 2 * 1024 * 1024;

void* map(std::size_t bytes) noexcept {
    void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? nullptr : at;
}

void* remap(void* at, std::size_t old_bytes, std::size_t bytes) noexcept {
    void* moved = ::mremap(at, old_bytes, bytes, MREMAP_MAYMOVE);
    return moved == MAP_FAILED ? nullptr : moved;
}

}  // namespace

bool GroupBuffer::grow(std::size_t bytes) noexcept {
    if (bytes <= bytes_) return true;
    void* at = nullptr;
    if (bytes < kMapped) {
        at = std::calloc(1, bytes);
    } else {
        constexpr std::size_t kPage = 4096;
        bytes = (bytes + kPage - 1) / kPage * kPage;
        at = bytes_ >= kMapped ? remap(data_, bytes_, bytes) : map(bytes);
    }
    if (at == nullptr) return false;
    if (bytes >= kHugePage) (void)::madvise(at, bytes, MADV_HUGEPAGE);
    if (bytes_ < kMapped) {
        if (bytes_ != 0) std::memcpy(at, data_, bytes_);
        std::free(data_);
    }
    data_ = static_cast<std::byte*>(at);
    bytes_ = bytes;
    return true;
}

void GroupBuffer::release() noexcept {
    if (bytes_ >= kMapped) {
        ::munmap(data_, bytes_);
    } else {
        std::free(data_);
    }
    data_ = nullptr;
    bytes_ = 0;
}

}  // namespace store::query
