// SPDX-License-Identifier: Apache-2.0
#include "filters/geo/tree.hpp"

#include <fcntl.h>
#include <maxminddb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace filters::geo {

namespace {

constexpr std::string_view kMarker = "\xab\xcd\xefMaxMind.com";
constexpr std::size_t kMostMetadataBytes = 128 * 1024;
constexpr std::size_t kSeparatorBytes = 16;
// Trees whose equal parts are shared have more ways to walk than nodes; a tree with loops has no end of them.
constexpr std::uint64_t kMostVisitsPerNode = 8;
constexpr unsigned kV4Bits = 32;
constexpr unsigned kV6Bits = 128;
constexpr unsigned kV4Depth = 96;  // of ::/96, where a tree for IPv6 has IPv4

class File {
  public:
    explicit File(int fd) : fd_(fd) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (fd_ >= 0) close(fd_);
    }
    [[nodiscard]] int fd() const noexcept { return fd_; }

  private:
    int fd_;
};

std::string about(const std::string& path) {
    return "the database " + path;
}

tl::unexpected<flow::Error> damaged(const std::string& path, const std::string& how) {
    return flow::fail(about(path) + " is damaged (" + how + "): download it again");
}

flow::Result<std::string> read_all(const std::string& path) {
    const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.fd() < 0) return flow::fail_errno("cannot open " + about(path));
    struct stat found {};
    if (fstat(file.fd(), &found) != 0) return flow::fail_errno("cannot look at " + about(path));
    if (!S_ISREG(found.st_mode)) return flow::fail(about(path) + " is no file: name a file that ends with .mmdb");
    if (static_cast<std::uint64_t>(found.st_size) > Tree::kMostBytes)
        return flow::fail(about(path) + " is larger than 1 GiB: name a country, city or ASN database");
    std::string bytes(static_cast<std::size_t>(found.st_size), '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const ssize_t got = read(file.fd(), bytes.data() + have, bytes.size() - have);
        if (got < 0) return flow::fail_errno("cannot read " + about(path));
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

std::span<const std::uint8_t> octets(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// What libmaxminddb 1.7.1 believes without looking: that the tree lies within the file, and that metadata end.
flow::Result<void> check_metadata(const std::string& path, std::string_view bytes) {
    const std::size_t begin = bytes.size() - std::min(bytes.size(), kMostMetadataBytes);
    const std::size_t marker = bytes.substr(begin).rfind(kMarker);
    if (marker == std::string_view::npos)
        return flow::fail(about(path) + " is no MaxMind database, or its end is missing: download it again");
    const std::size_t metadata = begin + marker + kMarker.size();
    Values values(octets(bytes.substr(metadata)));
    const auto map = values.read(0);
    const auto number = [&](const char* key) {
        const auto found = map ? values.find(*map, key) : std::nullopt;
        return found ? values.number(*found) : std::nullopt;
    };
    const auto nodes = number("node_count");
    const auto record_bits = number("record_size");
    const auto version = number("ip_version");
    if (!nodes || !record_bits || !version || !values.is_plain(0)) return damaged(path, "its description is");
    if (*version != 4 && *version != 6) return damaged(path, "it is for IP version " + std::to_string(*version));
    if (*record_bits != 24 && *record_bits != 28 && *record_bits != 32)
        return damaged(path, "its records have " + std::to_string(*record_bits) + " bits");
    if (*nodes > bytes.size() || *nodes * (*record_bits / 4) + kSeparatorBytes > begin + marker)
        return damaged(path, std::to_string(*nodes) + " nodes do not fit into it");
    return {};
}

// The library maps a file and fails with the machine when somebody cuts it; nobody can cut this one.
flow::Result<void> open_copy(const std::string& path, std::string_view bytes, MMDB_s& db) {
    const File copy(memfd_create("mmdb", MFD_CLOEXEC));
    if (copy.fd() < 0) return flow::fail_errno("cannot copy " + about(path));
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t wrote = write(copy.fd(), bytes.data() + done, bytes.size() - done);
        if (wrote <= 0) return flow::fail_errno("cannot copy " + about(path));
        done += static_cast<std::size_t>(wrote);
    }
    const std::string name = "/proc/self/fd/" + std::to_string(copy.fd());
    const int status = MMDB_open(name.c_str(), MMDB_MODE_MMAP, &db);
    if (status != MMDB_SUCCESS) return damaged(path, MMDB_strerror(status));
    return {};
}

}  // namespace

struct Tree::State {
    std::string path;
    MMDB_s db{};
    bool open = false;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (open) MMDB_close(&db);
    }
};

namespace {

// A way down the tree that is still to go.
struct Branch {
    std::uint64_t record;
    std::uint8_t type;
    std::uint32_t offset;  // of a record with data
    Uint128 address;       // in the highest bits
    unsigned depth;
};

class Walk {
  public:
    Walk(const std::string& path, const MMDB_s& db, const Tree::ValueOf& value_of)
        : path_(path),
          db_(db),
          value_of_(value_of),
          values_({db.data_section, db.data_section_size}),
          is_v6_(db.metadata.ip_version == 6),
          depth_(is_v6_ ? kV6Bits : kV4Bits) {}

    flow::Result<Space> run() {
        std::uint64_t visits = 0;
        std::vector<Branch> open;
        if (db_.metadata.node_count > 0) open.push_back({0, MMDB_RECORD_TYPE_SEARCH_NODE, 0, 0, 0});
        while (!open.empty()) {
            const Branch branch = open.back();
            open.pop_back();
            if (branch.type == MMDB_RECORD_TYPE_INVALID) return damaged(path_, "its tree leads out of it, or back to its root");
            if (is_alias(branch) || branch.type == MMDB_RECORD_TYPE_EMPTY) {
                emit(branch, 0);
            } else if (branch.type == MMDB_RECORD_TYPE_DATA) {
                const auto value = value_at(branch.offset);
                if (!value) return damaged(path_, "a record is");
                emit(branch, *value);
            } else {
                if (branch.depth == depth_ || ++visits > kMostVisitsPerNode * db_.metadata.node_count)
                    return damaged(path_, "its tree has a loop");
                if (!descend(branch, open)) return damaged(path_, "its tree is");
            }
        }
        return std::move(space_);
    }

  private:
    bool descend(const Branch& branch, std::vector<Branch>& open) {
        MMDB_search_node_s node{};
        if (MMDB_read_node(&db_, static_cast<std::uint32_t>(branch.record), &node) != MMDB_SUCCESS) return false;
        const Uint128 bit = Uint128{1} << (127 - branch.depth);
        // The right one waits below the left one: addresses ascend.
        open.push_back({node.right_record, node.right_record_type, node.right_record_entry.offset, branch.address | bit,
                        branch.depth + 1});
        open.push_back(
            {node.left_record, node.left_record_type, node.left_record_entry.offset, branch.address, branch.depth + 1});
        return true;
    }

    // IPv4's part of the tree, met again inside of IPv6.
    [[nodiscard]] bool is_alias(const Branch& branch) const noexcept {
        if (!is_v6_ || branch.address == 0) return false;
        constexpr Uint128 kMapped = Uint128{0xffff} << 32;
        if (branch.depth == kV4Depth && branch.address == kMapped) return true;
        return branch.type == MMDB_RECORD_TYPE_SEARCH_NODE && db_.ipv4_start_node.netmask == kV4Depth &&
               branch.record == db_.ipv4_start_node.node_value;
    }

    void emit(const Branch& branch, std::uint32_t value) {
        const bool in_v4 = is_v6_ && branch.address >> kV4Bits == 0 && branch.depth >= kV4Depth;
        if (!is_v6_) {
            space_.v4.append(static_cast<std::uint32_t>(branch.address >> kV4Depth), value);
        } else if (in_v4) {
            space_.v4.append(static_cast<std::uint32_t>(branch.address), value);
            space_.v6.append(branch.address, 0);
        } else {
            if (branch.address == 0) space_.v4.append(0, value);
            space_.v6.append(branch.address, value);
        }
    }

    std::optional<std::uint32_t> value_at(std::uint32_t offset) {
        const auto [known, fresh] = known_.emplace(offset, 0);
        if (!fresh) return known->second;
        const auto record = values_.read(offset);
        if (!record) return std::nullopt;
        known->second = value_of_(values_, *record);
        if (values_.damaged()) return std::nullopt;
        return known->second;
    }

    const std::string& path_;
    const MMDB_s& db_;
    const Tree::ValueOf& value_of_;
    Values values_;
    const bool is_v6_;
    const unsigned depth_;
    Space space_;
    std::unordered_map<std::uint32_t, std::uint32_t> known_;  // by offset of the record
};

}  // namespace

Tree::Tree(std::unique_ptr<State> state) : state_(std::move(state)) {}
Tree::Tree(Tree&&) noexcept = default;
Tree& Tree::operator=(Tree&&) noexcept = default;
Tree::~Tree() = default;

flow::Result<Tree> Tree::open(const std::string& path) {
    const auto bytes = read_all(path);
    if (!bytes) return tl::unexpected(bytes.error());
    if (auto sound = check_metadata(path, *bytes); !sound) return flow::pass(sound);
    auto state = std::make_unique<State>();
    state->path = path;
    if (auto opened = open_copy(path, *bytes, state->db); !opened) return flow::pass(opened);
    state->open = true;
    return Tree(std::move(state));
}

const std::string& Tree::path() const noexcept {
    return state_->path;
}

std::string Tree::type() const {
    const char* type = state_->db.metadata.database_type;
    return type == nullptr ? "" : type;
}

std::uint64_t Tree::built_s() const noexcept {
    return state_->db.metadata.build_epoch;
}

flow::Result<Space> Tree::walk(const ValueOf& value_of) {
    return Walk(state_->path, state_->db, value_of).run();
}

}  // namespace filters::geo
