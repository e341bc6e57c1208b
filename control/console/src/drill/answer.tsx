// SPDX-License-Identifier: Apache-2.0
// What stands below the question: the table or nfdump's text, a fault with what to do, or, before anything was asked, likely questions.
import { useCallback, useState } from "preact/hooks";
import type { Question, Result } from "../api_types";
import { Button } from "../parts/controls";
import { Icon } from "../parts/icon";
import { Loading } from "../parts/states";
import { CopyButton, copyText } from "./command";
import { type Drill, inMode } from "./question";
import { type Refinement, refine } from "./refine";
import { type Chosen, ResultTable } from "./result_table";
import { RowDetails } from "./row_details";
import type { Answer as Answered, Run } from "./runner";
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
  const { answer } = run;
  if (answer === undefined) return run.ended ? null : <Loading what="Asking the archive" lines={8} />;
  const old = stale || !run.ended;
  return (
    <div class={`drill-answer${old ? " old" : ""}`} aria-busy={!run.ended || (stale && drill.run)}>
      <Tools drill={drill} show={show} answer={answer} />
      {answer.text !== undefined && <TextView text={answer.text} />}
      {answer.result &&
        (answer.result.rows.length === 0 ? <Nothing drill={drill} ask={ask} /> : <Table answer={answer} result={answer.result} drill={drill} ask={ask} />)}
    </div>
  );
}

function Downloads({ answer }: { answer: Answered }) {
  const { result, text } = answer;
  if (text !== undefined) {
    const format = answer.question.text ?? "";
    const extension = ["csv", "json", "ndjson"].includes(format) ? format : "txt";
    return (
      <>
        <CopyButton text={text} marked={() => document.getElementById("drill-text")} label="Copy text" />
        <Button onClick={() => saveAs(text, `answer.${extension}`)}>Download</Button>
      </>
    );
  }
  if (result === undefined || result.rows.length === 0) return null;
  return (
    <>
      <Button label="Download the table as comma-separated values" onClick={() => saveAs(csv(result), "answer.csv")}>
        CSV
      </Button>
      <Button label="Download the table as JSON" onClick={() => saveAs(json(result), "answer.json")}>
        JSON
      </Button>
    </>
  );
}

function Tools({ drill, show, answer }: { drill: Drill; show: (drill: Drill) => void; answer: Answered }) {
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
      <Downloads answer={answer} />
    </div>
  );
}

function columnOfOrder(question: Question): string {
  const order = (question.statistic?.split("/")[1] ?? question.order ?? "").split(":")[0]!;
  const names: Record<string, string> = { ipkg: "packets", opkg: "packets", ibyte: "bytes", obyte: "bytes", ipps: "pps", opps: "pps", ibps: "bps", obps: "bps", ibpp: "bpp", obpp: "bpp" };
  return names[order] ?? (order === "" ? "bytes" : order);
}

interface TableProps {
  answer: Answered;
  result: Result;
  drill: Drill;
  ask: (drill: Drill) => void;
}

function Table({ answer, result, drill, ask }: TableProps) {
  const { question } = answer;
  const listed = question.kind === "flows";
  const [chosen, choose] = useState<Chosen | null>(null);
  const [row, open] = useState<number | null>(null);
  const close = useCallback(() => choose(null), []);
  // The answer belongs to the question that was run, whatever is being typed meanwhile.
  const filter = question.filter === "any" ? "" : (question.filter ?? "");
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
  const label = listed ? "Flows" : `Top of ${elementTitle(question.statistic?.split(/[:/]/)[0] ?? "")}`;
  return (
    <>
      <ResultTable key={answer.job.id} result={result} label={label} listed={listed} orderedBy={columnOfOrder(question)} choose={choose} />
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
        <Button onClick={() => ask({ ...drill, over: "archive" })}>Look in the whole archive</Button>
      )}
      {drill.of === "channels" && (
        <Button onClick={() => ask({ ...drill, of: "everything" })}>Look in and out of channels</Button>
      )}
    </div>
  );
}

function Fault({ run, drill, ask }: { run: Run; drill: Drill; ask: (drill: Drill) => void }) {
  return (
    <div class="state failed" role="alert">
      <Icon name="warning" />
      <p>{run.problem!.detail}</p>
      {run.problem!.error !== "bad_filter" && <Button onClick={() => ask(drill)}>Run again</Button>}
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
