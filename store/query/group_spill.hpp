// SPDX-License-Identifier: Apache-2.0
// Groups that found no room in memory, on disk in files without names, by partitions of their hash.
//
// Thread: one.
// Shape:  a spill writes all cells of a table, partition by partition: key, CellSums, CellOut, carried columns. A group may be in
//         several spills.
// Errors: a disk that is full or gone: spill() says no and takes no more; what was spilled before stays.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "store/query/group_table.hpp"

namespace store::query {

class GroupSpill {
  public:
    static constexpr unsigned kPartitionBits = 6;
    static constexpr unsigned kPartitions = 1u << kPartitionBits;

    // Writes the table's groups out and empties it. False: not done, the table is as it was.
    [[nodiscard]] bool spill(GroupTable& table, const std::string& directory);
    [[nodiscard]] bool any() const noexcept { return !runs_.empty(); }
    [[nodiscard]] std::uint64_t groups() const noexcept;  // each as often as it was spilled
    void take_over(GroupSpill& other);

    // Reads a partition, some cells at a time.
    class Reader {
      public:
        Reader(const GroupSpill& spill, unsigned partition, const GroupTable& like);
        // Valid until the next call. Empty: that was all, or the disk fails (then `failed`).
        [[nodiscard]] const std::vector<CellView>& next();
        bool failed = false;

      private:
        const GroupSpill& spill_;
        unsigned partition_;
        std::size_t words_, carried_, record_;
        std::size_t run_ = 0;
        std::uint64_t at_ = 0;  // records read of the run
        std::vector<std::uint64_t> buffer_{};
        std::vector<CellView> views_{};
    };

  private:
    struct File {
        explicit File(int fd) noexcept : descriptor(fd) {}
        ~File();
        File(const File&) = delete;
        File& operator=(const File&) = delete;
        int descriptor;
        std::uint64_t bytes = 0;
    };
    struct Run {
        std::shared_ptr<File> file{};
        std::uint64_t begin = 0;                               // byte in the file
        std::array<std::uint64_t, kPartitions + 1> records{};  // of the run, where each partition begins
    };
    std::shared_ptr<File> file_{};
    std::vector<Run> runs_{};
    bool failed_ = false;
};

}  // namespace store::query
