// SPDX-License-Identifier: Apache-2.0
// One channel: filter, colour, sign, sources; what it would count; its past.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { go } from "../../address";
import type { Channel, Profile, Source } from "../../api_types";
import { useAsk } from "../../ask";
import "../../drill/drill.css";
import { FilterBox } from "../../drill/filter_box";
import { Button, Choice, Field, options } from "../../parts/controls";
import { Icon } from "../../parts/icon";
import { Time } from "../../parts/show";
import { ColourField, freeColour } from "./colour_field";
import { DeleteButton } from "./delete_button";
import { channelKey, clashes, edit, same, useDraft, type Fields } from "./drafts";
import { FillPast } from "./fill";
import { Preview, usePreview } from "./preview";
import { channelFields, channelTask, fieldOf, newChannel } from "./save";
import { SaveBar, useSave, type Saving } from "./use_save";

const kFields = ["filter", "colour", "sign", "sources", "name"];

interface Props {
  profile: Profile;
  channel: Channel | undefined; // undefined: a new one
  edits: boolean;
}

export function ChannelEditor({ profile, channel, edits }: Props) {
  const [first] = useState(() => newChannel(freeColour(profile.channels.map((c) => c.colour))));
  const now = channel === undefined ? first : channelFields(channel);
  const key = channelKey(profile.name, channel?.name ?? "");
  const { fields, draft } = useDraft(key, now);
  const change = (part: Fields) => edit(key, now, part);
  const task = channelTask(profile.name, channel?.name ?? "");
  const saving = useSave(task, profile, () => {
    const name = fields.name as string;
    if (channel?.name !== name) go({ channel: name, new: null }, { replace: true });
  });
  const asked = { filter: fields.filter as string, sources: fields.sources as string[], colour: fields.colour as string, profile: profile.name, channel: channel?.name };
  const preview = usePreview(asked);
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.scrollIntoView({ block: "nearest" }), []);
  const wrong = saving.failure === undefined ? undefined : fieldOf(saving.failure, kFields);
  const theirs = draft !== undefined && !same(JSON.stringify(draft.base), JSON.stringify(now)) ? clashes(draft, now) : [];
  return (
    <section ref={box} class="panel channel-editor" aria-labelledby="channel-title">
      <header>
        <h2 id="channel-title">{channel === undefined ? "New channel" : `Channel ${channel.name}`}</h2>
        {channel !== undefined && channel.since_ms > 0 && (
          <span class="note">
            this filter since <Time at={channel.since_ms / 1000} seconds={false} />
          </span>
        )}
        <span class="push">
          <Button kind="bare" icon="close" label="Close" onClick={() => go({ channel: null, new: null })} />
        </span>
      </header>
      {theirs.length > 0 && (
        <p class="warn row">
          <Icon name="warning" /> Somebody else changed its {theirs.map((clash) => clash.name).join(" and ")} meanwhile: saving lets you choose.
        </p>
      )}
      {edits ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (draft !== undefined) saving.start();
          }}
        >
          <Filter value={asked.filter} change={(filter) => change({ filter })} run={() => preview.start()} saving={saving} wrong={wrong} />
          <Others fields={fields} change={change} wrong={wrong} saving={saving} />
          <SaveBar
            saving={saving}
            draft={draft}
            taskKey={key}
            what={channel === undefined ? "Add channel" : "Save"}
            error={wrong === undefined ? saving.failure?.problem.detail : undefined}
            onDiscard={channel === undefined ? () => go({ new: null }) : undefined}
          />
        </form>
      ) : (
        <Told channel={channel!} />
      )}
      {profile.editable && <Preview asked={asked} preview={preview} />}
      {edits && channel !== undefined && (
        <div class="channel-end">
          <FillPast key={channel.name} profile={profile.name} channel={channel.name} unsaved={draft !== undefined} />
          <DeleteButton kind="channel" name={channel.name} task={task} profile={profile} done={() => go({ channel: null })}>
            What it counted stays until its retention ends, and comes back with its name.
          </DeleteButton>
        </div>
      )}
    </section>
  );
}

function Filter(props: { value: string; change: (text: string) => void; run: () => void; saving: Saving; wrong: string | undefined }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>Filter</label>
      <FilterBox id={id} value={props.value} change={props.change} run={props.run} />
      {props.wrong === "filter" && (
        <p class="note wrong" role="alert">
          Not saved: {where(props.saving)}
          {props.saving.failure!.problem.detail}
        </p>
      )}
    </div>
  );
}

function where(saving: Saving): string {
  const at = saving.failure?.problem.position;
  return at === undefined ? "" : `line ${at.line}, column ${at.column}: `;
}

function Others({ fields, change, wrong, saving }: { fields: Fields; change: (part: Fields) => void; wrong: string | undefined; saving: Saving }) {
  const error = (name: string) => (wrong === name ? saving.failure!.problem.detail : undefined);
  return (
    <div class="channel-fields">
      <Field label="Name" error={error("name")}>
        {(attributes) => (
          <input
            {...attributes}
            class="input"
            autocomplete="off"
            spellcheck={false}
            required
            value={fields.name as string}
            onInput={(event) => change({ name: event.currentTarget.value })}
          />
        )}
      </Field>
      <div class="field">
        <span class="label">Drawn</span>
        <Choice
          label="Sign"
          value={fields.sign as string}
          options={options({ "+": "above the axis", "-": "below" })}
          onChange={(sign) => change({ sign })}
        />
        <p class="note wrong">{error("sign")}</p>
      </div>
      <ColourField value={fields.colour as string} error={error("colour")} change={(colour) => change({ colour })} />
      <Sources chosen={fields.sources as string[]} change={(sources) => change({ sources })} error={error("sources")} />
    </div>
  );
}

function Sources({ chosen, change, error }: { chosen: string[]; change: (sources: string[]) => void; error: string | undefined }) {
  const { data } = useAsk<Source[]>("/sources");
  const names = [...new Set([...(data ?? []).map((s) => s.name), ...chosen])];
  const toggle = (name: string, on: boolean) => change(names.filter((one) => (one === name ? on : chosen.includes(one))));
  return (
    <fieldset class="sources">
      <legend>Sources</legend>
      <label class="check">
        <input type="checkbox" checked={chosen.length === 0} disabled={chosen.length === 0} onChange={() => change([])} />
        all, also new ones
      </label>
      {names.map((name) => (
        <label key={name} class="check">
          <input type="checkbox" checked={chosen.includes(name)} onChange={(event) => toggle(name, event.currentTarget.checked)} />
          {name}
        </label>
      ))}
      <p class={error === undefined ? "note" : "note wrong"} role={error === undefined ? undefined : "alert"}>
        {error ?? ""}
      </p>
    </fieldset>
  );
}

function Told({ channel }: { channel: Channel }) {
  return (
    <dl class="facts">
      <div class="whole">
        <dt>Filter</dt>
        <dd>
          <code>{channel.filter}</code>
        </dd>
      </div>
      <div>
        <dt>Drawn</dt>
        <dd>{channel.sign === "+" ? "above the axis" : "below the axis"}</dd>
      </div>
      <div>
        <dt>Sources</dt>
        <dd>{channel.sources.length === 0 ? "all" : channel.sources.join(", ")}</dd>
      </div>
    </dl>
  );
}
