// SPDX-License-Identifier: Apache-2.0
// What an exporter tells about itself in options data: sampling rates, names, its start, what it dropped.
//
// Thread: the worker that owns the exporter; no sharing.
// Source: RFC 3954 section 6.1 (scope types are a number space of their own), RFC 7011 section 3.4.2, RFC 5476 (selectors),
//         RFC 5610 (type information), RFC 6759 (applications), IANA registry.
// Limits: kMaxOptions values an exporter and domain, texts of kMaxNameBytes (longer ones are cut), kOptionBytes over all and
//         kOptionBytesEach of one address; beyond: Counter::options_refused.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dataplane/decode/budget.hpp"
#include "dataplane/decode/copy_plan.hpp"
#include "dataplane/decode/keyed_hash.hpp"
#include "dataplane/flow/exporter.hpp"
#include "dataplane/flow/wire.hpp"

namespace decode {

inline constexpr std::size_t kMaxOptions = 4096;
inline constexpr std::size_t kMaxNameBytes = 128;
inline constexpr std::size_t kOptionBytes = 64 << 20;
inline constexpr std::size_t kOptionBytesEach = 8 << 20;

// A v9 scope: no element but a type, so it gets an enterprise number that no element can have.
inline constexpr std::uint32_t kScopeType = 0xffffffff;

// What a field of options data is good for.
enum class Role : std::uint8_t {
    none,
    sampler,  // 48, 302
    interval,
    random_interval,  // 34, 50: 1 in n
    packet_interval,
    packet_space,  // 305, 306
    sample_size,
    population,   // 309, 310
    probability,  // 311
    interface,
    interface_name,
    interface_description,  // 10, 14, 252, 253, scope Interface; 82; 83
    vrf,
    vrf_name,  // 234, 235; 236
    application,
    application_name,
    application_description,  // 95; 96; 94
    start_ms,                 // 160
    ignored_packets,
    unsent_flows,
    unsent_packets,  // 164, 166, 167
    part,            // the card or process that the record is about, where it is a scope
    element_pen,
    element_id,
    element_type,
    element_name,  // 346, 303, 339, 341
    count_
};
inline constexpr std::size_t kRoles = static_cast<std::size_t>(Role::count_);

// What one record said.
class OptionRecord {
  public:
    [[nodiscard]] bool has(Role r) const noexcept { return (has_ >> static_cast<unsigned>(r) & 1) != 0; }
    // It is there and of at most 8 bytes; an application of at most 9.
    [[nodiscard]] bool is_number(Role r) const noexcept {
        return has(r) &&
               bytes_[static_cast<std::size_t>(r)].size() <= (r == Role::application ? kApplicationBytes : 8u);
    }
    // Such fields as a number, 0 where absent.
    [[nodiscard]] std::uint64_t number(Role r) const noexcept { return numbers_[static_cast<std::size_t>(r)]; }
    // Without padding at its end; control characters are not taken out.
    [[nodiscard]] std::string_view text(Role r) const noexcept;
    void set(Role r, flow::Bytes field) noexcept;
    // 1 in n; 0: not told.
    [[nodiscard]] std::uint32_t rate() const noexcept;

  private:
    std::uint32_t has_ = 0;
    std::array<std::uint64_t, kRoles> numbers_{};
    std::array<flow::Bytes, kRoles> bytes_{};
};
static_assert(kRoles <= 32);

// How the records of one options template are read.
class OptionsReader {
  public:
    OptionsReader() = default;
    // The first `scopes` fields are scope.
    OptionsReader(std::span<const Field> fields, std::size_t scopes);
    // True when a record of it can tell something.
    [[nodiscard]] bool useful() const noexcept { return useful_; }
    // The record at the front; false when it runs past the end.
    [[nodiscard]] bool read(flow::Cursor& at, OptionRecord& record) const noexcept;
    [[nodiscard]] std::size_t bytes() const noexcept { return fields_.capacity() * sizeof(OptionField); }

  private:
    struct OptionField {
        Role role;
        std::uint16_t length;
    };
    std::vector<OptionField> fields_;
    bool useful_ = false;
};

// Everything one exporter and domain told, by whatever source.
class OptionTable {
  public:
    struct Known {
        std::uint64_t value = 0;
        std::uint64_t learned_ms = 0;
        std::string text{};
        bool saved = false;  // is on its way to the store
        flow::Text at{};     // where `text` was put last; true only if it stands there (the arena is another by then)
    };
    enum class Told : std::uint8_t { same, changed, refused };

    // `share` must outlive the table.
    explicit OptionTable(Budget::Share& share) noexcept : share_(share) {}
    ~OptionTable() { share_.give(bytes_); }
    OptionTable(const OptionTable&) = delete;
    OptionTable& operator=(const OptionTable&) = delete;

    // A value that was told, or that comes from the store (`saved`). One that is the same but was not saved counts as changed.
    Told tell(const flow::OptionValue& value, bool saved);
    void mark_saved(flow::OptionKind kind, std::uint64_t id, bool saved) noexcept;
    // nullptr: not known.
    [[nodiscard]] Known* find(flow::OptionKind kind, std::uint64_t id) noexcept;

    [[nodiscard]] bool has_rates() const noexcept { return has_rates_; }
    [[nodiscard]] bool has_names() const noexcept { return has_names_; }
    // Changes when an element is described that was not before; 0: none is.
    [[nodiscard]] std::uint32_t elements_version() const noexcept { return elements_version_; }
    [[nodiscard]] std::uint32_t every_rate() const noexcept { return every_rate_; }  // of all samplers; 0: not told
    [[nodiscard]] std::uint64_t start_ms() const noexcept { return start_ms_; }      // of the exporter; 0: not told
    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    // All of it, for a table that begins where this one stands.
    [[nodiscard]] std::vector<flow::OptionValue> all() const;

  private:
    struct Key {
        flow::OptionKind kind = flow::OptionKind::sampler;
        std::uint64_t id = 0;
        friend bool operator==(const Key&, const Key&) noexcept = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& k) const noexcept {
            return keyed_hash(k.id, static_cast<std::uint64_t>(k.kind));
        }
    };
    // Answers of find(), also that there is none: rows ask for the same few interfaces again and again.
    struct Answer {
        Key key{};
        Known* known = nullptr;
        bool filled = false;
    };
    using Answers = std::array<Answer, 256>;

    void forget_answers();
    void note(flow::OptionKind kind, std::uint64_t id, const Known& known) noexcept;

    Budget::Share& share_;
    std::size_t bytes_ = 0;
    std::unordered_map<Key, Known, KeyHash> values_;
    std::unique_ptr<Answers> answers_;
    bool has_rates_ = false, has_names_ = false;
    std::uint32_t elements_version_ = 0;
    std::uint32_t every_rate_ = 0;
    std::uint64_t start_ms_ = 0;
};

// The values that a record tells, in what they mean for the table; at most kMostValues.
// OptionKind::announced: id is part << 16 | element, and one of 164, 166 or 167: packets and flows the exporter ignored or did
// not send. Where it tells unsent flows, unsent packets are the same again and left out.
inline constexpr std::size_t kMostValues = 8;
struct ToldValues {
    std::array<flow::OptionValue, kMostValues> values;
    std::size_t count = 0;
};
[[nodiscard]] ToldValues values_of(const OptionRecord& record, std::uint64_t learned_ms);

}  // namespace decode
