// SPDX-License-Identifier: Apache-2.0
// `net-collector series-cells`: the past of a channel out of the archive, for the daemon (control/fill/question.hpp says what is
// asked, control/fill/answer.hpp what is answered). Newest first; the newest window last of all where it is not in the archive yet.
#include <algorithm>
#include <ctime>
#include <istream>
#include <map>
#include <memory>
#include <ostream>

#include "control/cli/confine.hpp"
#include "control/cli/filter_input.hpp"
#include "control/cli/query_world.hpp"
#include "control/cli/series_cells.hpp"
#include "control/duration.hpp"
#include "control/fill/question.hpp"
#include "control/query/buckets.hpp"
#include "control/query/cancel.hpp"
#include "control/query/coverage.hpp"
#include "control/query/filter.hpp"
#include "control/query/selection.hpp"
#include "store/fill.hpp"

namespace cli {
namespace {

using fill::Stretch;
using flow::Counter;

// What the archive has of a step.
enum class Had : std::uint8_t { all, part, nothing };

// How long the archive is waited for at most, when it is behind: then it has what it has.
constexpr std::uint64_t kPatience_s = 120;

std::uint64_t wall_s() {
    return static_cast<std::uint64_t>(std::time(nullptr));
}

// What became of flows on their way to the archive, as far as is known.
std::uint64_t accounted(const flow::Ledger& ledger) {
    return ledger[Counter::flows_archived] + ledger[Counter::archive_not_wanted] + ledger[Counter::archive_off] +
           ledger[Counter::archive_shed_busy] + ledger[Counter::archive_shed_disk] + ledger[Counter::archive_unwritten];
}
std::uint64_t left_out(const flow::Ledger& ledger) {
    return accounted(ledger) - ledger[Counter::flows_archived] + ledger[Counter::flows_unwritten];
}

class Cells {
  public:
    Cells(const Context& context, const fill::Question& question, const store::Reader& reader, Whereabouts where)
        : context_(context), question_(question), reader_(reader), where_(std::move(where)) {}

    Done run() {
        if (auto ok = prepare(); !ok) return ok;
        std::vector<Stretch> windows = fill::windows(question_.stretches);
        if (!is_settled()) std::rotate(windows.begin(), windows.begin() + 1, windows.end());
        for (const Stretch& window : windows) {
            if (auto ok = one(window); !ok) return ok;
        }
        return say_covers();
    }

  private:
    using SlotOf = std::pair<std::size_t, std::uint32_t>;  // source of the question, slot
    struct Slot {
        std::uint64_t rows = 0, through = 0;
        bool damaged = false;
    };

    Done prepare();
    Done prepare_filter();
    Done one(const Stretch& window);
    Done scan(const Stretch& window, query::Buckets& sum);
    Done wait_for_archive();
    Done read_books(const Stretch& window);
    Done say_covers();
    [[nodiscard]] bool is_settled();
    [[nodiscard]] Had had(std::size_t source, std::uint32_t slot_s) const;
    [[nodiscard]] Had had(std::size_t source, const Stretch& window, std::uint32_t at_s) const;
    void print(const Stretch& window, const query::Buckets& sum);
    void say_progress(std::uint64_t done);
    [[nodiscard]] std::uint32_t to_s() const { return question_.stretches.front().to_s; }
    [[nodiscard]] Done cancelled() const { return failure(Exit::failed, "cancelled"); }

    const Context& context_;
    const fill::Question& question_;
    const store::Reader& reader_;
    const Whereabouts where_;
    const query::Cancel cancel_{};
    std::unique_ptr<flow::ExporterTable> exporters_ = std::make_unique<flow::ExporterTable>();
    std::vector<store::StoredExporter> known_;
    query::Filter filter_;
    query::Selection selection_;            // of all windows
    std::vector<std::uint32_t> number_of_;  // by source id: place in the question, or sources.size()
    store::query::Report total_;
    std::uint64_t rows_ = 0, rows_done_ = 0;
    std::uint64_t through_ = 0;  // flows that had come when the last step had ended; 0: not known yet
    // Of the window under way.
    std::map<SlotOf, Slot> slots_;
    std::map<std::uint32_t, std::uint64_t> left_out_;  // by slot of the ledger's books; those there are
};

Done Cells::prepare() {
    auto sources = reader_.sources();
    auto known = reader_.exporters();
    if (!sources) return failure(Exit::failed, sources.error().text());
    if (!known) return failure(Exit::failed, known.error().text());
    known_ = *std::move(known);
    selection_.sources = *std::move(sources);
    number_of_.assign(selection_.sources.size(), static_cast<std::uint32_t>(question_.sources.size()));
    for (std::uint32_t id = 0; id < number_of_.size(); ++id) {
        const auto found = std::ranges::find(question_.sources, selection_.sources[id]);
        if (found == question_.sources.end()) continue;
        number_of_[id] = static_cast<std::uint32_t>(found - question_.sources.begin());
        selection_.source_ids.push_back(id);
    }
    if (selection_.source_ids.empty())
        return failure(Exit::no_data, "nothing has been archived of the channel's sources yet");
    if (auto ok = prepare_filter(); !ok) return ok;
    const auto all = reader_.segments(question_.stretches.back().from_s, to_s(), selection_.source_ids);
    if (!all) return failure(Exit::failed, all.error().text());
    for (const store::SegmentEntry& entry : *all) {
        rows_ += entry.rows;
        selection_.segments.push_back({.entry = entry, .path = {}, .source = 0});
    }
    return {};
}

Done Cells::prepare_filter() {
    // Under the ids that the daemon knows them by.
    std::vector<flow::ExporterKey> keys;
    for (const store::StoredExporter& e : known_) keys.push_back(e.key);
    exporters_->preload(std::move(keys), {});
    const auto config = usable_config(context_, true);
    if (!config) return tl::unexpected(config.error());
    query::FilterText text{.text = question_.filter, .begin = question_.place, .directory = {}};
    auto filter = query::make_filter(
        {}, text, {.config = &**config, .sources = selection_.sources, .exporters = exporters_.get()});
    if (!filter) return tl::unexpected(failure_of(filter.error()));
    filter_ = *std::move(filter);
    if (filter_.counts_rows)
        return failure(Exit::bad_filter, "the filter asks for the number of a flow, which the archive has another of");
    return {};
}

// Whether what came until the last step's end is in the archive, or known not to come there.
bool Cells::is_settled() {
    if (wall_s() < to_s() + std::uint64_t{store::kFillAfterS}) return false;
    const auto ledger = reader_.ledger();
    if (!ledger) return true;  // what cannot be read now is told of by who needs it
    if (through_ == 0) through_ = (*ledger)[Counter::flows_through];
    return accounted(*ledger) >= through_ || wall_s() >= to_s() + kPatience_s;
}

Done Cells::wait_for_archive() {
    while (!is_settled()) {
        say_progress(0);  // and sees when nobody listens any more
        if (cancel_.wait(250) || !context_.out) return cancelled();
    }
    return {};
}

Done Cells::one(const Stretch& window) {
    if (window.to_s == to_s()) {
        if (auto ok = wait_for_archive(); !ok) return ok;
    }
    if (auto ok = read_books(window); !ok) return ok;
    query::BucketPlan plan{.from_s = window.from_s, .to_s = window.to_s, .step_s = window.step_s};
    plan.series_of = number_of_;
    plan.series = static_cast<std::uint32_t>(question_.sources.size()) + 1;
    query::Buckets sum(plan);
    if (auto ok = scan(window, sum); !ok) return ok;
    print(window, sum);
    return context_.out ? Done{} : cancelled();
}

// Which flows came, by the books.
Done Cells::read_books(const Stretch& window) {
    slots_.clear();
    left_out_.clear();
    std::map<std::uint32_t, std::size_t> source_of;
    std::vector<std::uint32_t> ids;
    for (const store::StoredExporter& e : known_) {
        if (e.key.source_id >= number_of_.size()) continue;
        const std::size_t source = number_of_[e.key.source_id];
        if (source == question_.sources.size()) continue;
        source_of.emplace(e.id, source);
        ids.push_back(e.id);
    }
    const auto ledgers = reader_.ledger_books(window.from_s, window.to_s);
    if (!ledgers) return failure(Exit::failed, ledgers.error().text());
    for (const store::LedgerBook& book : *ledgers) left_out_[book.start_s] = left_out(book.ledger);
    if (ids.empty()) return {};
    const auto read = reader_.visit_books(window.from_s, window.to_s, ids, [&](const store::Book& book) {
        slots_[{source_of.at(book.exporter), book.start_s}].through += book.counts.flows_through;
    });
    if (!read) return failure(Exit::failed, read.error().text());
    return {};
}

Done Cells::scan(const Stretch& window, query::Buckets& sum) {
    const auto entries = reader_.segments(window.from_s, window.to_s, selection_.source_ids);
    if (!entries) return failure(Exit::failed, entries.error().text());
    const std::string archive = archive_of(where_.data);
    store::query::Options options;
    std::uint64_t rows = 0;
    for (const store::SegmentEntry& entry : *entries) {
        Slot& slot = slots_[{number_of_[entry.key.source_id], entry.key.slot_s}];
        slot.rows += entry.rows;
        slot.damaged = slot.damaged || entry.damaged_blocks != 0;
        rows += entry.rows;
        options.segments.push_back({.entry = entry,
                                    .path = archive + "/" + entry.key.path(),
                                    .source = static_cast<std::uint16_t>(entry.key.source_id)});
    }
    if (options.segments.empty()) return {};
    const query::Effort effort = query::effort_for([&] { return daemon_load(where_.socket); }, 0, rows);
    options.refresh = query::refreshed(reader_, archive);
    options.program = filter_.program.get();
    options.columns = query::Buckets::columns();
    options.received = true;
    options.exporters = exporters_.get();
    options.threads = effort.threads;
    options.background = true;
    options.cancelled = &cancel_.flag();
    options.progress = [&](const store::query::Progress& p) { say_progress(p.rows_done); };
    options.make_sink = [&](std::size_t) { return std::make_unique<query::Buckets>(sum.plan()); };
    auto report = store::query::scan(options);
    if (!report) return failure(Exit::failed, report.error().text());
    if (report->ended_by != store::query::EndedBy::all_read) return cancelled();
    for (const auto& sink : report->sinks) sum.merge(static_cast<const query::Buckets&>(*sink));
    total_.segments_expired += report->segments_expired;
    total_.segments_failed += report->segments_failed;
    total_.blocks_damaged += report->blocks_damaged;
    if (report->segments_expired + report->segments_failed + report->blocks_damaged != 0) {
        for (auto& [key, slot] : slots_) slot.damaged = true;
    }
    rows_done_ += rows;
    return {};
}

Had Cells::had(std::size_t source, std::uint32_t slot_s) const {
    const auto book = left_out_.find(slot_s);
    const auto found = slots_.find({source, slot_s});
    const Slot slot = found == slots_.end() ? Slot{} : found->second;
    if (slot.rows == 0) return slot.through == 0 && book != left_out_.end() ? Had::all : Had::nothing;
    if (slot.damaged || book == left_out_.end()) return Had::part;
    // Flows go on coming in the slot in which the channel began: of those before nothing was left out, if of none was.
    if (slot_s + store::kSlotSeconds > to_s() && book->second == 0) return Had::all;
    return slot.rows >= slot.through ? Had::all : Had::part;
}

Had Cells::had(std::size_t source, const Stretch& window, std::uint32_t at_s) const {
    const Had first = had(source, at_s - at_s % store::kSlotSeconds);
    for (std::uint32_t s = at_s + store::kSlotSeconds; s < at_s + window.step_s; s += store::kSlotSeconds) {
        if (had(source, s) != first) return Had::part;
    }
    return first;
}

void Cells::print(const Stretch& window, const query::Buckets& sum) {
    std::ostream& out = context_.out;
    const auto print_cells = [&](const auto& cells) {
        for (const flow::Cell& c : cells) out << ' ' << c.flows << ' ' << c.packets << ' ' << c.bytes;
    };
    const bool has_max = window.step_s > store::kResolutions[store::kMaximumOf].step_s;
    out << "window " << window.from_s << ' ' << window.to_s << ' ' << window.step_s << '\n';
    for (std::uint32_t source = 0; source < question_.sources.size(); ++source) {
        out << "source " << source << '\n';
        for (const store::Point& point : sum.points(source)) {
            const Had what = had(source, window, point.start_s);
            if (what == Had::nothing) out << "none " << point.start_s << '\n';
            if (what == Had::part) out << "part " << point.start_s << '\n';
            if (what == Had::nothing || !point.present) continue;
            out << "cell " << point.start_s;
            print_cells(point.sum);
            if (has_max) print_cells(point.max);
            out << '\n';
        }
    }
    out << "end\n";
    say_progress(0);
}

void Cells::say_progress(std::uint64_t done) {
    context_.out << "progress " << std::min(rows_, rows_done_ + done) << ' ' << rows_ << '\n' << std::flush;
}

Done Cells::say_covers() {
    query::Coverage coverage = query::coverage_of(total_);
    const store::query::Window asked{question_.stretches.back().from_s * 1000ull, to_s() * 1000ull - 1};
    if (selection_.source_ids.size() == selection_.sources.size()) selection_.source_ids.clear();
    if (!query::add_books(reader_, selection_, asked, wall_s(), coverage)) coverage.known = false;
    context_.out << "covers " << control::time_text(question_.stretches.back().from_s) << " to "
                 << control::time_text(to_s()) << ": "
                 << (selection_.segments.empty() ? "nothing is archived" : coverage.text()) << '\n'
                 << std::flush;
    return {};
}

}  // namespace

Done show_cells(const Context& context, std::istream& in) {
    if (auto ok = confine(); !ok) return failure(Exit::failed, ok.error().text());
    std::string text(fill::kMostQuestionBytes, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    const auto question = fill::parse_question(text);
    if (!question) return failure(Exit::usage, question.error().text());
    auto where = find_daemon(context);
    if (!where) return tl::unexpected(where.error());
    const auto reader = open_data(where->data);
    if (!reader) return tl::unexpected(reader.error());
    return Cells(context, *question, *reader, *std::move(where)).run();
}

}  // namespace cli
