// SPDX-License-Identifier: Apache-2.0
#include "store/series/interfaces.hpp"

#include <algorithm>

#include "store/series/bytes.hpp"

namespace store {
namespace {

using flow::Bytes;

std::uint64_t make_id(std::uint32_t exporter, std::uint32_t index) noexcept {
    return static_cast<std::uint64_t>(exporter) << 32 | index;
}
std::uint32_t exporter_of(std::uint64_t id) noexcept {
    return static_cast<std::uint32_t>(id >> 32);
}

using InterfaceKey = std::array<std::uint8_t, 8>;
InterfaceKey interface_key(std::uint64_t id) noexcept {
    InterfaceKey key;
    store_be64(key.data(), id);
    return key;
}
// The hour first, so that retention is a run of deletes at the head and an hour's rows are neighbours.
using HourKey = std::array<std::uint8_t, 13>;
HourKey hour_key(std::uint32_t hour_s, std::uint64_t id, unsigned part) noexcept {
    HourKey key;
    store_be32(key.data(), hour_s);
    store_be64(key.data() + 4, id);
    key[12] = static_cast<std::uint8_t>(part);
    return key;
}
constexpr unsigned kParts = 256;
constexpr std::size_t kHourBytes = lmdb::kInlineBytes - HourKey{}.size();

// Into the first part that has room; false when none has.
flow::Result<bool> save_point(lmdb::WriteTxn& txn, lmdb::Table hours, std::uint64_t id, const InterfacePoint& point) {
    Buffer bytes;
    put_point(bytes, point);
    for (unsigned part = 0; part < kParts; ++part) {
        const HourKey key = hour_key(point.end_s - point.end_s % kHourS, id, part);
        auto stored = txn.get(hours, key);
        if (!stored) return flow::pass(stored);
        if (*stored && (*stored)->size() + bytes.size() > kHourBytes) continue;
        Buffer value;
        if (*stored) value.assign((*stored)->begin(), (*stored)->end());
        value.insert(value.end(), bytes.begin(), bytes.end());
        auto done = *stored ? txn.put(hours, key, value) : txn.put_last(hours, key, value);
        if (!done) return flow::pass(done);
        return true;
    }
    return false;
}

}  // namespace

void Interfaces::load(const std::vector<StoredInterface>& stored) {
    for (const StoredInterface& s : stored) {
        known_[make_id(s.last.exporter, s.last.index)] = {s.last, false};
        ++of_exporter_[s.last.exporter];
    }
}

Interfaces::Known* Interfaces::find_or_add(Id id) {
    if (const auto found = known_.find(id); found != known_.end()) return &found->second;
    std::size_t& count = of_exporter_[exporter_of(id)];
    if (known_.size() >= kMaxInterfaces || count >= kMaxInterfacesOfOne) return nullptr;
    ++count;
    return &known_[id];
}

void Interfaces::add(const flow::InterfaceSample& sample) {
    const Id id = make_id(sample.exporter, sample.index);
    Known* known = find_or_add(id);
    if (known == nullptr) {
        ++refused_;
        return;
    }
    flow::InterfaceSample& base = known->base;
    InterfacePoint point;
    const bool is_first = base.received_ms == 0;
    const Step step = is_first ? Step::new_base : compare(base, sample, point);
    if (step == Step::too_soon) {
        // A late datagram tells nothing new; else what is not a total counts at once.
        if (sample.received_ms < base.received_ms) return;
        base.type = sample.type;
        base.speed = sample.speed;
        base.direction = sample.direction;
        base.status = sample.status;
    } else {
        base = sample;
    }
    if (!known->changed) changed_.push_back(id);
    known->changed = true;
    if (step == Step::point) remember(id, point);
}

void Interfaces::remember(Id id, const InterfacePoint& point) {
    std::vector<InterfacePoint>& points = points_[id];
    if (point_count_ >= kMaxPendingPoints && !points.empty()) {
        append(points.back(), point);
        return;
    }
    points.push_back(point);
    ++point_count_;
}

flow::Result<void> Interfaces::save(const lmdb::Env& env, lmdb::WriteTxn& txn) {
    Buffer value;
    for (const Id id : changed_) {
        value.clear();
        put_sample(value, known_[id].base);
        if (auto done = txn.put(table(env, TableId::interfaces), interface_key(id), value); !done) return done;
    }
    for (const auto& [id, points] : points_) {
        for (const InterfacePoint& point : points) {
            auto saved = save_point(txn, table(env, TableId::interface_hours), id, point);
            if (!saved) return flow::pass(saved);
            if (!*saved) ++refused_;
        }
    }
    return {};
}

void Interfaces::committed() {
    for (const Id id : changed_) known_[id].changed = false;
    changed_.clear();
    points_.clear();
    point_count_ = 0;
}

flow::Result<std::uint64_t> Interfaces::forget(const lmdb::Env& env, lmdb::WriteTxn& txn, std::uint64_t limit_ms) {
    std::uint64_t forgotten = 0;
    for (auto at = known_.begin(); at != known_.end();) {
        const auto& [id, known] = *at;
        if (known.changed || known.base.received_ms >= limit_ms) {
            ++at;
            continue;
        }
        if (auto done = txn.erase(table(env, TableId::interfaces), interface_key(id)); !done) return flow::pass(done);
        --of_exporter_[exporter_of(id)];
        at = known_.erase(at);
        ++forgotten;
    }
    return forgotten;
}

flow::Result<std::vector<StoredInterface>> load_interfaces(const lmdb::Env& env, const lmdb::Txn& txn) {
    std::vector<StoredInterface> all;
    auto done = for_each(env, txn, TableId::interfaces, "interfaces", [&](Bytes key, Bytes value) {
        if (key.size() != InterfaceKey{}.size()) return false;
        flow::InterfaceSample& sample = all.emplace_back().last;
        sample.exporter = flow::load_be32(key.data());
        sample.index = flow::load_be32(key.data() + 4);
        return take_sample(value, sample);
    });
    if (!done) return flow::pass(done);
    return all;
}

flow::Result<std::uint32_t> read_points(const lmdb::Env& env, const lmdb::Txn& txn, std::uint32_t exporter,
                                        std::uint32_t index, std::uint32_t from_s, std::uint32_t to_s,
                                        std::vector<InterfacePoint>& points) {
    const std::uint32_t hour_s = from_s - from_s % kHourS;
    const HourKey first = hour_key(hour_s, make_id(exporter, index), 0);
    const Bytes same = Bytes(first).first(first.size() - 1);
    auto cursor = txn.cursor(table(env, TableId::interface_hours));
    if (!cursor) return flow::pass(cursor);
    std::vector<InterfacePoint> read;
    auto more = cursor->seek(first);
    for (; more && *more; more = cursor->next()) {
        if (cursor->key().size() != first.size()) return fail_damaged(env, "interface_hours");
        if (!std::equal(same.begin(), same.end(), cursor->key().begin())) break;
        if (!take_points(cursor->value(), hour_s, read)) return fail_damaged(env, "interface_hours");
    }
    for (const InterfacePoint& p : read) {
        if (p.end_s >= from_s && p.end_s < to_s) points.push_back(p);
    }
    if (more && *more && flow::load_be32(cursor->key().data()) == hour_s) {
        more = cursor->seek(hour_key(hour_s + kHourS, 0, 0));
    }
    if (!more) return flow::pass(more);
    return *more ? flow::load_be32(cursor->key().data()) : kNoHour;
}

}  // namespace store
