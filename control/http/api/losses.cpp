// SPDX-License-Identifier: Apache-2.0
#include "control/http/api/losses.hpp"

#include <algorithm>
#include <cmath>

#include "control/completeness.hpp"

namespace api {
namespace {

constexpr std::uint32_t kBook_s = store::kBookSeconds;
constexpr std::uint32_t kSettled_s = 2 * kBook_s;  // books older than this are written to no more
constexpr double kAlike = 0.01;                    // ratios of one gap

constexpr std::string_view kBeforeUs = "lost before us", kInUs = "lost in us", kNotRunning = "not running",
                           kUnknown = "unknown";

void join(std::vector<Gap>& gaps, const Gap& gap) {
    if (!gaps.empty() && gaps.back().to_s == gap.from_s && gaps.back().reason == gap.reason &&
        std::abs(gaps.back().ratio - gap.ratio) < kAlike) {
        gaps.back().to_s = gap.to_s;
        gaps.back().ratio = std::min(gaps.back().ratio, gap.ratio);
        return;
    }
    gaps.push_back(gap);
}

}  // namespace

void Losses::Step::add(const Part& part) noexcept {
    here += part.here;
    missing += part.missing;
    in_us += part.in_us;
    down += part.down;
}

std::string_view Losses::Step::reason() const noexcept {
    return down * 2 > missing ? kNotRunning : in_us * 2 > missing ? kInUs : kBeforeUs;
}

flow::Result<void> Losses::learn_exporters(const store::Reader& reader) {
    auto all = reader.exporters();
    if (!all) return tl::unexpected(all.error());
    exporters_.clear();
    for (const store::StoredExporter& e : *all) {
        auto source = std::find(sources_.begin(), sources_.end(), e.source);
        if (source == sources_.end()) source = sources_.insert(source, e.source);
        if (exporters_.size() <= e.id) exporters_.resize(e.id + std::size_t{1});
        exporters_[e.id] = {static_cast<std::uint32_t>(source - sources_.begin()), e.key.protocol};
    }
    return {};
}

void Losses::add(const store::Book& book) {
    if (book.exporter >= exporters_.size()) return;  // came after the exporters were read: the next time
    const Exporter exporter = exporters_[book.exporter];
    control::Completeness sum;
    sum.add(exporter.protocol, book.counts);
    std::vector<Part>& parts = books_[book.start_s];
    auto part = std::find_if(parts.begin(), parts.end(), [&](const Part& p) { return p.source == exporter.source; });
    if (part == parts.end()) {
        part = parts.insert(part, Part{.source = exporter.source});
        ++parts_;
    }
    const flow::ExporterCounts& c = book.counts;
    const auto number = [](std::uint64_t n) { return static_cast<float>(n); };
    const float missing = static_cast<float>(sum.missing_flows());
    part->here += number(c.flows_through);
    part->missing += missing;
    part->in_us += static_cast<float>(control::lost_in_us(c));
    if (c.lost > 0) part->down += missing * number(c.lost_down) / number(c.lost);
}

flow::Result<void> Losses::read(const store::Reader& reader, std::uint32_t from_s, std::uint32_t to_s) {
    for (auto it = books_.lower_bound(from_s); it != books_.end() && it->first < to_s; it = books_.erase(it))
        parts_ -= it->second.size();
    const auto ledgers = reader.ledger_books(from_s, to_s);
    if (!ledgers) return tl::unexpected(ledgers.error());
    for (const store::LedgerBook& book : *ledgers) books_.try_emplace(book.start_s);
    return reader.visit_books(from_s, to_s, {}, [this](const store::Book& book) { add(book); });
}

flow::Result<void> Losses::cover(std::uint32_t from_s, std::uint32_t now_s) {
    const std::uint32_t end_s = now_s - now_s % kBook_s + kBook_s;
    return common_.readers.with([&](const store::Reader& reader) -> flow::Result<void> {
        if (auto ok = learn_exporters(reader); !ok) return ok;
        if (final_s_ == 0) from_s_ = final_s_ = end_s;
        if (from_s < from_s_) {
            if (auto ok = read(reader, from_s, from_s_); !ok) return ok;
            from_s_ = from_s;
        }
        if (auto ok = read(reader, std::min(final_s_, end_s), end_s); !ok) return ok;
        final_s_ = end_s - kBook_s - kSettled_s;
        drop_oldest();
        return {};
    });
}

void Losses::drop_oldest() {
    while (parts_ > kMostBooks) {
        parts_ -= books_.begin()->second.size();
        books_.erase(books_.begin());
    }
}

// Nothing at all is in the books: the daemon was not there when what came next tells of a loss meanwhile.
std::optional<Gap> Losses::empty_gap(std::uint32_t from_s, std::uint32_t to_s, std::uint32_t started_s) const {
    const auto next = books_.lower_bound(from_s);
    if (next == books_.begin() || next == books_.end() || next->first < to_s || from_s >= started_s) return {};
    const bool down = std::any_of(next->second.begin(), next->second.end(), [](const Part& p) { return p.down > 0; });
    return Gap{from_s, to_s, 0, down ? kNotRunning : kUnknown};
}

flow::Result<std::vector<Gap>> Losses::gaps(const control::TimeSpan& span, std::uint32_t step_s,
                                            const std::vector<std::string>& sources) {
    // Since this daemon began it was there, whether anything came or not.
    const auto started_s = static_cast<std::uint32_t>(common_.status.get()->started_ms / 1000);
    const auto now_s = static_cast<std::uint32_t>(world_.now_ms() / 1000);
    const std::scoped_lock lock(mutex_);
    if (auto ok = cover(span.from_s - span.from_s % kBook_s, now_s); !ok) return tl::unexpected(ok.error());
    std::vector<bool> wanted(sources_.size(), sources.empty());
    for (std::size_t i = 0; i < sources_.size(); ++i)
        wanted[i] = wanted[i] || std::find(sources.begin(), sources.end(), sources_[i]) != sources.end();

    const std::uint32_t length_s = std::max(step_s, kBook_s);
    std::vector<Gap> out;
    if (books_.empty()) return out;
    const std::uint32_t first_s = std::max(span.from_s, books_.begin()->first);
    const std::uint32_t end_s = std::min(span.to_s, std::min(now_s, books_.rbegin()->first + kBook_s));
    for (std::uint64_t at_s = first_s - first_s % length_s; at_s < end_s; at_s += length_s) {
        const auto from_s = static_cast<std::uint32_t>(at_s);
        const std::uint32_t to_s = from_s + length_s;
        const auto begin = books_.lower_bound(from_s), end = books_.lower_bound(to_s);
        if (begin == end) {
            if (const auto gap = empty_gap(from_s, to_s, started_s)) join(out, *gap);
            continue;
        }
        Step sum;
        for (auto book = begin; book != end; ++book) {
            for (const Part& part : book->second) {
                if (wanted[part.source]) sum.add(part);
            }
        }
        if (sum.missing > 0) join(out, {from_s, to_s, sum.here / (sum.here + sum.missing), sum.reason()});
    }
    return out;
}

}  // namespace api
