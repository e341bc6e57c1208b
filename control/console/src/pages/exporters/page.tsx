// SPDX-License-Identifier: Apache-2.0
// Who sends and how completely; and where everything went. In the address: view, and what each view keeps there.
import { go, useAddress } from "../../address";
import { Choice, options } from "../../parts/controls";
import { ExporterDetailView } from "./detail";
import { LedgerView } from "./ledger_view";
import { ExporterList } from "./list";
import "./exporters.css";

export function ExportersPage() {
  const { query } = useAddress();
  const view = query.get("view") === "ledger" ? "ledger" : "exporters";
  const open = query.get("exporter");
  return (
    <div class="stack">
      <div class="row">
        <h1>{view === "ledger" ? "Ledger" : "Exporters"}</h1>
        <div class="push">
          <Choice
            label="View"
            value={view}
            options={options({ exporters: "Exporters", ledger: "Ledger" })}
            onChange={(to) => go({ view: to === "exporters" ? null : to, exporter: null })}
          />
        </div>
      </div>
      {view === "ledger" ? <LedgerView /> : <ExporterList open={open} />}
      {view === "exporters" && open !== null && <ExporterDetailView key={open} id={open} />}
    </div>
  );
}
