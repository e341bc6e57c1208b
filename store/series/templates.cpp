// SPDX-License-Identifier: Apache-2.0
#include "store/series/templates.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <tuple>

#include "store/series/bytes.hpp"

namespace store {
namespace {

using flow::Bytes;

constexpr std::size_t kHeaderBytes = 9;                            // of a value: options, learned_ms
constexpr std::uint64_t kShrunkBytes = kMaxTemplateBytes / 4 * 3;  // so that all are looked at only now and then
constexpr std::uint64_t kAnyBytes = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint32_t kLastExporter = std::numeric_limits<std::uint32_t>::max();

using TemplateKey = std::array<std::uint8_t, 6>;
TemplateKey template_key(TemplateId id) noexcept {
    TemplateKey key;
    store_be32(key.data(), static_cast<std::uint32_t>(id >> 16));
    key[4] = static_cast<std::uint8_t>(id >> 8);
    key[5] = static_cast<std::uint8_t>(id);
    return key;
}
TemplateId template_id(Bytes key) noexcept {
    return static_cast<TemplateId>(flow::load_be32(key.data())) << 16 | flow::load_be16(key.data() + 4);
}
TemplateId template_id(std::uint32_t exporter, std::uint16_t id) noexcept {
    return static_cast<TemplateId>(exporter) << 16 | id;
}
bool sound(Bytes key, Bytes value) noexcept {
    return key.size() == TemplateKey{}.size() && value.size() >= kHeaderBytes;
}
std::uint64_t counted_bytes(std::size_t value_bytes) noexcept {
    return value_bytes + kTemplateRowBytes;
}

struct Row {
    TemplateId id = 0;
    std::uint64_t learned_ms = 0;
    std::uint64_t bytes = 0;
    std::size_t rank = 0;  // among those of its exporter, the newest is 0

    [[nodiscard]] std::uint64_t exporter() const noexcept { return id >> 16; }
};

// Of the exporters `first` to `last`.
flow::Result<std::vector<Row>> read_rows(const lmdb::Env& env, const lmdb::Txn& txn, std::uint32_t first,
                                         std::uint32_t last) {
    std::vector<Row> rows;
    auto cursor = txn.cursor(table(env, TableId::templates));
    if (!cursor) return flow::pass(cursor);
    const TemplateKey from_key = template_key(template_id(first, 0));
    auto more = cursor->seek(from_key);
    for (; more && *more; more = cursor->next()) {
        if (!sound(cursor->key(), cursor->value())) return fail_damaged(env, "templates");
        if (flow::load_be32(cursor->key().data()) > last) break;
        flow::Cursor from(cursor->value().subspan(1));
        const auto learned_ms = take_raw<std::uint64_t>(from);
        rows.push_back({template_id(cursor->key()), learned_ms, counted_bytes(cursor->value().size()), 0});
    }
    if (!more) return flow::pass(more);
    return rows;
}

// Takes those out of `rows` that are beyond the limits.
std::vector<Row> take_excess(std::vector<Row>& rows, std::uint64_t most_bytes) {
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return std::tuple(a.exporter(), b.learned_ms, b.id) < std::tuple(b.exporter(), a.learned_ms, a.id);
    });
    for (std::size_t i = 1; i < rows.size(); ++i) {
        if (rows[i].exporter() == rows[i - 1].exporter()) rows[i].rank = rows[i - 1].rank + 1;
    }
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return std::tuple(a.rank, b.learned_ms, b.id) < std::tuple(b.rank, a.learned_ms, a.id);
    });
    std::uint64_t bytes = 0;
    const auto first = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
        bytes += row.bytes;
        return row.rank >= kMaxTemplatesOfOne || bytes > most_bytes;
    });
    std::vector<Row> excess(first, rows.end());
    rows.erase(first, rows.end());
    return excess;
}

}  // namespace

flow::Result<LoadedTemplates> load_templates(const lmdb::Env& env, const lmdb::Txn& txn) {
    auto rows = read_rows(env, txn, 0, kLastExporter);
    if (!rows) return flow::pass(rows);
    LoadedTemplates all;
    for (const Row& row : take_excess(*rows, kMaxTemplateBytes)) all.excess.push_back(row.id);
    std::sort(all.excess.begin(), all.excess.end());
    for (const Row& row : *rows) all.bytes += row.bytes;
    auto done = for_each(env, txn, TableId::templates, "templates", [&](Bytes key, Bytes value) {
        const TemplateId id = template_id(key);
        if (std::binary_search(all.excess.begin(), all.excess.end(), id)) return true;
        flow::Cursor from(value);
        flow::TemplateDefinition definition;
        definition.id = static_cast<std::uint16_t>(id);
        definition.options = from.u8() != 0;
        definition.learned_ms = take_raw<std::uint64_t>(from);
        definition.wire.assign(from.rest().begin(), from.rest().end());
        all.templates[static_cast<std::uint32_t>(id >> 16)].push_back(std::move(definition));
        return true;
    });
    if (!done) return flow::pass(done);
    return all;
}

void PendingTemplates::load(std::vector<TemplateId> excess, std::uint64_t bytes) {
    excess_ = std::move(excess);
    bytes_ = bytes;
}

void PendingTemplates::add(const flow::LearnedTemplate& learned) {
    const flow::TemplateDefinition& d = learned.definition;
    pending_.set(template_id(learned.exporter, d.id), learned, d.learned_ms, d.wire.size() + 2 * kTemplateRowBytes);
}

flow::Result<void> PendingTemplates::save(const lmdb::Env& env, lmdb::WriteTxn& txn) {
    next_bytes_ = bytes_;
    next_deleted_ = deleted_ + excess_.size();
    for (const TemplateId id : excess_) {
        if (auto done = txn.erase(table(env, TableId::templates), template_key(id)); !done) return done;
    }
    std::set<std::uint32_t> grown;
    for (const auto& [id, entry] : pending_.entries()) {
        auto is_new = put(env, txn, entry.value);
        if (!is_new) return flow::pass(is_new);
        if (*is_new) grown.insert(entry.value.exporter);
    }
    for (const std::uint32_t exporter : grown) {
        if (auto done = limit(env, txn, exporter, exporter, kAnyBytes); !done) return done;
    }
    return next_bytes_ > kMaxTemplateBytes ? limit(env, txn, 0, kLastExporter, kShrunkBytes) : flow::Result<void>{};
}

void PendingTemplates::committed() {
    bytes_ = next_bytes_;
    deleted_ = next_deleted_;
    excess_ = {};
    pending_.clear();
}

// True: there was none of this id.
flow::Result<bool> PendingTemplates::put(const lmdb::Env& env, lmdb::WriteTxn& txn,
                                         const flow::LearnedTemplate& learned) {
    const lmdb::Table templates = table(env, TableId::templates);
    const TemplateKey key = template_key(template_id(learned.exporter, learned.definition.id));
    auto stored = txn.get(templates, key);
    if (!stored) return flow::pass(stored);
    const bool is_new = !*stored;
    if (!is_new) next_bytes_ -= counted_bytes((*stored)->size());
    Buffer value{static_cast<std::uint8_t>(learned.definition.options ? 1 : 0)};
    put_raw(value, learned.definition.learned_ms);
    value.insert(value.end(), learned.definition.wire.begin(), learned.definition.wire.end());
    next_bytes_ += counted_bytes(value.size());
    auto done = txn.put(templates, key, value);
    if (!done) return flow::pass(done);
    return is_new;
}

flow::Result<void> PendingTemplates::limit(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint32_t first,
                                           std::uint32_t last, std::uint64_t most_bytes) {
    auto rows = read_rows(env, txn, first, last);
    if (!rows) return flow::pass(rows);
    for (const Row& row : take_excess(*rows, most_bytes)) {
        if (auto done = txn.erase(table(env, TableId::templates), template_key(row.id)); !done) return done;
        next_bytes_ -= row.bytes;
        ++next_deleted_;
    }
    return {};
}

}  // namespace store
