// SPDX-License-Identifier: Apache-2.0
// What one worker knows about the exporters that it owns: entries, and what an entry is known by.
//
// Thread: one worker.
// Scope:  entries are per (address, source, version, domain); templates, options and held sets are shared by the entries of all
//         sources. Where two ports of one address contradict each other (templates.hpp), or a rule says so, or it was so
//         before the restart, entries and all that belongs to them are per UDP source port too. When an address has no room
//         for one more entry, such a port falls back to the entry of all ports.
// Limits: kMaxExporters entries, kMaxEntriesPerAddress of one address (flow/exporter.hpp); budgets of templates.hpp,
//         options.hpp and held.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "dataplane/decode/held.hpp"
#include "dataplane/decode/options.hpp"
#include "dataplane/decode/sequence.hpp"
#include "dataplane/decode/sflow_sources.hpp"
#include "dataplane/decode/templates.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/tally.hpp"

namespace decode {

struct ExporterScope {
    ExporterScope(flow::Protocol protocol, Budget::Share& for_templates, Budget::Share& for_options,
                  Budget::Share& for_held, bool divided)
        : templates(protocol, for_templates), options(for_options), held(for_held), per_port(divided) {}

    TemplateTable templates;
    OptionTable options;
    HeldSets held;
    bool per_port;
};

struct ExporterState {
    ExporterState(std::uint32_t of, ExporterScope& known_by, Budget::Share& for_sources) noexcept
        : id(of), scope(known_by), sflow(for_sources) {}

    std::uint32_t id;  // index into ExporterTable
    ExporterScope& scope;
    Sequence sequence{};
    SflowSources sflow;  // empty for other protocols
};
static_assert(sizeof(ExporterState) + sizeof(ExporterScope) <= 1024, "what decoder.hpp says of memory");

class ExporterStates {
  public:
    // `exporters` must outlive it.
    explicit ExporterStates(flow::ExporterTable& exporters) noexcept : exporters_(exporters) {}

    // The state of the entry `key` for a datagram from UDP port `port`, made from what the data directory knows when first
    // seen; nullptr: table full. `key.port` is 0, or `port` where a rule says so.
    [[nodiscard]] ExporterState* find(const flow::ExporterKey& key, std::uint16_t port, flow::Tally& tally);
    // The same, but makes none; where there is none, any of that address; nullptr: none.
    [[nodiscard]] ExporterState* known(const flow::ExporterKey& key) noexcept;
    // From now on entries of this scope are per port.
    void divide_by_port(ExporterState& state) noexcept;

    // Books gaps and held sets that have waited long enough; all of them when `all`.
    void settle(std::uint64_t now_ms, bool all, flow::Tally& tally) noexcept;

  private:
    ExporterState* find_or_make(const flow::ExporterKey& key);
    ExporterScope& scope_of(const flow::ExporterKey& key);
    // A scope of its own begins with what its port told under the common one.
    void inherit(ExporterState& own, const ExporterScope& common, std::uint16_t port, flow::Tally& tally);

    flow::ExporterTable& exporters_;
    // Before what takes from them.
    Budget template_budget_{kTemplateBytes, kTemplateBytesEach};
    Budget option_budget_{kOptionBytes, kOptionBytesEach};
    Budget held_budget_{kHeldBytes, kHeldBytesEach};
    Budget source_budget_{kSourceBytes, kSourceBytesEach};
    std::unordered_map<flow::ExporterKey, std::unique_ptr<ExporterScope>, flow::ExporterKeyHash> scopes_;  // no source
    std::unordered_map<flow::ExporterKey, std::unique_ptr<ExporterState>, flow::ExporterKeyHash> states_;
    std::unordered_map<flow::IpAddress, ExporterState*> first_of_;
    // Datagrams of one exporter come in a row: the last answer is often the next one.
    flow::ExporterKey last_key_{};
    std::uint16_t last_port_ = 0;
    ExporterState* last_state_ = nullptr;
};

// Puts what was learned on its way to the store; false when there are too many of them under way: the next time it is told.
[[nodiscard]] bool save(flow::Tally& tally, std::uint32_t exporter, std::uint16_t id, const Template& learned);
[[nodiscard]] bool save(flow::Tally& tally, std::uint32_t exporter, const flow::OptionValue& learned);

}  // namespace decode
