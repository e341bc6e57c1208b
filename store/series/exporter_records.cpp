// SPDX-License-Identifier: Apache-2.0
#include "store/series/exporter_records.hpp"

#include <algorithm>

#include "store/series/bytes.hpp"
#include "store/series/records.hpp"

namespace store {
namespace {

using flow::Bytes;

constexpr std::string_view kCountersKey = "exporter_counters";
constexpr std::size_t kKeyBytes = 43, kKeyBytesSchema1 = 41;  // of an exporter; schema 1 had no port

constexpr std::array<std::string_view, CountNumbers{}.size()> kCountNames{
#define X(name, text) #name,
    FLOW_EXPORTER_COUNTS(X)
#undef X
        "last_seen_ms",
    "sampling",
    "sequence_known",
    "sequence_next",
    "sequence_uptime_ms",
    "sequence_at_ms"};

bool take_exporter(Bytes value, StoredExporter& e, const std::vector<std::string>& sources) {
    if (value.size() != kKeyBytes && value.size() != kKeyBytesSchema1) return false;
    flow::Cursor from(value);
    e.key.address = take_raw<flow::IpAddress>(from);
    e.key.agent = take_raw<flow::IpAddress>(from);
    e.key.source_id = take_raw<std::uint32_t>(from);
    e.key.domain = take_raw<std::uint32_t>(from);
    if (value.size() == kKeyBytes) e.key.port = take_raw<std::uint16_t>(from);
    e.key.protocol = static_cast<flow::Protocol>(from.u8());
    if (e.key.source_id < sources.size()) e.source = sources[e.key.source_id];
    return true;
}

// Schema 1: 8 bytes each, in the order of the list.
bool take_counts_schema_1(Bytes value, const CounterOrder& order, CountNumbers& numbers) {
    if (value.size() % sizeof(std::uint64_t) != 0) return false;
    Buffer packed;
    flow::Cursor from(value);
    std::size_t next = 0;
    for (std::size_t i = 0; i < value.size() / sizeof(std::uint64_t); ++i) {
        const auto number = take_raw<std::uint64_t>(from);
        if (number == 0) continue;
        put_number(packed, i - next);
        put_number(packed, number);
        next = i + 1;
    }
    return order.decode(packed, numbers);
}

using OptionKey = std::array<std::uint8_t, 13>;
OptionKey option_key(std::uint32_t exporter, flow::OptionKind kind, std::uint64_t id) noexcept {
    OptionKey key;
    store_be32(key.data(), exporter);
    key[4] = static_cast<std::uint8_t>(kind);
    store_be64(key.data() + 5, id);
    return key;
}
bool is_known(std::uint8_t kind) noexcept {
    return kind <= static_cast<std::uint8_t>(flow::OptionKind::element);  // the last one
}

}  // namespace

CountNumbers to_numbers(const flow::ExporterCounts& c) noexcept {
    return {
#define X(name, text) c.name,
        FLOW_EXPORTER_COUNTS(X)
#undef X
            c.last_seen_ms,
        c.sampling,
        c.sequence.known ? 1u : 0u,
        c.sequence.next,
        c.sequence.uptime_ms,
        c.sequence.at_ms};
}

flow::ExporterCounts to_counts(const CountNumbers& numbers) noexcept {
    flow::ExporterCounts c;
    std::size_t i = 0;
#define X(name, text) c.name = numbers[i++];
    FLOW_EXPORTER_COUNTS(X)
#undef X
    c.last_seen_ms = numbers[i];
    c.sampling = static_cast<std::uint32_t>(numbers[i + 1]);
    c.sequence = {numbers[i + 2] != 0, static_cast<std::uint32_t>(numbers[i + 3]),
                  static_cast<std::uint32_t>(numbers[i + 4]), numbers[i + 5]};
    return c;
}

flow::Result<CounterOrder> load_count_order(const lmdb::Env& env, const lmdb::Txn& txn) {
    return CounterOrder::load(env, txn, kCountersKey, kCountNames);
}
flow::Result<void> save_count_order(const lmdb::Env& env, lmdb::WriteTxn& txn, const CounterOrder& order) {
    return order.save(env, txn, kCountersKey);
}

flow::Result<std::vector<StoredExporter>> load_exporters(const lmdb::Env& env, const lmdb::Txn& txn) {
    auto sources = load_sources(env, txn);
    if (!sources) return flow::pass(sources);
    auto order = load_count_order(env, txn);
    if (!order) return flow::pass(order);
    auto schema = stored_schema(env, txn);
    if (!schema) return flow::pass(schema);
    std::vector<StoredExporter> all;
    auto done = for_each(env, txn, TableId::exporters, "exporters", [&](Bytes key, Bytes value) {
        if (!is_next_id(key, all.size())) return false;
        StoredExporter& e = all.emplace_back();
        e.id = static_cast<std::uint32_t>(all.size() - 1);
        return take_exporter(value, e, *sources);
    });
    if (!done) return flow::pass(done);
    done = for_each(env, txn, TableId::counts, "counts", [&](Bytes key, Bytes value) {
        if (key.size() != 4 || flow::load_be32(key.data()) >= all.size()) return false;
        CountNumbers numbers{};
        const bool sound = *schema == 1 ? take_counts_schema_1(value, *order, numbers) : order->decode(value, numbers);
        all[flow::load_be32(key.data())].counts = to_counts(numbers);
        return sound;
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
    put_raw(value, key.port);
    value.push_back(static_cast<std::uint8_t>(key.protocol));
    return txn.put(table(env, TableId::exporters), id_key(id), value);
}

flow::Result<void> save_counts(const lmdb::Env& env, lmdb::WriteTxn& txn, const CounterOrder& order, std::uint32_t id,
                               const flow::ExporterCounts& counts) {
    Buffer value;
    order.encode(value, to_numbers(counts));
    return txn.put(table(env, TableId::counts), id_key(id), value);
}

flow::Result<ExporterOptions> load_options(const lmdb::Env& env, const lmdb::Txn& txn) {
    ExporterOptions all;
    auto done = for_each(env, txn, TableId::options, "options", [&](Bytes key, Bytes value) {
        if (key.size() != OptionKey{}.size()) return false;
        if (!is_known(key[4])) return true;
        flow::Cursor from(value);
        flow::OptionValue option;
        option.kind = static_cast<flow::OptionKind>(key[4]);
        option.id = flow::load_be64(key.data() + 5);
        option.value = take_raw<std::uint64_t>(from);
        option.learned_ms = take_raw<std::uint64_t>(from);
        option.text = as_text(from.rest());
        if (from.ok()) all[flow::load_be32(key.data())].push_back(std::move(option));
        return from.ok();
    });
    if (!done) return flow::pass(done);
    return all;
}

void add_option(PendingOptions& pending, const flow::LearnedOption& learned) {
    constexpr std::size_t kBytesBeside = 192;  // of the tree, the key and the value
    const flow::OptionValue& v = learned.value;
    pending.set({learned.exporter, v.kind, v.id}, learned, v.learned_ms, kBytesBeside + v.text.size());
}

flow::Result<bool> save_option(const lmdb::Env& env, lmdb::WriteTxn& txn, const flow::LearnedOption& learned) {
    const lmdb::Table options = table(env, TableId::options);
    const OptionKey key = option_key(learned.exporter, learned.value.kind, learned.value.id);
    if (txn.entries(options) >= kMaxOptions) {
        auto stored = txn.get(options, key);
        if (!stored) return flow::pass(stored);
        if (!*stored) return false;
    }
    Buffer value;
    put_raw(value, learned.value.value);
    put_raw(value, learned.value.learned_ms);
    const std::size_t room = lmdb::kInlineBytes - key.size() - value.size();
    const Bytes text = as_bytes(learned.value.text);
    const Bytes fits = text.first(std::min(text.size(), room));
    value.insert(value.end(), fits.begin(), fits.end());
    auto done = txn.put(options, key, value);
    if (!done) return flow::pass(done);
    return true;
}

}  // namespace store
