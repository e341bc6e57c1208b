// SPDX-License-Identifier: Apache-2.0
#include "store/lmdb/check.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace store::lmdb {
namespace {

constexpr std::uint64_t kNoPage = ~0ull;
constexpr std::size_t kPageHeader = 16, kNodeHeader = 8, kLongestKey = 511;
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
    using Bytes = std::vector<std::uint8_t>;
    enum class Kind { free, main, table };
    struct Extent {  // of a node, in its page
        std::size_t at = 0, size = 0;
    };

  public:
    Walk(int fd, std::uint64_t leaves) : fd_(fd), leaves_(leaves) {}

    std::string run(std::uint64_t transaction) {
        if (!find_meta(transaction)) return "no meta page of the last transaction";
        struct stat file {};
        if (fstat(fd_, &file) != 0) return "cannot be examined";
        file_pages_ = static_cast<std::uint64_t>(file.st_size) / page_bytes_;
        for (std::size_t i = 0; i < 2; ++i) {
            const Tree& tree = meta_.trees[i];
            if (tree.root != kNoPage && !walk(tree.root, tree.depth, i == 0 ? Kind::free : Kind::main)) break;
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

    // The tree below `page`, `levels` high. The main tree's leaves are always read: its values are the
    // tables.
    bool walk(std::uint64_t page, unsigned levels, Kind kind) {
        if (levels == 0 || levels > kMaxLevels) return damaged(page, "is beyond the tree");
        if (page > meta_.last_page) return damaged(page, "is beyond the last page");
        if (page >= file_pages_) return damaged(page, "is beyond the end of the file: the file is truncated");
        if (levels == 1 && kind != Kind::main) {
            if (leaves_ == 0) return true;
            --leaves_;
        }
        Bytes bytes(page_bytes_);
        if (!read(bytes.data(), bytes.size(), page * page_bytes_)) return damaged(page, "cannot be read");
        if (!sound_header(bytes.data(), page, levels)) return false;
        const std::size_t count = (load<std::uint16_t>(bytes.data() + 12) - kPageHeader) / 2;
        std::vector<Extent> extents(count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t at = load<std::uint16_t>(bytes.data() + kPageHeader + 2 * i);
            if (at + kNodeHeader > page_bytes_) return damaged(page, "has a node outside of itself");
            extents[i].at = at;
            const bool sound = levels > 1 ? branch_node(bytes, page, levels, kind, extents[i])
                                          : leaf_node(bytes, page, kind, extents[i]);
            if (!sound) return false;
        }
        return apart(extents, load<std::uint16_t>(bytes.data() + 14)) || damaged(page, "has nodes in each other");
    }

    // No node reaches into another one or below `upper`.
    static bool apart(std::vector<Extent>& extents, std::size_t upper) {
        std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) { return a.at < b.at; });
        for (const Extent& e : extents) {
            if (e.at < upper) return false;
            upper = e.at + e.size;
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

    bool branch_node(const Bytes& bytes, std::uint64_t page, unsigned levels, Kind kind, Extent& extent) {
        const std::uint8_t* node = bytes.data() + extent.at;
        extent.size = kNodeHeader + load<std::uint16_t>(node + 6);
        if (extent.at + extent.size > page_bytes_) return damaged(page, "has a key outside of itself");
        const auto child = low_number(node) | static_cast<std::uint64_t>(load<std::uint16_t>(node + 4)) << 32;
        return walk(child, levels - 1, kind);
    }

    bool leaf_node(const Bytes& bytes, std::uint64_t page, Kind kind, Extent& extent) {
        const std::uint8_t* node = bytes.data() + extent.at;
        const auto flags = load<std::uint16_t>(node + 4);
        const std::uint64_t size = low_number(node);
        const std::size_t key_bytes = load<std::uint16_t>(node + 6), value = extent.at + kNodeHeader + key_bytes;
        if (key_bytes == 0 || key_bytes > kLongestKey) return damaged(page, "has a key of a wrong size");
        if (flags != 0 && flags != kLongValue && (flags != kSubTree || kind != Kind::main)) {
            return damaged(page, "has a value of an unknown kind");
        }
        extent.size = kNodeHeader + key_bytes + (flags == kLongValue ? 8 : size);
        if (extent.at + extent.size > page_bytes_) return damaged(page, "has a value outside of itself");
        if (flags == kLongValue) {
            const auto first = load<std::uint64_t>(bytes.data() + value);
            return long_value(first, size) &&
                   (kind != Kind::free || free_pages(first * page_bytes_ + kPageHeader, size, page));
        }
        if (kind == Kind::free) return free_pages(page * page_bytes_ + value, size, page);
        if (flags != kSubTree) return true;
        if (size != sizeof(Tree)) return damaged(page, "has a table of a wrong size");
        const auto tree = load<Tree>(bytes.data() + value);
        if (tree.flags != 0) return damaged(page, "has a table of an unknown kind");
        return tree.root == kNoPage || walk(tree.root, tree.depth, Kind::table);
    }

    // A list of free pages of `size` bytes at `at` of the file: how many, then their numbers, descending.
    bool free_pages(std::uint64_t at, std::uint64_t size, std::uint64_t page) {
        std::vector<std::uint64_t> numbers(size / sizeof(std::uint64_t));
        if (numbers.empty() || !read(reinterpret_cast<std::uint8_t*>(numbers.data()), numbers.size() * 8, at)) {
            return damaged(page, "has a list of free pages that cannot be read");
        }
        if (numbers[0] >= numbers.size()) return damaged(page, "has a list of free pages of a wrong size");
        std::uint64_t above = meta_.last_page + 1;
        for (std::size_t i = 1; i <= numbers[0]; ++i) {
            if (numbers[i] >= above || numbers[i] < 2) return damaged(page, "has a wrong list of free pages");
            above = numbers[i];
        }
        return true;
    }

    static std::uint64_t low_number(const std::uint8_t* node) noexcept {
        return load<std::uint16_t>(node) | static_cast<std::uint64_t>(load<std::uint16_t>(node + 2)) << 16;
    }

    bool long_value(std::uint64_t page, std::uint64_t size) {
        const std::uint64_t pages = (kPageHeader - 1 + size) / page_bytes_ + 1;
        if (page > meta_.last_page || pages > meta_.last_page - page + 1) return damaged(page, "is beyond the tree");
        if (page + pages > file_pages_) return damaged(page, "is beyond the end of the file: the file is truncated");
        std::array<std::uint8_t, kPageHeader> header{};
        if (!read(header.data(), header.size(), page * page_bytes_)) return damaged(page, "cannot be read");
        const bool sound = load<std::uint64_t>(header.data()) == page &&
                           load<std::uint16_t>(header.data() + 10) == kOverflow &&
                           load<std::uint32_t>(header.data() + 12) == pages;
        if (!sound) return damaged(page, "is not the long value that it should be");
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
