// SPDX-License-Identifier: Apache-2.0
#include "store/series/records.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "store/series/values.hpp"

namespace store {
namespace {

using flow::Bytes;

Bytes as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
std::string as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class T>
void put_raw(Buffer& to, const T& value) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
    to.insert(to.end(), bytes, bytes + sizeof value);
}
template <class T>
T take_raw(flow::Cursor& from) noexcept {
    T value{};
    const Bytes bytes = from.take(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

// Calls use(key, value) -> bool for every record; false = damaged.
template <class Use>
flow::Result<void> for_each(const lmdb::Env& env, const lmdb::Txn& txn, TableId id, const char* name, Use use) {
    auto cursor = txn.cursor(table(env, id));
    if (!cursor) return flow::pass(cursor);
    auto more = cursor->first();
    for (; more && *more; more = cursor->next()) {
        if (!use(cursor->key(), cursor->value())) return fail_damaged(env, name);
    }
    if (!more) return flow::pass(more);
    return {};
}

// Ids are given without gaps, so records come as 0, 1, 2 ...
bool is_next_id(Bytes key, std::size_t size) noexcept {
    return key.size() == 4 && flow::load_be32(key.data()) == size;
}

// The names of the counters in the order in which save_counts() writes them.
std::vector<std::string_view> counter_names() {
    return {"last_seen_ms",
#define X(name, text) #name,
            FLOW_EXPORTER_COUNTS(X)
#undef X
    };
}
std::string joined_counter_names() {
    std::string all;
    for (const std::string_view name : counter_names()) all.append(all.empty() ? "" : ",").append(name);
    return all;
}
std::vector<std::string> split(std::string_view joined) {
    std::vector<std::string> names;
    while (!joined.empty()) {
        const auto comma = std::min(joined.find(','), joined.size());
        names.emplace_back(joined.substr(0, comma));
        joined.remove_prefix(std::min(comma + 1, joined.size()));
    }
    return names;
}
std::uint64_t* counter(flow::ExporterCounts& counts, std::string_view name_wanted) noexcept {
    if (name_wanted == "last_seen_ms") return &counts.last_seen_ms;
#define X(name, text) \
    if (name_wanted == #name) return &counts.name;
    FLOW_EXPORTER_COUNTS(X)
#undef X
    return nullptr;
}

constexpr std::string_view kProgressKey = "progress", kClockKey = "clock", kCountersKey = "exporter_counters";

}  // namespace

flow::Result<WriterState> load_writer_state(const lmdb::Env& env, const lmdb::Txn& txn) {
    WriterState state;
    auto progress = txn.get(table(env, TableId::meta), as_bytes(kProgressKey));
    if (!progress) return flow::pass(progress);
    if (*progress) {
        flow::Cursor from(**progress);
        state.progress.started = true;
        for (std::size_t level = 0; level < kResolutionCount; ++level) {
            Closed& closed = state.progress.closed[level];
            closed.until_s = take_raw<std::uint64_t>(from);
            closed.series_done = take_raw<std::uint32_t>(from);
            if (!from.ok() || closed.until_s % kResolutions[level].span_s() != 0) return fail_damaged(env, "meta");
        }
    }
    auto clock = txn.get(table(env, TableId::meta), as_bytes(kClockKey));
    if (!clock) return flow::pass(clock);
    if (*clock) {
        flow::Cursor from(**clock);
        state.last_commit_ms = take_raw<std::uint64_t>(from);
        state.deletion_waits_s = take_raw<std::uint64_t>(from);
        if (!from.ok()) return fail_damaged(env, "meta");
    }
    return state;
}

flow::Result<void> save_writer_state(const lmdb::Env& env, lmdb::WriteTxn& txn, const WriterState& state) {
    if (state.progress.started) {
        Buffer progress;
        for (const Closed& closed : state.progress.closed) {
            put_raw(progress, closed.until_s);
            put_raw(progress, closed.series_done);
        }
        if (auto done = txn.put(table(env, TableId::meta), as_bytes(kProgressKey), progress); !done) return done;
    }
    Buffer clock;
    put_raw(clock, state.last_commit_ms);
    put_raw(clock, state.deletion_waits_s);
    return txn.put(table(env, TableId::meta), as_bytes(kClockKey), clock);
}

flow::Result<flow::Ledger> load_ledger(const lmdb::Env& env, const lmdb::Txn& txn) {
    flow::Ledger ledger;
    for (std::size_t i = 0; i < flow::Ledger::kSize; ++i) {
        auto value = txn.get(table(env, TableId::ledger), as_bytes(flow::ledger_name(i).path));
        if (!value) return flow::pass(value);
        if (!*value) continue;
        if ((*value)->size() != sizeof(std::uint64_t)) return fail_damaged(env, "ledger");
        std::memcpy(&ledger.values[i], (*value)->data(), sizeof(std::uint64_t));
    }
    return ledger;
}

flow::Result<void> save_ledger(const lmdb::Env& env, lmdb::WriteTxn& txn, const flow::Ledger& stored,
                               const flow::Ledger& now) {
    for (std::size_t i = 0; i < flow::Ledger::kSize; ++i) {
        if (stored.values[i] == now.values[i]) continue;
        Buffer value;
        put_raw(value, now.values[i]);
        if (auto done = txn.put(table(env, TableId::ledger), as_bytes(flow::ledger_name(i).path), value); !done)
            return done;
    }
    return {};
}

flow::Result<std::vector<std::string>> load_sources(const lmdb::Env& env, const lmdb::Txn& txn) {
    std::vector<std::string> sources;
    auto done = for_each(env, txn, TableId::sources, "sources", [&](Bytes key, Bytes value) {
        if (!is_next_id(key, sources.size())) return false;
        sources.push_back(as_text(value));
        return true;
    });
    if (!done) return flow::pass(done);
    return sources;
}

flow::Result<void> save_source(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint32_t id, const std::string& name) {
    return txn.put(table(env, TableId::sources), id_key(id), as_bytes(name));
}

flow::Result<std::vector<StoredSeries>> load_catalogue(const lmdb::Env& env, const lmdb::Txn& txn) {
    std::vector<StoredSeries> all;
    auto done = for_each(env, txn, TableId::catalogue, "catalogue", [&](Bytes key, Bytes value) {
        if (!is_next_id(key, all.size())) return false;
        StoredSeries& series = all.emplace_back();
        series.id = static_cast<std::uint32_t>(all.size() - 1);
        flow::Cursor from(value);
        for (std::string* text : {&series.profile, &series.channel, &series.source})
            *text = as_text(from.take(from.u8()));
        return from.ok() && from.left() == 0;
    });
    if (!done) return flow::pass(done);
    done = for_each(env, txn, TableId::marks, "marks", [&](Bytes key, Bytes value) {
        if (key.size() != 12 || flow::load_be32(key.data()) >= all.size()) return false;
        all[flow::load_be32(key.data())].marks.push_back({flow::load_be64(key.data() + 4), as_text(value)});
        return true;
    });
    if (!done) return flow::pass(done);
    return all;
}

flow::Result<void> save_series(const lmdb::Env& env, lmdb::WriteTxn& txn, const StoredSeries& series) {
    Buffer value;
    for (const std::string* text : {&series.profile, &series.channel, &series.source}) {
        value.push_back(static_cast<std::uint8_t>(text->size()));
        value.insert(value.end(), text->begin(), text->end());
    }
    if (auto done = txn.put(table(env, TableId::catalogue), id_key(series.id), value); !done) return done;
    if (series.marks.empty()) return {};
    std::array<std::uint8_t, 12> key;
    store_be32(key.data(), series.id);
    store_be64(key.data() + 4, series.marks.back().since_ms);
    return txn.put(table(env, TableId::marks), key, as_bytes(series.marks.back().filter));
}

flow::Result<std::vector<StoredExporter>> load_exporters(const lmdb::Env& env, const lmdb::Txn& txn) {
    auto sources = load_sources(env, txn);
    if (!sources) return flow::pass(sources);
    std::vector<StoredExporter> all;
    auto done = for_each(env, txn, TableId::exporters, "exporters", [&](Bytes key, Bytes value) {
        if (!is_next_id(key, all.size()) || value.size() != 41) return false;
        StoredExporter& e = all.emplace_back();
        flow::Cursor from(value);
        e.id = static_cast<std::uint32_t>(all.size() - 1);
        e.key.address = take_raw<flow::IpAddress>(from);
        e.key.agent = take_raw<flow::IpAddress>(from);
        e.key.source_id = take_raw<std::uint32_t>(from);
        e.key.domain = take_raw<std::uint32_t>(from);
        e.key.protocol = static_cast<flow::Protocol>(from.u8());
        if (e.key.source_id < sources->size()) e.source = (*sources)[e.key.source_id];
        return true;
    });
    if (!done) return flow::pass(done);
    auto names = txn.get(table(env, TableId::meta), as_bytes(kCountersKey));
    if (!names) return flow::pass(names);
    const std::vector<std::string> order = split(*names ? as_text(**names) : "");
    done = for_each(env, txn, TableId::counts, "counts", [&](Bytes key, Bytes value) {
        if (key.size() != 4 || flow::load_be32(key.data()) >= all.size() || value.size() != order.size() * 8)
            return false;
        flow::Cursor from(value);
        for (const std::string& name : order) {
            const auto number = take_raw<std::uint64_t>(from);
            if (std::uint64_t* to = counter(all[flow::load_be32(key.data())].counts, name); to != nullptr) *to = number;
        }
        return true;
    });
    if (!done) return flow::pass(done);
    return all;
}

flow::Result<void> save_exporter(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint32_t id,
                                 const flow::ExporterKey& key) {
    Buffer value;
    put_raw(value, key.address);
    put_raw(value, key.agent);
    put_raw(value, key.source_id);
    put_raw(value, key.domain);
    value.push_back(static_cast<std::uint8_t>(key.protocol));
    return txn.put(table(env, TableId::exporters), id_key(id), value);
}

flow::Result<void> save_counts(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint32_t id,
                               const flow::ExporterCounts& counts) {
    flow::ExporterCounts copy = counts;
    Buffer value;
    for (const std::string_view name : counter_names()) put_raw(value, *counter(copy, name));
    return txn.put(table(env, TableId::counts), id_key(id), value);
}

flow::Result<bool> save_counter_names(const lmdb::Env& env, lmdb::WriteTxn& txn) {
    const std::string names = joined_counter_names();
    auto stored = txn.get(table(env, TableId::meta), as_bytes(kCountersKey));
    if (!stored) return flow::pass(stored);
    if (*stored && as_text(**stored) == names) return false;
    auto done = txn.put(table(env, TableId::meta), as_bytes(kCountersKey), as_bytes(names));
    if (!done) return flow::pass(done);
    return true;
}

flow::Result<Templates> load_templates(const lmdb::Env& env, const lmdb::Txn& txn) {
    Templates all;
    auto done = for_each(env, txn, TableId::templates, "templates", [&](Bytes key, Bytes value) {
        if (key.size() != 6 || value.size() < 9) return false;
        flow::Cursor from(value);
        flow::TemplateDefinition definition;
        definition.id = flow::load_be16(key.data() + 4);
        definition.options = from.u8() != 0;
        definition.learned_ms = take_raw<std::uint64_t>(from);
        definition.wire.assign(from.rest().begin(), from.rest().end());
        all[flow::load_be32(key.data())].push_back(std::move(definition));
        return true;
    });
    if (!done) return flow::pass(done);
    return all;
}

flow::Result<void> save_template(const lmdb::Env& env, lmdb::WriteTxn& txn, const flow::LearnedTemplate& learned) {
    std::array<std::uint8_t, 6> key;
    store_be32(key.data(), learned.exporter);
    key[4] = static_cast<std::uint8_t>(learned.definition.id >> 8);
    key[5] = static_cast<std::uint8_t>(learned.definition.id);
    Buffer value{static_cast<std::uint8_t>(learned.definition.options ? 1 : 0)};
    put_raw(value, learned.definition.learned_ms);
    value.insert(value.end(), learned.definition.wire.begin(), learned.definition.wire.end());
    return txn.put(table(env, TableId::templates), key, value);
}

}  // namespace store
