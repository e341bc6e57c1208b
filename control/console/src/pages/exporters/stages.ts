// SPDX-License-Identifier: Apache-2.0
// The ledger from wire to disk, stage by stage: what is there, what leaves it and why. The laws (control/ledger_laws.cpp) say that nothing else can.
import type { Law, LawTerm, LedgerAnswer } from "../../api_types";

// lost: should have been counted or kept, and is not. refused: cannot be decoded, or belongs to no source. aside: goes elsewhere, nothing is
// missing. joins: comes in from the side. waiting: between two stages at this moment.
export type Kind = "lost" | "refused" | "aside" | "joins" | "waiting";

export interface Branch {
  counter: string;
  name: string;
  value: number;
  kind: Kind;
  inside: boolean; // of what is still in the stage: takes nothing from its width
}
export interface Stage {
  id: string;
  title: string;
  unit: "packets" | "datagrams" | "records" | "flows";
  value: number;
  section: number; // widths are to scale within one
  branches: Branch[];
  laws: Law[];
}

interface Plan {
  id: string;
  title: string;
  unit: Stage["unit"];
  section: number;
  sum: string[];
  laws: string[];
  waits?: string; // the law whose difference is on the way to the next stage
  lost?: string[];
  refused?: string[];
  aside?: string[];
  joins?: string[];
  inside?: string[]; // which of them take nothing from the width
}

const fragmentsLost = ["fragments.expired", "fragments.evicted", "fragments.overlapping", "fragments.bad", "fragments.handoff_lost"];

const plan: Plan[] = [
  {
    id: "wire",
    title: "At the devices",
    unit: "packets",
    section: 0,
    sum: ["packets.received", "packets.missed", "packets.no_buffer", "packets.device_errors"],
    laws: [],
    lost: ["packets.missed", "packets.no_buffer", "packets.device_errors"],
  },
  {
    id: "received",
    title: "Received",
    unit: "packets",
    section: 0,
    sum: ["packets.received"],
    laws: ["packets", "kernel", "fragments"],
    aside: ["packets.fates.not_ip", "packets.fates.not_udp", "packets.fates.other_port", "packets.fates.not_ours", "packets.fates.fragment"],
    refused: ["packets.fates.short_frame", "packets.fates.bad_ip_header", "packets.fates.bad_udp_length"],
    lost: ["packets.fates.cut_short", ...fragmentsLost, "punt.dropped"],
    inside: [...fragmentsLost, "punt.dropped"],
  },
  {
    id: "datagrams",
    title: "Datagrams",
    unit: "datagrams",
    section: 0,
    sum: ["packets.fates.whole", "datagrams.reassembled"],
    laws: ["datagrams"],
    waits: "datagrams",
    joins: ["datagrams.reassembled"],
    lost: ["datagrams.handoff_lost", "datagrams.unwritten"],
  },
  {
    id: "decoder",
    title: "At a decoder",
    unit: "datagrams",
    section: 0,
    sum: ["datagrams.received"],
    laws: ["outcomes"],
    refused: ["no_source", "too_short", "unknown_version", "wrong_protocol", "bad_length", "too_many_exporters"].map((o) => `datagrams.outcomes.${o}`),
    lost: ["datagrams.outcomes.thinned", "datagrams.outcomes.over_limit"],
  },
  {
    id: "accepted",
    title: "Accepted",
    unit: "datagrams",
    section: 0,
    sum: ["datagrams.outcomes.accepted"],
    laws: ["held"],
    waits: "held",
    aside: ["held.sets", "held.replayed"],
    lost: ["held.expired", "held.evicted"],
    inside: ["held.sets", "held.replayed", "held.expired", "held.evicted"],
  },
  {
    id: "records",
    title: "Records",
    unit: "records",
    section: 1,
    sum: ["records.seen"],
    laws: ["records", "no_template"],
    aside: ["records.options", "records.counters"],
    refused: [
      "no_template",
      "bad_set_length",
      "reserved_set",
      "bad_template",
      "template_limit",
      "template_withdrawal",
      "bad_record",
      "missing_records",
      "unknown_sample",
      "bad_sample",
      "no_packet_header",
      "bad_packet_header",
      "bad_list",
      "list_limit",
      "sample_limit",
    ].map((reason) => `records.skipped.${reason}`),
  },
  {
    id: "flows",
    title: "Flows",
    unit: "flows",
    section: 1,
    sum: ["flows.decoded"],
    laws: ["flows", "through"],
    waits: "through",
    joins: ["flows.extra"],
    lost: ["flows.lost_ring", "flows.unwritten"],
  },
  {
    id: "through",
    title: "Matched, tallied",
    unit: "flows",
    section: 1,
    sum: ["flows.through"],
    laws: ["archive"],
    waits: "archive",
    aside: ["archive.not_wanted", "archive.off"],
    lost: ["archive.shed_busy", "archive.shed_disk", "archive.unwritten"],
  },
  { id: "archived", title: "On disk", unit: "flows", section: 1, sum: ["archive.archived"], laws: [] },
];

// Short names where the last word of the path is not enough; the full text stands in the laws.
const names: Record<string, string> = {
  "packets.missed": "missed by NIC",
  "packets.no_buffer": "no buffer",
  "packets.fates.not_ip": "not IP",
  "packets.fates.not_udp": "not UDP",
  "packets.fates.not_ours": "other address",
  "packets.fates.fragment": "fragments",
  "packets.fates.bad_ip_header": "bad IP header",
  "packets.fates.bad_udp_length": "bad UDP length",
  "fragments.expired": "fragm. expired",
  "fragments.evicted": "fragm. evicted",
  "fragments.overlapping": "fragm. overlap",
  "fragments.bad": "fragm. bad",
  "fragments.handoff_lost": "fragm. hand-off",
  "punt.dropped": "kernel's, dropped",
  "datagrams.handoff_lost": "lost at hand-off",
  "datagrams.unwritten": "died with us",
  "datagrams.outcomes.too_many_exporters": "exporters full",
  "held.sets": "sets held",
  "held.replayed": "then decoded",
  "held.expired": "sets expired",
  "held.evicted": "sets evicted",
  "records.options": "options",
  "records.counters": "counter samples",
  "records.skipped.bad_packet_header": "bad header",
  "records.skipped.no_packet_header": "no header",
  "records.skipped.template_withdrawal": "withdrawals",
  "flows.extra": "several a record",
  "flows.lost_ring": "no free batch",
  "flows.unwritten": "died with us",
  "archive.off": "archive was off",
  "archive.shed_busy": "writers behind",
  "archive.shed_disk": "disk full, failed",
  "archive.unwritten": "died with us",
};

export function nameOf(counter: string): string {
  return names[counter] ?? counter.slice(counter.lastIndexOf(".") + 1).replaceAll("_", " ");
}

export type Book = Record<string, unknown>;

// 0 where a book of former days does not have the counter.
export function valueOf(book: Book, counter: string): number {
  let at: unknown = book;
  for (const word of counter.split(".")) at = typeof at === "object" && at !== null ? (at as Book)[word] : undefined;
  return typeof at === "number" ? at : 0;
}

// Both sides of a law in this book; negative while the later stage has handed over and the earlier has not yet.
export function weigh(law: Law, book: Book): { left: number; right: number; difference: number } {
  const sum = (terms: LawTerm[]) => terms.reduce((all, term) => all + valueOf(book, term.counter), 0);
  const [left, right] = [sum(law.left), sum(law.right)];
  return { left, right, difference: left - right };
}

export function stagesOf(book: Book, laws: Law[]): Stage[] {
  return plan.map((p) => {
    const of = (kind: Kind, counters: string[] = []): Branch[] =>
      counters.map((counter) => ({
        counter,
        name: nameOf(counter),
        value: valueOf(book, counter),
        kind,
        inside: p.inside?.includes(counter) ?? false,
      }));
    const branches = [...of("joins", p.joins), ...of("aside", p.aside), ...of("refused", p.refused), ...of("lost", p.lost)];
    const waits = laws.find((law) => law.name === p.waits);
    if (waits !== undefined)
      branches.push({ counter: `law.${waits.name}`, name: "on the way", value: Math.max(0, weigh(waits, book).difference), kind: "waiting", inside: p.id === "accepted" });
    return {
      id: p.id,
      title: p.title,
      unit: p.unit,
      section: p.section,
      value: p.sum.reduce((sum, counter) => sum + valueOf(book, counter), 0),
      branches,
      laws: p.laws.flatMap((name) => laws.find((law) => law.name === name) ?? []),
    };
  });
}

export function lostIn(stages: Stage[]): number {
  return stages.flatMap((s) => s.branches).reduce((sum, b) => sum + (b.kind === "lost" ? b.value : 0), 0);
}

export function textsOf(answer: LedgerAnswer): Map<string, string> {
  return new Map(answer.laws.flatMap((law) => [...law.left, ...law.right]).map((term) => [term.counter, term.text]));
}
