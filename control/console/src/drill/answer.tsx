// SPDX-License-Identifier: Apache-2.0
// What stands below the question: the table or nfdump's text, a fault with what to do, or, before anything was asked, likely questions.
import { useCallback, useState } from "preact/hooks";
import type { Result } from "../api_types";
import { copyText } from "./command";
import { type Drill, inMode } from "./question";
import { type Refinement, refine } from "./refine";
import { type Chosen, ResultTable } from "./result_table";
import { RowDetails } from "./row_details";
import type { Run } from "./runner";
import { csv, json, saveAs } from "./save_as";
import { elementTitle, textFormats } from "./statistics";
import { TextView } from "./text_view";
import { ValueMenu } from "./value_menu";

interface Props {
  run: Run | null;
  drill: Drill;
  stale: boolean; // the form asks something else by now
  show: (drill: Drill) => void;
  ask: (drill: Drill) => void;
}

export function Answer({ run, drill, stale, show, ask }: Props) {
  if (run === null) return <Suggestions drill={drill} ask={ask} />;
  if (run.problem) return <Fault run={run} drill={drill} ask={ask} />;
  const listed = run.question.kind === "flows";
  return (
    <div class={`drill-answer${stale ? " old" : ""}`} aria-busy={!run.ended}>
      {(run.result || run.text !== undefined) && <Tools drill={drill} show={show} result={run.result} />}
      {run.text !== undefined && <TextView text={run.text} format={run.question.text ?? "line"} />}
      {run.result && (run.result.rows.length === 0 ? <Nothing drill={drill} ask={ask} /> : <Table result={run.result} run={run} drill={drill} listed={listed} ask={ask} />)}
      {!run.ended && <div class="drill-waiting" aria-hidden="true" />}
    </div>
  );
}

function Tools({ drill, show, result }: { drill: Drill; show: (drill: Drill) => void; result: Result | undefined }) {
  return (
    <div class="tools">
      <label>
        Shown as{" "}
        <select class="select" value={drill.as} onChange={(event) => show({ ...drill, as: event.currentTarget.value })}>
          <option value="table">table</option>
          <optgroup label="nfdump's text">
            {textFormats.map((format) => (
              <option key={format.name} value={format.name}>
                {format.title}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      {result && result.rows.length > 0 && (
        <>
          <button type="button" class="button" onClick={() => saveAs(csv(result), "answer.csv")}>
            CSV
          </button>
          <button type="button" class="button" onClick={() => saveAs(json(result), "answer.json")}>
            JSON
          </button>
        </>
      )}
    </div>
  );
}

function columnOfOrder(run: Run): string {
  const order = (run.question.statistic?.split("/")[1] ?? run.question.order ?? "").split(":")[0]!;
  const names: Record<string, string> = { ipkg: "packets", opkg: "packets", ibyte: "bytes", obyte: "bytes", ipps: "pps", opps: "pps", ibps: "bps", obps: "bps", ibpp: "bpp", obpp: "bpp" };
  return names[order] ?? (order === "" ? "bytes" : order);
}

function Table({ result, run, drill, listed, ask }: { result: Result; run: Run; drill: Drill; listed: boolean; ask: (drill: Drill) => void }) {
  const [chosen, choose] = useState<Chosen | null>(null);
  const [row, open] = useState<number | null>(null);
  const close = useCallback(() => choose(null), []);
  // The answer belongs to the question that was run, whatever is being typed meanwhile.
  const filter = run.question.filter === "any" ? "" : (run.question.filter ?? "");
  const refined = (by: string, how: Refinement) => {
    open(null);
    ask({ ...drill, filter: refine(filter, by, how) });
  };
  const actions = {
    refine: refined,
    flowsOf: (by: string) => ask({ ...inMode(drill, "flows"), filter: refine(filter, by, "and"), packetLimit: "", byteLimit: "" }),
    details: open,
    copy: (text: string) => void copyText(text),
  };
  const label = listed ? "Flows" : `Top of ${elementTitle(run.question.statistic?.split(/[:/]/)[0] ?? "")}`;
  return (
    <>
      <ResultTable key={run.job!.id} result={result} label={label} orderedBy={columnOfOrder(run)} choose={choose} />
      {chosen && <ValueMenu chosen={chosen} listed={listed} actions={actions} close={close} />}
      {row !== null && <RowDetails result={result} row={row} listed={listed} refine={refined} go={open} close={() => open(null)} />}
    </>
  );
}

function Nothing({ drill, ask }: { drill: Drill; ask: (drill: Drill) => void }) {
  return (
    <div class="drill-empty">
      <p>No flow of the archive is like this.</p>
      {drill.over === "window" && (
        <button type="button" class="button" onClick={() => ask({ ...drill, over: "archive" })}>
          Look in the whole archive
        </button>
      )}
      {drill.of === "channels" && (
        <button type="button" class="button" onClick={() => ask({ ...drill, of: "everything" })}>
          Look in and out of channels
        </button>
      )}
    </div>
  );
}

function Fault({ run, drill, ask }: { run: Run; drill: Drill; ask: (drill: Drill) => void }) {
  return (
    <div class="drill-fault" role="alert">
      <p>{run.problem!.detail}</p>
      {run.problem!.error !== "bad_filter" && (
        <button type="button" class="button" onClick={() => ask(drill)}>
          Run again
        </button>
      )}
    </div>
  );
}

interface Suggestion {
  title: string;
  to: (drill: Drill) => Drill;
}
const top = (element: string, order: string) => (drill: Drill) => ({ ...inMode(drill, "top"), element, order });
const suggestions: Suggestion[] = [
  { title: "Who sent most", to: top("srcip", "bytes") },
  { title: "Who received most", to: top("dstip", "bytes") },
  { title: "Busiest services", to: top("dstport", "flows") },
  { title: "Largest connections", to: top("record", "bytes") },
  { title: "Its flows", to: (drill) => inMode(drill, "flows") },
];

function Suggestions({ drill, ask }: { drill: Drill; ask: (drill: Drill) => void }) {
  return (
    <div class="drill-empty">
      <p>Mark a peak in the graph, then ask which flows it was:</p>
      <div class="suggestions">
        {suggestions.map((one) => (
          <button key={one.title} type="button" class="button" onClick={() => ask(one.to(drill))}>
            {one.title}
          </button>
        ))}
      </div>
    </div>
  );
}
