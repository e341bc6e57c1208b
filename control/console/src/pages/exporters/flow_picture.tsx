// SPDX-License-Identifier: Apache-2.0
// The ledger as a river from wire to disk: what leaves it goes down (lost, refused) or up (elsewhere), each with its name and count. Widths are
// to scale within packets and datagrams, and within records and flows, with a floor; what is 0 is a faint line, so that one sees it is 0.
import { useEffect, useRef, useState } from "preact/hooks";
import { full, scaled } from "../../parts/format";
import type { Branch, Stage } from "./stages";

const kRow = 17;
const kHead = 44;
const kTrunk = 96;
const kBar = 5;
const kRail = 9; // x of the rail that branches go along, from the stage's bar
const kText = 22;
const kThickest = 12;
const kDashed = 3;
const kLast = 84; // the last stage has no branches
const kNarrowest = 1290;

interface Geometry {
  x: number;
  width: number;
  height: number; // of the trunk here
  top: Branch[];
  bottom: Branch[];
}

function geometryOf(stages: Stage[], width: number): Geometry[] {
  const column = (width - kLast) / (stages.length - 1);
  const largest = (section: number) => Math.max(1, ...stages.filter((s) => s.section === section).map((s) => s.value));
  const most = [largest(0), largest(1)];
  return stages.map((stage, i) => ({
    x: i * column + 1,
    width: column,
    height: stage.value === 0 ? 0 : Math.max(3, (kTrunk * stage.value) / most[stage.section]!),
    top: stage.branches.filter((b) => b.kind === "aside" || b.kind === "joins" || b.kind === "waiting"),
    bottom: stage.branches.filter((b) => b.kind === "lost" || b.kind === "refused"),
  }));
}

function thickness(branch: Branch, stage: Stage, height: number): number {
  if (branch.value === 0 || stage.value === 0) return 1;
  const most = branch.kind === "waiting" ? kDashed : kThickest;
  return Math.min(most, Math.max(2, (height * branch.value) / stage.value));
}

function Row(props: { branch: Branch; stage: Stage; at: Geometry; y: number; from: number; text: string }) {
  const { branch, at, y } = props;
  const none = branch.value === 0;
  const rail = at.x + kRail;
  const width = thickness(branch, props.stage, at.height);
  return (
    <g class={`branch ${branch.kind}${none ? " none" : ""}`}>
      <title>{`${props.text}: ${full(branch.value)}`}</title>
      <path class="way" d={`M${rail} ${props.from}V${y - (y > props.from ? 4 : -4)}q0 ${y > props.from ? 4 : -4} 4 ${y > props.from ? 4 : -4}H${at.x + kText - 3}`} style={{ "--width": `${width}px` }} />
      <text x={at.x + kText} y={y + 4}>
        {branch.kind === "joins" ? `+ ${branch.name}` : branch.name}
      </text>
      <text class="count" x={at.x + at.width - 12} y={y + 4}>
        {scaled(branch.value)}
      </text>
    </g>
  );
}

function trunk(from: Geometry, to: Geometry, top: number): string {
  const left = from.x + kBar;
  const middle = (left + to.x) / 2;
  const [a, b] = [top + from.height, top + to.height];
  return `M${left} ${top}H${to.x}V${b}C${middle} ${b} ${middle} ${a} ${left} ${a}Z`;
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, set] = useState(0);
  useEffect(() => {
    if (box.current === null) return;
    const watch = new ResizeObserver((entries) => set(Math.floor(entries[0]!.contentRect.width)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return { box, width };
}

function Checks({ stage, at, y }: { stage: Stage; at: Geometry; y: number }) {
  return (
    <>
      {stage.laws.map((law, i) => (
        <g key={law.name} class={law.balanced ? "law" : "law broken"}>
          <title>{`${law.text}: ${law.balanced ? "holds" : "does not hold"}`}</title>
          <path class="mark" d={law.balanced ? `M${at.x + 1} ${y + i * kRow}l3.500 3.500 6-7` : `M${at.x + 1} ${y + i * kRow - 4}l8 8m0-8l-8 8`} />
          <text x={at.x + kText - 6} y={y + i * kRow + 4}>
            {law.name.replaceAll("_", " ")}
          </text>
        </g>
      ))}
    </>
  );
}

// What stands at the head of a stage; between sections, how many of the new unit came of one of the old.
function Head({ stage, before, at, top }: { stage: Stage; before: Stage | undefined; at: Geometry; top: number }) {
  const changes = before !== undefined && before.section !== stage.section && before.value > 0;
  return (
    <g class="head">
      <text class="title" x={at.x} y={13}>
        {stage.title}
      </text>
      <text x={at.x} y={31}>
        <title>{full(stage.value, stage.unit)}</title>
        <tspan class="value">{scaled(stage.value)}</tspan> {stage.unit}
      </text>
      {changes && (
        <text class="ratio" x={at.x - at.width / 2} y={top + kTrunk / 2}>
          × {(stage.value / before.value).toFixed(1)}
        </text>
      )}
    </g>
  );
}

// What is 0 is drawn below what is not: they share a rail.
function noneFirst<T>(branches: Branch[], drawn: (branch: Branch, n: number) => T): T[] {
  const rows = branches.map((branch, n) => ({ none: branch.value === 0, row: drawn(branch, n) }));
  return [...rows.filter((one) => one.none), ...rows.filter((one) => !one.none)].map((one) => one.row);
}

export function FlowPicture({ stages, texts, label }: { stages: Stage[]; texts: Map<string, string>; label: string }) {
  const { box, width } = useWidth();
  const drawn = Math.max(width, kNarrowest);
  const columns = geometryOf(stages, drawn);
  const above = Math.max(...columns.map((c) => c.top.length)) * kRow;
  const below = Math.max(...columns.map((c) => c.bottom.length)) * kRow;
  const top = kHead + above + 8;
  const rows = top + kTrunk + 18;
  const laws = rows + below + 12;
  const height = laws + Math.max(...stages.map((s) => s.laws.length)) * kRow;
  const row = (stage: Stage, at: Geometry, branch: Branch, y: number, from: number) => (
    <Row key={branch.counter} branch={branch} stage={stage} at={at} y={y} from={from} text={texts.get(branch.counter) ?? branch.name} />
  );
  return (
    <div ref={box} class="river-box" tabIndex={0} role="region" aria-label={label}>
      {width > 0 && (
        <svg class="river" width={drawn} height={height} role="img" aria-label={`${label}. The same is in the table.`}>
          {columns.slice(0, -1).map((from, i) => (
            <path key={i} class={stages[i]!.section === stages[i + 1]!.section ? "trunk" : "trunk change"} d={trunk(from, columns[i + 1]!, top)} />
          ))}
          {columns.map((at, i) => {
            const stage = stages[i]!;
            return (
              <g key={stage.id}>
                <Head stage={stage} before={stages[i - 1]} at={at} top={top} />
                {noneFirst(at.top, (b, n) => row(stage, at, b, top - 14 - (at.top.length - 1 - n) * kRow, top + 2))}
                {noneFirst(at.bottom, (b, n) => row(stage, at, b, rows + n * kRow + 4, top + at.height))}
                <rect class="stage" x={at.x} y={top} width={kBar} height={Math.max(at.height, 1)} />
                <Checks stage={stage} at={at} y={laws} />
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}
