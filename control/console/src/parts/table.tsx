// SPDX-License-Identifier: Apache-2.0
// A table that scrolls inside itself on narrow pages, its first column in sight, and whose heads sort.
import type { ComponentChildren } from "preact";
import { Icon } from "./icon";

export interface Column<Row> {
  id: string;
  title: ComponentChildren;
  hint?: string; // hover of the head
  number?: boolean; // to the right
  head?: boolean; // names the row
  sorts?: boolean;
  cell: (row: Row) => ComponentChildren;
}

export interface Order {
  id: string;
  down: boolean;
}

export function Table<Row>(props: {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  id: (row: Row) => string;
  order?: Order;
  onOrder?: (order: Order) => void;
  foot?: ComponentChildren; // <tr>s
  rowClass?: (row: Row) => string | undefined;
  onRow?: (row: Row) => void; // a click on a row beside its links; give a link or button in it, too, for the keyboard
}) {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={props.label}>
      <table>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <Head key={column.id} column={column} order={props.order} onOrder={props.onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={props.id(row)} class={props.rowClass?.(row)} onClick={() => props.onRow?.(row)}>
              {props.columns.map((column) =>
                column.head === true ? (
                  <th key={column.id} scope="row">
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.id} class={column.number === true ? "number" : undefined}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
        {props.foot !== undefined && <tfoot>{props.foot}</tfoot>}
      </table>
    </div>
  );
}

function Head<Row>({ column, order, onOrder }: { column: Column<Row>; order?: Order; onOrder?: (order: Order) => void }) {
  const mine = order?.id === column.id;
  const kind = column.number === true ? "number" : undefined;
  if (column.sorts !== true || onOrder === undefined)
    return (
      <th scope="col" class={kind} title={column.hint}>
        {column.title}
      </th>
    );
  const down = mine ? !order.down : column.number === true;
  const arrow = (
    <span class={mine ? "arrow" : "arrow off"}>
      <Icon name={mine && !order.down ? "up" : "down"} />
    </span>
  );
  return (
    <th scope="col" class={kind} title={column.hint} aria-sort={mine ? (order.down ? "descending" : "ascending") : "none"}>
      <button type="button" class="sorts" onClick={() => onOrder({ id: column.id, down })}>
        {kind !== undefined && arrow}
        {column.title}
        {kind === undefined && arrow}
      </button>
    </th>
  );
}
