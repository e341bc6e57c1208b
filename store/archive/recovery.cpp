// SPDX-License-Identifier: Apache-2.0
#include "store/archive/recovery.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "store/archive/block_walk.hpp"
#include "store/archive/segment.hpp"

namespace store::archive {
namespace {

namespace fs = std::filesystem;

class Recovery {
  public:
    Recovery(const Options& options, std::span<const SegmentEntry> catalogue)
        : options_(options), files_(options.files != nullptr ? *options.files : real_files()) {
        for (const SegmentEntry& e : catalogue) entries_.emplace(e.key, e);
    }

    flow::Result<Recovered> run() {
        auto listed = list_segments(options_.directory);
        if (!listed) return flow::pass(listed);
        on_disk_ = std::set<SegmentKey>(listed->begin(), listed->end());
        drop_missing();
        for (const SegmentKey& key : *listed) {
            const auto known = entries_.find(key);
            if (known == entries_.end()) {
                look_at_unknown(key);
            } else if (!known->second.sealed) {
                grow(known->second);
            }
        }
        out_.news.recovered = true;
        out_.news.ledger[flow::Counter::flows_archived] = out_.rows;
        for (const auto& [key, entry] : entries_) out_.catalogue.push_back(entry);
        return std::move(out_);
    }

  private:
    [[nodiscard]] std::string path_of(const SegmentKey& key) const { return options_.directory + "/" + key.path(); }

    void drop_missing() {
        std::erase_if(entries_, [this](const auto& known) {
            if (on_disk_.contains(known.first)) return false;
            out_.news.gone.push_back(known.first);
            return true;
        });
    }

    // An entry of a segment that was being written: it ends here.
    void grow(SegmentEntry& entry) {
        bool gone = false;
        const auto file = SegmentFile::open(path_of(entry.key), 0, gone);
        if (!file || file->bytes().size() < entry.bytes) {
            // Shorter than what was synced, or not to be read: for verify to tell.
            ++entry.damaged_blocks;
            ++out_.damaged_blocks;
            if (file) entry.bytes = file->bytes().size();
        } else {
            adopt(*file, entry);
        }
        entry.sealed = true;
        out_.news.segments.push_back(entry);
    }

    // Takes the whole blocks behind entry.bytes into it.
    void adopt(const SegmentFile& file, SegmentEntry& entry) {
        BlockWalk walk(file, entry.bytes);
        const std::uint64_t catalogued = entry.bytes, rows = entry.rows;
        const std::uint32_t damaged = entry.damaged_blocks;
        while (walk.next([&](const Damage&) { ++entry.damaged_blocks; })) {
            add_block(entry, walk.sums());
            entry.bytes = walk.end();
            ++out_.blocks;
        }
        out_.damaged_blocks += entry.damaged_blocks - damaged;
        out_.rows += entry.rows - rows;
        if (entry.bytes == catalogued && entry.bytes == file.bytes().size()) return;
        make_durable(entry, file.bytes().size());
    }
    // What follows the last whole block goes, so that it is counted once.
    void make_durable(const SegmentEntry& entry, std::uint64_t size) {
        const Descriptor fd(open(path_of(entry.key).c_str(), O_WRONLY | O_CLOEXEC));
        if (!fd) return;
        if (entry.bytes < size) files_.truncate(fd.get(), entry.bytes);
        files_.sync(fd.get());
    }

    void look_at_unknown(const SegmentKey& key) {
        bool gone = false;
        const auto file = SegmentFile::open(path_of(key), 0, gone);
        if (!file) {
            if (access(path_of(key).c_str(), R_OK) == 0) put_aside(key);
            return;
        }
        if (file->key() != key || !is_of_its_source(*file)) return;
        if (is_replaced(*file) || is_unfinished_merge(*file)) {
            files_.remove(path_of(key));
            return;
        }
        SegmentEntry entry;
        entry.key = key;
        entry.sealed = true;
        entry.bytes = file->first_block();
        adopt(*file, entry);
        if (entry.blocks == 0) {
            files_.remove(path_of(key));
            return;
        }
        out_.news.segments.push_back(entry);
        entries_.emplace(key, entry);
        drop_replaced(*file);
    }

    // Never synced, or damaged since: nothing of it is known. An empty one is what a crash leaves of a new file.
    void put_aside(const SegmentKey& key) {
        std::error_code ignored;
        ++out_.damaged_blocks;
        if (fs::file_size(path_of(key), ignored) == 0) {
            files_.remove(path_of(key));
        } else {
            fs::rename(path_of(key), path_of(key) + ".damaged", ignored);
        }
    }

    // Ids come from the store's catalogue: with another one they may mean other sources.
    [[nodiscard]] bool is_of_its_source(const SegmentFile& file) const {
        const std::string name = options_.source_name ? options_.source_name(file.key().source_id) : std::string();
        return name.empty() || file.source().empty() || name == file.source();
    }

    [[nodiscard]] static SegmentKey replaced_by(const SegmentKey& merged, const SegmentPart& part) noexcept {
        return {merged.slot_s, merged.source_id, part.writer, part.part};
    }
    // A crash came between the commit of a merged segment and the deletion of what it replaces. A file made later has only
    // taken the name of one that was deleted.
    [[nodiscard]] bool is_replaced(const SegmentFile& file) const {
        const SegmentKey& key = file.key();
        const SegmentKey first{key.slot_s, key.source_id, kMergedWriter, 0};
        for (auto at = entries_.lower_bound(first); at != entries_.end(); ++at) {
            if (at->first.slot_s != key.slot_s || at->first.source_id != key.source_id) break;
            bool gone = false;
            const auto merged = SegmentFile::open(path_of(at->first), 0, gone);
            if (!merged || merged->made_ms() < file.made_ms()) continue;
            const auto& parts = merged->replaces();
            if (std::find(parts.begin(), parts.end(), SegmentPart{key.writer, key.part}) != parts.end()) return true;
        }
        return false;
    }
    // A merged segment that was not committed: while all that it replaces is there, they hold.
    [[nodiscard]] bool is_unfinished_merge(const SegmentFile& file) const {
        const auto& parts = file.replaces();
        return !parts.empty() && std::all_of(parts.begin(), parts.end(), [&](const SegmentPart& part) {
            return on_disk_.contains(replaced_by(file.key(), part));
        });
    }
    // Of a merged segment that was adopted after all: what it replaces and is still there.
    void drop_replaced(const SegmentFile& file) {
        for (const SegmentPart& part : file.replaces()) {
            const SegmentKey key = replaced_by(file.key(), part);
            if (!on_disk_.contains(key)) continue;
            files_.remove(path_of(key));
            const auto known = entries_.find(key);
            if (known == entries_.end()) continue;
            out_.rows -= std::min(out_.rows, known->second.rows);  // they are in the merged one
            out_.news.gone.push_back(key);
            std::erase_if(out_.news.segments, [&](const SegmentEntry& e) { return e.key == key; });
            entries_.erase(known);
        }
    }

    const Options& options_;
    FileIo& files_;
    std::map<SegmentKey, SegmentEntry> entries_;
    std::set<SegmentKey> on_disk_;
    Recovered out_;
};

}  // namespace

flow::Result<std::vector<SegmentKey>> list_segments(const std::string& directory) {
    std::vector<SegmentKey> keys;
    std::error_code code;
    for (fs::directory_iterator day(directory, code), none; !code && day != none; day.increment(code)) {
        if (!day->is_directory(code)) {
            code.clear();
            continue;
        }
        std::error_code fault;
        for (fs::directory_iterator file(day->path(), fault); !fault && file != none; file.increment(fault)) {
            const auto key =
                SegmentKey::parse(day->path().filename().string() + "/" + file->path().filename().string());
            if (key) keys.push_back(*key);
        }
        if (fault && fault != std::errc::no_such_file_or_directory) code = fault;
        if (code) break;
    }
    if (code) return flow::fail("archive: cannot read " + directory + ": " + code.message());
    std::sort(keys.begin(), keys.end());
    return keys;
}

flow::Result<Recovered> recover(const Options& options, std::span<const SegmentEntry> catalogue) {
    return Recovery(options, catalogue).run();
}

}  // namespace store::archive
