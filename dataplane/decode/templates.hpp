// SPDX-License-Identifier: Apache-2.0
// Templates of one exporter (address, version, domain), by whatever source its datagrams come.
//
// Thread: the worker that owns the exporter; no sharing.
// Source: RFC 7011 sections 3.4.1, 3.4.2, 8, 8.4 (over UDP); RFC 3954 sections 5.2, 6.1.
// Limits: kMaxTemplates per exporter and domain, kMaxFields per template, TemplateBudget over all; beyond:
//         Skip::template_limit.
// Data and options templates share one id space; a new definition replaces the old; the same again is a refresh.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "dataplane/decode/copy_plan.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/wire.hpp"

namespace decode {

inline constexpr std::size_t kMaxTemplates = 1024;
inline constexpr std::size_t kMaxFields = 1024;

struct Template {
    CopyPlan plan;
    bool options = false;
    std::vector<std::uint8_t> wire;  // as it came, from the template id on

    [[nodiscard]] std::size_t bytes() const noexcept { return sizeof *this + wire.size() + plan.bytes(); }
};

// Memory that all templates of a worker may take together, so that made-up templates cannot take it all.
struct TemplateBudget {
    static constexpr std::size_t kBytes = 64 << 20;
    std::size_t used = 0;
};

class TemplateTable {
  public:
    // `budget` must outlive the table.
    TemplateTable(flow::Protocol protocol, TemplateBudget& budget) noexcept : protocol_(protocol), budget_(budget) {}

    // nullptr: not known.
    [[nodiscard]] const Template* find(std::uint16_t id) const noexcept;
    // How records of template `id` are read; nullptr: not known, or an options template.
    [[nodiscard]] const CopyPlan* plan_of(std::uint16_t id) const noexcept {
        const Template* known = find(id);
        return known == nullptr || known->options ? nullptr : &known->plan;
    }
    // Reads all templates of a set (its content without the set header). `on_change(id, Template)` for each new or
    // changed one. Faults and limits are booked as skipped records.
    template <class OnChange>
    void learn_set(flow::Bytes set, bool options, flow::Ledger& ledger, OnChange&& on_change) {
        flow::Cursor at(set);
        while (at.left() >= 4) {
            const std::uint8_t* start = at.rest().data();
            const std::size_t before = at.left();
            Parsed parsed = parse(at, options);
            if (parsed.end) return;
            if (parsed.fault != flow::Skip::count_) {
                ledger.skip(parsed.fault);
                if (!at.ok()) return;
                continue;
            }
            const flow::Bytes wire(start, before - at.left());
            if (const Template* changed = learn(parsed, options, wire, ledger)) on_change(parsed.id, *changed);
        }
    }
    [[nodiscard]] std::size_t size() const noexcept { return templates_.size(); }

  private:
    struct Parsed {
        std::uint16_t id = 0;
        std::vector<Field> fields;
        flow::Skip fault = flow::Skip::count_;  // none
        bool end = false;                       // the rest of the set is padding
    };
    Parsed parse(flow::Cursor& at, bool options) const;
    // `count` field specifiers, the first `scopes` of which are scope.
    [[nodiscard]] Parsed parse_fields(flow::Cursor& at, std::uint16_t id, std::size_t count, std::size_t scopes) const;
    const Template* learn(const Parsed& parsed, bool options, flow::Bytes wire, flow::Ledger& ledger);

    flow::Protocol protocol_;
    TemplateBudget& budget_;
    std::unordered_map<std::uint16_t, Template> templates_;
};

}  // namespace decode
