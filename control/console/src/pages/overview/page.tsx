// SPDX-License-Identifier: Apache-2.0
// Everything at a glance. In the address: span (1d, 1w, 1mo, 1y) and unit of the small graphs.
import { go, useAddress } from "../../address";
import type { Trouble, Unit } from "../../api_types";
import { useAsk } from "../../ask";
import { troubles } from "../../live";
import { Choice } from "../../parts/controls";
import { UnitChoice, unitKeys, unitOf } from "../../parts/figure";
import { Icon } from "../../parts/icon";
import { useKeys } from "../../parts/keys";
import { Failed, Loading } from "../../parts/states";
import { ProblemList } from "../../problems/list";
import { useShared } from "../../shared";
import { renewProfiles, useProfiles } from "../../store";
import { Disks } from "./disks";
import { Graphs, spans, type SpanEntry } from "./graphs";
import { Load } from "./load";
import { Rates } from "./rates";
import { Senders } from "./senders";
import "./overview.css";

function chooseSpan(value: SpanEntry["value"]): void {
  go({ span: value === "1d" ? null : value });
}

export function OverviewPage() {
  const { query } = useAddress();
  const span = spans.find((one) => one.value === query.get("span")) ?? spans[0];
  const unit = unitOf(query);
  useKeys("Overview", [
    ...spans.map((one) => ({ keys: [one.text[0]!.toLowerCase()], text: one.text.toLowerCase(), run: () => chooseSpan(one.value) })),
    ...unitKeys,
  ]);
  return (
    <div class="stack">
      <h1 class="hidden">Overview</h1>
      <Rates />
      <div class="overview-columns">
        <section aria-labelledby="graphs-title">
          <div class="bar-of-controls">
            <h2 id="graphs-title">Profiles</h2>
            <div class="row push">
              <Choice label="Span" value={span.value} options={[...spans]} onChange={chooseSpan} />
              <UnitChoice value={unit} />
            </div>
          </div>
          <AllGraphs span={span} unit={unit} />
        </section>
        <div class="stack overview-side">
          <Wrong />
          <Load />
          <Senders />
          <Disks />
        </div>
      </div>
    </div>
  );
}

function AllGraphs({ span, unit }: { span: SpanEntry; unit: Unit }) {
  const { value, failure } = useProfiles();
  if (value === undefined) return failure === undefined ? <Loading lines={8} /> : <Failed failure={failure} again={() => void renewProfiles()} />;
  return <Graphs profiles={value} span={span} unit={unit} />;
}

// The stream tells of changes; what is wrong when the page opens is asked for.
function Wrong() {
  const told = useShared(troubles);
  const { data, failure } = useAsk<Trouble[]>("/problems", {}, 10_000);
  const list = told.length > 0 ? told : (data ?? []);
  const unknown = data === undefined && told.length === 0;
  return (
    <section id="problems" class="panel" aria-labelledby="wrong-title">
      <header>
        <h2 id="wrong-title">What is wrong now</h2>
      </header>
      {unknown && <p class="note">{failure === undefined ? "…" : failure.problem.detail}</p>}
      {!unknown && list.length === 0 && (
        <p class="good row">
          <Icon name="check" /> Nothing
        </p>
      )}
      <ProblemList troubles={list} />
    </section>
  );
}
