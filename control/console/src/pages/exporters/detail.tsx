// SPDX-License-Identifier: Apache-2.0
// One exporter: its counts, templates with fields, and what it told of itself.
import type { ComponentChildren } from "preact";
import { go } from "../../address";
import type { ExporterDetail } from "../../api_types";
import { useAsk } from "../../ask";
import { Dialog } from "../../parts/dialog";
import { full } from "../../parts/format";
import { Answered, Empty } from "../../parts/states";
import * as time from "../../parts/time";
import { BooksGraph } from "./books_graph";
import { Complete, LastSeen, sampling } from "./list";

// In the order of the way of a datagram; with a loss of ours, red. Names as in FLOW_EXPORTER_COUNTS (of options the detail has the texts).
const counts: [name: string, text: string, bad?: boolean][] = [
  ["datagrams", "datagrams accepted"],
  ["refused", "datagrams that could not be decoded"],
  ["thinned", "left out on purpose, to share or to limit", true],
  ["handoff_lost", "datagrams lost between our cores", true],
  ["records", "records that became flows"],
  ["counters", "interface counter samples"],
  ["skipped", "records and sets not decoded"],
  ["sets_held", "data sets held, because they came before their template"],
  ["held_replayed", "of held sets: decoded when it came"],
  ["held_lost", "of held sets: never decoded", true],
  ["flows", "flows decoded"],
  ["flows_lost", "flows lost because no batch slot was free", true],
  ["flows_through", "flows matched and tallied"],
  ["flows_discarded", "flows that report dropped packets"],
  ["flows_unknown_rate", "flows whose sampling rate nobody told"],
  ["lost", "missing by sequence number", true],
  ["lost_down", "missing from while the collector was down"],
  ["lost_datagrams", "missing datagrams, where that can be told", true],
  ["reordered", "datagrams that came late"],
  ["duplicates", "datagrams that came twice"],
  ["restarts", "times it restarted"],
  ["gaps_unknown", "times the sequence could not be told"],
  ["templates_changed", "templates redefined"],
  ["announced_drops", "dropped by the exporter itself, as it says", true],
];

export function ExporterDetailView({ id }: { id: string }) {
  const answer = useAsk<ExporterDetail>(`/exporters/${encodeURIComponent(id)}`, {}, 5_000);
  return (
    <Dialog title={answer.data === undefined ? "Exporter" : `Exporter ${answer.data.address}`} close={() => go({ exporter: null, over: null })} wide>
      <div class="exporter-detail">
        <Answered answer={answer} what="The exporter" lines={12}>
          {(e) => <Detail e={e} />}
        </Answered>
      </div>
    </Dialog>
  );
}

function Detail({ e }: { e: ExporterDetail }) {
  return (
    <>
      <dl class="facts">
        <Fact name="Source">{e.source}</Fact>
        <Fact name="Protocol">{e.version}</Fact>
        {e.agent !== undefined && <Fact name="Agent">{e.agent}</Fact>}
        <Fact name="Domain">{e.domain}</Fact>
        <Fact name="From port">{e.port === 0 ? "any" : e.port}</Fact>
        <Fact name="Sampling">{sampling(e.sampling)}</Fact>
        <Fact name="Complete">
          <Complete ratio={e.completeness} />
        </Fact>
        <Fact name="Last seen">
          <LastSeen at_ms={e.last_seen_ms} />
        </Fact>
      </dl>
      <BooksGraph id={e.id} address={e.address} />
      <div class="detail-columns">
        <Counts e={e} />
        <div>
          <Templates e={e} />
          <Options e={e} />
        </div>
      </div>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function CountTable({ e, of }: { e: ExporterDetail; of: typeof counts }) {
  return (
    <table class="counts">
      <tbody>
        {of.map(([name, text, bad]) => (
          <tr key={name} class={!e[name] ? "none" : bad === true ? "lost" : undefined}>
            <th scope="row">{text}</th>
            <td class="number">{full((e[name] as number | undefined) ?? 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Counts({ e }: { e: ExporterDetail }) {
  const zero = counts.filter(([name]) => !e[name]);
  return (
    <div>
      <h3>Counts</h3>
      <CountTable e={e} of={counts.filter((one) => !zero.includes(one))} />
      <details class="folded">
        <summary>
          <span>{zero.length} more are 0</span>
        </summary>
        <CountTable e={e} of={zero} />
      </details>
    </div>
  );
}

function Templates({ e }: { e: ExporterDetail }) {
  const list = e.template_list;
  return (
    <>
      <h3>Templates</h3>
      {list.length === 0 && <Empty title="None">{/9|ipfix/.test(e.version) ? "It has sent none that was understood." : `${e.version} has a fixed form.`}</Empty>}
      {list.map((t) => (
        <details key={`${t.domain}/${t.id}`} class="folded template">
          <summary>
            <span>
              {t.id} {t.options && <small>options</small>}
            </span>
            <span class="note">
              {t.fields.length} fields, {t.fields.reduce((sum, f) => sum + f.bytes, 0)} bytes
            </span>
            <span class="note" title={`${time.stamp(t.seen_ms / 1000)} UTC`}>
              {time.duration((Date.now() - t.seen_ms) / 1000)} ago
            </span>
          </summary>
          <ol class="fields">
            {t.fields.map((f, i) => (
              <li key={i}>
                <span>{f.name}</span> <small>{f.bytes === 0 ? "variable" : f.bytes}</small>
              </li>
            ))}
          </ol>
        </details>
      ))}
    </>
  );
}

function Options({ e }: { e: ExporterDetail }) {
  if (e.options.length === 0) return null;
  return (
    <>
      <h3>What it told</h3>
      <ul class="told">
        {e.options.map((option, i) => (
          <li key={i}>
            <span class="note">{option.kind}</span> {option.text}
          </li>
        ))}
      </ul>
    </>
  );
}
