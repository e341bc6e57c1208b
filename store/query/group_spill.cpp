// SPDX-License-Identifier: Apache-2.0
#include "store/query/group_spill.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace store::query {

namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;

// Rounded up to whole words, so that keys and sums of the next one are aligned.
std::size_t record_bytes(const GroupTable& table) noexcept {
    return table.cell_bytes() + sizeof(CellOut) + (table.carried_bytes() + 7) / 8 * 8;
}

int open_unnamed(const std::string& directory) {
    const int unnamed = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (unnamed >= 0) return unnamed;
    std::string name = directory + "/net-collector-query.XXXXXX";
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) (void)::unlink(name.c_str());
    return named;
}

// Collects what is written; true as long as the disk takes it.
class Writer {
  public:
    Writer(int descriptor, std::uint64_t at) : descriptor_(descriptor), at_(at) { buffer_.reserve(kBufferBytes); }
    [[nodiscard]] bool put(const void* bytes, std::size_t count) {
        const auto* from = static_cast<const std::byte*>(bytes);
        buffer_.insert(buffer_.end(), from, from + count);
        return buffer_.size() < kBufferBytes || flush();
    }
    [[nodiscard]] bool flush() {
        for (std::size_t done = 0; done < buffer_.size();) {
            const ssize_t wrote =
                ::pwrite(descriptor_, buffer_.data() + done, buffer_.size() - done, static_cast<off_t>(at_));
            if (wrote <= 0) return false;
            done += static_cast<std::size_t>(wrote);
            at_ += static_cast<std::uint64_t>(wrote);
        }
        buffer_.clear();
        return true;
    }
    [[nodiscard]] std::uint64_t at() const noexcept { return at_; }

  private:
    int descriptor_;
    std::uint64_t at_;
    std::vector<std::byte> buffer_{};
};

bool put_cell(Writer& out, const GroupTable& table, CellRef ref) {
    static constexpr CellOut kNone{};
    static constexpr std::array<std::byte, 8> kPadding{};
    if (!out.put(table.key(ref), table.cell_bytes())) return false;
    if (!out.put(table.has_out() ? &table.out(ref) : &kNone, sizeof kNone)) return false;
    const std::size_t carried = table.carried_bytes();
    if (carried == 0) return true;
    return out.put(table.carried(ref), carried) && out.put(kPadding.data(), (8 - carried % 8) % 8);
}

// The cells of a table in the order of their partitions; `begins`: where each begins.
std::vector<CellRef> by_partition(const GroupTable& table,
                                  std::array<std::uint64_t, GroupSpill::kPartitions + 1>& begins) {
    std::vector<std::uint8_t> partitions(table.groups());
    std::array<std::uint64_t, GroupSpill::kPartitions + 1> counts{};
    for (CellRef ref = 0; ref < table.groups(); ++ref) {
        std::uint64_t hash = 0;
        table.hash(table.key(ref), 1, &hash);
        partitions[ref] = static_cast<std::uint8_t>(hash % GroupSpill::kPartitions);
        ++counts[partitions[ref] + 1u];
    }
    for (std::size_t p = 1; p < counts.size(); ++p) counts[p] += counts[p - 1];
    begins = counts;
    std::vector<CellRef> out(table.groups());
    for (CellRef ref = 0; ref < table.groups(); ++ref) out[counts[partitions[ref]]++] = ref;
    return out;
}

}  // namespace

GroupSpill::File::~File() {
    (void)::close(descriptor);
}

bool GroupSpill::spill(GroupTable& table, const std::string& directory) {
    if (failed_ || directory.empty() || table.groups() == 0) return false;
    if (!file_) {
        const int descriptor = open_unnamed(directory);
        failed_ = descriptor < 0;
        if (failed_) return false;
        file_ = std::make_shared<File>(descriptor);
    }
    Run run{file_, file_->bytes, {}};
    Writer out(file_->descriptor, run.begin);
    for (const CellRef ref : by_partition(table, run.records)) {
        failed_ = failed_ || !put_cell(out, table, ref);
        if (failed_) return false;
    }
    failed_ = !out.flush();
    if (failed_) return false;
    file_->bytes = out.at();
    runs_.push_back(std::move(run));
    table.clear();
    return true;
}

std::uint64_t GroupSpill::groups() const noexcept {
    std::uint64_t out = 0;
    for (const Run& run : runs_) out += run.records.back();
    return out;
}

void GroupSpill::take_over(GroupSpill& other) {
    std::move(other.runs_.begin(), other.runs_.end(), std::back_inserter(runs_));
    other.runs_.clear();
}

GroupSpill::Reader::Reader(const GroupSpill& spill, unsigned partition, const GroupTable& like)
    : spill_(spill),
      partition_(partition),
      words_(like.words()),
      carried_(like.carried_bytes()),
      record_(record_bytes(like)) {}

const std::vector<CellView>& GroupSpill::Reader::next() {
    views_.clear();
    for (; run_ < spill_.runs_.size(); ++run_, at_ = 0) {
        const Run& run = spill_.runs_[run_];
        const std::uint64_t first = run.records[partition_] + at_;
        const std::uint64_t left = run.records[partition_ + 1] - first;
        if (left == 0) continue;
        const std::size_t count = std::min<std::uint64_t>(left, std::max<std::size_t>(kBufferBytes / record_, 1));
        buffer_.resize(count * record_ / sizeof(std::uint64_t));
        auto* bytes = reinterpret_cast<std::byte*>(buffer_.data());
        for (std::size_t done = 0; done < count * record_;) {
            const ssize_t got = ::pread(run.file->descriptor, bytes + done, count * record_ - done,
                                        static_cast<off_t>(run.begin + first * record_ + done));
            failed = got <= 0;
            if (failed) return views_;
            done += static_cast<std::size_t>(got);
        }
        at_ += count;
        const std::size_t key_bytes = words_ * sizeof(std::uint64_t);
        for (std::size_t i = 0; i < count; ++i, bytes += record_) {
            const std::byte* out = bytes + key_bytes + sizeof(CellSums);
            views_.push_back({reinterpret_cast<const std::uint64_t*>(bytes),
                              reinterpret_cast<const CellSums*>(bytes + key_bytes),
                              reinterpret_cast<const CellOut*>(out), carried_ == 0 ? nullptr : out + sizeof(CellOut)});
        }
        return views_;
    }
    return views_;
}

}  // namespace store::query
