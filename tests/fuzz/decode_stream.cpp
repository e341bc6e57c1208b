// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/decode_stream.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "dataplane/decode/decoder.hpp"

namespace fuzz {

namespace {

constexpr std::uint64_t kNow_ms = 1'700'000'000'000;
constexpr std::size_t kLengthBits = 13;
constexpr std::uint64_t kBetween_ms = 3000;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "fuzz: %s\n", what);
    std::abort();
}

// A number for all values of a column, so that two runs can be compared.
class Digest {
  public:
    void add(const void* bytes, std::size_t size) noexcept {
        const auto* p = static_cast<const std::uint8_t*>(bytes);
        for (std::size_t i = 0; i < size; ++i) value_ = (value_ ^ p[i]) * 0x100000001b3ull;
    }
    friend bool operator==(const Digest&, const Digest&) noexcept = default;

  private:
    std::uint64_t value_ = 0xcbf29ce484222325ull;
};

// What a run left behind.
struct Left {
    std::array<Digest, flow::kColumns> columns{};
    flow::Ledger ledger;
};

template <class T>
void add_value(const flow::FlowBatch& batch, const T& value, Digest& digest) {
    if constexpr (std::is_same_v<T, flow::Text>) {
        require(value.offset <= batch.arena.used() && value.length <= batch.arena.used() - value.offset,
                "a text points outside its batch");
        digest.add(batch.arena.data() + value.offset, value.length);
    } else if constexpr (std::is_same_v<T, flow::MplsStack>) {
        require(value.count <= value.labels.size(), "a label stack is deeper than it can be");
        digest.add(value.labels.data(), value.count * sizeof value.labels[0]);
    } else {
        digest.add(&value, sizeof value);
    }
}

void add_row(const flow::FlowBatch& batch, std::uint32_t row, Left& left) {
    const std::uint64_t present = batch.present[row];
    require((present & ~batch.present_any) == 0, "present_any lacks a column of a row");
    require(batch.first_ms[row] <= batch.last_ms[row], "a flow ends before it begins");
    const std::uint8_t family = batch.family[row];
    require(family == 0 || family == 4 || family == 6, "a family that there is not");
    // Common columns are there in any row; the others where the presence bit says so.
#define X(name, type, what)                                                                            \
    if (static_cast<std::size_t>(flow::Column::name) < flow::kCommonColumns ||                         \
        (present & flow::present_bit(flow::Column::name)) != 0) {                                      \
        add_value(batch, batch.name[row], left.columns[static_cast<std::size_t>(flow::Column::name)]); \
    }
    FLOW_COMMON_COLUMNS(X)
    FLOW_RARE_COLUMNS(X)
#undef X
}

// Always the same batch: it is megabytes, so only what was written is made as it was `before`.
class DigestingWriter final : public flow::BatchWriter {
  public:
    explicit DigestingWriter(std::uint8_t before) : batch_(std::make_unique<flow::FlowBatch>()), before_(before) {
        open_ = batch_.get();
        clean(flow::kBatchRows);
    }
    // What was written since the last time.
    [[nodiscard]] Left finish() {
        turn_over();
        return std::exchange(left_, Left{});
    }

  private:
    void turn_over() noexcept override {
        for (std::uint32_t row = 0; row < open_->rows; ++row) add_row(*open_, row, left_);
        // Decoders fill some rows ahead of those that they count.
        clean(std::min(open_->rows + 256, flow::kBatchRows));
    }
    void clean(std::uint32_t rows) noexcept {
#define X(name, type, what) std::memset(static_cast<void*>(batch_->name.data()), before_, rows * sizeof(type));
        FLOW_COMMON_COLUMNS(X)
        FLOW_RARE_COLUMNS(X)
#undef X
        batch_->reset();
    }
    std::unique_ptr<flow::FlowBatch> batch_;
    std::uint8_t before_;
    Left left_;
};

// What is too big to be made for each input.
struct Surroundings {
    explicit Surroundings(std::uint8_t before) : writer(before) {}
    DigestingWriter writer;
    flow::SeriesMap series{};
    flow::SpscRing<flow::Tally*> home{4};
    flow::Tally tally{series, home};
};

struct Piece {
    std::vector<std::uint8_t> datagram;  // on the heap, so that the sanitizer sees its end
    bool second_exporter, second_port, left_out;
};

std::vector<Piece> pieces(const std::uint8_t* data, std::size_t size, MakeVersion make_version) {
    std::vector<Piece> all;
    while (size >= 2) {
        const unsigned head = static_cast<unsigned>(data[0]) << 8 | data[1];
        const std::size_t length = std::min<std::size_t>(head & ((1u << kLengthBits) - 1), size - 2);
        Piece piece{{data + 2, data + 2 + length}, (head & 0x8000) != 0, (head & 0x4000) != 0, (head & 0x2000) != 0};
        make_version(piece.datagram);
        piece.datagram.shrink_to_fit();
        all.push_back(std::move(piece));
        data += 2 + length;
        size -= 2 + length;
    }
    return all;
}

// Empty, or nearly: entries that other inputs left behind do no harm as long as they are few.
flow::ExporterTable& shared_table() {
    static auto table = std::make_unique<flow::ExporterTable>();
    if (table->size() > 300) table = std::make_unique<flow::ExporterTable>();
    return *table;
}

std::unique_ptr<flow::ExporterTable> table_of(const std::vector<Stored>& stored) {
    auto table = std::make_unique<flow::ExporterTable>();
    std::vector<flow::ExporterKey> keys;
    std::unordered_map<std::uint32_t, flow::ExporterMemory> memories;
    for (const Stored& s : stored) {
        memories[static_cast<std::uint32_t>(keys.size())] = s.memory;
        keys.push_back(s.key);
    }
    table->preload(std::move(keys), std::move(memories));
    return table;
}

Left run(const std::vector<Piece>& all, flow::ExporterTable& exporters, Surroundings& around) {
    flow::Tally& tally = around.tally;
    decode::Decoder decoder(exporters, around.writer);
    std::uint64_t now_ms = kNow_ms;
    for (const Piece& piece : all) {
        const decode::Datagram datagram{.payload = piece.datagram,
                                        .exporter = piece.second_exporter
                                                        ? flow::IpAddress::parse("2001:db8::1").value()
                                                        : flow::IpAddress::v4(0xc0000201),
                                        .exporter_port = static_cast<std::uint16_t>(piece.second_port ? 4001 : 4000),
                                        .received_ms = now_ms += kBetween_ms,
                                        .source_id = 1,
                                        .source = 3};
        piece.left_out ? decoder.leave_out(datagram, flow::Outcome::thinned, tally) : decoder.decode(datagram, tally);
        decoder.settle(now_ms, false, tally);
        tally.ledger[flow::PacketFate::whole] += 1;
        tally.ledger[flow::Counter::packets_received] += 1;
    }
    decoder.settle(now_ms, true, tally);
    tally.ledger[flow::Counter::flows_through] = tally.ledger[flow::Counter::archive_off] =
        tally.ledger[flow::Counter::flows_decoded];
    const std::string_view law = flow::broken_law(tally.ledger, true);
    require(law.empty(), law.data());
    for (const flow::LearnedTemplate& learned : tally.templates) {
        require(learned.exporter < exporters.size(), "a template of nobody");
    }
    Left left = around.writer.finish();
    left.ledger = tally.ledger;
    tally.clear();
    return left;
}

}  // namespace

void decode_stream(const std::uint8_t* data, std::size_t size, MakeVersion make_version,
                   const std::vector<Stored>& stored) {
    const std::vector<Piece> all = pieces(data, size, make_version);
    static Surroundings zeros(0x00), others(0xa5);
    const auto told = stored.empty() ? nullptr : table_of(stored);
    const auto told_again = stored.empty() ? nullptr : table_of(stored);
    flow::ExporterTable& shared = shared_table();
    const Left clean = run(all, told ? *told : shared, zeros);
    const Left dirty = run(all, told ? *told_again : shared, others);
    for (std::size_t c = 0; c < flow::kColumns; ++c) {
        if (clean.columns[c] == dirty.columns[c]) continue;
        std::fprintf(stderr, "fuzz: column %s depends on what its batch held before\n",
                     std::string(flow::column_name(static_cast<flow::Column>(c))).c_str());
        std::abort();
    }
    require(clean.ledger.values == dirty.ledger.values, "the ledger depends on what batches held before");
}

void append_datagram(std::vector<std::uint8_t>& stream, const std::vector<std::uint8_t>& datagram, bool second) {
    const std::size_t length = std::min<std::size_t>(datagram.size(), (1u << kLengthBits) - 1);
    stream.push_back(static_cast<std::uint8_t>((second ? 0x80 : 0) | length >> 8));
    stream.push_back(static_cast<std::uint8_t>(length));
    stream.insert(stream.end(), datagram.begin(), datagram.begin() + static_cast<std::ptrdiff_t>(length));
}

}  // namespace fuzz
