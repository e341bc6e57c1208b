// SPDX-License-Identifier: Apache-2.0
#include "store/archive/verify.hpp"

#include <algorithm>

#include "store/archive/recovery.hpp"

namespace store::archive {
namespace {

class Verification {
  public:
    Verification(const VerifyOptions& options, std::span<const SegmentEntry> catalogue)
        : options_(options), catalogue_(catalogue) {
        report_.done.segments = catalogue.size();
        for (const SegmentEntry& e : catalogue) report_.done.bytes += e.bytes;
    }

    flow::Result<VerifyReport> run() {
        for (const SegmentEntry& entry : catalogue_) {
            if (is_cancelled()) break;
            look_at(entry);
            ++report_.done.segments_done;
            report_.done.bytes_done += entry.bytes;
            if (options_.progress) options_.progress(report_.done);
        }
        if (options_.whole_archive && !report_.cancelled) {
            if (auto done = find_uncatalogued(); !done) return flow::pass(done);
        }
        return std::move(report_);
    }

  private:
    bool is_cancelled() {
        report_.cancelled |= options_.cancelled && options_.cancelled();
        return report_.cancelled;
    }
    [[nodiscard]] std::string path_of(const SegmentKey& key) const { return options_.directory + "/" + key.path(); }

    void tell(Fault fault, const SegmentKey& key, std::string text, std::uint64_t offset = 0, std::uint64_t bytes = 0) {
        ++report_.faults;
        if (report_.findings.size() < VerifyReport::kMostFindings)
            report_.findings.push_back({fault, key, offset, bytes, std::move(text)});
    }

    void look_at(const SegmentEntry& entry) {
        bool gone = false;
        const auto file = SegmentFile::open(path_of(entry.key), entry.bytes, gone);
        if (!file && gone) {
            if (options_.still_there && !options_.still_there(entry.key)) return;
            tell(Fault::missing, entry.key, file.error().message);
            report_.repairs.gone.push_back(entry.key);
        } else if (!file) {
            tell(Fault::unreadable, entry.key, file.error().message);
        } else if (file->key() != entry.key) {
            tell(Fault::foreign, entry.key,
                 path_of(entry.key) + " is the file of another segment: " + file->key().path());
        } else {
            read(entry, *file);
        }
    }

    void read(const SegmentEntry& entry, const SegmentFile& file) {
        SegmentEntry found;
        BlockWalk walk(file, file.first_block());
        const auto damaged = [&](Damage damage) {
            ++found.damaged_blocks;
            tell(Fault::damaged_block, entry.key, path_of(entry.key) + ": " + damage.reason, damage.offset,
                 damage.bytes);
        };
        while (!is_cancelled() && walk.next(damaged)) {
            add_block(found, walk.sums());
            ++report_.done.blocks;
            report_.done.rows += walk.sums().rows;
        }
        if (report_.cancelled) return;
        const bool same = found.rows == entry.rows && found.blocks == entry.blocks && found.flows == entry.flows &&
                          found.packets == entry.packets && found.bytes_sum == entry.bytes_sum;
        if (!same && found.damaged_blocks == 0) {
            tell(Fault::wrong_figures, entry.key,
                 path_of(entry.key) + " has " + std::to_string(found.rows) + " rows in " +
                     std::to_string(found.blocks) + " blocks, its entry says " + std::to_string(entry.rows) + " in " +
                     std::to_string(entry.blocks));
        }
        if (same && found.damaged_blocks <= entry.damaged_blocks) return;
        found.key = entry.key;
        found.sealed = true;
        found.bytes = entry.bytes;
        found.damaged_blocks = std::max(found.damaged_blocks, entry.damaged_blocks);
        report_.repairs.segments.push_back(found);
    }

    flow::Result<void> find_uncatalogued() {
        auto files = list_segments(options_.directory);
        if (!files) return flow::pass(files);
        std::vector<SegmentKey> known;
        for (const SegmentEntry& e : catalogue_) known.push_back(e.key);
        std::sort(known.begin(), known.end());
        for (const SegmentKey& key : *files) {
            if (std::binary_search(known.begin(), known.end(), key)) continue;
            // Newer than the catalogue that we were given: it is being written.
            if (options_.still_there && options_.still_there(key)) continue;
            tell(Fault::not_catalogued, key, path_of(key) + " is not in the catalogue: the next start looks into it");
        }
        return {};
    }

    const VerifyOptions& options_;
    std::span<const SegmentEntry> catalogue_;
    VerifyReport report_;
};

}  // namespace

const char* fault_name(Fault fault) noexcept {
    switch (fault) {
        case Fault::missing:
            return "missing";
        case Fault::unreadable:
            return "unreadable";
        case Fault::foreign:
            return "foreign";
        case Fault::damaged_block:
            return "damaged block";
        case Fault::wrong_figures:
            return "wrong figures";
        case Fault::not_catalogued:
            return "not catalogued";
    }
    return "";
}

flow::Result<VerifyReport> verify(const VerifyOptions& options, std::span<const SegmentEntry> catalogue) {
    return Verification(options, catalogue).run();
}

}  // namespace store::archive
