// SPDX-License-Identifier: Apache-2.0
// Who sends the most, and how much of it is here.
import { link } from "../../address";
import type { Exporter, Page } from "../../api_types";
import { useAsk } from "../../ask";
import { Num } from "../../parts/show";
import { Answered, Empty } from "../../parts/states";
import { Complete, LastSeen } from "../exporters/list";

const kMany = 8;

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
        {(data) => (data.total === 0 ? <Empty title="Nobody has sent anything yet">Point a router's export at this machine.</Empty> : <List items={data.items} />)}
      </Answered>
    </section>
  );
}

function List({ items }: { items: Exporter[] }) {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label="Top exporters">
      <table>
        <thead>
          <tr>
            <th scope="col">Exporter</th>
            <th scope="col">Source</th>
            <th scope="col" class="number">
              Flows/s
            </th>
            <th scope="col">Complete</th>
            <th scope="col" class="number">
              Last seen
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((e) => (
            <tr key={e.id}>
              <td>
                <a href={link("/exporters", { exporter: String(e.id) })}>{e.address}</a>
              </td>
              <td>{e.source}</td>
              <td class="number">
                <Num value={e.rates.flows} />
              </td>
              <td>
                <Complete ratio={e.completeness} />
              </td>
              <td class="number">
                <LastSeen at_ms={e.last_seen_ms} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
