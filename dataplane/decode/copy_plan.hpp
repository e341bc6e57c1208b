// SPDX-License-Identifier: Apache-2.0
// A template compiled once into steps "bytes at offset -> column", run for every data record.
//
// Thread: a plan is immutable; run functions are called by the worker that owns the exporter.
// Source: RFC 7011 sections 3.4, 6.2, 7 (variable length); RFC 3954 section 5.3.
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
    const TemplateTable* templates = nullptr;  // the exporter's; nullptr where its protocol has none
    Annotator* annotator = nullptr;            // gives finished rows their rate and names; nullptr: nobody does
};

struct Step {
    Conversion conversion;
    flow::Column column;
    bool only_where_zero;  // an element of lower rank has filled the column already
    std::uint8_t rank;
    std::uint8_t label;    // mpls: 0 = top of stack
    std::uint16_t width;   // bytes; kVariableLength
    std::uint32_t offset;  // from the start of the record; meaningless after a variable field
};

class CopyPlan {
  public:
    // `fields` with at least one byte together.
    [[nodiscard]] static CopyPlan compile(std::span<const Field> fields, flow::Protocol protocol);

    // Bytes of a record; of the smallest one when fields are variable. At least 1.
    [[nodiscard]] std::uint32_t record_bytes() const noexcept { return record_bytes_; }

    [[nodiscard]] std::size_t bytes() const noexcept {
        return steps_.capacity() * sizeof(Step) + slots_.capacity() * sizeof(Slot) + absent_.capacity();
    }

    // Decodes the records of a data set into rows of `writer`; what is left over and shorter than a record is padding.
    // A record that runs past the set is booked as Skip::bad_record and ends it: how many there were is then not known.
    struct Count {
        std::uint32_t records = 0;
        bool complete = true;
    };
    Count run(flow::Bytes records, const RecordContext& context, flow::BatchWriter& writer,
              flow::Ledger& ledger) const noexcept;

    // Counts the records of a set without decoding them (options data).
    Count count(flow::Bytes records, flow::Ledger& ledger) const noexcept;
    // The same without booking them.
    [[nodiscard]] Count measure(flow::Bytes records) const noexcept;

  private:
    struct Slot {              // one field of the record, in order: where its bytes go
        std::uint16_t length;  // kVariableLength: read from the record
        std::uint16_t step;    // index into steps_, kNoStep
    };
    static constexpr std::uint16_t kNoStep = 65535;
    static constexpr std::size_t kMaxSteps = 256;  // known fields of a template; more count as unfit
    // Of a record with variable fields: where each step's bytes are.
    struct Located {
        const std::uint8_t* data;
        std::uint32_t length;
    };

    void run_columns(const std::uint8_t* records, flow::FlowBatch& batch, std::uint32_t count,
                     const RecordContext& context, flow::Ledger& ledger) const noexcept;
    Count run_rows(flow::Bytes records, const RecordContext& context, flow::BatchWriter& writer,
                   flow::Ledger& ledger) const noexcept;
    void run_row(const Located* located, flow::FlowBatch& batch, const RecordContext& context,
                 flow::Ledger& ledger) const noexcept;
    // Length of the record at the front of `records`, 0 if it does not fit; fills `located`, one per step, when given.
    std::uint32_t locate(flow::Bytes records, Located* located) const noexcept;
    void fill_constants(flow::FlowBatch& batch, std::uint32_t row, std::uint32_t count,
                        const RecordContext& context) const noexcept;
    void finish(flow::FlowBatch& batch, std::uint32_t row, std::uint32_t count, const RecordContext& context,
                flow::Ledger& ledger) const noexcept;
    void add_step(const Field& field, const Element& element, std::uint32_t offset, std::size_t slot);
    void order_steps();

    std::uint32_t record_bytes_ = 0;
    std::uint64_t present_ = 0;
    std::uint32_t unknown_ = 0;  // fields of a record whose element is not known
    std::uint32_t unfit_ = 0;    // fields whose length does not suit their element
    bool variable_ = false;
    bool by_row_ = false;  // text, variable length or times that need another field of the record
    bool uses_uptime_ = false;
    bool has_icmp_ = false;
    bool has_first_ = false, has_last_ = false, has_duration_ = false;
    bool has_ipv4_ = false, has_ipv6_ = false;
    std::vector<Step> steps_;  // in order of rank: the first to write a column writes all rows
    std::vector<Slot> slots_;
    std::vector<flow::Column> absent_;  // common columns that no step writes: zeroed
};

}  // namespace decode
