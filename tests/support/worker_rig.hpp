// SPDX-License-Identifier: Apache-2.0
// Several workers without DPDK, one thread: each an Intake, rings between them, what dataplane/worker.cpp does with a frame.
#pragma once

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "dataplane/intake.hpp"
#include "dataplane/owners.hpp"
#include "tests/support/small_generation.hpp"
#include "tests/support/writer.hpp"

namespace support {

struct WorkerRigOptions {
    std::uint32_t workers = 1;
    bool sticky = false;  // the device spreads by address
    dataplane::Pace pace = dataplane::Pace::live;
    std::size_t ring_places = 1 << 20;  // of the ring to a worker; beyond: lost at the hand-off
    std::vector<dataplane::SourceRule> sources{{.port = 2055, .source_id = 1, .prefixes = {}}};
    std::vector<SmallChannel> channels{{"any"}};
    std::vector<dataplane::PrefixRule> rules{};
};

class WorkerRig {
  public:
    explicit WorkerRig(WorkerRigOptions options)
        : options_(std::move(options)), owners_(options_.workers), rings_(options_.workers) {
        generation_ = make_generation(1, options_.sources, options_.channels, options_.workers, 0, options_.rules);
        for (std::uint32_t w = 0; w < options_.workers; ++w) {
            intakes_.push_back(std::make_unique<dataplane::Intake>(
                exporters, handover_, dataplane::IntakeOptions{.core = w, .slots = 4, .pace = options_.pace}));
            if (!intakes_.back()->allocate()) throw std::runtime_error("no memory for a worker");
            intakes_.back()->use(*generation_);
        }
    }

    // A frame that came by the queue of `worker`.
    void receive(std::uint32_t worker, const Bytes& frame, std::uint64_t now_ms) {
        const auto found = intakes_[worker]->receive(frame, flow::LinkType::ethernet, frame.size());
        const std::uint32_t owner = owners_.route(found, worker, options_.sticky);
        if (owner == worker)
            keep(worker, found, frame, now_ms);
        else
            hand_off(worker, owner, found, frame);
        sink.drain();
    }
    // Every worker takes what was handed over to it.
    void take_handed_over(std::uint64_t now_ms) {
        for (bool any = true; any;) {
            any = false;
            for (std::uint32_t w = 0; w < options_.workers; ++w) {
                while (!rings_[w].empty()) {
                    const Bytes frame = std::move(rings_[w].front());
                    rings_[w].pop_front();
                    keep(w, intakes_[w]->read_handed_over(frame, flow::LinkType::ethernet), frame, now_ms);
                    any = true;
                }
            }
        }
        sink.drain();
    }
    // Every worker moves on to other sources, whatever is under way between them.
    void reload(const std::vector<dataplane::SourceRule>& sources) {
        former_.push_back(std::move(generation_));
        generation_ = make_generation(former_.back()->number + 1, sources, options_.channels, options_.workers, 0,
                                      options_.rules);
        for (const auto& intake : intakes_) intake->use(*generation_);
        sink.drain();
    }
    void tick(std::uint64_t now_ms) {
        for (const auto& intake : intakes_) intake->tick(now_ms);
        sink.drain();
    }
    void finish(std::uint64_t now_ms) {
        take_handed_over(now_ms);
        for (const auto& intake : intakes_) intake->finish();
        sink.drain();
    }
    [[nodiscard]] dataplane::Intake& intake(std::uint32_t worker) { return *intakes_[worker]; }

    // What differs between the sum of the exporters' books and the ledger; empty when nothing does.
    [[nodiscard]] std::string broken_sum() const {
        flow::ExporterCounts sum;
        for (const flow::ExporterCounts& counts : sink.exporters) sum.add(counts);
        const flow::Ledger& l = sink.ledger;
        using flow::Counter;
        using flow::Outcome;
        std::uint64_t skipped = 0;
        for (std::size_t s = 0; s < flow::kSkips; ++s) skipped += l[static_cast<flow::Skip>(s)];
        const std::vector<std::tuple<const char*, std::uint64_t, std::uint64_t>> pairs{
            {"datagrams", sum.datagrams, l[Outcome::accepted]},
            {"thinned", sum.thinned, l[Outcome::thinned] + l[Outcome::over_limit]},
            {"records", sum.records, l[Counter::records_flow]},
            {"options", sum.options, l[Counter::records_option]},
            {"counters", sum.counters, l[Counter::records_counter]},
            {"skipped", sum.skipped, skipped},
            {"sets_held", sum.sets_held, l[Counter::sets_held]},
            {"held_replayed", sum.held_replayed, l[Counter::held_replayed]},
            {"held_lost", sum.held_lost, l[Counter::held_expired] + l[Counter::held_evicted]},
            {"flows", sum.flows, l[Counter::flows_decoded]},
            {"flows_lost", sum.flows_lost, l[Counter::flows_lost_ring]},
            {"flows_through", sum.flows_through, l[Counter::flows_through]},
            {"flows_discarded", sum.flows_discarded, l[Counter::flows_discarded]},
            {"flows_unknown_rate", sum.flows_unknown_rate, l[Counter::flows_unknown_rate]},
            {"templates_changed", sum.templates_changed, l[Counter::templates_changed]},
        };
        // Of what is no export datagram at all nobody knows whose entry it would have been.
        if (sum.handoff_lost > l[Counter::handoff_lost])
            return "handoff_lost: the exporters' books say more than the ledger";
        for (const auto& [what, exporters_say, ledger_says] : pairs) {
            if (exporters_say != ledger_says)
                return std::string(what) + ": the exporters' books say " + std::to_string(exporters_say) +
                       ", the ledger " + std::to_string(ledger_says);
        }
        return {};
    }

    flow::ExporterTable exporters;

  private:
    flow::SpscRing<flow::Tally*> handover_{256};

  public:
    TallySink sink{handover_};

  private:
    void keep(std::uint32_t worker, const dataplane::Packet& found, const Bytes& frame, std::uint64_t now_ms) {
        dataplane::Intake& intake = *intakes_[worker];
        if (found.fate == flow::PacketFate::whole) intake.take(found, now_ms);
        if (found.fate != flow::PacketFate::fragment) return;
        const auto gathered = intake.gather(frame, flow::LinkType::ethernet, now_ms);
        if (!gathered) return;
        const std::uint32_t owner = owners_.route(gathered->packet, worker, options_.sticky);
        if (owner == worker)
            intake.take(gathered->packet, now_ms);
        else
            hand_off(worker, owner, gathered->packet, Bytes(gathered->frame.begin(), gathered->frame.end()));
    }
    void hand_off(std::uint32_t from, std::uint32_t to, const dataplane::Packet& found, const Bytes& frame) {
        if (rings_[to].size() >= options_.ring_places) return intakes_[from]->lost_at_hand_off(found);
        intakes_[from]->handed_off(found);
        rings_[to].push_back(frame);
    }

    const WorkerRigOptions options_;
    dataplane::OwnerTable owners_;
    std::vector<std::deque<Bytes>> rings_;
    std::vector<std::unique_ptr<dataplane::Generation>> former_;  // before the intakes: they may use one still
    std::unique_ptr<dataplane::Generation> generation_;
    std::vector<std::unique_ptr<dataplane::Intake>> intakes_;
};

}  // namespace support
