// SPDX-License-Identifier: Apache-2.0
// Templates of one exporter (address, version, domain), by whatever source its datagrams come.
//
// Thread: the worker that owns the exporter; no sharing.
// Source: RFC 7011 sections 3.4.1, 3.4.2, 8, 8.2, 8.4 (over UDP); RFC 3954 sections 5.2, 6.1.
// Limits: kMaxTemplates per exporter and domain: the one that data used longest ago (never used ones first) gives way, at
//         most kMostEvictions a datagram; kMaxFields per template; kTemplateBytes over all and kTemplateBytesEach of one address.
//         What gives way or finds no room is Skip::template_limit.
// Data and options templates share one id space; a new definition replaces the old; the same again is a refresh.
// Lifetime: none. RFC 3954 section 9 and RFC 7011 section 8.4 let a collector forget templates that are not refreshed, but
//         how often a device refreshes is a setting of the device (a minute to a day), and forgetting too early costs data,
//         while a definition that is out of date is replaced before its id is used again (both RFCs demand it).
// Order:  a definition that differs and has an older export time than the one that came just before (within kLateMs, from
//         the same port) is late, not new (RFC 7011 section 8.2). Later than that an older time is a clock that was set.
// Ports:  templates do not depend on the exporter's UDP port, because devices change it when they restart and NAT changes it
//         at will. But two devices behind one address may define one id differently. That shows by alternation: port A
//         defines, port B defines otherwise, and after kLateMs but within kAlternationMs port A brings back its old
//         definition. A restart never comes back to what it was on the port that it had. Then the table is torn(), and the
//         decoder gives each port a table of its own, which begins with what its port defined (inherit()).
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "dataplane/decode/budget.hpp"
#include "dataplane/decode/copy_plan.hpp"
#include "dataplane/decode/options.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/wire.hpp"

namespace decode {

inline constexpr std::size_t kMaxTemplates = 1024;
inline constexpr std::size_t kMaxFields = 1024;
inline constexpr std::size_t kMostEvictions = 8;
inline constexpr std::size_t kTemplateBytes = 64 << 20;
inline constexpr std::size_t kTemplateBytesEach = 16 << 20;
inline constexpr std::uint64_t kLateMs = 5'000;
// Devices refresh their templates at least every half an hour (Cisco's and the ASA's default), so that two of them come in
// turns within that.
inline constexpr std::uint64_t kAlternationMs = 45 * 60'000;

// Whence a definition came.
struct Origin {
    std::uint16_t port = 0;         // UDP source port; 0: from the store
    std::uint64_t export_ms = 0;    // of the header
    std::uint64_t received_ms = 0;  // receive time
};

// A definition that was replaced by one from another port.
struct FormerDefinition {
    Origin origin{};  // when it was told last
    std::uint64_t replaced_ms = 0;
    bool options = false;
    std::vector<std::uint8_t> wire{};
};

struct Template {
    CopyPlan plan;
    OptionsReader reader{};  // of options templates
    bool options = false;
    bool saved = false;                      // is on its way to the store
    std::uint32_t described = 0;             // see TemplateTable::described()
    std::uint32_t described_version = 0;     // of OptionTable::elements_version()
    std::vector<std::uint8_t> wire{};        // as it came, from the template id on
    Origin origin{};                         // when it was told last
    std::size_t accounted = 0;               // bytes taken from the budget
    std::uint64_t used_ms = 0;               // when data used it last; 0: never
    std::vector<FormerDefinition> former{};  // newest last

    [[nodiscard]] std::size_t bytes() const noexcept;
};

class TemplateTable {
  public:
    // `share` must outlive the table.
    TemplateTable(flow::Protocol protocol, Budget::Share& share) noexcept : protocol_(protocol), share_(share) {}
    ~TemplateTable();
    TemplateTable(const TemplateTable&) = delete;
    TemplateTable& operator=(const TemplateTable&) = delete;

    // nullptr: not known.
    [[nodiscard]] const Template* find(std::uint16_t id) const noexcept;
    // The same for data that came at `now_ms`: keeps the template in use.
    [[nodiscard]] Template* use(std::uint16_t id, std::uint64_t now_ms) noexcept;
    // How records of template `id` are read; nullptr: not known, or an options template.
    [[nodiscard]] const CopyPlan* plan_of(std::uint16_t id) const noexcept {
        const Template* known = find(id);
        return known == nullptr || known->options ? nullptr : &known->plan;
    }
    // A datagram begins: so many templates may give way again.
    void allow_evictions() noexcept { evictions_left_ = kMostEvictions; }
    // Reads all templates of a set (its content without the set header). `on_change(id, Template)` for each new or changed
    // one, and for one that could not be saved; it returns whether the template is on its way to the store.
    // Faults and limits are booked as skipped records.
    template <class OnChange>
    void learn_set(flow::Bytes set, bool options, const Origin& origin, flow::Ledger& ledger, OnChange&& on_change) {
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
            Template* known = learn(parsed, options, wire, origin, ledger);
            if (known != nullptr && !known->saved) known->saved = on_change(parsed.id, *known);
        }
    }
    // Two ports contradict each other, see above.
    [[nodiscard]] bool torn() const noexcept { return torn_; }
    // What `port` defined last in `other`, for a table of its own. on_change as above.
    template <class OnChange>
    void inherit(const TemplateTable& other, std::uint16_t port, OnChange&& on_change) {
        flow::Ledger ignored;  // they were counted when they came
        for (const auto& [id, known] : other.templates_) {
            if (const auto own = other.last_of(known, port)) {
                learn_set(own->wire, own->options, own->origin, ignored, on_change);
            }
        }
    }
    // Fields of `known`, one of this table, whose elements nobody knows but `options` describes (RFC 5610). Counted anew
    // only when descriptions have changed.
    [[nodiscard]] std::uint32_t described(Template& known, OptionTable& options) const;
    [[nodiscard]] std::size_t size() const noexcept { return templates_.size(); }

  private:
    struct Parsed {
        std::uint16_t id = 0;
        std::size_t scopes = 0;
        std::vector<Field> fields;
        flow::Skip fault = flow::Skip::count_;  // none
        bool end = false;                       // the rest of the set is padding
    };
    struct Definition {
        flow::Bytes wire;
        bool options;
        Origin origin;
    };
    Parsed parse(flow::Cursor& at, bool options) const;
    // `count` field specifiers, the first `scopes` of which are scope.
    [[nodiscard]] Parsed parse_fields(flow::Cursor& at, std::uint16_t id, std::size_t count, std::size_t scopes) const;
    // The template when it is new, changed or not saved; nullptr: nothing to do for the caller.
    Template* learn(const Parsed& parsed, bool options, flow::Bytes wire, const Origin& origin, flow::Ledger& ledger);
    // Whether a definition that differs from `known` is to replace it; finds out whether ports alternate.
    bool supersedes(const Template& known, bool options, flow::Bytes wire, const Origin& origin, flow::Ledger& ledger);
    [[nodiscard]] Template compile(const Parsed& parsed, bool options, flow::Bytes wire, const Origin& origin) const;
    // Takes `bytes`, evicting other templates than `id` as needed and allowed.
    bool make_room(std::uint16_t id, std::size_t bytes, flow::Ledger& ledger);
    bool evict_one(std::uint16_t but, flow::Ledger& ledger);
    [[nodiscard]] static std::optional<Definition> last_of(const Template& known, std::uint16_t port);

    flow::Protocol protocol_;
    Budget::Share& share_;
    std::unordered_map<std::uint16_t, Template> templates_;
    std::size_t evictions_left_ = kMostEvictions;
    bool torn_ = false;
};

}  // namespace decode
