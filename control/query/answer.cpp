// SPDX-License-Identifier: Apache-2.0
#include "control/query/answer.hpp"

#include <sys/resource.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "control/query/rows.hpp"
#include "store/query/sorted.hpp"

namespace query {
namespace {

using store::query::Group;
using store::query::Groups;
using store::query::Report;
using store::query::Sink;
using store::query::SortedRows;

using Clock = std::chrono::steady_clock;

// Several groupings of the same rows.
class ManyGroups final : public Sink {
  public:
    explicit ManyGroups(const std::vector<store::query::Grouping>& groupings) {
        for (const auto& grouping : groupings) groups_.push_back(std::make_unique<Groups>(grouping));
    }
    void begin(std::uint64_t block) override {
        for (const auto& groups : groups_) groups->begin(block);
    }
    bool take(const flow::FlowBatch& batch, const std::uint64_t* rows, std::uint32_t count,
              store::archive::BlockReader& block, std::uint32_t page) override {
        for (const auto& groups : groups_) groups->take(batch, rows, count, block, page);
        return true;
    }
    [[nodiscard]] Groups& at(std::size_t i) const { return *groups_[i]; }
    void merge(ManyGroups& other) {
        for (std::size_t i = 0; i < groups_.size(); ++i) groups_[i]->merge(*other.groups_[i]);
    }
    [[nodiscard]] std::uint64_t left_out() const {
        std::uint64_t sum = 0;
        for (const auto& groups : groups_) sum += groups->left_out();
        return sum;
    }

  private:
    std::vector<std::unique_ptr<Groups>> groups_;
};

// "Packet limit: > 100 packets", as nfdump says it.
void print_limits(const Question& q, std::string& out) {
    const auto one = [&](const char* what, const std::optional<Limit>& limit, const char* unit) {
        if (limit && !q.shape.print.objects)
            out += std::string(what) + (limit->below ? " limit: < " : " limit: > ") + std::to_string(limit->value) +
                   unit + "\n";
    };
    one("Packet", q.request.packet_limit, " packets");
    one("Byte", q.request.byte_limit, " bytes");
}

void print_groups(const std::vector<Group>& top, const Groups& groups, RecordPrinter& printer, Output& output) {
    for (const Group& group : top) {
        printer.record(groups.keys(group.batch), group.row, group.sums, output.text());
        if (!output.flush_when_large()) return;
    }
}

// One run of the machine.
class Answerer {
  public:
    Answerer(const Question& question, Output& output)
        : q_(question), output_(output), groupings_(question.shape.groupings) {
        // Of all threads and statistics together, and of this answer alone.
        const auto memory = std::make_shared<store::query::GroupMemory>();
        const auto texts = std::make_shared<store::query::TextPool>();
        for (auto& grouping : groupings_) {
            grouping.memory = memory;
            grouping.texts = texts;
        }
    }

    Outcome<Answered> run() {
        auto printer = RecordPrinter::make(q_.shape.print);
        if (!printer) return refuse(Trouble::usage, printer.error().text());
        printer_ = *std::move(printer);
        sorting_ = {.order = q_.shape.order,
                    .count = q_.shape.top,
                    .columns = printer_->columns(),
                    .received = printer_->received(),
                    .raw = q_.request.raw,
                    .memory_bytes = q_.request.memory_bytes};
        print_limits(q_, output_.text());
        // What is printed as it comes stands behind its header.
        if (q_.shape.kind == Shape::Kind::listing) printer_->header(output_.text());
        const auto begin = Clock::now();
        auto report = store::query::scan(options());
        if (!report) return refuse(Trouble::failed, report.error().text());
        out_.report = *std::move(report);
        out_.stages.scan_s = since(begin);
        out_.coverage = coverage_of(out_.report);
        const auto put_together = Clock::now();
        finish();
        out_.stages.put_together_s = since(put_together);
        return std::move(out_);
    }

  private:
    store::query::Options options();
    std::unique_ptr<Sink> make_sink();
    void finish();
    void finish_sorted(SortedRows& sorted);
    void finish_groups(ManyGroups& groups);
    void finish_statistics(ManyGroups& groups);
    void no_match() {
        if (out_.report.rows_passed == 0) print_no_match(q_.shape.print, output_.text());
    }

    const Question& q_;
    Output& output_;
    std::vector<store::query::Grouping> groupings_;
    std::unique_ptr<RecordPrinter> printer_{};
    store::query::Sorting sorting_{};
    Answered out_{};
};

store::query::Options Answerer::options() {
    store::query::Options o;
    o.segments = q_.selection.segments;
    if (q_.reader != nullptr) o.refresh = refreshed(*q_.reader, q_.archive_directory);
    o.window = q_.window;
    o.program = q_.filter.program.get();
    o.columns = sums_columns();
    switch (q_.shape.kind) {
        case Shape::Kind::listing:
            o.columns.add(printer_->columns());
            o.received = printer_->received();
            o.ordered = true;
            break;
        case Shape::Kind::sorted:
            o.columns = columns_of(sorting_);
            o.received = sorting_.received;
            break;
        case Shape::Kind::groups:
        case Shape::Kind::statistics:
            o.columns = {};
            for (const auto& grouping : q_.shape.groupings) o.columns.add(columns_of(grouping));
            break;
        case Shape::Kind::totals:
            o.columns = Totals::columns(q_.shape.by_class);
            break;
    }
    // Rows that are numbered are numbered by one thread.
    o.threads = q_.filter.counts_rows ? 1 : q_.effort.threads;
    o.ordered = o.ordered || q_.filter.counts_rows;
    o.background = q_.effort.background;
    o.exporters = &q_.exporters;
    o.limits = {.rows = q_.request.count, .time_ms = q_.request.timeout_ms};
    o.cancelled = &q_.cancel.flag();
    o.progress = q_.progress;
    o.make_sink = [this](std::size_t) { return make_sink(); };
    return o;
}

std::unique_ptr<Sink> Answerer::make_sink() {
    switch (q_.shape.kind) {
        case Shape::Kind::listing:
            return std::make_unique<Listing>(*printer_, output_, q_.request.raw);
        case Shape::Kind::sorted:
            return std::make_unique<SortedRows>(sorting_);
        case Shape::Kind::groups:
        case Shape::Kind::statistics:
            return std::make_unique<ManyGroups>(groupings_);
        case Shape::Kind::totals:
            break;
    }
    return std::make_unique<Totals>(q_.shape.by_class, q_.request.raw);
}

// All sinks are of the kind that make_sink() made.
template <class Kind>
Kind& merged(Report& report) {
    auto& first = static_cast<Kind&>(*report.sinks.front());
    for (std::size_t i = 1; i < report.sinks.size(); ++i) first.merge(static_cast<Kind&>(*report.sinks[i]));
    return first;
}

void Answerer::finish() {
    auto& sinks = out_.report.sinks;
    switch (q_.shape.kind) {
        case Shape::Kind::listing:
            no_match();
            out_.total = static_cast<Listing&>(*sinks.front()).total();
            printer_->footer(output_.text());
            break;
        case Shape::Kind::sorted:
            finish_sorted(merged<SortedRows>(out_.report));
            break;
        case Shape::Kind::groups:
            finish_groups(merged<ManyGroups>(out_.report));
            break;
        case Shape::Kind::statistics:
            finish_statistics(merged<ManyGroups>(out_.report));
            break;
        case Shape::Kind::totals: {
            const auto& totals = merged<Totals>(out_.report);
            out_.total = totals.total();
            if (q_.shape.by_class) {
                print_totals(q_, totals, output_);
            } else {
                no_match();
            }
            break;
        }
    }
    sinks.clear();
}

void Answerer::finish_sorted(SortedRows& sorted) {
    printer_->header(output_.text());
    no_match();
    for (const Group& row : sorted.finish()) {
        printer_->record(sorted.batch(row.batch), row.row, row.sums, output_.text());
        if (!output_.flush_when_large()) return;
    }
    printer_->footer(output_.text());
    out_.total = sorted.total();
    out_.coverage.rows_left_out = sorted.left_out();
}

void Answerer::finish_groups(ManyGroups& all) {
    Groups& groups = all.at(0);
    printer_->header(output_.text());
    no_match();
    print_groups(groups.top(q_.shape.order, q_.shape.top, q_.shape.limits), groups, *printer_, output_);
    printer_->footer(output_.text());
    out_.total = groups.total();
    out_.coverage.rows_left_out = all.left_out();
}

void Answerer::finish_statistics(ManyGroups& all) {
    no_match();
    const bool found = out_.report.rows_passed != 0;
    for (std::size_t i = 0; i < q_.shape.statistics.size(); ++i) {
        const store::query::StatisticRequest& statistic = q_.shape.statistics[i];
        Groups& groups = all.at(i);
        for (const store::query::Ordering& order : statistic.orders) {
            const bool records = statistic.element == nullptr;
            if (records && !found) continue;
            const std::vector<Group> top = groups.top(order, q_.shape.top, q_.shape.limits);
            if (records) {
                print_record_statistic(order.order, q_.shape.top, q_.shape.print, output_.text());
                printer_->header(output_.text());
                print_groups(top, groups, *printer_, output_);
                printer_->footer(output_.text());
                continue;
            }
            const StatisticHead head{.element = statistic.element,
                                     .by_protocol = statistic.by_protocol,
                                     .order = order.order,
                                     .count = q_.shape.top};
            print_statistic(head, groups, top, q_.shape.print, output_.text());
            if (!output_.flush_when_large()) return;
        }
    }
    out_.total = all.at(0).total();
    out_.coverage.rows_left_out = all.left_out();
}

}  // namespace

Outcome<Answered> answer(const Question& question, Output& output) {
    return Answerer(question, output).run();
}

}  // namespace query
