// SPDX-License-Identifier: Apache-2.0
// The law from wire to disk: a picture or a table of one book, and every law with both its sides. In the address: book (total, process, or a
// span: 1h, 24h, 7d, 30d, or from and to in seconds), as (picture, table).
import { go, useAddress } from "../../address";
import type { Devices, Law, LedgerAnswer } from "../../api_types";
import { useAsk } from "../../ask";
import { Choice, options, type Option } from "../../parts/controls";
import { full, percent } from "../../parts/format";
import { Icon } from "../../parts/icon";
import { Answered } from "../../parts/states";
import { Table, type Column } from "../../parts/table";
import * as time from "../../parts/time";
import { FlowPicture } from "./flow_picture";
import { lostIn, stagesOf, textsOf, weigh, type Book, type Stage } from "./stages";

type BookName = "total" | "process" | "1h" | "24h" | "7d" | "30d" | "window";

const books: Option<BookName>[] = [
  { value: "total", text: "Ever", title: "Since the data directory was made" },
  { value: "process", text: "Since start", title: "Since the collector started" },
  { value: "1h", text: "1 h", title: "The last hour" },
  { value: "24h", text: "24 h", title: "The last day" },
  { value: "7d", text: "7 d", title: "The last week" },
  { value: "30d", text: "30 d", title: "The last 30 days" },
];
const kEvery_ms = 5_000;

const meaning: Record<string, string> = {
  lost: "lost",
  refused: "not decoded",
  aside: "goes elsewhere",
  joins: "comes in",
  waiting: "on the way",
};

function window_(query: URLSearchParams): { from: string; to: string } | undefined {
  const [from, to] = [query.get("from"), query.get("to")];
  return from !== null && to !== null ? { from, to } : undefined;
}

function asked(book: BookName, span: { from: string; to: string } | undefined): Record<string, string> {
  if (book === "window" && span !== undefined) return span;
  return book === "total" || book === "process" || book === "window" ? {} : { from: `-${book}`, to: "now" };
}

export function LedgerView() {
  const { query } = useAddress();
  const span = window_(query);
  const book = span !== undefined ? "window" : (books.find((b) => b.value === query.get("book"))?.value ?? "process");
  // A phone has no room for the river: the table stands there first.
  const usual = matchMedia("(max-width: 700px)").matches ? "table" : "picture";
  const table = (query.get("as") ?? usual) === "table";
  const answer = useAsk<LedgerAnswer>("/ledger", asked(book, span), kEvery_ms);
  const devices = useAsk<Devices>("/devices", {}, 60_000);
  const known = span === undefined ? books : [...books, { value: "window" as const, text: "Window", title: time.span(Number(span.from), Number(span.to)) }];
  return (
    <section aria-labelledby="ledger-title">
      <h2 id="ledger-title" class="hidden">
        From wire to disk
      </h2>
      <div class="bar-of-controls">
        <Choice label="Book" value={book} options={known} onChange={(to) => go({ book: to === "process" ? null : to, from: null, to: null })} />
        <Choice
          label="Shown as"
          value={table ? "table" : "picture"}
          options={options({ picture: "Picture", table: "Table" })}
          onChange={(to) => go({ as: to === usual ? null : to })}
        />
        {span !== undefined && <span class="note">{time.span(Number(span.from), Number(span.to))} UTC</span>}
      </div>
      <Answered answer={answer} what="The ledger" lines={12}>
        {(data) => <Books answer={data} process={book === "process"} table={table} cannot={cannotTell(devices.data)} />}
      </Answered>
    </section>
  );
}

function cannotTell(devices: Devices | undefined): string[] {
  return (devices?.devices ?? []).filter((d) => d.missed === null).map((d) => d.name);
}

function Books({ answer, process, table, cannot }: { answer: LedgerAnswer; process: boolean; table: boolean; cannot: string[] }) {
  const book: Book = process ? (answer.process ?? answer.total) : answer.total;
  const stages = stagesOf(book, answer.laws);
  const texts = textsOf(answer);
  const balanced = answer.laws.every((law) => law.balanced);
  const lost = lostIn(stages);
  const share = (id: string) => stages.find((s) => s.id === id)?.value ?? 0;
  return (
    <>
      <p class="verdict" role="status">
        <span class={balanced ? "good" : "bad"}>
          <Icon name={balanced ? "check" : "warning"} />
          {balanced ? "Balanced: everything that came in is accounted for" : "Not balanced: something was lost without being counted, which is a bug"}
        </span>
        <span class={lost === 0 ? "good" : "bad"}>
          <Icon name={lost === 0 ? "check" : "warning"} />
          {lost === 0 ? "Nothing was lost in us" : `${full(lost)} lost in us`}
        </span>
        <span class="note">
          {full(share("wire"))} packets, {full(share("flows"))} flows, {full(share("archived"))} of them on disk
        </span>
      </p>
      {cannot.length > 0 && <p class="note">What the NIC missed is unknown where the device cannot tell: {cannot.join(", ")}.</p>}
      {table ? <StageTable stages={stages} texts={texts} /> : <FlowPicture stages={stages} texts={texts} label="From wire to disk" />}
      {!table && <Legend />}
      <Laws laws={answer.laws} book={book} />
    </>
  );
}

function Legend() {
  return (
    <ul class="legend river-legend" aria-label="Legend">
      <li class="lost">lost in us</li>
      <li class="refused">cannot be decoded, or of no source</li>
      <li class="aside">goes elsewhere, nothing is missing</li>
      <li class="waiting">on the way at this moment</li>
    </ul>
  );
}

function StageTable({ stages, texts }: { stages: Stage[]; texts: Map<string, string> }) {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label="From wire to disk, as a table">
      <table class="stages">
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">What happens to it</th>
            <th scope="col" class="number">
              Count
            </th>
            <th scope="col" class="number">
              Of the stage
            </th>
          </tr>
        </thead>
        {stages.map((stage) => (
          <tbody key={stage.id}>
            <tr class="stage-row">
              <th scope="rowgroup">{stage.title}</th>
              <td>{stage.unit}</td>
              <td class="number">{full(stage.value)}</td>
              <td class="number" />
            </tr>
            {stage.branches.map((b) => (
              <tr key={b.counter} class={`${b.kind}${b.value === 0 ? " none" : ""}`}>
                <td>{meaning[b.kind]}</td>
                <td>{texts.get(b.counter) ?? b.name}</td>
                <td class="number">{full(b.value)}</td>
                <td class="number">{b.value === 0 || stage.value === 0 ? "" : percent(b.value / stage.value)}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function Laws({ laws, book }: { laws: Law[]; book: Book }) {
  const columns: Column<Law>[] = [
    { id: "law", title: "Law", head: true, cell: (law) => law.text },
    { id: "left", title: "Left", number: true, cell: (law) => full(weigh(law, book).left) },
    { id: "right", title: "Right", number: true, cell: (law) => full(weigh(law, book).right) },
    { id: "difference", title: "Difference", number: true, cell: (law) => full(weigh(law, book).difference) },
    {
      id: "holds",
      title: "Holds",
      cell: (law) => (
        <span class={law.balanced ? "good" : "bad"}>
          <Icon name={law.balanced ? "check" : "close"} />
          {law.balanced ? "yes" : "no"}
        </span>
      ),
    },
  ];
  return (
    <details class="laws">
      <summary>
        The laws: {laws.filter((law) => law.balanced).length} of {laws.length} hold
      </summary>
      <Table label="The laws" columns={columns} rows={laws} id={(law) => law.name} />
    </details>
  );
}
