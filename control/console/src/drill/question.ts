// SPDX-License-Identifier: Apache-2.0
// What the drill-down asks: as it stands in the address (every name begins with "q"), and as the API takes it.
import type { Question, TrafficClass, Unit } from "../api_types";
import { go } from "../address";
import { findElement, risesByItself } from "./statistics";

export interface Window {
  from_s: number;
  to_s: number;
  moves?: boolean; // its end is now: a question keeps the window in which it was asked
}
// Where the question is asked.
export interface Place {
  profile: string;
  channels: string[]; // those that the graph shows; none: all of the profile
  window: Window;
  span?: Window; // all of the graph; without: the window
}

export type Mode = "top" | "flows";
export interface Drill {
  filter: string;
  mode: Mode;
  element: string; // of top
  byProtocol: boolean;
  order: string; // of flows: "" = as they were archived
  ascending: boolean;
  count: number;
  packetLimit: string; // "", "1k", "-1k" as -l takes it
  byteLimit: string;
  aggregate: string; // of flows; as -A takes it
  bidirectional: boolean;
  sources: string[]; // none: all
  of: "channels" | "everything";
  over: "window" | "archive";
  as: string; // "table", or a format of -o
  run: boolean; // the question has been asked: who opens the link sees the answer
  graph: boolean;
}

export const mostRows = 10_000;
const defaultCount: Record<Mode, number> = { top: 10, flows: 100 };

function countOf(text: string | null, mode: Mode): number {
  const number = Number(text ?? "");
  return Number.isInteger(number) && number > 0 ? Math.min(number, mostRows) : defaultCount[mode];
}

export function readDrill(query: URLSearchParams): Drill {
  const mode: Mode = query.get("q.ask") === "flows" ? "flows" : "top";
  const element = query.get("q.stat") ?? "";
  const [order, direction] = (query.get("q.by") ?? (mode === "top" ? "bytes" : "")).split(":");
  const sources = query.get("q.sources") ?? "";
  return {
    filter: query.get("q") ?? "",
    mode,
    element: findElement(element)?.name ?? "srcip",
    byProtocol: query.has("q.proto"),
    order: order ?? "",
    ascending: direction === undefined ? risesByItself(order ?? "") : direction === "a",
    count: countOf(query.get("q.n"), mode),
    packetLimit: query.get("q.packets") ?? "",
    byteLimit: query.get("q.bytes") ?? "",
    aggregate: query.get("q.group") ?? "",
    bidirectional: query.has("q.both"),
    sources: sources === "" ? [] : sources.split(","),
    of: query.get("q.of") === "everything" ? "everything" : "channels",
    over: query.get("q.over") === "archive" ? "archive" : "window",
    as: query.get("q.as") ?? "table",
    run: query.has("q.run"),
    graph: query.has("q.graph"),
  };
}

function directed(order: string, ascending: boolean): string {
  if (order === "" || ascending === risesByItself(order)) return order;
  return `${order}:${ascending ? "a" : "d"}`;
}

function written(d: Drill): Record<string, string | null> {
  const flag = (on: boolean) => (on ? "1" : null);
  const order = directed(d.order, d.ascending);
  const top = d.mode === "top";
  return {
    q: d.filter || null,
    "q.ask": top ? null : d.mode,
    "q.stat": top && d.element !== "srcip" ? d.element : null,
    "q.proto": flag(top && d.byProtocol),
    "q.by": order === (top ? "bytes" : "") ? null : order,
    "q.n": d.count === defaultCount[d.mode] ? null : String(d.count),
    "q.packets": d.packetLimit || null,
    "q.bytes": d.byteLimit || null,
    "q.group": (top ? "" : d.aggregate) || null,
    "q.both": flag(!top && d.bidirectional),
    "q.sources": d.sources.join(",") || null,
    "q.of": d.of === "channels" ? null : d.of,
    "q.over": d.over === "window" ? null : d.over,
    "q.as": d.as === "table" ? null : d.as,
    "q.run": flag(d.run),
    "q.graph": flag(d.graph),
  };
}

// `step`: the browser's back button undoes it.
export function writeDrill(d: Drill, step: boolean): void {
  go(written(d), { replace: !step });
}

// The other mode, with what it has by itself.
export function inMode(d: Drill, mode: Mode): Drill {
  if (d.mode === mode) return d;
  const order = mode === "top" ? "bytes" : "";
  return { ...d, mode, order, ascending: false, count: defaultCount[mode] };
}

function scope(d: Drill, place: Place): Pick<Question, "from" | "to" | "profile" | "channels" | "sources"> {
  const whole = d.over === "archive";
  return {
    from: whole ? 0 : place.window.from_s,
    to: whole ? "now" : place.window.to_s,
    ...(d.of === "channels" ? { profile: place.profile } : {}),
    ...(d.of === "channels" && place.channels.length > 0 ? { channels: place.channels } : {}),
    ...(d.sources.length > 0 ? { sources: d.sources } : {}),
  };
}

function grouped(d: Drill): boolean {
  return d.mode === "top" || d.aggregate !== "" || d.bidirectional;
}

export function question(d: Drill, place: Place): Question {
  const q: Question = { kind: d.mode === "top" ? "statistic" : "flows", filter: d.filter.trim() || "any", ...scope(d, place) };
  const order = directed(d.order, d.ascending);
  if (d.mode === "top") {
    q.statistic = `${d.element}${d.byProtocol ? ":p" : ""}/${order}`;
    q.top = d.count;
  } else {
    if (d.aggregate !== "") q.aggregate = d.aggregate;
    if (d.bidirectional) q.bidirectional = true;
    if (order !== "") q.order = order;
    if (grouped(d) || order !== "") q.top = d.count;
    else q.count = d.count;
  }
  if (grouped(d) && d.packetLimit !== "") q.packet_limit = d.packetLimit;
  if (grouped(d) && d.byteLimit !== "") q.byte_limit = d.byteLimit;
  if (d.as !== "table") q.text = d.as;
  return q;
}

// Over the whole span of the graph, whatever window is marked in it.
export function seriesQuestion(d: Drill, place: Place, unit: Unit, of: TrafficClass): Question {
  const over: Place = { ...place, window: place.span ?? place.window };
  return { kind: "series", filter: d.filter.trim() || "any", ...scope({ ...d, over: "window" }, over), unit, class: of };
}

// Two questions of the same key have the same answer, but for what has come since.
export function keyOf(q: Question, moves: boolean): string {
  return JSON.stringify(moves && typeof q.to === "number" ? { ...q, from: "moves", to: "moves" } : q);
}
