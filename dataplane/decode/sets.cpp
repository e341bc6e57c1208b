// SPDX-License-Identifier: Apache-2.0
// Walks the sets of NetFlow v9 and IPFIX: both have the same frame around templates and data.
#include <algorithm>

#include "dataplane/decode/protocols.hpp"

namespace decode {

using flow::Counter;
using flow::OptionKind;
using flow::Skip;

namespace {

constexpr std::uint16_t kFirstDataSet = 256;
constexpr std::size_t kSetHeader = 4;
constexpr std::uint32_t kRoomForNames = 64 * 1024;  // of a set's rows; columns are decoded whole before names are put

// The increase of a total since it was told last; a total that fell begins anew.
std::uint64_t increase(OptionTable& options, const flow::OptionValue& value) noexcept {
    const OptionTable::Known* before = options.find(value.kind, value.id);
    if (before == nullptr) return 0;
    return value.value >= before->value ? value.value - before->value : value.value;
}

void hear(const flow::OptionValue& value, const Work& work) {
    OptionTable& options = work.state.scope.options;
    if (value.kind == OptionKind::announced) work.counts.announced_drops += increase(options, value);
    switch (options.tell(value, false)) {
        case OptionTable::Told::same:
            return;
        case OptionTable::Told::refused:
            ++work.ledger[Counter::options_refused];
            return;
        case OptionTable::Told::changed:
            break;
    }
    ++work.ledger[Counter::options_learned];
    OptionTable::Known& known = *options.find(value.kind, value.id);
    known.saved = save(work.tally, work.state.id, {value.kind, value.id, known.value, known.learned_ms, known.text});
}

void hear_records(const OptionsReader& reader, flow::Bytes records, std::uint32_t count, const Work& work) {
    if (!reader.useful()) return;
    flow::Cursor at(records);
    for (std::uint32_t i = 0; i < count; ++i) {
        OptionRecord record;
        if (!reader.read(at, record)) break;
        const ToldValues told = values_of(record, work.datagram.received_ms);
        for (std::size_t v = 0; v < told.count; ++v) hear(told.values[v], work);
    }
}

void decode_data(Template& known, flow::Bytes content, const RecordContext& context, const Work& work,
                 SetWalk& walk) noexcept {
    CopyPlan::Count count;
    if (known.options) {
        count = known.plan.count(content, work.ledger);
        hear_records(known.reader, content, count.records, work);
    } else if (work.left_out) {
        count = known.plan.measure(content);
    } else {
        if (work.state.scope.options.has_names()) (void)work.writer.room(kRoomForNames);
        count = known.plan.run(content, context, work.writer, work.ledger);
        const std::uint32_t described = work.state.scope.templates.described(known, work.state.scope.options);
        // What the exporter has described itself is known, if only by name.
        work.ledger[Counter::elements_unknown] -= static_cast<std::uint64_t>(described) * count.records;
    }
    walk.data_records += count.records;
    walk.complete &= count.complete;
}

void hold(std::uint16_t id, flow::Bytes content, const RecordContext& context, const Work& work) {
    const auto evict = [&](const HeldSet& set) {
        work.books.turn_to(work.tally.exporter(set.state->id));
        ++work.ledger[Counter::held_evicted];
        work.ledger.skip(Skip::no_template);
        work.books.turn_to(work.counts);
    };
    HeldSet set{.id = id,
                .state = &work.state,
                .context = context,
                .sampling = work.datagram.rule->sampling,
                .default_sampling = work.datagram.rule->default_sampling,
                .reload = work.reload};
    set.context.annotator = nullptr;
    ++work.ledger[Counter::sets_held];
    if (work.state.scope.held.hold(std::move(set), content, evict)) return;
    ++work.ledger[Counter::held_evicted];
    work.ledger.skip(Skip::no_template);
}

// Decodes a set as if its template had been there, on the books of the entry it came by.
void replay(const HeldSet& set, Template& known, const Work& work) {
    flow::ExporterCounts& counts = work.tally.exporter(set.state->id);
    ExporterRule rule = *work.datagram.rule;
    Datagram datagram = work.datagram;
    RecordContext context = set.context;
    if (set.reload == work.reload) {
        rule.sampling = set.sampling;
        rule.default_sampling = set.default_sampling;
        datagram.source = context.source;
    }
    context.source = datagram.source;
    datagram.rule = &rule;
    datagram.received_ms = context.received_ms;
    if (context.init_ms == 0) context.init_ms = set.state->scope.options.start_ms();
    Annotator annotator(set.state->scope.options, rule, counts);
    context.annotator = &annotator;
    work.books.turn_to(counts);
    ++work.ledger[Counter::held_replayed];
    const Work then{.datagram = datagram,
                    .state = *set.state,
                    .writer = work.writer,
                    .ledger = work.ledger,
                    .counts = counts,
                    .tally = work.tally,
                    .books = work.books,
                    .annotator = annotator,
                    .reload = work.reload};
    SetWalk unused;  // the sequence has been set anew since
    decode_data(known, set.bytes, context, then, unused);
    work.books.turn_to(work.counts);
}

void learn(flow::Bytes content, bool options, const RecordContext& context, const Work& work, SetWalk& walk) {
    const Origin origin{work.datagram.exporter_port, context.export_ms, work.datagram.received_ms};
    work.state.scope.templates.learn_set(content, options, origin, work.ledger,
                                         [&](std::uint16_t id, const Template& learned) {
                                             walk.learned = true;
                                             return save(work.tally, work.state.id, id, learned);
                                         });
}

void replay_held(const Work& work, SetWalk& walk) {
    ExporterScope& scope = work.state.scope;
    walk.learned = false;
    if (scope.held.empty()) return;
    if (walk.replays_left != 0) --walk.replays_left;
    scope.held.take(
        [&](const HeldSet& set) { return scope.templates.find(set.id) != nullptr; },
        [&](const HeldSet& set) { replay(set, *scope.templates.use(set.id, work.datagram.received_ms), work); });
}

void take_data(std::uint16_t id, flow::Bytes content, const RecordContext& context, const Work& work,
               SetWalk& walk) noexcept {
    // What came before goes first.
    if (walk.learned && walk.replays_left != 0) replay_held(work, walk);
    const bool must_wait = walk.learned && !work.left_out && !work.state.scope.held.empty();
    Template* known = must_wait ? nullptr : work.state.scope.templates.use(id, work.datagram.received_ms);
    if (known != nullptr) return decode_data(*known, content, context, work, walk);
    walk.complete = false;
    if (!work.left_out) hold(id, content, context, work);
}

// Walks the sets, but for what is held until their end.
void walk_each(flow::Bytes sets, std::uint16_t template_set, std::uint16_t options_set, const RecordContext& context,
               const Work& work, SetWalk& walk) noexcept {
    while (sets.size() >= kSetHeader) {
        const std::uint16_t id = flow::load_be16(sets.data());
        const std::uint16_t length = flow::load_be16(sets.data() + 2);
        if (length < kSetHeader || length > sets.size()) {
            // Some devices fill up their datagrams with zeros; that is padding, not a fault.
            const bool zeros = std::all_of(sets.begin(), sets.end(), [](std::uint8_t b) { return b == 0; });
            if (!zeros) {
                work.ledger.skip(Skip::bad_set_length);
                walk.complete = false;
            }
            return;
        }
        const flow::Bytes content = sets.subspan(kSetHeader, length - kSetHeader);
        if (id >= kFirstDataSet) {
            take_data(id, content, context, work, walk);
        } else if (id == template_set || id == options_set) {
            learn(content, id == options_set, context, work, walk);
        } else {
            work.ledger.skip(Skip::reserved_set);
        }
        sets = sets.subspan(length);
    }
}

}  // namespace

RecordContext context_of(const Work& work) noexcept {
    return {.init_ms = work.state.scope.options.start_ms(),
            .received_ms = work.datagram.received_ms,
            .exporter = work.state.id,
            .source = work.datagram.source,
            .thinning = work.datagram.thinning,
            .inner_headers = work.datagram.rule->inner_headers,
            .templates = &work.state.scope.templates,
            .annotator = &work.annotator};
}

SetWalk walk_sets(flow::Bytes sets, std::uint16_t template_set, std::uint16_t options_set, const RecordContext& context,
                  const Work& work) noexcept {
    SetWalk walk;
    work.state.scope.templates.allow_evictions();
    walk_each(sets, template_set, options_set, context, work, walk);
    if (walk.learned) replay_held(work, walk);
    return walk;
}

}  // namespace decode
