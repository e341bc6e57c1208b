// SPDX-License-Identifier: Apache-2.0
#include "store/query/slot_files.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace store::query {

namespace {

// The catalogue may be a commit behind the files: that of a second, or of a slow disk. Once for all of a scan, so that many
// files that somebody deleted by hand do not make it wait long.
constexpr std::chrono::milliseconds kMostWait{3000};
constexpr std::chrono::milliseconds kWait{50};

bool same_keys(std::span<const SegmentChoice> a, std::span<const SegmentChoice> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SegmentChoice& one, const SegmentChoice& other) {
        return one.entry.key == other.entry.key;
    });
}

std::uint64_t rows_of(std::span<const SegmentChoice> choices) {
    std::uint64_t sum = 0;
    for (const SegmentChoice& choice : choices) sum += choice.entry.rows;
    return sum;
}

}  // namespace

flow::Result<void> OpenSegment::map() {
    if (is_mapped()) return {};
    auto mapped = headers.map();
    if (!mapped) return flow::pass(mapped);
    file_.emplace(std::move(*mapped));
    guarded_.emplace(file_->bytes());
    return {};
}

SlotOpener::Tried SlotOpener::attempt(std::span<const SegmentChoice> choices) {
    Tried out;
    for (const SegmentChoice& choice : choices) {
        out.opened.entries.push_back(choice.entry);
        bool gone = false;
        auto file = archive::SegmentHeaders::open(choice.path, choice.entry.bytes, gone);
        if (file) {
            out.opened.files.push_back(std::make_shared<OpenSegment>(choice, std::move(*file)));
        } else if (gone) {
            out.gone = true;
            ++out.opened.expired;
        } else {
            ++out.opened.failed;
            out.opened.notes.push_back(file.error().text());
        }
    }
    return out;
}

bool SlotOpener::wait() {
    {
        const std::lock_guard lock(mutex_);
        if (waited_ >= kMostWait) return false;
        waited_ += kWait;
    }
    std::this_thread::sleep_for(kWait);
    return true;
}

SlotFiles SlotOpener::open(std::span<const SegmentChoice> choices) {
    std::vector<SegmentChoice> now(choices.begin(), choices.end());
    Tried tried = attempt(now);
    while (tried.gone && refresh_) {
        std::vector<SegmentChoice> fresh;
        {
            const std::lock_guard lock(mutex_);
            fresh = refresh_(choices.front().entry.key);
        }
        std::ranges::sort(fresh, {}, [](const SegmentChoice& choice) { return choice.entry.key; });
        if (same_keys(now, fresh) && !wait()) break;
        now = std::move(fresh);
        tried = attempt(now);
    }
    // Fewer rows than the catalogue told of at first: some expired, and were not merged.
    if (rows_of(now) < rows_of(choices)) {
        const auto is_left = [&](const SegmentChoice& old) {
            return std::ranges::any_of(now, [&](const SegmentChoice& c) { return c.entry.key == old.entry.key; });
        };
        tried.opened.expired += choices.size() - static_cast<std::uint64_t>(std::ranges::count_if(choices, is_left));
    }
    return std::move(tried.opened);
}

}  // namespace store::query
