// SPDX-License-Identifier: Apache-2.0
// A new profile with its first channel: a file without one is none.
import { useId, useState } from "preact/hooks";
import { go } from "../../address";
import { ask, Failure } from "../../api";
import type { Profile } from "../../api_types";
import "../../drill/drill.css";
import { FilterBox } from "../../drill/filter_box";
import { Button, Field } from "../../parts/controls";
import { Dialog } from "../../parts/dialog";
import { renewProfiles } from "../../store";
import { freeColour } from "./colour_field";

// Which field a refusal is about: "name", "channels[0].filter" ...
function fieldOf(failure: Failure | undefined): string | undefined {
  const said = failure?.problem.position?.field ?? "name";
  return failure && (said === "channels[0].name" ? "channel" : said.endsWith("filter") ? "filter" : said);
}

export function NewProfile({ groups }: { groups: string[] }) {
  const [fields, set] = useState({ name: "", description: "", group: "", channel: "", filter: "" });
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const at = fieldOf(failure);
  const filterId = useId();
  const close = () => go({ new: null });
  const send = async (event?: Event) => {
    event?.preventDefault();
    setBusy(true);
    const { name, description, group, channel, filter } = fields;
    try {
      const body = { name, description, group, channels: [{ name: channel, filter, colour: freeColour([]) }] };
      const made = await ask<Profile>("/profiles", { method: "POST", body });
      await renewProfiles();
      go({ profile: made.name, channel, new: null });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      setFailure(error);
      setBusy(false);
    }
  };
  const field = (name: keyof typeof fields, label: string, help: string, more: object = {}) => (
    <Field label={label} help={help} error={at === name ? failure!.problem.detail : undefined}>
      {(attributes) => (
        <input
          {...attributes}
          {...more}
          class="input"
          autocomplete="off"
          spellcheck={false}
          value={fields[name]}
          onInput={(event) => set({ ...fields, [name]: event.currentTarget.value })}
        />
      )}
    </Field>
  );
  return (
    <Dialog title="New profile" close={close} wide>
      <form class="stack" onSubmit={(event) => void send(event)}>
        {field("name", "Name", "Its file in profiles.d has this name too", { required: true, autofocus: true })}
        {field("description", "Description", "")}
        {field("group", "Group", "Profiles of a group stand together", { list: "profile-groups" })}
        <datalist id="profile-groups">
          {groups.map((group) => (
            <option key={group} value={group} />
          ))}
        </datalist>
        {field("channel", "First channel", "", { required: true })}
        <div class="field">
          <label for={filterId}>Its filter</label>
          <FilterBox id={filterId} value={fields.filter} change={(filter) => set({ ...fields, filter })} run={() => void send()} />
          {at === "filter" && (
            <p class="note wrong" role="alert">
              {failure!.problem.detail}
            </p>
          )}
        </div>
        {at !== undefined && !(at in fields) && (
          <p class="bad" role="alert">
            {failure!.problem.detail}
          </p>
        )}
        <div class="row">
          <Button kind="main" type="submit" disabled={busy}>
            Create
          </Button>
          <Button onClick={close}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}
