// SPDX-License-Identifier: Apache-2.0
#include "control/query/run.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <ostream>

#include "control/filter_excerpt.hpp"
#include "control/query/answer.hpp"
#include "control/query/explain.hpp"
#include "control/query/progress.hpp"

namespace query {
namespace {

using Clock = std::chrono::steady_clock;

// Questions of fewer rows are answered before the daemon would have said how busy it is.
constexpr std::uint64_t kLongRows = 4'000'000;
constexpr double kBusy = 0.5;

struct Processor {
    double user_s = 0, system_s = 0;
};
Processor processor_time() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return {seconds(used.ru_utime), seconds(used.ru_stime)};
}

std::size_t cores() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return std::max<std::size_t>(1, static_cast<std::size_t>(CPU_COUNT(&set)));
}

// An archive of which nothing can be read is no answer.
Outcome<void> read_something(const store::query::Report& report) {
    const std::uint64_t opened =
        report.segments - report.segments_skipped - report.segments_expired - report.segments_failed;
    if (report.segments_failed == 0 || opened != 0) return {};
    const auto why = std::ranges::find_if(report.notes, [](const std::string& n) { return n.starts_with("archive"); });
    return refuse(Trouble::failed, "none of " + std::to_string(report.segments_failed) + " segments could be read" +
                                       (why == report.notes.end() ? std::string() : ", the first because of " + *why));
}

class Runner {
  public:
    Runner(const World& world, const Request& request, const FilterText& text)
        : world_(world), request_(request), text_(text) {}

    Outcome<void> run() {
        auto shape = shape_of(request_, exporters_);
        if (!shape) return tl::unexpected(shape.error());
        shape_ = *std::move(shape);
        if (world_.reader == nullptr && !checks_only()) {
            // Names of sources stand in the files.
            auto selection = select_files(request_, request_.sources);
            if (!selection) return tl::unexpected(selection.error());
            selection_ = *std::move(selection);
        }
        if (auto ok = prepare_filter(); !ok) return ok;
        if (checks_only()) return say_filter();
        for (const std::string& note : request_.notes) world_.err << "note: " << note << '\n';
        return request_.watch_s == 0 ? once(request_.time) : watch();
    }

  private:
    [[nodiscard]] bool checks_only() const {
        return request_.action == Request::Action::check_filter || request_.action == Request::Action::dump_filter;
    }
    Outcome<void> prepare_filter();
    Outcome<void> say_filter() const;
    Outcome<void> select();
    Outcome<void> once(const TimeSelection& time);
    Outcome<void> watch();
    void finish(Answered& answered, const store::query::Window& window, const Processor& before, double wall_s,
                Output& output);
    void say_where_flows_are(const store::query::Window& window) const;

    const World& world_;
    const Request& request_;
    const FilterText& text_;
    flow::ExporterTable exporters_{};
    Shape shape_{};
    Filter filter_{};
    Selection selection_{};
    Effort effort_{};
    Stages stages_{};
    Cancel cancel_{};
};

Outcome<void> Runner::prepare_filter() {
    const auto begin = Clock::now();
    FilterWorld filters{.config = world_.config, .sources = selection_.sources, .exporters = &exporters_};
    if (world_.reader != nullptr) {
        auto sources = world_.reader->sources();
        auto known = world_.reader->exporters();
        if (!sources) return refuse(Trouble::failed, sources.error().text());
        if (!known) return refuse(Trouble::failed, known.error().text());
        filters.sources = *std::move(sources);
        // Under the ids that the daemon knows them by.
        std::vector<flow::ExporterKey> keys;
        for (const store::StoredExporter& e : *known) keys.push_back(e.key);
        exporters_.preload(std::move(keys), {});
    }
    auto filter = make_filter(request_, text_, filters);
    if (!filter) return tl::unexpected(filter.error());
    filter_ = *std::move(filter);
    stages_.filter_s = since(begin);
    return {};
}

// -Z says nothing, as nfdump does; -X what the filter became.
Outcome<void> Runner::say_filter() const {
    if (request_.action == Request::Action::check_filter) return {};
    world_.out << control::harmless(filter_.normal) << '\n';
    if (filter_.program != nullptr) {
        for (const std::string& index : filter_.program->figures().indexes) world_.out << "index: " << index << '\n';
    }
    world_.out << "`net-collector filter explain` tells more\n";
    return {};
}

Outcome<void> Runner::select() {
    const auto begin = Clock::now();
    if (world_.reader != nullptr) {
        auto selection = select_archive(*world_.reader, world_.archive_directory, request_.sources);
        if (!selection) return tl::unexpected(selection.error());
        selection_ = *std::move(selection);
    }
    stages_.select_s = since(begin);
    return {};
}

Outcome<void> Runner::once(const TimeSelection& time) {
    if (auto ok = select(); !ok) return ok;
    const store::query::Window window = resolved(time, selection_.first_ms, selection_.last_ms);
    effort_ = effort_for(world_.daemon, request_.threads, selection_.rows);
    // Not between lines that come on the same terminal.
    const bool quiet = world_.out_is_terminal && shape_.kind == Shape::Kind::listing;
    ProgressLine progress(world_.err, world_.err_is_terminal && !quiet);
    const Question question{.request = request_,
                            .shape = shape_,
                            .filter = filter_,
                            .selection = selection_,
                            .window = window,
                            .effort = effort_,
                            .reader = world_.reader,
                            .archive_directory = world_.archive_directory,
                            .now_s = world_.now_s(),
                            .exporters = exporters_,
                            .cancel = cancel_,
                            .progress = [&](const store::query::Progress& p) {
                                progress.show(p);
                                tell_progress(request_.progress, p);
                            }};
    const Processor before = processor_time();
    const auto begin = Clock::now();
    Output output(world_.out);
    auto answered = answer(question, output);
    progress.clear();
    if (!answered) return tl::unexpected(answered.error());
    tell_end(request_.progress, answered->report);
    finish(*answered, window, before, since(begin), output);
    if (auto ok = read_something(answered->report); !ok) return ok;
    const bool cancelled = answered->report.ended_by == store::query::EndedBy::cancelled;
    return cancelled && request_.watch_s == 0 ? Outcome<void>(refuse(Trouble::cancelled, {})) : Outcome<void>();
}

// Coverage, summary, and what goes to standard error.
void Runner::finish(Answered& answered, const store::query::Window& window, const Processor& before, double wall_s,
                    Output& output) {
    const store::query::Report& report = answered.report;
    Coverage& coverage = answered.coverage;
    const bool summary = !shape_.by_class && (!request_.quiet || request_.json);
    if (summary && world_.reader != nullptr) {
        // An answer without losses is better than none: what the books say is left out where they cannot be read.
        if (!add_books(*world_.reader, selection_, window, world_.now_s(), coverage)) coverage.known = false;
    }
    if (summary) {
        const Processor after = processor_time();
        Summary s{.total = answered.total,
                  .window_from_ms = report.first_ms,
                  .window_to_ms = report.last_ms,
                  .processed = report.rows + report.rows_skipped,
                  .passed = report.rows_passed,
                  .blocks_skipped =
                      report.skipped_time + report.skipped_zones + report.skipped_addresses + report.skipped_absent,
                  .bytes_read = report.bytes_read,
                  .system_s = after.system_s - before.system_s,
                  .user_s = after.user_s - before.user_s,
                  .wall_s = wall_s,
                  .coverage = coverage.text()};
        print_summary(s, shape_.print, output.text());
        if (request_.json)
            output.text() += nlohmann::ordered_json{{"type", "coverage"}, {"coverage", coverage.json()}}.dump() + "\n";
    }
    if (!output.flush()) return;
    if (coverage.partial()) world_.err << "net-collector: " << coverage.text() << '\n';
    if (report.rows_passed == 0 && world_.reader != nullptr) say_where_flows_are(window);
    stages_.scan_s = answered.stages.scan_s;
    stages_.put_together_s = answered.stages.put_together_s;
    if (request_.explain)
        explain(world_.err, {.filter = filter_,
                             .shape = shape_,
                             .selection = selection_,
                             .window = window,
                             .effort = effort_,
                             .report = report,
                             .stages = stages_});
}

// Of a window in which there is nothing.
void Runner::say_where_flows_are(const store::query::Window& window) const {
    if (selection_.segments.empty()) {
        world_.err << "note: nothing has been archived" << (request_.sources.empty() ? "" : " of these sources")
                   << " yet: see [archive] in the configuration, and `net-collector archive list`\n";
    } else if (window.to_ms < selection_.first_ms) {
        world_.err << "note: the archive begins " << local_time_text(selection_.first_ms / 1000) << '\n';
    } else if (window.from_ms > selection_.last_ms) {
        world_.err << "note: the archive ends " << local_time_text(selection_.last_ms / 1000) << '\n';
    }
}

Outcome<void> Runner::watch() {
    while (true) {
        const auto time = request_.window.empty() ? flow::Result<TimeSelection>(TimeSelection{})
                                                  : parse_window(request_.window, world_.now_s());
        if (!time) return refuse(Trouble::usage, time.error().text());
        if (world_.out_is_terminal) world_.out << "\033[H\033[2J";
        if (auto ok = once(*time); !ok) return ok;
        if (!world_.out) return {};
        if (cancel_.wait(request_.watch_s * 1000)) return {};
    }
}

}  // namespace

Effort effort_for(const std::function<DaemonLoad()>& daemon, std::size_t threads, std::uint64_t rows) {
    Effort effort{.threads = threads != 0 ? threads : cores(), .background = false};
    if (!daemon || rows < kLongRows) return effort;
    const DaemonLoad load = daemon();
    effort.background = load.running;
    if (load.busy_ratio > kBusy && threads == 0)
        effort.threads = std::max<std::size_t>(1, effort.threads - std::min(effort.threads, load.cores));
    return effort;
}

Outcome<void> run(const World& world, const Request& request, const FilterText& filter) {
    return Runner(world, request, filter).run();
}

}  // namespace query
