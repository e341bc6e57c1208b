// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/check.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <vector>

namespace store::lmdb {
namespace {

constexpr std::uint64_t kNoPage = ~0ull;
constexpr std::size_t kPageHeader = 16, kNodeHeader = 8, kMainTree = 1;
constexpr unsigned kMaxLevels = 32;
constexpr std::uint16_t kBranch = 0x01, kLeaf = 0x02, kOverflow = 0x04, kMeta = 0x08;
constexpr std::uint16_t kLongValue = 0x01, kSubTree = 0x02;

// A tree as a meta page or a node of the main tree describes it (MDB_db).
struct Tree {
    std::uint32_t page_bytes;  // in a meta page's first tree
    std::uint16_t flags, depth;
    std::uint64_t branches, leaves, overflows, entries, root;
};
static_assert(sizeof(Tree) == 48);
struct Meta {
    std::uint32_t magic, version;
    std::uint64_t address, map_bytes;
    std::array<Tree, 2> trees;  // free pages, main
    std::uint64_t last_page, transaction;
};

template <class T>
T load(const std::uint8_t* at) noexcept {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

class Walk {
  public:
    Walk(int fd, std::uint64_t leaves) : fd_(fd), leaves_(leaves) {}

    std::string run(std::uint64_t transaction) {
        if (!find_meta(transaction)) return "no meta page of the last transaction";
        struct stat file {};
        if (fstat(fd_, &file) != 0) return "cannot be examined";
        file_pages_ = static_cast<std::uint64_t>(file.st_size) / page_bytes_;
        for (std::size_t i = 0; i < 2; ++i) {
            const Tree& tree = meta_.trees[i];
            if (tree.root != kNoPage && !walk(tree.root, tree.depth, i == kMainTree)) break;
        }
        return found_;
    }

  private:
    bool find_meta(std::uint64_t transaction) {
        std::array<std::uint8_t, kPageHeader + sizeof(Meta)> bytes{};
        if (!read(bytes.data(), bytes.size(), 0)) return false;
        page_bytes_ = load<Meta>(bytes.data() + kPageHeader).trees[0].page_bytes;
        if (page_bytes_ < 256 || page_bytes_ > 65536 || (page_bytes_ & (page_bytes_ - 1)) != 0) return false;
        for (std::uint64_t page = 0; page < 2; ++page) {
            if (!read(bytes.data(), bytes.size(), page * page_bytes_)) continue;
            meta_ = load<Meta>(bytes.data() + kPageHeader);
            const auto flags = load<std::uint16_t>(bytes.data() + 10);
            if ((flags & kMeta) != 0 && meta_.transaction == transaction) return true;
        }
        return false;
    }

    bool read(std::uint8_t* to, std::size_t size, std::uint64_t at) const {
        return pread(fd_, to, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size);
    }
    bool damaged(std::uint64_t page, const char* what) {
        found_ = "page " + std::to_string(page) + " " + what;
        return false;
    }

    // The tree below `page`, `levels` high. `main`: its values may be trees, and its leaves are always read.
    bool walk(std::uint64_t page, unsigned levels, bool main) {
        if (levels == 0 || levels > kMaxLevels) return damaged(page, "is beyond the tree");
        if (page > meta_.last_page) return damaged(page, "is beyond the last page");
        if (page >= file_pages_) return damaged(page, "is beyond the end of the file: the file is truncated");
        if (levels == 1 && !main) {
            if (leaves_ == 0) return true;
            --leaves_;
        }
        std::vector<std::uint8_t> bytes(page_bytes_);
        if (!read(bytes.data(), bytes.size(), page * page_bytes_)) return damaged(page, "cannot be read");
        if (!sound_header(bytes.data(), page, levels)) return false;
        const std::size_t nodes = (load<std::uint16_t>(bytes.data() + 12) - kPageHeader) / 2;
        for (std::size_t i = 0; i < nodes; ++i) {
            const std::size_t at = load<std::uint16_t>(bytes.data() + kPageHeader + 2 * i);
            if (at + kNodeHeader > page_bytes_) return damaged(page, "has a node outside of itself");
            if (!(levels > 1 ? branch_node(bytes, at, page, levels, main) : leaf_node(bytes, at, page, main)))
                return false;
        }
        return true;
    }

    bool sound_header(const std::uint8_t* bytes, std::uint64_t page, unsigned levels) {
        const auto type = load<std::uint16_t>(bytes + 10) & (kBranch | kLeaf | kOverflow | kMeta);
        if (load<std::uint64_t>(bytes) != page || type != (levels > 1 ? kBranch : kLeaf)) {
            return damaged(page, "is not the tree page that it should be");
        }
        const auto lower = load<std::uint16_t>(bytes + 12), upper = load<std::uint16_t>(bytes + 14);
        if (lower <= kPageHeader || lower > upper || upper > page_bytes_ || lower % 2 != 0) {
            return damaged(page, "has wrong bounds");
        }
        return true;
    }

    bool branch_node(const std::vector<std::uint8_t>& bytes, std::size_t at, std::uint64_t page,
                     unsigned levels, bool main) {
        const std::uint8_t* node = bytes.data() + at;
        if (at + kNodeHeader + load<std::uint16_t>(node + 6) > page_bytes_)
            return damaged(page, "has a key outside of itself");
        const auto child = low_number(node) | static_cast<std::uint64_t>(load<std::uint16_t>(node + 4)) << 32;
        return walk(child, levels - 1, main);
    }

    bool leaf_node(const std::vector<std::uint8_t>& bytes, std::size_t at, std::uint64_t page, bool main) {
        const std::uint8_t* node = bytes.data() + at;
        const auto flags = load<std::uint16_t>(node + 4);
        const bool is_long = (flags & kLongValue) != 0;
        const std::uint64_t size = low_number(node);
        const std::size_t value = at + kNodeHeader + load<std::uint16_t>(node + 6);
        if (value + (is_long ? 8 : size) > page_bytes_) return damaged(page, "has a value outside of itself");
        if (is_long) return long_value(load<std::uint64_t>(bytes.data() + value), size);
        if ((flags & kSubTree) == 0 || !main) return true;
        if (size != sizeof(Tree)) return damaged(page, "has a table of a wrong size");
        const auto tree = load<Tree>(bytes.data() + value);
        return tree.root == kNoPage || walk(tree.root, tree.depth, false);
    }

    static std::uint64_t low_number(const std::uint8_t* node) noexcept {
        return load<std::uint16_t>(node) | static_cast<std::uint64_t>(load<std::uint16_t>(node + 2)) << 16;
    }

    bool long_value(std::uint64_t page, std::uint64_t size) {
        const std::uint64_t pages = (kPageHeader - 1 + size) / page_bytes_ + 1;
        if (page > meta_.last_page || pages > meta_.last_page - page + 1)
            return damaged(page, "is beyond the tree");
        if (page + pages > file_pages_)
            return damaged(page, "is beyond the end of the file: the file is truncated");
        std::array<std::uint8_t, kPageHeader> header{};
        if (!read(header.data(), header.size(), page * page_bytes_)) return damaged(page, "cannot be read");
        if ((load<std::uint16_t>(header.data() + 10) & kOverflow) == 0)
            return damaged(page, "is not a long value");
        return true;
    }

    int fd_;
    std::uint64_t leaves_;
    std::size_t page_bytes_ = 0;
    std::uint64_t file_pages_ = 0;
    Meta meta_{};
    std::string found_;
};

}  // namespace

std::string find_damage(int fd, std::uint64_t transaction, std::uint64_t leaves) {
    return Walk(fd, leaves).run(transaction);
}

}  // namespace store::lmdb
