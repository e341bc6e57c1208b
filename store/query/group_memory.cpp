// SPDX-License-Identifier: Apache-2.0
#include "store/query/group_memory.hpp"

#include <sys/mman.h>

#include <cstdlib>

namespace store::query {

namespace {

// Fewer come from the heap: a query with ten groups should not map pages for thousands.
constexpr std::size_t kMapped = 64 * 1024;
constexpr std::size_t kHugePage = 2 * 1024 * 1024;

std::byte* map_pages(std::size_t bytes) noexcept {
    void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return at == MAP_FAILED ? nullptr : static_cast<std::byte*>(at);
}

// From an address that a huge page can begin at.
std::byte* map_huge(std::size_t bytes) noexcept {
    std::byte* at = map_pages(bytes + kHugePage);
    if (at == nullptr) return nullptr;
    const std::size_t before = (kHugePage - reinterpret_cast<std::uintptr_t>(at) % kHugePage) % kHugePage;
    if (before != 0) (void)::munmap(at, before);
    (void)::munmap(at + before + bytes, kHugePage - before);
    (void)::madvise(at + before, bytes, MADV_HUGEPAGE);
    return at + before;
}

}  // namespace

bool GroupPages::map(std::size_t bytes, bool all) noexcept {
    constexpr std::size_t kPage = 4096;
    if (bytes < kMapped) {
        data_ = static_cast<std::byte*>(std::calloc(1, bytes));
    } else {
        bytes = (bytes + kPage - 1) / kPage * kPage;
        data_ = all && bytes >= kHugePage ? map_huge(bytes) : map_pages(bytes);
    }
    bytes_ = data_ == nullptr ? 0 : bytes;
    return data_ != nullptr;
}

GroupPages::~GroupPages() {
    if (bytes_ >= kMapped) {
        ::munmap(data_, bytes_);
    } else {
        std::free(data_);
    }
}

}  // namespace store::query
