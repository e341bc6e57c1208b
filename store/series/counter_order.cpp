// SPDX-License-Identifier: Apache-2.0
#include "store/series/counter_order.hpp"

#include <algorithm>
#include <unordered_map>

#include "store/series/bytes.hpp"

namespace store {
namespace {

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> names;
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        names.emplace_back(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return names;
}

// Calls use(index, value) -> bool for each; false when it did, or at damaged bytes.
template <class Use>
bool read(flow::Bytes bytes, std::size_t count, Use use) noexcept {
    flow::Cursor from(bytes);
    std::uint64_t index = 0;
    while (from.left() != 0) {
        const std::uint64_t gap = take_number(from);
        const std::uint64_t value = take_number(from);
        if (!from.ok() || gap >= count - index) return false;
        index += gap;
        use(static_cast<std::size_t>(index), value);
        ++index;
    }
    return true;
}

// Writes what value(index) gives, where it is not zero.
template <class Value>
void write(Buffer& to, std::size_t count, Value value) {
    std::size_t next = 0;
    for (std::size_t index = 0; index < count; ++index) {
        const std::uint64_t number = value(index);
        if (number == 0) continue;
        put_number(to, index - next);
        put_number(to, number);
        next = index + 1;
    }
}

std::uint64_t add_saturated(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? ~0ull : sum;
}

}  // namespace

CounterOrder::CounterOrder(std::string_view stored_list, std::span<const std::string_view> own)
    : names_(split(stored_list)) {
    stored_ = names_.size();
    std::unordered_map<std::string, std::uint32_t> at;
    for (std::uint32_t i = 0; i < names_.size(); ++i) at.emplace(names_[i], i);
    own_of_.assign(names_.size(), kNotOurs);
    for (std::uint32_t i = 0; i < own.size(); ++i) {
        const auto [found, is_new] = at.try_emplace(std::string(own[i]), static_cast<std::uint32_t>(names_.size()));
        if (is_new) {
            names_.emplace_back(own[i]);
            own_of_.push_back(kNotOurs);
        }
        index_of_.push_back(found->second);
        own_of_[found->second] = i;
    }
}

flow::Result<CounterOrder> CounterOrder::load(const lmdb::Env& env, const lmdb::Txn& txn, std::string_view meta_key,
                                              std::span<const std::string_view> own) {
    auto stored = txn.get(table(env, TableId::meta), as_bytes(meta_key));
    if (!stored) return flow::pass(stored);
    return CounterOrder(*stored ? as_text(**stored) : "", own);
}

flow::Result<void> CounterOrder::save(const lmdb::Env& env, lmdb::WriteTxn& txn, std::string_view meta_key) const {
    const std::string wanted = list();
    auto stored = txn.get(table(env, TableId::meta), as_bytes(meta_key));
    if (!stored) return flow::pass(stored);
    if (*stored && as_text(**stored) == wanted) return {};
    return txn.put(table(env, TableId::meta), as_bytes(meta_key), as_bytes(wanted));
}

std::string CounterOrder::list() const {
    std::string all;
    for (const std::string& name : names_) all.append(all.empty() ? "" : ",").append(name);
    return all;
}

void CounterOrder::encode(Buffer& to, std::span<const std::uint64_t> own) const {
    write(to, names_.size(), [&](std::size_t index) { return own_of_[index] < own.size() ? own[own_of_[index]] : 0; });
}

bool CounterOrder::decode(flow::Bytes from, std::span<std::uint64_t> own) const noexcept {
    return read(from, names_.size(), [&](std::size_t index, std::uint64_t value) {
        if (own_of_[index] >= own.size()) return;
        std::uint64_t& to = own[own_of_[index]];
        to = add_saturated(to, value);
    });
}

bool CounterOrder::merge(Buffer& to, flow::Bytes stored, std::span<const std::uint64_t> own) const {
    std::vector<std::uint64_t> all(names_.size());
    const bool sound = read(stored, all.size(), [&](std::size_t index, std::uint64_t value) { all[index] = value; });
    if (!sound) std::fill(all.begin(), all.end(), 0);
    for (std::size_t i = 0; i < std::min(own.size(), index_of_.size()); ++i) {
        all[index_of_[i]] = add_saturated(all[index_of_[i]], own[i]);
    }
    to.clear();
    write(to, all.size(), [&](std::size_t index) { return all[index]; });
    return sound;
}

}  // namespace store
