// SPDX-License-Identifier: Apache-2.0
// Everything that is known of one row: one flow, to the last field that its exporter sent.
import type { Result } from "../api_types";
import { Button } from "../parts/controls";
import { Dialog } from "../parts/dialog";
import { full } from "../parts/format";
import { beside, exact, shown } from "./cells";
import type { Refinement } from "./refine";
import { termOf } from "./value_menu";

interface Props {
  result: Result;
  row: number;
  listed: boolean;
  refine: (by: string, how: Refinement) => void;
  go: (row: number) => void;
  close: () => void;
}

export function RowDetails({ result, row, listed, refine, go, close }: Props) {
  const values = result.rows[row] ?? [];
  const fields = result.columns.map((column, n) => ({ column, value: values[n] ?? null })).filter(({ value }) => value !== null && value !== "");
  return (
    <Dialog title={`${listed ? "Flow" : "Line"} ${full(row + 1)} of ${full(result.rows.length)}`} close={close} wide>
      <div class="row">
        <Button icon="left" disabled={row === 0} onClick={() => go(row - 1)}>
          Previous
        </Button>
        <Button icon="right" disabled={row + 1 >= result.rows.length} onClick={() => go(row + 1)}>
          Next
        </Button>
      </div>
      <dl class="row-details">
        {fields.map(({ column, value }) => {
          const by = termOf({ column, value });
          const whole = exact(value, column.unit);
          const small = beside(value, column.unit);
          return (
            <div key={column.name}>
              <dt>{column.title}</dt>
              <dd>
                <span>
                  {shown(value, column.unit)}
                  {small !== "" && <span class="beside">{small}</span>}
                </span>
                {whole !== undefined && <span class="faint">{whole}</span>}
                {by !== null && (
                  <button type="button" class="link" onClick={() => refine(by, "and")} aria-label={`Only with ${by}`}>
                    only with
                  </button>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </Dialog>
  );
}
