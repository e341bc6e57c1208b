// SPDX-License-Identifier: Apache-2.0
// Who exports: one entry per (address, source, version, domain), with an id that rows, tallies and the store share.
//
// Limits: kMaxExporters entries for the life of the process, kMaxEntriesPerAddress of one address; more are
//         Outcome::too_many_exporters.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "dataplane/flow/address.hpp"

namespace flow {

inline constexpr std::uint32_t kMaxExporters = 16384;
// Of one address: a sender with made-up domains must not take the table from the others.
inline constexpr std::uint32_t kMaxEntriesPerAddress = 1024;

// The version as the protocol names it; sFlow has no number of its own among NetFlow's.
enum class Protocol : std::uint8_t { netflow1 = 1, netflow5 = 5, netflow7 = 7, netflow9 = 9, ipfix = 10, sflow5 = 105 };
[[nodiscard]] const char* protocol_name(Protocol p) noexcept;  // "netflow5", "ipfix", "sflow5" ...

struct ExporterKey {
    IpAddress address{};          // UDP source address
    IpAddress agent{};            // sFlow agent address; zero for NetFlow and IPFIX
    std::uint32_t source_id = 0;  // stable id of the configured source, from the store's catalogue
    std::uint32_t domain =
        0;  // v5 engine type << 8 | engine id, v9 source id, IPFIX observation domain, sFlow sub-agent
    // UDP source port where one address speaks for several devices with contradicting templates (decode/decoder.hpp);
    // 0: all ports.
    std::uint16_t port = 0;
    Protocol protocol = Protocol::netflow5;

    // The same exporter whatever source it comes by: what templates are kept under (RFC 7011 section 8; routers send
    // templates to one port and data to another, and a reload may move an exporter to another source).
    [[nodiscard]] ExporterKey without_source() const noexcept {
        ExporterKey key = *this;
        key.source_id = 0;
        return key;
    }
    [[nodiscard]] ExporterKey without_port() const noexcept {
        ExporterKey key = *this;
        key.port = 0;
        return key;
    }
    friend bool operator==(const ExporterKey&, const ExporterKey&) noexcept = default;
};
struct ExporterKeyHash {
    std::size_t operator()(const ExporterKey& k) const noexcept {
        const std::uint64_t rest =
            (static_cast<std::uint64_t>(k.domain) << 24 | k.source_id << 8 | static_cast<unsigned>(k.protocol)) ^
            static_cast<std::uint64_t>(k.port) << 40;
        return hash(k.address) ^ (hash(k.agent) * 3) ^ (rest * 0x9e3779b97f4a7c15ull);
    }
};

// A template or options template as it came, for the store: set format of its protocol from the template id on
// (RFC 7011 section 3.4, RFC 3954 section 5.2), network byte order.
struct TemplateDefinition {
    std::uint16_t id = 0;
    bool options = false;
    std::uint64_t learned_ms = 0;
    std::vector<std::uint8_t> wire;
};

// What options data told about an exporter, and goes on to hold after a restart.
enum class OptionKind : std::uint8_t {
    sampler = 0,      // id: sampler or selector id, kEverySampler; value: 1 in n
    interface = 1,    // id: SNMP index; value: 1 in n of this interface, 0 none; text: its name
    vrf = 2,          // id: VRF id; text: its name
    application = 3,  // id: application id (95); text: its name
    start = 4,        // id 0; value: systemInitTimeMilliseconds (160)
    announced = 5,    // id: element, and which of the exporter's parts tells it (decode/options.hpp); value: its own
                      // running total of what it dropped
    element = 6,      // id: enterprise << 16 | element; value: its abstract data type; text: its name (RFC 5610)
};
inline constexpr std::uint64_t kEverySampler = ~0ull;
struct OptionValue {
    OptionKind kind = OptionKind::sampler;
    std::uint64_t id = 0;
    std::uint64_t value = 0;
    std::uint64_t learned_ms = 0;
    std::string text{};
};

// Where an exporter's sequence stood.
struct SequenceMark {
    bool known = false;
    std::uint32_t next = 0;       // the number expected next
    std::uint32_t uptime_ms = 0;  // the exporter's, 0 where its protocol has none
    std::uint64_t at_ms = 0;      // receive time
};

// What the data directory knows of an exporter at start.
struct ExporterMemory {
    std::vector<TemplateDefinition> templates;
    std::vector<OptionValue> options;
    SequenceMark sequence;
};

// Thread: find_or_add() by any worker (a mutex, taken once per exporter and process, never per datagram);
//         key() and size() by any thread, lock-free; preload() before the workers start.
class ExporterTable {
  public:
    ExporterTable();

    // Puts what a data directory knows at the same ids: `keys[i]` gets id i and memories[i]. Ids beyond kMaxExporters are
    // ignored.
    void preload(std::vector<ExporterKey> keys, std::unordered_map<std::uint32_t, ExporterMemory> memories);

    // The id; nullopt when the table is full.
    [[nodiscard]] std::optional<std::uint32_t> find_or_add(const ExporterKey& key);
    // Ids below size() are valid and their key never changes.
    [[nodiscard]] std::uint32_t size() const noexcept { return size_.load(std::memory_order_acquire); }
    [[nodiscard]] const ExporterKey& key(std::uint32_t id) const noexcept { return keys_[id]; }
    // Templates and options that were in the data directory at start for this exporter, whatever source it came by then;
    // oldest first.
    [[nodiscard]] const ExporterMemory& stored(const ExporterKey& key) const noexcept;
    // Where the sequence of entry `id` stood.
    // Once: whoever asks later (another worker, after a reload moved the exporter) is told that it is not known.
    [[nodiscard]] SequenceMark take_stored_sequence(std::uint32_t id) noexcept;
    // Entries of this address, protocol and domain are told apart by port.
    [[nodiscard]] bool stored_per_port(const ExporterKey& key) const noexcept;

  private:
    std::mutex mutex_;
    std::unordered_map<ExporterKey, std::uint32_t, ExporterKeyHash> ids_;  // guarded by mutex_
    std::unique_ptr<ExporterKey[]> keys_;                                  // written under mutex_ before size_ grows
    std::atomic<std::uint32_t> size_{0};                                   // written under mutex_
    std::unordered_map<IpAddress, std::uint32_t> entries_of_;              // guarded by mutex_
    // constant after preload(): by key without source, without source and port, and by id
    std::unordered_map<ExporterKey, ExporterMemory, ExporterKeyHash> stored_;
    std::unordered_set<ExporterKey, ExporterKeyHash> per_port_;
    std::unordered_map<std::uint32_t, SequenceMark> sequences_;  // by id, until asked for; guarded by mutex_
};

}  // namespace flow
