// SPDX-License-Identifier: Apache-2.0
// How busy the cores are, how full their queues and rings, what the devices missed.
import { useState } from "preact/hooks";
import type { Device, Devices, Second, Worker } from "../../api_types";
import { useAsk } from "../../ask";
import { useSecond } from "../../live";
import { full, percent, scaled } from "../../parts/format";
import { Bar } from "../../parts/show";
import { Answered } from "../../parts/states";
import { Table, type Column } from "../../parts/table";

const kBusy = 0.85; // as the alert NetCollectorWorkerBusy

function colourOf(ratio: number): string {
  return ratio > kBusy ? "var(--bad)" : ratio > 0.6 ? "var(--warn)" : "var(--good)";
}

function Gauge({ ratio, hint }: { ratio: number | null; hint?: string }) {
  if (ratio === null) return <span class="faint" title="The device cannot tell">unknown</span>;
  return (
    <span class="gauge" title={hint}>
      <Bar ratio={ratio} colour={colourOf(ratio)} />
      <span class="num">{percent(ratio)}</span>
    </span>
  );
}

export function Load() {
  const answer = useAsk<Devices>("/devices", {}, 2_000);
  const [second, set] = useState<Second>();
  useSecond([], set);
  return (
    <section class="panel" aria-labelledby="load-title">
      <header>
        <h2 id="load-title">Load</h2>
      </header>
      <Answered answer={answer} what="Load" lines={4}>
        {(data) => (
          <>
            <Workers data={data} busy={second?.busy} />
            <Table label="Devices" columns={deviceColumns} rows={data.devices} id={(d) => d.name} />
          </>
        )}
      </Answered>
    </section>
  );
}

// The fullest queue that the core polls; null: none of its devices can tell.
function fillOf(data: Devices, core: number): number | null {
  const told = data.queues.flatMap((queue) => (queue.core === core && queue.fill_ratio !== null ? [queue.fill_ratio] : []));
  return told.length === 0 ? null : Math.max(...told);
}

function Workers({ data, busy }: { data: Devices; busy: number[] | undefined }) {
  const ring = (w: Worker) => (w.slots === 0 ? null : w.slots_used / w.slots);
  const matching: Column<Worker> = {
    id: "matching",
    title: "Matching",
    cell: (w) => w.match_core !== undefined && <Gauge ratio={w.match_busy_ratio ?? 0} hint={`core ${w.match_core}`} />,
  };
  const columns: Column<Worker>[] = [
    { id: "core", title: "Core", head: true, cell: (w) => w.core },
    { id: "busy", title: "Busy", cell: (w) => <Gauge ratio={busy?.[data.workers.indexOf(w)] ?? w.busy_ratio} /> },
    ...(data.workers.some((w) => w.match_core !== undefined) ? [matching] : []),
    { id: "queue", title: "Queue", hint: "How full the fullest receive queue of the core is", cell: (w) => <Gauge ratio={fillOf(data, w.core)} /> },
    {
      id: "ring",
      title: "Ring",
      hint: "Batches in use, of the core's ring",
      cell: (w) => <Gauge ratio={ring(w)} hint={`${w.slots_used} of ${w.slots} batches, ${w.slots_archive} of them at the archive`} />,
    },
  ];
  return <Table label="Cores" columns={columns} rows={data.workers} id={(w) => String(w.core)} />;
}

function Missed({ value }: { value: number | null }) {
  if (value === null) return <span class="faint">unknown</span>;
  return (
    <span class={value > 0 ? "bad" : "faint"} title={full(value)}>
      {scaled(value)}
    </span>
  );
}

function linkOf(d: Device) {
  if (!d.link_up) return <span class="bad">down</span>;
  return d.link_mbps > 0 ? scaled(d.link_mbps * 1e6, "bit/s") : "up";
}

const deviceColumns: Column<Device>[] = [
  { id: "name", title: "Device", head: true, cell: (d) => <span title={`${d.driver}, ${d.queues} queues`}>{d.name}</span> },
  { id: "link", title: "Link", cell: linkOf },
  { id: "missed", title: "Missed", number: true, cell: (d) => <Missed value={d.missed} /> },
  { id: "no_buffer", title: "No buffer", number: true, cell: (d) => <Missed value={d.no_buffer} /> },
  { id: "errors", title: "Errors", number: true, cell: (d) => <Missed value={d.errors} /> },
];
