// SPDX-License-Identifier: Apache-2.0
// Which figure the graphs of a page show, and of which class of traffic. In the address: unit (bits without), class (any without).
import { go } from "../address";
import { classes, type TrafficClass, type Unit } from "../api_types";
import { Choice, options } from "./controls";
import type { Key } from "./keys";

const units: Record<Unit, string> = { flows: "Flows", packets: "Packets", bytes: "Bits" };
const names: Record<TrafficClass, string> = { any: "Any", tcp: "TCP", udp: "UDP", icmp: "ICMP", other: "Other" };

export function unitOf(query: URLSearchParams): Unit {
  const unit = query.get("unit");
  return unit === "flows" || unit === "packets" ? unit : "bytes";
}

export function classOf(query: URLSearchParams): TrafficClass {
  return classes.find((one) => one === query.get("class")) ?? "any";
}

function chooseUnit(unit: Unit): void {
  go({ unit: unit === "bytes" ? null : unit });
}

export const unitKeys: Key[] = [
  { keys: ["f"], text: "flows", run: () => chooseUnit("flows") },
  { keys: ["k"], text: "packets", run: () => chooseUnit("packets") },
  { keys: ["b"], text: "bits", run: () => chooseUnit("bytes") },
];

export function UnitChoice({ value }: { value: Unit }) {
  return <Choice label="Unit" value={value} options={options(units)} onChange={chooseUnit} />;
}

export function ClassChoice({ value }: { value: TrafficClass }) {
  return <Choice label="Class" value={value} options={options(names)} onChange={(to) => go({ class: to === "any" ? null : to })} />;
}
