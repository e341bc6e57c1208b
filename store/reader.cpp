// SPDX-License-Identifier: Apache-2.0
#include "store/reader.hpp"

#include <algorithm>
#include <map>

#include "store/series/books.hpp"
#include "store/series/chunks.hpp"
#include "store/series/exporter_records.hpp"
#include "store/series/interfaces.hpp"
#include "store/series/live.hpp"
#include "store/series/records.hpp"
#include "store/series/schema.hpp"
#include "store/series/segment_records.hpp"
#include "store/series/templates.hpp"

namespace store {
namespace {

constexpr std::uint64_t kMapBytes = 1ull << 40;
// So that a transaction lasts milliseconds.
constexpr std::uint64_t kChunksATransaction = 8192;
constexpr std::size_t kBooksATransaction = 16384;
constexpr std::uint32_t kLedgerBooksATransaction = 2048;
constexpr std::size_t kSegmentsATransaction = 16384;

std::size_t level_of(std::uint32_t resolution_s) noexcept {
    std::size_t level = 0;
    while (level < kResolutionCount && kResolutions[level].step_s != resolution_s) ++level;
    return level;
}

// A part of a point of the series at place `i` of those asked for, from a chunk of `level` or a bucket.
using UsePart = std::function<void(std::size_t i, std::size_t level, std::uint64_t at_s, const ChunkPoint& part)>;

// Reads a range of several series in one transaction.
class RangeRead {
  public:
    RangeRead(const lmdb::Env& env, const lmdb::Txn& txn, std::size_t level, std::uint64_t from_s, std::uint64_t to_s,
              const UsePart& use)
        : env_(env), txn_(txn), level_(level), from_s_(from_s), to_s_(to_s), use_(use) {}

    flow::Result<void> run(std::span<const std::uint32_t> ids) {
        auto state = load_writer_state(env_, txn_);
        if (!state) return flow::pass(state);
        if (!state->progress.started) return {};
        progress_ = state->progress;
        ids_ = ids;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (auto done = read_closed(i); !done) return done;
        }
        return read_open();
    }

  private:
    // The chunks of a series, from our resolution down to the finest, each from where the coarser one ends.
    flow::Result<void> read_closed(std::size_t i) {
        std::uint64_t at_s = from_s_;
        for (std::size_t level = level_ + 1; level-- > 0;) {
            const Resolution& r = kResolutions[level];
            const std::uint64_t end_s = std::min(to_s_, progress_.closed_until(level, ids_[i]));
            if (at_s >= end_s) continue;
            auto cursor = txn_.cursor(points_table(env_, level));
            if (!cursor) return flow::pass(cursor);
            for (std::uint64_t start_s = at_s - at_s % r.span_s(); start_s < end_s; start_s += r.span_s()) {
                ChunkPoints points(r.points);
                auto done = read_chunk(*cursor, level, static_cast<std::uint32_t>(start_s), ids_[i], damaged_, points);
                if (!done) return done;
                for (std::size_t p = 0; p < points.size(); ++p) {
                    const std::uint64_t point_s = start_s + p * r.step_s;
                    if (points[p].present && point_s >= at_s && point_s < end_s) use_(i, level, point_s, points[p]);
                }
            }
            at_s = end_s;
        }
        return {};
    }

    // What is in no chunk yet.
    flow::Result<void> read_open() {
        std::uint64_t from_s = to_s_;
        for (const std::uint32_t id : ids_) from_s = std::min(from_s, progress_.closed_until(0, id));
        from_s = std::max(from_s, from_s_);
        const auto take = [&](std::uint32_t bucket_s, const RowEntry& entry) {
            if (bucket_s < progress_.closed_until(0, entry.series)) return;
            const auto i = std::lower_bound(ids_.begin(), ids_.end(), entry.series) - ids_.begin();
            use_(static_cast<std::size_t>(i), 0, bucket_s, ChunkPoint{true, entry.sums, {}});
        };
        for (const TableId id : {TableId::folded, TableId::live}) {
            if (auto done = read_some(txn_, table(env_, id), from_s, to_s_, ids_, damaged_, take); !done) return done;
        }
        return {};
    }

    const lmdb::Env& env_;
    const lmdb::Txn& txn_;
    std::size_t level_;
    std::uint64_t from_s_, to_s_;
    const UsePart& use_;
    Progress progress_;
    std::span<const std::uint32_t> ids_;
    std::uint64_t damaged_ = 0;
};

// Adds the parts of some series to the points of all.
class PointSums {
  public:
    PointSums(std::size_t level, std::uint64_t from_s, std::vector<Point>& points, std::size_t series)
        : level_(level), from_s_(from_s), points_(points), peaks_(series), maxima_(series) {}

    void use(std::size_t i, std::size_t level, std::uint64_t at_s, const ChunkPoint& from) {
        Point& to = points_[(at_s - from_s_) / kResolutions[level_].step_s];
        to.present = true;
        add(to.sum, from.sum);
        if (!has_max(level_)) return;
        if (has_max(level)) {
            raise(maxima_[i][start_of(at_s, level_)], from.max);
        } else {
            add(peaks_[i][start_of(at_s, kMaximumOf)], from.sum);
        }
    }
    void add_maxima() {
        for (std::size_t i = 0; i < maxima_.size(); ++i) {
            for (const auto& [bucket_s, sums] : peaks_[i]) raise(maxima_[i][start_of(bucket_s, level_)], sums);
            for (const auto& [start_s, max] : maxima_[i])
                add(points_[(start_s - from_s_) / kResolutions[level_].step_s].max, max);
        }
    }

  private:
    using SumsAt = std::map<std::uint64_t, Sums>;  // by start of the bucket

    static std::uint64_t start_of(std::uint64_t at_s, std::size_t level) noexcept {
        return at_s - at_s % kResolutions[level].step_s;
    }

    std::size_t level_;
    std::uint64_t from_s_;
    std::vector<Point>& points_;
    // By place of the series; only where our resolution has maxima. Peaks are sums of the buckets that maxima are of.
    std::vector<SumsAt> peaks_, maxima_;
};

// Of whole steps; checked.
struct Steps {
    std::size_t level = 0;
    std::uint64_t from_s = 0, count = 0;

    [[nodiscard]] std::uint64_t step_s() const noexcept { return kResolutions[level].step_s; }
    [[nodiscard]] std::uint64_t to_s() const noexcept { return from_s + count * step_s(); }
    // Series that one transaction reads, so that it lasts milliseconds.
    [[nodiscard]] std::size_t series_at_once() const noexcept {
        const std::uint64_t chunks_each = count / kResolutions[level].points + 2;
        return static_cast<std::size_t>(std::clamp<std::uint64_t>(kChunksATransaction / chunks_each, 1, 256));
    }
};

flow::Result<Steps> steps_of(std::uint32_t from_s, std::uint32_t to_s, std::uint32_t resolution_s) {
    Steps steps{level_of(resolution_s), 0, 0};
    if (steps.level == kResolutionCount) {
        return flow::fail("there is no resolution of " + std::to_string(resolution_s) +
                          " s: ask for 10, 300, 1800, 7200 or 86400");
    }
    steps.from_s = from_s - from_s % resolution_s;
    steps.count = to_s > steps.from_s ? (to_s - steps.from_s + resolution_s - 1) / resolution_s : 0;
    if (steps.count > Reader::kMaxPoints) {
        return flow::fail(std::to_string(steps.count) + " points of " + std::to_string(resolution_s) +
                          " s are more than " + std::to_string(Reader::kMaxPoints) +
                          ": ask for a shorter time or a coarser resolution");
    }
    return steps;
}

}  // namespace

class Reader::Impl {
  public:
    explicit Impl(lmdb::Env env) : env_(std::move(env)) {}

    // load(env, txn) in a transaction of its own.
    template <class Load>
    auto read(Load load) const -> decltype(load(std::declval<const lmdb::Env&>(), std::declval<const lmdb::Txn&>())) {
        auto txn = env_.read();
        if (!txn) return flow::pass(txn);
        return load(env_, *txn);
    }

    lmdb::Env env_;
};

Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

flow::Result<Reader> Reader::open(const std::string& directory) {
    auto env = open_environment(directory, true, kMapBytes);
    if (!env) return flow::pass(env);
    return Reader(std::make_unique<Impl>(std::move(*env)));
}

flow::Result<flow::Ledger> Reader::ledger() const {
    return impl_->read([](const lmdb::Env& env, const lmdb::Txn& txn) -> flow::Result<flow::Ledger> {
        auto ledger = load_ledger(env, txn);
        if (!ledger) return ledger;
        auto order = load_ledger_order(env, txn);
        if (!order) return flow::pass(order);
        if (is_before_archive(*order)) book_not_archived(*ledger);
        return ledger;
    });
}
flow::Result<std::vector<StoredExporter>> Reader::exporters() const {
    return impl_->read(load_exporters);
}
flow::Result<Templates> Reader::templates() const {
    auto loaded = impl_->read(load_templates);
    if (!loaded) return flow::pass(loaded);
    return std::move(loaded->templates);
}
flow::Result<ExporterOptions> Reader::options() const {
    return impl_->read(load_options);
}
flow::Result<std::vector<StoredSeries>> Reader::catalogue() const {
    return impl_->read(load_catalogue);
}
flow::Result<std::vector<std::string>> Reader::sources() const {
    return impl_->read(load_sources);
}
flow::Result<std::uint64_t> Reader::last_commit_ms() const {
    auto state = impl_->read(load_writer_state);
    if (!state) return flow::pass(state);
    return state->last_commit_ms;
}
flow::Result<void> Reader::backup(const std::string& target_directory) const {
    return impl_->env_.copy_to(target_directory);
}

flow::Result<std::vector<Point>> Reader::series(std::span<const std::uint32_t> ids, std::uint32_t from_s,
                                                std::uint32_t to_s, std::uint32_t resolution_s) const {
    const auto steps = steps_of(from_s, to_s, resolution_s);
    if (!steps) return tl::unexpected(steps.error());
    std::vector<Point> points(steps->count);
    for (std::size_t i = 0; i < points.size(); ++i)
        points[i].start_s = static_cast<std::uint32_t>(steps->from_s + i * resolution_s);

    std::vector<std::uint32_t> sorted(ids.begin(), ids.end());
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    const std::size_t at_once = steps->series_at_once();
    for (std::size_t i = 0; i < sorted.size(); i += at_once) {
        const std::span<const std::uint32_t> some(sorted.data() + i, std::min(at_once, sorted.size() - i));
        PointSums sums(steps->level, steps->from_s, points, some.size());
        const UsePart use = [&](std::size_t at, std::size_t level, std::uint64_t at_s, const ChunkPoint& part) {
            sums.use(at, level, at_s, part);
        };
        auto done = impl_->read([&](const lmdb::Env& env, const lmdb::Txn& txn) {
            return RangeRead(env, txn, steps->level, steps->from_s, steps->to_s(), use).run(some);
        });
        if (!done) return flow::pass(done);
        if (has_max(steps->level)) sums.add_maxima();
    }
    if (!has_max(steps->level)) {
        for (Point& p : points) p.max = p.sum;
    }
    return points;
}

flow::Result<void> Reader::visit_series(std::span<const std::vector<std::uint32_t>> rows, std::uint32_t from_s,
                                        std::uint32_t to_s, std::uint32_t resolution_s, const UseSums& use) const {
    const auto steps = steps_of(from_s, to_s, resolution_s);
    if (!steps) return tl::unexpected(steps.error());
    std::vector<std::pair<std::uint32_t, std::size_t>> sorted;  // id and row; a series may be in several rows
    for (std::size_t row = 0; row < rows.size(); ++row) {
        for (const std::uint32_t id : rows[row]) sorted.emplace_back(id, row);
    }
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    std::vector<std::uint32_t> ids;
    std::vector<std::size_t> first;  // of `sorted`, by place in `ids`
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (!ids.empty() && ids.back() == sorted[i].first) continue;
        ids.push_back(sorted[i].first);
        first.push_back(i);
    }
    first.push_back(sorted.size());
    const std::size_t at_once = steps->series_at_once();
    for (std::size_t begin = 0; begin < ids.size(); begin += at_once) {
        const UsePart give = [&](std::size_t i, std::size_t, std::uint64_t at_s, const ChunkPoint& part) {
            const auto start_s = static_cast<std::uint32_t>(at_s - at_s % resolution_s);
            for (std::size_t at = first[begin + i]; at < first[begin + i + 1]; ++at)
                use(sorted[at].second, start_s, part.sum);
        };
        const std::span<const std::uint32_t> some(ids.data() + begin, std::min(at_once, ids.size() - begin));
        auto done = impl_->read([&](const lmdb::Env& env, const lmdb::Txn& txn) {
            return RangeRead(env, txn, steps->level, steps->from_s, steps->to_s(), give).run(some);
        });
        if (!done) return done;
    }
    return {};
}

flow::Result<void> Reader::visit_books(std::uint32_t from_s, std::uint32_t to_s,
                                       std::span<const std::uint32_t> exporters,
                                       const std::function<void(const Book&)>& use) const {
    std::vector<std::uint32_t> sorted(exporters.begin(), exporters.end());
    std::sort(sorted.begin(), sorted.end());
    std::optional<BookPlace> at{{from_s - from_s % kBookSeconds, 0}};
    while (at) {
        auto next = impl_->read([&](const lmdb::Env& env, const lmdb::Txn& txn) {
            return read_books(env, txn, *at, to_s, sorted, kBooksATransaction, use);
        });
        if (!next) return flow::pass(next);
        at = *next;
    }
    return {};
}

flow::Result<std::vector<Book>> Reader::books(std::uint32_t from_s, std::uint32_t to_s,
                                              std::span<const std::uint32_t> exporters) const {
    std::vector<Book> all;
    bool too_many = false;
    auto done = visit_books(from_s, to_s, exporters, [&](const Book& book) {
        too_many |= all.size() == kMaxBooks;
        if (!too_many) all.push_back(book);
    });
    if (!done) return flow::pass(done);
    if (too_many) {
        return flow::fail("there are more than " + std::to_string(kMaxBooks) +
                          " books: ask for a shorter time or for fewer exporters");
    }
    return all;
}

flow::Result<std::vector<LedgerBook>> Reader::ledger_books(std::uint32_t from_s, std::uint32_t to_s) const {
    std::vector<LedgerBook> all;
    std::uint32_t at_s = from_s - from_s % kBookSeconds;
    for (bool more = true; more;) {
        auto some = impl_->read([&](const lmdb::Env& env, const lmdb::Txn& txn) {
            return read_ledger_books(env, txn, at_s, to_s, kLedgerBooksATransaction);
        });
        if (!some) return flow::pass(some);
        all.insert(all.end(), some->begin(), some->end());
        more = some->size() == kLedgerBooksATransaction;
        if (more) at_s = all.back().start_s + 1;
    }
    return all;
}

flow::Result<std::vector<SegmentEntry>> Reader::segments(std::uint32_t from_s, std::uint32_t to_s,
                                                         std::span<const std::uint32_t> sources) const {
    std::vector<std::uint32_t> sorted(sources.begin(), sources.end());
    std::sort(sorted.begin(), sorted.end());
    std::vector<SegmentEntry> all;
    std::optional<SegmentKey> at{{from_s - from_s % kSlotSeconds, 0, 0, 0}};
    while (at) {
        auto next = impl_->read([&](const lmdb::Env& env, const lmdb::Txn& txn) {
            return read_segments(env, txn, *at, to_s, sorted, kSegmentsATransaction, all);
        });
        if (!next) return flow::pass(next);
        at = *next;
    }
    return all;
}

flow::Result<std::vector<StoredInterface>> Reader::interfaces() const {
    return impl_->read(load_interfaces);
}

flow::Result<std::vector<InterfacePoint>> Reader::interface_points(std::uint32_t exporter, std::uint32_t index,
                                                                   std::uint32_t from_s, std::uint32_t to_s) const {
    std::vector<InterfacePoint> all;
    for (std::uint32_t at_s = from_s; at_s < to_s;) {
        auto next = impl_->read([&](const lmdb::Env& env, const lmdb::Txn& txn) {
            return read_points(env, txn, exporter, index, at_s, to_s, all);
        });
        if (!next) return flow::pass(next);
        at_s = *next;
    }
    return all;
}

}  // namespace store
