// SPDX-License-Identifier: Apache-2.0
// Who sends the most, and how much of it is here.
import { link } from "../../address";
import type { Exporter, Page } from "../../api_types";
import { useAsk } from "../../ask";
import { Num } from "../../parts/show";
import { Answered, Empty } from "../../parts/states";
import { Table, type Column } from "../../parts/table";
import { Complete, LastSeen } from "../exporters/list";

const kMany = 8;

const columns: Column<Exporter>[] = [
  { id: "address", title: "Exporter", cell: (e) => <a href={link("/exporters", { exporter: String(e.id) })}>{e.address}</a> },
  { id: "source", title: "Source", cell: (e) => e.source },
  { id: "flows", title: "Flows/s", number: true, cell: (e) => <Num value={e.rates.flows} /> },
  { id: "complete", title: "Complete", cell: (e) => <Complete ratio={e.completeness} /> },
  { id: "last_seen", title: "Last seen", number: true, cell: (e) => <LastSeen at_ms={e.last_seen_ms} /> },
];

export function Senders() {
  const answer = useAsk<Page<Exporter>>("/exporters", { order: "flows", limit: kMany }, 3_000);
  return (
    <section class="panel" aria-labelledby="senders-title">
      <header>
        <h2 id="senders-title">Top exporters</h2>
        <a class="push" href="/exporters">
          All {answer.data?.total ?? ""}
        </a>
      </header>
      <Answered answer={answer} what="Exporters" lines={kMany}>
        {(data) =>
          data.total === 0 ? (
            <Empty title="Nobody has sent anything yet">Point a router's export at this machine.</Empty>
          ) : (
            <Table label="Top exporters" columns={columns} rows={data.items} id={(e) => String(e.id)} />
          )
        }
      </Answered>
    </section>
  );
}
