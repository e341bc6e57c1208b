// SPDX-License-Identifier: Apache-2.0
// The channels of a profile, + from the axis upwards, then -. Their order is changed by dragging or with the arrow buttons, and saved at once
// for all.
import { useRef, useState } from "preact/hooks";
import { go, link } from "../../address";
import type { Channel, Profile } from "../../api_types";
import { Button } from "../../parts/controls";
import { Swatch } from "../../parts/show";
import { useShared } from "../../shared";
import { channelKey, drafts, edit, orderKey, useDraft } from "./drafts";
import { orderFields, type Task } from "./save";
import { SaveBar, useSave } from "./use_save";

function sorted(profile: Profile, order: string[]): Channel[] {
  const place = (c: Channel) => {
    const at = order.indexOf(c.name);
    return at < 0 ? order.length : at;
  };
  return [...profile.channels].sort((a, b) => (a.sign === b.sign ? place(a) - place(b) : a.sign === "+" ? -1 : 1));
}

export function ChannelTable({ profile, edits, open }: { profile: Profile; edits: boolean; open: string | undefined }) {
  const key = orderKey(profile.name);
  const now = orderFields(profile);
  const { fields, draft } = useDraft(key, now);
  const [dragged, setDragged] = useState<string>();
  const [news, setNews] = useState("");
  const list = sorted(profile, fields.order as string[]);
  const task: Task = { key, profile: profile.name, path: "", method: "PATCH", now: orderFields };
  const saving = useSave(task, profile, () => undefined);
  // Beside another of the same sign only: + and - are stacks of their own.
  const move = (name: string, to: number) => {
    const from = list.findIndex((c) => c.name === name);
    if (to < 0 || to >= list.length || from === to || list[to]!.sign !== list[from]!.sign) return;
    const names = list.map((c) => c.name);
    names.splice(from, 1);
    names.splice(to, 0, name);
    edit(key, now, { order: names });
    setNews(`${name} is number ${to + 1} of ${list.length}`);
  };
  return (
    <>
      <div class="table-box" tabIndex={0} role="region" aria-label="Channels">
        <table class="channels">
          <thead>
            <tr>
              <th scope="col">Channel</th>
              <th scope="col">Filter</th>
              <th scope="col">Sign</th>
              <th scope="col">Sources</th>
              {edits && <th scope="col">Order</th>}
            </tr>
          </thead>
          <tbody>
            {list.map((c, i) => (
              <Row key={c.name} profile={profile} channel={c} edits={edits} open={open === c.name} dragged={dragged === c.name} drag={setDragged} at={i} dragging={dragged} move={move} />
            ))}
          </tbody>
        </table>
      </div>
      <p class="hidden" role="status">
        {news}
      </p>
      {edits && (draft !== undefined || saving.note !== "" || saving.failure !== undefined) && (
        <SaveBar saving={saving} draft={draft} taskKey={key} what="Save order" error={saving.failure?.problem.detail} />
      )}
    </>
  );
}

interface RowProps {
  profile: Profile;
  channel: Channel;
  edits: boolean;
  open: boolean;
  at: number;
  dragged: boolean;
  dragging: string | undefined;
  drag: (name: string | undefined) => void;
  move: (name: string, to: number) => void;
}

function Row({ profile, channel, edits, open, at, dragged, dragging, drag, move }: RowProps) {
  const row = useRef<HTMLTableRowElement>(null);
  const unsaved = useShared(drafts).has(channelKey(profile.name, channel.name));
  const to = link("/profiles", { profile: profile.name, ...(open ? {} : { channel: channel.name }) });
  return (
    <tr
      ref={row}
      class={`${open ? "chosen" : ""}${dragged ? " dragged" : ""}`}
      draggable={edits}
      onDragStart={(event) => {
        event.dataTransfer?.setData("text/plain", channel.name);
        drag(channel.name);
      }}
      onDragEnd={() => drag(undefined)}
      onDragOver={(event) => {
        if (dragging === undefined) return;
        event.preventDefault();
        if (dragging !== channel.name) move(dragging, at);
      }}
    >
      <td>
        <span class="channel-name">
          <Swatch colour={channel.colour} />
          <a href={to} aria-expanded={open}>
            {channel.name}
          </a>
          {unsaved && <span class="unsaved">unsaved</span>}
        </span>
      </td>
      <td class="filter-cell" onClick={() => go({ channel: channel.name, new: null })}>
        <code title={channel.filter}>{channel.filter}</code>
      </td>
      <td>{channel.sign === "+" ? "+" : "−"}</td>
      <td class="sources-cell" title={channel.sources.join(", ")}>
        {channel.sources.length === 0 ? "all" : channel.sources.length > 2 ? `${channel.sources.length} sources` : channel.sources.join(", ")}
      </td>
      {edits && (
        <td>
          <span class="joined">
            <Button icon="up" label={`Move ${channel.name} up`} onClick={() => move(channel.name, at - 1)} />
            <Button icon="down" label={`Move ${channel.name} down`} onClick={() => move(channel.name, at + 1)} />
          </span>
        </td>
      )}
    </tr>
  );
}
