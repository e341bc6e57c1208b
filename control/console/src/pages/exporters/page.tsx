// SPDX-License-Identifier: Apache-2.0
// Who sends and how completely; and where everything went. In the address: view, and what each view keeps there.
import { go, useAddress } from "../../address";
import { Choice } from "../../parts/controls";
import { ExporterDetailView } from "./detail";
import { LedgerView } from "./ledger_view";
import { ExporterList } from "./list";
import "./exporters.css";

export function ExportersPage() {
  const { query } = useAddress();
  const view = query.get("view") === "ledger" ? "ledger" : "exporters";
  const open = query.get("exporter");
  return (
    <div class="exporters-page">
      <div class="page-head">
        <h1>{view === "ledger" ? "Ledger" : "Exporters"}</h1>
        <Choice
          label="View"
          value={view}
          options={[
            { value: "exporters", text: "Exporters" },
            { value: "ledger", text: "Ledger" },
          ]}
          onChange={(to) => go({ view: to === "exporters" ? null : to, exporter: null })}
        />
      </div>
      {view === "ledger" ? <LedgerView /> : <ExporterList open={open} />}
      {view === "exporters" && open !== null && <ExporterDetailView key={open} id={open} />}
    </div>
  );
}
