// SPDX-License-Identifier: Apache-2.0
// The exporters, a page of them at a time, as the API sorts and filters them. In the address: order, source, prefix, page, exporter (open).
import { useEffect, useState } from "preact/hooks";
import { go, link, useAddress } from "../../address";
import type { Exporter, Page, Source } from "../../api_types";
import { useAsk } from "../../ask";
import { now_ms } from "../../live";
import { Button, Select } from "../../parts/controls";
import { full, percent, scaled } from "../../parts/format";
import { Bar, Num } from "../../parts/show";
import { Answered, Empty } from "../../parts/states";
import { Table, type Column } from "../../parts/table";
import * as time from "../../parts/time";

export const kStale_ms = 600_000; // as the alert NetCollectorExporterSilent
const kPage = 50;
const kEvery_ms = 3_000;
const orders = ["datagrams", "flows", "bytes", "missing", "last_seen", "address"];

export function Complete({ ratio }: { ratio: number }) {
  return (
    <span class={`complete${ratio < 0.99 ? " low" : ""}`}>
      <Bar ratio={ratio} colour={ratio < 0.99 ? "var(--bad)" : "var(--good)"} />
      <span class="num">{percent(ratio)}</span>
    </span>
  );
}

export function LastSeen({ at_ms }: { at_ms: number }) {
  const silent = now_ms() - at_ms;
  return (
    <span class={silent > kStale_ms ? "silent" : undefined} title={`${time.stamp(at_ms / 1000)} UTC`}>
      {time.duration(silent / 1000)} ago{silent > kStale_ms && ", silent"}
    </span>
  );
}

function Lost({ value }: { value: number }) {
  return <span class={value === 0 ? "none" : "bad"} title={full(value)}>{scaled(value)}</span>;
}

export function sampling(rate: number): string {
  return rate === 0 ? "unknown" : `1 in ${full(rate)}`;
}

function columns(query: URLSearchParams, open: string | null): Column<Exporter>[] {
  const to = (e: Exporter) => {
    const next = new URLSearchParams(query);
    if (String(e.id) === open) next.delete("exporter");
    else next.set("exporter", String(e.id));
    return link("/exporters", next);
  };
  return [
    {
      id: "address",
      title: "Exporter",
      sorts: true,
      cell: (e) => (
        <a class="who-sends" href={to(e)} aria-expanded={String(e.id) === open}>
          {e.address}
          {e.agent !== undefined && <small>agent {e.agent}</small>}
        </a>
      ),
    },
    { id: "source", title: "Source", cell: (e) => e.source },
    { id: "version", title: "Protocol", cell: (e) => e.version },
    { id: "domain", title: "Domain", number: true, cell: (e) => e.domain },
    { id: "datagrams", title: "Datagrams/s", number: true, sorts: true, cell: (e) => <Num value={e.rates.datagrams} /> },
    { id: "flows", title: "Flows/s", number: true, sorts: true, cell: (e) => <Num value={e.rates.flows} /> },
    { id: "bytes", title: "bit/s", hint: "of its datagrams", number: true, sorts: true, cell: (e) => <Num value={e.rates.bytes * 8} /> },
    { id: "missing", title: "Lost before us", hint: "missing by sequence numbers, in the protocol's unit", number: true, sorts: true, cell: (e) => <Lost value={e.lost_before_us} /> },
    { id: "inside", title: "Lost in us", number: true, cell: (e) => <Lost value={e.lost_in_us} /> },
    { id: "complete", title: "Complete", cell: (e) => <Complete ratio={e.completeness} /> },
    { id: "templates", title: "Templates", number: true, cell: (e) => full(e.templates) },
    { id: "sampling", title: "Sampling", number: true, cell: (e) => <span class={e.sampling === 0 ? "unknown" : undefined}>{sampling(e.sampling)}</span> },
    { id: "last_seen", title: "Last seen", number: true, sorts: true, cell: (e) => <LastSeen at_ms={e.last_seen_ms} /> },
  ];
}

export function ExporterList({ open }: { open: string | null }) {
  const { query } = useAddress();
  const asked = query.get("order") ?? "";
  const order = orders.includes(asked) ? asked : "flows";
  const page = Math.max(1, Number(query.get("page")) || 1);
  const [source, prefix] = [query.get("source") ?? "", query.get("prefix") ?? ""];
  const answer = useAsk<Page<Exporter>>("/exporters", { offset: (page - 1) * kPage, limit: kPage, order, source, prefix }, kEvery_ms);
  return (
    <section class="panel">
      <Filters source={source} prefix={prefix} />
      <Answered answer={answer} what="Exporters" lines={10}>
        {(data) =>
          data.total === 0 ? (
            <Nobody filtered={source !== "" || prefix !== ""} />
          ) : (
            <>
              <Table
                label="Exporters"
                columns={columns(query, open)}
                rows={data.items}
                id={(e) => String(e.id)}
                order={{ id: order, down: order !== "address" }}
                onOrder={({ id }) => go({ order: id === "flows" ? null : id, page: null }, { replace: true })}
                rowClass={(e) => (String(e.id) === open ? "chosen" : undefined)}
              />
              <Pages page={page} total={data.total} />
            </>
          )
        }
      </Answered>
    </section>
  );
}

function Nobody({ filtered }: { filtered: boolean }) {
  if (filtered)
    return (
      <Empty title="No exporter matches">
        <Button onClick={() => go({ source: null, prefix: null, page: null })}>Show all</Button>
      </Empty>
    );
  return (
    <Empty title="Nobody has sent anything yet">
      Point a router's export at one of the sources below, or try <code>flow-generator -t 127.0.0.1 -p 2055</code>.
    </Empty>
  );
}

// A prefix is asked for when it is complete: half a second after the last key, or with Enter.
function Filters({ source, prefix }: { source: string; prefix: string }) {
  const sources = useAsk<Source[]>("/sources");
  const [typed, setTyped] = useState(prefix);
  useEffect(() => setTyped(prefix), [prefix]);
  const take = (text: string) => go({ prefix: text.trim(), page: null, exporter: null }, { replace: true });
  useEffect(() => {
    if (typed.trim() === prefix) return;
    const timer = setTimeout(() => take(typed), 500);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <form
      class="bar-of-controls"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        take(typed);
      }}
    >
      <Select
        label="Source"
        value={source}
        options={[{ value: "", text: "All sources" }, ...(sources.data ?? []).map((s) => ({ value: s.name, text: s.name }))]}
        onChange={(to) => go({ source: to, page: null, exporter: null })}
      />
      <input class="input" type="search" aria-label="Address or prefix" placeholder="Address or prefix" spellcheck={false} value={typed} onInput={(e) => setTyped(e.currentTarget.value)} />
    </form>
  );
}

function Pages({ page, total }: { page: number; total: number }) {
  const last = Math.ceil(total / kPage);
  const to = (n: number) => go({ page: n === 1 ? null : String(n), exporter: null });
  return (
    <nav class="pages" aria-label="Pages of exporters">
      <span>
        {full(Math.min((page - 1) * kPage + 1, total))} to {full(Math.min(page * kPage, total))} of {full(total)}
      </span>
      {last > 1 && (
        <>
          <Button icon="left" label="Previous page" disabled={page <= 1} onClick={() => to(page - 1)} />
          <Button icon="right" label="Next page" disabled={page >= last} onClick={() => to(page + 1)} />
        </>
      )}
    </nav>
  );
}
