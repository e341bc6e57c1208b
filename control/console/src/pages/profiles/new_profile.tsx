// SPDX-License-Identifier: Apache-2.0
// A new profile: empty, its channels come after.
import { useState } from "preact/hooks";
import { go } from "../../address";
import { ask, Failure } from "../../api";
import type { Profile } from "../../api_types";
import { Button, Field } from "../../parts/controls";
import { Dialog } from "../../parts/dialog";
import { renewProfiles } from "../../store";
import { fieldOf } from "./save";

const kFields = ["name", "group", "description"];

export function NewProfile({ groups }: { groups: string[] }) {
  const [fields, set] = useState<Record<string, string>>({ name: "", description: "", group: "" });
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const at = failure === undefined ? undefined : (fieldOf(failure, kFields) ?? "name");
  const close = () => go({ new: null });
  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const made = await ask<Profile>("/profiles", { method: "POST", body: fields });
      await renewProfiles();
      go({ profile: made.name, channel: null, new: "channel" });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      setFailure(error);
      setBusy(false);
    }
  };
  const field = (name: string, label: string, help: string, more: object = {}) => (
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
    <Dialog title="New profile" close={close}>
      <form class="stack" onSubmit={(event) => void send(event)}>
        {field("name", "Name", "Its file in profiles.d has this name too", { required: true, autofocus: true })}
        {field("description", "Description", "")}
        {field("group", "Group", "Profiles of a group stand together", { list: "profile-groups" })}
        <datalist id="profile-groups">
          {groups.map((group) => (
            <option key={group} value={group} />
          ))}
        </datalist>
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
