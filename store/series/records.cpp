// SPDX-License-Identifier: Apache-2.0
#include "store/series/records.hpp"

#include <cstring>
#include <string_view>

#include "store/series/bytes.hpp"

namespace store {
namespace {

using flow::Bytes;

constexpr std::string_view kProgressKey = "progress", kClockKey = "clock", kRunKey = "run", kSchemaKey = "schema";
constexpr std::uint8_t kRuns = 1, kEnded = 0;  // of meta "run"

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
    auto run = txn.get(table(env, TableId::meta), as_bytes(kRunKey));
    if (!run) return flow::pass(run);
    state.clean = *run && (*run)->size() == 1 && (**run)[0] == kEnded;
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
    if (auto done = txn.put(table(env, TableId::meta), as_bytes(kClockKey), clock); !done) return done;
    const std::uint8_t run = state.clean ? kEnded : kRuns;
    return txn.put(table(env, TableId::meta), as_bytes(kRunKey), {&run, 1});
}

flow::Result<std::uint32_t> stored_schema(const lmdb::Env& env, const lmdb::Txn& txn) {
    auto value = txn.get(table(env, TableId::meta), as_bytes(kSchemaKey));
    if (!value) return flow::pass(value);
    std::uint32_t schema = 0;
    if (!*value || (*value)->size() != sizeof schema) return fail_damaged(env, "meta");
    std::memcpy(&schema, (*value)->data(), sizeof schema);
    return schema;
}

flow::Result<void> save_schema(const lmdb::Env& env, lmdb::WriteTxn& txn) {
    Buffer value;
    put_raw(value, kSchema);
    return txn.put(table(env, TableId::meta), as_bytes(kSchemaKey), value);
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

}  // namespace store
