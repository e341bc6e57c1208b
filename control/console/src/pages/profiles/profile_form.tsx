// SPDX-License-Identifier: Apache-2.0
// Name, description and group of a profile, and its end.
import { go } from "../../address";
import type { Profile } from "../../api_types";
import { Field } from "../../parts/controls";
import { DeleteButton } from "./delete_button";
import { discardOf, edit, profileKey, renamed, useDraft } from "./drafts";
import { fieldOf, profileFields, type Task } from "./save";
import { SaveBar, useSave } from "./use_save";

const labels: [name: string, label: string][] = [
  ["name", "Name"],
  ["description", "Description"],
  ["group", "Group"],
];

export function ProfileForm({ profile, edits }: { profile: Profile; edits: boolean }) {
  const key = profileKey(profile.name);
  const now = profileFields(profile);
  const { fields, draft } = useDraft(key, now);
  const task: Task = { key, profile: profile.name, path: "", method: "PATCH", now: profileFields };
  const saving = useSave(task, profile, (saved) => {
    if (saved === undefined || saved.name === profile.name) return;
    renamed(profile.name, saved.name);
    go({ profile: saved.name }, { replace: true });
  });
  const wrong = saving.failure === undefined ? undefined : fieldOf(saving.failure, ["name", "description", "group"]);
  if (!edits)
    return (
      <dl class="facts">
        <div>
          <dt>Description</dt>
          <dd>{profile.description === "" ? "none" : profile.description}</dd>
        </div>
        <div>
          <dt>Group</dt>
          <dd>{profile.group === "" ? "none" : profile.group}</dd>
        </div>
      </dl>
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (draft !== undefined) saving.start();
      }}
    >
      <div class="profile-fields">
        {labels.map(([name, label]) => (
          <Field key={name} label={label} error={wrong === name ? saving.failure!.problem.detail : undefined}>
            {(attributes) => (
              <input
                {...attributes}
                class="input"
                autocomplete="off"
                spellcheck={false}
                value={fields[name] as string}
                onInput={(event) => edit(key, now, { [name]: event.currentTarget.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <div class="row">
        <SaveBar saving={saving} draft={draft} taskKey={key} error={wrong === undefined ? saving.failure?.problem.detail : undefined} />
        <span class="push">
          <DeleteButton
            kind="profile"
            name={profile.name}
            task={task}
            profile={profile}
            done={() => {
              discardOf(profile.name);
              go({ profile: null, channel: null });
            }}
          >
            Its file {profile.file} is deleted. What its {profile.channels.length} channels counted stays until its retention ends, and comes back with their names.
          </DeleteButton>
        </span>
      </div>
    </form>
  );
}
