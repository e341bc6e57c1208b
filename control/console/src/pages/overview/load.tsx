// SPDX-License-Identifier: Apache-2.0
// How busy the cores are, how full their queues and rings, what the devices missed.
import { useState } from "preact/hooks";
import type { Device, Devices, Second, Worker } from "../../api_types";
import { useAsk } from "../../ask";
import { useSecond } from "../../live";
import { full, percent, scaled } from "../../parts/format";
import { Bar } from "../../parts/show";
import { Answered } from "../../parts/states";

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
            <DeviceList devices={data.devices} />
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
  const matches = data.workers.some((worker) => worker.match_core !== undefined);
  const ring = (w: Worker) => (w.slots === 0 ? null : w.slots_used / w.slots);
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label="Cores">
      <table>
        <thead>
          <tr>
            <th scope="col">Core</th>
            <th scope="col">Busy</th>
            {matches && <th scope="col">Matching</th>}
            <th scope="col" title="How full the fullest receive queue of the core is">
              Queue
            </th>
            <th scope="col" title="Batches in use, of the core's ring">
              Ring
            </th>
          </tr>
        </thead>
        <tbody>
          {data.workers.map((w, i) => (
            <tr key={w.core}>
              <th scope="row">{w.core}</th>
              <td>
                <Gauge ratio={busy?.[i] ?? w.busy_ratio} />
              </td>
              {matches && <td>{w.match_core === undefined ? "" : <Gauge ratio={w.match_busy_ratio ?? 0} hint={`core ${w.match_core}`} />}</td>}
              <td>
                <Gauge ratio={fillOf(data, w.core)} />
              </td>
              <td>
                <Gauge ratio={ring(w)} hint={`${w.slots_used} of ${w.slots} batches, ${w.slots_archive} of them at the archive`} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Missed({ value }: { value: number | null }) {
  if (value === null) return <span class="faint">unknown</span>;
  return (
    <span class={value > 0 ? "bad" : "faint"} title={full(value)}>
      {scaled(value)}
    </span>
  );
}

function DeviceList({ devices }: { devices: Device[] }) {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label="Devices">
      <table>
        <thead>
          <tr>
            <th scope="col">Device</th>
            <th scope="col">Link</th>
            <th scope="col" class="number">
              Missed
            </th>
            <th scope="col" class="number">
              No buffer
            </th>
            <th scope="col" class="number">
              Errors
            </th>
          </tr>
        </thead>
        <tbody>
          {devices.map((d) => (
            <tr key={d.name}>
              <th scope="row" title={`${d.driver}, ${d.queues} queues`}>
                {d.name}
              </th>
              <td class={d.link_up ? undefined : "bad"}>{d.link_up ? (d.link_mbps > 0 ? scaled(d.link_mbps * 1e6, "bit/s") : "up") : "down"}</td>
              <td class="number">
                <Missed value={d.missed} />
              </td>
              <td class="number">
                <Missed value={d.no_buffer} />
              </td>
              <td class="number">
                <Missed value={d.errors} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
