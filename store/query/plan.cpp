// SPDX-License-Identifier: Apache-2.0
#include "store/query/plan.hpp"

#include <algorithm>

#include "filters/program/exporter_index.hpp"
#include "filters/program/readings.hpp"
#include "store/query/values.hpp"

namespace store::query {

namespace {

using filters::language::Net;
using filters::language::Range;
using filters::language::Reading;
using filters::program::Edge;
using filters::program::NetFeed;
using filters::program::NumberFeed;
using filters::program::Operation;
using filters::program::OperationKind;
using filters::program::Outline;
using filters::program::Predicate;
using filters::program::PredicateId;
using flow::Column;
using flow::IpAddress;

constexpr int kWholeAddress = 128;

constexpr Truth kMaybe{};
constexpr Truth kAlways{.may_fail = false, .always_by = RuledOutBy::zones};
constexpr Truth never(RuledOutBy by) noexcept {
    return {.may_hold = false, .by = by};
}

Truth both(const Truth& a, const Truth& b) noexcept {
    Truth out{.may_hold = a.may_hold && b.may_hold, .may_fail = a.may_fail || b.may_fail};
    if (!out.may_hold) out.by = a.may_hold ? b.by : a.by;
    if (!out.may_fail) out.always_by = std::max(a.always_by, b.always_by);
    return out;
}
Truth either(const Truth& a, const Truth& b) noexcept {
    return both(a.opposite(), b.opposite()).opposite();
}

// The first range that does not end before `value`.
const Range* range_from(const std::vector<Range>& ranges, std::uint64_t value) noexcept {
    const auto at = std::lower_bound(ranges.begin(), ranges.end(), value,
                                     [](const Range& range, std::uint64_t wanted) { return range.high < wanted; });
    return at == ranges.end() ? nullptr : &*at;
}
bool touches(const std::vector<Range>& ranges, std::uint64_t low, std::uint64_t high) noexcept {
    const Range* range = range_from(ranges, low);
    return range != nullptr && range->low <= high;
}
bool covers(const std::vector<Range>& ranges, std::uint64_t low, std::uint64_t high) noexcept {
    const Range* range = range_from(ranges, low);
    return range != nullptr && range->low <= low && high <= range->high;
}

IpAddress last_of(const Net& net) noexcept {
    IpAddress out = net.address;
    for (std::size_t i = 0; i < out.bytes.size(); ++i) out.bytes[i] |= static_cast<std::uint8_t>(~net.mask.bytes[i]);
    return out;
}

// Every address from low to high is in the net. IPv4 is in no IPv6 net, although it is mapped into the middle of ::/0.
bool covers(const Net& net, const archive::AddressZone& zone) noexcept {
    if (net.prefix_bits() < 0 || !net.contains(zone.low) || !net.contains(zone.high)) return false;
    const bool around_v4 = zone.low < IpAddress::v4(0) && IpAddress::v4(0) < zone.high;
    return net.is_v4() || !around_v4;
}

bool has_filter(Column column) noexcept {
    return column == Column::src_addr || column == Column::dst_addr;
}

}  // namespace

Plan::Plan(const Outline* outline, const Window& window) : outline_(outline), window_(window) {
    if (outline_ == nullptr) return;
    for (const Predicate& predicate : outline_->predicates) {
        std::vector<Nets>& feeds = nets_.emplace_back();
        for (const NetFeed& feed : predicate.nets) {
            Nets bounds;
            for (const Net& net : feed.nets) {
                bounds.last.push_back(last_of(net));
                const IpAddress& last = bounds.last.back();
                bounds.furthest.push_back(bounds.furthest.empty() ? last : std::max(bounds.furthest.back(), last));
                bounds.asks_filter |= net.prefix_bits() == kWholeAddress;
            }
            bounds.asks_filter &= has_filter(feed.subject.column) && feed.nets.size() <= kMostAsked;
            asks_filters_ |= bounds.asks_filter;
            feeds.push_back(std::move(bounds));
        }
        for (const NumberFeed& feed : predicate.numbers) counts_rows_ |= feed.subject.reading == Reading::count;
    }
}

Planner::Planner(const Plan& plan) : plan_(plan) {
    if (plan_.outline_ == nullptr) return;
    tallies_.resize(plan_.outline_->predicates.size());
    known_.resize(1 + plan_.outline_->predicates.size() + plan_.outline_->operations.size());
}

Truth Planner::window(const BlockFacts& facts) const noexcept {
    const Window& window = plan_.window_;
    if (window.everything()) return kAlways;
    if (window.nothing()) return never(RuledOutBy::zones);
    Truth out = kAlways;
    for (const Column column : {Column::first_ms, Column::last_ms}) {
        const Values times = values_of(column, facts, filters::language::Missing::zero);
        const Range range{window.from_ms, window.to_ms};
        if (times.most() < range.low || times.least() > range.high) return never(RuledOutBy::zones);
        if (times.least() < range.low || times.most() > range.high) out = kMaybe;
    }
    return out;
}

Truth Planner::filter(const BlockFacts& facts) {
    if (plan_.outline_ == nullptr) return kAlways;
    ask_filters_ = false;
    Truth out = ask(facts);
    if (out.may_hold && out.may_fail && plan_.asks_filters_) {
        ask_filters_ = true;
        out = ask(facts);
    }
    for (const PredicateId id : asked_) {
        const Truth& truth = known_[id + std::size_t{1}].truth;
        Tally& tally = tallies_[id];
        ++tally.asked;
        tally.absent += truth.by == RuledOutBy::absent ? 1 : 0;
        tally.zones += truth.by == RuledOutBy::zones ? 1 : 0;
        tally.addresses += truth.by == RuledOutBy::addresses ? 1 : 0;
    }
    return out;
}

Truth Planner::ask(const BlockFacts& facts) {
    ++round_;
    asked_.clear();
    return edge(plan_.outline_->root, facts);
}

// As deep as brackets are nested, at most language::kDeepest times two.
Truth Planner::edge(Edge edge, const BlockFacts& facts) {
    const Outline& outline = *plan_.outline_;
    const filters::program::NodeId node = filters::program::node_of(edge);
    Known& known = known_[node];
    if (known.round != round_) {
        known.round = round_;
        if (node == 0) {
            known.truth = kAlways;
        } else if (node <= outline.predicates.size()) {
            known.truth = predicate(node - 1, facts);
            asked_.push_back(node - 1);
        } else {
            known.truth = operation(outline.operations[node - 1 - outline.predicates.size()], facts);
        }
    }
    return filters::program::is_negated(edge) ? known.truth.opposite() : known.truth;
}

// What settles the whole ends it.
Truth Planner::operation(const Operation& operation, const BlockFacts& facts) {
    const bool all = operation.kind == OperationKind::all;
    Truth out = all ? kAlways : kAlways.opposite();
    for (std::uint32_t i = 0; i < operation.count; ++i) {
        const Truth one = edge(plan_.outline_->operands[operation.first + i], facts);
        out = all ? both(out, one) : either(out, one);
        if (all ? !out.may_hold : !out.may_fail) break;
    }
    return out;
}

// Any of its feeds is enough.
Truth Planner::predicate(PredicateId id, const BlockFacts& facts) const {
    const Predicate& asked = plan_.outline_->predicates[id];
    Truth out = never(RuledOutBy::absent);
    for (const NumberFeed& feed : asked.numbers) {
        const bool of_exporter = filters::program::is_of_exporter(feed.subject);
        out = either(out, of_exporter ? exporter_numbers(feed, facts) : numbers(feed, facts));
    }
    for (std::size_t i = 0; i < asked.nets.size(); ++i) {
        const bool of_exporter = filters::program::is_of_exporter(asked.nets[i].subject);
        out = either(
            out, of_exporter ? exporter_nets(asked.nets[i], facts) : nets(asked.nets[i], plan_.nets_[id][i], facts));
    }
    for (const auto& feed : asked.texts) {
        // Of a reading: the column whose bit says whether there is anything to read.
        const bool column = feed.subject.reading == Reading::column;
        const archive::Zone zone = facts.zone(column ? feed.subject.column : Column::payload);
        out = either(out, zone.any ? kMaybe : never(RuledOutBy::absent));
    }
    return out;
}

Truth Planner::numbers(const NumberFeed& feed, const BlockFacts& facts) const {
    const Values values = values_of(feed.subject, facts, plan_.outline_->missing);
    if (values.nothing()) return never(RuledOutBy::absent);
    Truth out{.may_hold = false, .may_fail = values.missing};
    if (values.any) {
        out.may_hold |= touches(feed.ranges, values.low, values.high);
        out.may_fail |= !covers(feed.ranges, values.low, values.high);
    }
    if (values.zero) {
        out.may_hold |= touches(feed.ranges, 0, 0);
        out.may_fail |= !touches(feed.ranges, 0, 0);
    }
    if (!out.may_hold) out.by = values.any ? RuledOutBy::zones : RuledOutBy::absent;
    if (!out.may_fail) out.always_by = RuledOutBy::zones;
    return out;
}

template <class Holds>
Truth Planner::exporters(const BlockFacts& facts, Holds holds) const {
    const flow::ExporterTable* table = plan_.outline_->exporters;
    if (table == nullptr) return never(RuledOutBy::absent);
    if (!facts.knows_exporters() || facts.exporters().empty()) return kMaybe;
    Truth out{.may_hold = false, .may_fail = false};
    for (const std::uint32_t id : facts.exporters()) {
        const bool held = id < table->size() && holds(table->key(id), id);
        (held ? out.may_hold : out.may_fail) = true;
    }
    if (!out.may_hold) out.by = RuledOutBy::absent;
    if (!out.may_fail) out.always_by = RuledOutBy::absent;
    return out;
}

Truth Planner::exporter_numbers(const NumberFeed& feed, const BlockFacts& facts) const {
    return exporters(facts, [&](const flow::ExporterKey& key, std::uint32_t id) {
        const std::uint64_t number = filters::program::number_of(feed.subject, key, id);
        return touches(feed.ranges, number, number);
    });
}

Truth Planner::exporter_nets(const NetFeed& feed, const BlockFacts& facts) const {
    return exporters(facts, [&](const flow::ExporterKey& key, std::uint32_t /*id*/) {
        const IpAddress& address = filters::program::address_of(key);
        return std::any_of(feed.nets.begin(), feed.nets.end(), [&](const Net& net) { return net.contains(address); });
    });
}

Truth Planner::nets(const NetFeed& feed, const Plan::Nets& bounds, const BlockFacts& facts) const {
    const archive::AddressZone zone = facts.address_zone(feed.subject.column);
    if (!zone.any) return never(RuledOutBy::absent);
    const auto end = std::upper_bound(feed.nets.begin(), feed.nets.end(), zone.high,
                                      [](const IpAddress& high, const Net& net) { return high < net.address; });
    const auto count = static_cast<std::size_t>(end - feed.nets.begin());
    if (count == 0 || bounds.furthest[count - 1] < zone.low) return never(RuledOutBy::zones);
    Truth out;
    const auto covers_all = [&](const Net& net) { return covers(net, zone); };
    if (zone.all && feed.nets.size() <= kMostAsked && std::any_of(feed.nets.begin(), end, covers_all)) return kAlways;
    if (!ask_filters_ || !bounds.asks_filter) return out;
    for (std::size_t i = 0; i < count; ++i) {
        const Net& net = feed.nets[i];
        if (bounds.last[i] < zone.low) continue;
        if (net.prefix_bits() != kWholeAddress) return out;
        const bool source = feed.subject.column == Column::src_addr;
        if (source ? facts.may_have_source(net.address) : facts.may_have_destination(net.address)) return out;
    }
    return never(RuledOutBy::addresses);
}

std::vector<std::string> notes_of(const Outline& outline, const std::vector<Planner::Tally>& tallies) {
    std::vector<std::string> out;
    for (std::size_t id = 0; id < tallies.size(); ++id) {
        const Planner::Tally& tally = tallies[id];
        const std::uint64_t none = tally.absent + tally.zones + tally.addresses;
        if (none == 0) continue;
        std::string how;
        const auto add = [&](std::uint64_t count, const char* what) {
            if (count == 0) return;
            how += (how.empty() ? "" : ", ") + (count == none ? "" : std::to_string(count) + " ") + what;
        };
        add(tally.absent, "nothing of the kind there");
        add(tally.zones, "zone maps");
        add(tally.addresses, "Bloom filters");
        const std::string& name = outline.names[id];
        out.push_back((name.empty() ? "one of the tests" : name) + ": not in " + std::to_string(none) + " of " +
                      std::to_string(tally.asked) + " blocks that were asked (" + how + ")");
    }
    return out;
}

}  // namespace store::query
