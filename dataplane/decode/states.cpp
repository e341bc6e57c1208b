// SPDX-License-Identifier: Apache-2.0
#include "dataplane/decode/states.hpp"

#include "dataplane/decode/books.hpp"

namespace decode {

ExporterState* ExporterStates::find(const flow::ExporterKey& key, std::uint16_t port, flow::Tally& tally) {
    if (last_state_ != nullptr && key == last_key_ && (port == last_port_ || !last_state_->scope.per_port)) {
        return last_state_;
    }
    ExporterState* state = find_or_make(key);
    if (state == nullptr) return nullptr;
    if (state->scope.per_port && key.port == 0 && port != 0) {
        flow::ExporterKey own = key;
        own.port = port;
        const bool first = !scopes_.contains(own.without_source());
        if (ExporterState* of_port = find_or_make(own)) {
            if (first) inherit(*of_port, state->scope, port, tally);
            state = of_port;
        }
    }
    last_key_ = key;
    last_port_ = port;
    last_state_ = state;
    return state;
}

ExporterState* ExporterStates::known(const flow::ExporterKey& key) noexcept {
    if (const auto found = states_.find(key); found != states_.end()) return found->second.get();
    const auto first = first_of_.find(key.address);
    return first == first_of_.end() ? nullptr : first->second;
}

void ExporterStates::divide_by_port(ExporterState& state) noexcept {
    state.scope.per_port = true;
    last_state_ = nullptr;
}

ExporterState* ExporterStates::find_or_make(const flow::ExporterKey& key) {
    const auto found = states_.find(key);
    if (found != states_.end()) return found->second.get();
    const auto id = exporters_.find_or_add(key);
    if (!id) return nullptr;
    auto& state = states_[key];
    state = std::make_unique<ExporterState>(*id, scope_of(key), source_budget_.of(key.address));
    state->sequence.resume(exporters_.take_stored_sequence(*id));
    first_of_.try_emplace(key.address, state.get());
    return state.get();
}

ExporterScope& ExporterStates::scope_of(const flow::ExporterKey& key) {
    auto& scope = scopes_[key.without_source()];
    if (scope != nullptr) return *scope;
    // A port of an entry that was divided is divided itself, so that asking it again is answered from the last answer.
    const bool per_port = key.port != 0 || exporters_.stored_per_port(key);
    const flow::IpAddress& address = key.address;
    scope = std::make_unique<ExporterScope>(key.protocol, template_budget_.of(address), option_budget_.of(address),
                                            held_budget_.of(address), per_port);
    flow::Ledger ignored;  // what the data directory holds was counted when it came
    const flow::ExporterMemory& stored = exporters_.stored(key);
    for (const flow::TemplateDefinition& t : stored.templates) {
        const Origin origin{.port = 0, .export_ms = 0, .received_ms = t.learned_ms};
        scope->templates.allow_evictions();
        scope->templates.learn_set(t.wire, t.options, origin, ignored,
                                   [](std::uint16_t, const Template&) { return true; });
    }
    for (const flow::OptionValue& o : stored.options) scope->options.tell(o, true);
    return *scope;
}

void ExporterStates::inherit(ExporterState& own, const ExporterScope& common, std::uint16_t port, flow::Tally& tally) {
    if (own.scope.templates.size() != 0) return;  // it comes from the store
    own.scope.templates.inherit(common.templates, port, [&](std::uint16_t id, const Template& learned) {
        return save(tally, own.id, id, learned);
    });
    // Nobody knows which port told these. Boxes behind one address mostly are alike, and what differs is told again.
    for (const flow::OptionValue& value : common.options.all()) {
        if (own.scope.options.tell(value, false) == OptionTable::Told::refused) continue;
        own.scope.options.mark_saved(value.kind, value.id, save(tally, own.id, value));
    }
}

void ExporterStates::settle(std::uint64_t now_ms, bool all, flow::Tally& tally) noexcept {
    for (auto& [key, state] : states_) {
        if (state->sequence.has_gaps()) state->sequence.settle(now_ms, all, tally.exporter(state->id));
    }
    if (held_budget_.used() == 0) return;
    const auto expired = [&](const HeldSet& set) { return all || now_ms >= set.context.received_ms + kHeldMs; };
    for (auto& [key, scope] : scopes_) {
        scope->held.take(expired, [&](const HeldSet& set) {
            Books books(tally.ledger, tally.exporter(set.state->id));
            ++tally.ledger[flow::Counter::held_expired];
            tally.ledger.skip(flow::Skip::no_template);
            books.close();
        });
    }
}

bool save(flow::Tally& tally, std::uint32_t exporter, std::uint16_t id, const Template& learned) {
    if (tally.templates.size() >= flow::Tally::kMostLearned) return false;
    tally.templates.push_back(
        {exporter,
         {.id = id, .options = learned.options, .learned_ms = learned.origin.received_ms, .wire = learned.wire}});
    return true;
}

bool save(flow::Tally& tally, std::uint32_t exporter, const flow::OptionValue& learned) {
    if (tally.options.size() >= flow::Tally::kMostLearned) return false;
    tally.options.push_back({exporter, learned});
    return true;
}

}  // namespace decode
