// SPDX-License-Identifier: Apache-2.0
// A template compiled once into steps "bytes at offset -> column", run for every data record.
//
// Thread: a plan is immutable; run functions are called by the worker that owns the exporter.
// Source: RFC 7011 sections 3.4, 6.2, 7 (variable length); RFC 3954 section 5.3; RFC 5103 (biflows); RFC 6313 (lists); RFC 7133
//         (packet sections).
// Shape:  a record is one row. It is two when its reverse direction saw packets, and more when it lists flows: flows.extra.
// Cost:   all-fixed templates without text run column by column over the whole set; the others row by row.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/decode/elements.hpp"
#include "dataplane/flow/batch.hpp"
#include "dataplane/flow/outcome.hpp"
#include "dataplane/flow/wire.hpp"

namespace decode {

class Annotator;      // annotate.hpp
class TemplateTable;  // templates.hpp: plan_of(id) finds what a list names (RFC 6313)

inline constexpr std::uint16_t kVariableLength = 65535;

struct Field {
    std::uint32_t pen = 0;
    std::uint16_t id = 0;
    std::uint16_t length = 0;  // bytes; kVariableLength: told in each record
};

// What a set's records share: from the datagram's header and its exporter.
struct RecordContext {
    std::uint64_t export_ms = 0;    // export time of the header, since 1970
    std::uint32_t uptime_ms = 0;    // sysUptime of the header (v5, v9)
    bool has_uptime = false;        // IPFIX headers have none: uptime times need element 160, here or in the record
    std::uint64_t init_ms = 0;      // the exporter's start (160) as its options told it; 0 unknown
    std::uint64_t received_ms = 0;  // receive time
    std::uint32_t exporter = 0;     // index into ExporterTable
    std::uint32_t sampling = 0;     // 1 in n; 0 unknown; a record's own rate wins
    std::uint16_t source = 0;
    std::uint16_t thinning = 1;
    bool inner_headers = false;                // packets in tunnels: ExporterRule::inner_headers
    const TemplateTable* templates = nullptr;  // the exporter's; nullptr where its protocol has none
    Annotator* annotator = nullptr;            // gives finished rows their rate and names; nullptr: nobody does
};

struct Step {
    Conversion conversion;
    flow::Column column;
    bool only_where_zero;  // an element of lower rank has filled the column already
    std::uint8_t rank;
    std::uint8_t label;         // mpls: 0 = top of stack
    std::uint16_t width;        // bytes; kVariableLength
    std::uint16_t least, most;  // bytes that make sense, where they are told in each record
    std::uint16_t source;       // index into the record's located fields
    std::uint32_t offset;       // from the start of the record; meaningless after a variable field
};

class CopyPlan {
  public:
    static constexpr std::size_t kMaxSteps = 256;  // known fields of a template; more count as unfit
    // Of one record: where the bytes of its known fields are. Not initialised: a record is located before it is read.
    struct FieldBytes {
        const std::uint8_t* data;
        std::uint32_t size;
    };
    using Located = std::array<FieldBytes, kMaxSteps>;

    // `fields` with at least one byte together.
    [[nodiscard]] static CopyPlan compile(std::span<const Field> fields, flow::Protocol protocol);

    // Bytes of a record; of the smallest one when fields are variable. At least 1.
    [[nodiscard]] std::uint32_t record_bytes() const noexcept { return record_bytes_; }

    // Its records tell both addresses.
    [[nodiscard]] bool is_flow() const noexcept { return has_src_ && has_dst_; }

    [[nodiscard]] std::size_t bytes() const noexcept {
        return (steps_.capacity() + reverse_.capacity()) * sizeof(Step) + slots_.capacity() * sizeof(Slot) +
               absent_.capacity();
    }

    // Decodes the records of a data set into rows of `writer`; what is left over and shorter than a record is padding.
    // A record that runs past the set is booked as Skip::bad_record and ends it: how many there were is then not known.
    struct Count {
        std::uint32_t records = 0;
        bool complete = true;
        std::uint32_t flows = 0;  // rows; at least one a record
    };
    Count run(flow::Bytes records, const RecordContext& context, flow::BatchWriter& writer,
              flow::Ledger& ledger) const noexcept;

    // Counts the records of a set without decoding them (options data).
    Count count(flow::Bytes records, flow::Ledger& ledger) const noexcept;
    // The same without booking them.
    [[nodiscard]] Count measure(flow::Bytes records) const noexcept;

  private:
    friend class PlanCompiler;
    friend class ListWalk;
    friend class ListFill;
    friend class RowRun;

    struct Slot {              // one field of the record, in order: where its bytes go
        std::uint16_t length;  // kVariableLength: read from the record
        std::uint16_t source;  // index into the located fields, kNoSource
    };
    static constexpr std::uint16_t kNoSource = 65535;
    void run_columns(const std::uint8_t* records, flow::FlowBatch& batch, std::uint32_t count,
                     const RecordContext& context, flow::Ledger& ledger) const noexcept;
    // Length of the record at the front of `records`, 0 if it does not fit; fills `located` when given.
    std::uint32_t locate(flow::Bytes records, Located* located) const noexcept;
    void fill_constants(flow::FlowBatch& batch, std::uint32_t row, std::uint32_t count,
                        const RecordContext& context) const noexcept;
    // Every row comes by here, once, when its values are written: `batch.rows` becomes row + count. `open`: the rows may have
    // columns that the template does not tell.
    void finish(flow::FlowBatch& batch, std::uint32_t row, std::uint32_t count, bool open, const RecordContext& context,
                flow::Ledger& ledger) const noexcept;
    void finish_family(flow::FlowBatch& batch, std::uint32_t row, std::uint32_t end, bool open) const noexcept;
    void finish_times(flow::FlowBatch& batch, std::uint32_t row, std::uint32_t end, const RecordContext& context,
                      flow::Ledger& ledger) const noexcept;
    void finish_icmp(flow::FlowBatch& batch, std::uint32_t row) const noexcept;

    std::uint32_t record_bytes_ = 0;
    std::uint64_t present_ = 0;
    std::uint32_t unknown_ = 0;  // fields of a record whose element is not known
    std::uint32_t unfit_ = 0;    // fields whose length does not suit their element
    std::uint16_t sources_ = 0;
    std::uint16_t kept_ = 0;  // steps at the beginning that fill no column
    bool variable_ = false;
    bool by_row_ = false;  // text, variable length, or values that need another field of the record
    bool lists_ = false;
    bool sections_ = false;
    bool counters_ = false;  // tells packets or bytes
    bool uses_uptime_ = false;
    bool has_icmp_ = false, has_sampling_ = false, port_has_icmp_ = false;
    bool has_first_ = false, has_last_ = false;
    bool has_ipv4_ = false, has_ipv6_ = false;
    bool has_src_ = false, has_dst_ = false;
    std::vector<Step> steps_;    // in order of rank: the first to write a column writes all rows
    std::vector<Step> reverse_;  // what differs in reverse direction, likewise
    std::vector<Slot> slots_;
    std::vector<flow::Column>
        absent_;  // columns to be zeroed: common ones, and those that share a bit with a written one
};

}  // namespace decode
