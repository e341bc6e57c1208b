// SPDX-License-Identifier: Apache-2.0
// The answer as a table: sorted by a click on a title, read with the arrow keys, every value a way on.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Result, ResultColumn } from "../api_types";
import { scale } from "../parts/format";
import { type Value, beside, dayOf, exact, isCounted, isNumber, shown, sorted } from "./cells";
import { columnsOf } from "./columns";

const rowsOfPage = 100;

export interface Chosen {
  column: ResultColumn;
  value: Value;
  row: number; // of the result
  element: HTMLElement;
}
interface Props {
  result: Result;
  label: string;
  listed: boolean; // rows are flows, not lines of a statistic
  orderedBy: string; // column in whose order it came; bars stand there
  choose: (chosen: Chosen) => void;
}

interface Sort {
  column: number; // -1: as it came
  ascending: boolean;
}
interface Place {
  row: number; // of what is shown; -1: the titles
  column: number;
}

function nextPlace(key: string, at: Place, rows: number, columns: number, ctrl: boolean): Place | null {
  const fits = (row: number, column: number) => ({
    row: Math.min(Math.max(row, -1), rows - 1),
    column: Math.min(Math.max(column, 0), columns - 1),
  });
  switch (key) {
    case "ArrowDown":
      return fits(at.row + 1, at.column);
    case "ArrowUp":
      return fits(at.row - 1, at.column);
    case "ArrowRight":
      return fits(at.row, at.column + 1);
    case "ArrowLeft":
      return fits(at.row, at.column - 1);
    case "PageDown":
      return fits(at.row + 10, at.column);
    case "PageUp":
      return fits(Math.max(at.row - 10, 0), at.column);
    case "Home":
      return fits(ctrl ? 0 : at.row, 0);
    case "End":
      return fits(ctrl ? rows : at.row, columns);
    default:
      return null;
  }
}

// Arrow keys go from cell to cell; one cell at a time is in the order of Tab.
function useGrid(rows: number, columns: number) {
  const table = useRef<HTMLTableElement>(null);
  const [at, set] = useState<Place>({ row: -1, column: 0 });
  const moved = useRef(false);
  useLayoutEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    table.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus();
  }, [at]);
  const keyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey) return;
    const next = nextPlace(event.key, at, rows, columns, event.ctrlKey);
    if (next === null) return;
    event.preventDefault();
    moved.current = true;
    set({ ...next });
  };
  const here = (row: number, column: number) => Math.min(at.row, rows - 1) === row && Math.min(at.column, columns - 1) === column;
  return { table, keyDown, here, go: (row: number, column: number) => set({ row, column }) };
}

export function ResultTable({ result, label, listed, orderedBy, choose }: Props) {
  const columns = useMemo(() => columnsOf(result, listed ? "" : orderedBy), [result, orderedBy]);
  const days = useMemo(() => result.columns.map((column, n) => (column.unit === "time_ms" ? dayOf(result.rows, n) : "")), [result]);
  const [sort, setSort] = useState<Sort>({ column: -1, ascending: false });
  const [page, setPage] = useState(0);
  const order = useMemo(() => {
    if (sort.column < 0) return result.rows.map((_, n) => n);
    return sorted(result.rows, sort.column, result.columns[sort.column]!.unit, sort.ascending);
  }, [result, sort]);
  const first = Math.min(page, Math.max(0, Math.ceil(order.length / rowsOfPage) - 1)) * rowsOfPage;
  const visible = order.slice(first, first + rowsOfPage);
  const grid = useGrid(visible.length, columns.length);
  const turn = (column: number) => {
    const numbers = isNumber(result.columns[column]!.unit);
    setSort(sort.column === column ? { column, ascending: !sort.ascending } : { column, ascending: !numbers });
    setPage(0);
  };
  const barred = sort.column >= 0 ? result.columns[sort.column]!.name : orderedBy;
  return (
    <>
      <div class="result-scroll">
        <table ref={grid.table} class={listed ? "result" : "result of-values"} role="grid" aria-label={label} aria-rowcount={result.rows.length + 1} onKeyDown={grid.keyDown}>
          <Titles result={result} columns={columns} days={days} sort={sort} turn={turn} grid={grid} />
          <tbody>
            {visible.map((row, n) => (
              <tr key={row} aria-rowindex={first + n + 2}>
                {columns.map((column, c) => (
                  <Cell
                    key={column}
                    column={result.columns[column]!}
                    value={result.rows[row]![column] ?? null}
                    day={days[column]!}
                    share={result.columns[column]!.name === barred ? shareOf(result, column) : null}
                    tab={grid.here(n, c)}
                    choose={(element) => {
                      grid.go(n, c);
                      choose({ column: result.columns[column]!, value: result.rows[row]![column] ?? null, row, element });
                    }}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pages total={order.length} first={first} turn={(to) => setPage(to)} page={first / rowsOfPage} />
    </>
  );
}

function shareOf(result: Result, column: number): number | null {
  if (!isCounted(result.columns[column]!.unit)) return null;
  return result.rows.reduce((most, row) => Math.max(most, Number(row[column] ?? 0)), 0);
}

type Grid = ReturnType<typeof useGrid>;

interface TitlesProps {
  result: Result;
  columns: number[];
  days: string[];
  sort: Sort;
  turn: (column: number) => void;
  grid: Grid;
}

function Titles({ result, columns, days, sort, turn, grid }: TitlesProps) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map((column, c) => {
          const { name, title, unit } = result.columns[column]!;
          const by = sort.column === column;
          return (
            <th key={name} scope="col" class={isNumber(unit) ? "figure" : ""} aria-sort={by ? (sort.ascending ? "ascending" : "descending") : "none"}>
              <button type="button" tabIndex={grid.here(-1, c) ? 0 : -1} onClick={() => turn(column)} onFocus={() => grid.go(-1, c)}>
                {title}
                {days[column] !== "" && <span class="beside">{days[column]}</span>}
                <span class="arrow" aria-hidden="true">
                  {by ? (sort.ascending ? "▲" : "▼") : ""}
                </span>
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

interface CellProps {
  column: ResultColumn;
  value: Value;
  day: string; // is left out of times
  share: number | null; // the largest of the column, where it has bars
  tab: boolean;
  choose: (element: HTMLElement) => void;
}

function Cell({ column, value, day, share, tab, choose }: CellProps) {
  const { unit } = column;
  const small = beside(value, unit);
  const bar = share !== null && share > 0 && typeof value === "number" ? value / share : null;
  return (
    <td class={`${isNumber(unit) ? "figure" : ""}${bar === null ? "" : " barred"} unit-${unit}`} title={exact(value, unit)}>
      {bar !== null && <span class="bar" style={{ "--part": String(bar) }} aria-hidden="true" />}
      <button type="button" aria-haspopup="menu" tabIndex={tab ? 0 : -1} onClick={(event) => choose(event.currentTarget)}>
        {isCounted(unit) && typeof value === "number" ? <Figure value={value} /> : (day === "" ? shown(value, unit) : shown(value, unit).slice(day.length + 1)) || <span class="faint">–</span>}
        {small !== "" && <span class="beside">{small}</span>}
      </button>
    </td>
  );
}

// As of the shared Num, but the hover is the cell's.
function Figure({ value }: { value: number }) {
  const { digits, prefix } = scale(value);
  return (
    <span class="num">
      {digits}
      <i>{prefix}</i>
    </span>
  );
}

function Pages({ total, first, page, turn }: { total: number; first: number; page: number; turn: (page: number) => void }) {
  if (total <= rowsOfPage) return null;
  return (
    <nav class="pages" aria-label="Pages of the result">
      <button type="button" disabled={page === 0} onClick={() => turn(page - 1)}>
        Previous
      </button>
      <span>
        {first + 1}–{Math.min(total, first + rowsOfPage)} of {total.toLocaleString("en")}
      </span>
      <button type="button" disabled={first + rowsOfPage >= total} onClick={() => turn(page + 1)}>
        Next
      </button>
    </nav>
  );
}
