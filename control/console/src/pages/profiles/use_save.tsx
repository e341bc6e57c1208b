// SPDX-License-Identifier: Apache-2.0
// Save and Discard of a draft, and what came of it: shared by the forms of this page.
import { useState } from "preact/hooks";
import type { Failure } from "../../api";
import type { Profile } from "../../api_types";
import { Button } from "../../parts/controls";
import { Conflict } from "./conflict";
import { discard, settle, type Clash, type Draft, type Fields } from "./drafts";
import { save, type Outcome, type Task } from "./save";

export interface Saving {
  busy: boolean;
  failure: Failure | undefined;
  note: string;
  gone: string;
  clash: { clashes: Clash[]; theirs: Fields } | undefined;
  start: () => void;
  forget: () => void;
  choose: (keep: Set<string> | null) => void;
}

export function useSave(task: Task, profile: Profile, saved: (now: Profile | undefined) => void): Saving {
  const [busy, setBusy] = useState(false);
  const [outcome, set] = useState<Outcome>();
  const start = () => {
    setBusy(true);
    void save(task, profile)
      .then((came) => {
        set(came);
        if (came.kind !== "saved") return;
        discard(task.key);
        saved(came.profile);
      })
      .finally(() => setBusy(false));
  };
  const choose = (keep: Set<string> | null) => {
    if (outcome?.kind === "clash" && keep !== null) {
      settle(task.key, outcome.theirs, keep);
    }
    set(undefined);
  };
  return {
    busy,
    failure: outcome?.kind === "failed" ? outcome.failure : undefined,
    note: outcome?.kind !== "saved" ? "" : outcome.merged ? "Saved, together with what somebody else changed meanwhile" : "Saved",
    gone: outcome?.kind === "gone" ? outcome.detail : "",
    clash: outcome?.kind === "clash" ? outcome : undefined,
    start,
    forget: () => set(undefined),
    choose,
  };
}

export function SaveBar(props: { saving: Saving; draft: Draft | undefined; taskKey: string; what?: string; error?: string; onDiscard?: () => void }) {
  const { saving, draft } = props;
  const dropped = () => {
    discard(props.taskKey);
    saving.forget();
    props.onDiscard?.();
  };
  const said = props.error ?? (saving.gone === "" ? "" : `${saving.gone} What you typed is still here.`);
  return (
    <div class="save-bar">
      <Button kind="main" disabled={draft === undefined || saving.busy} onClick={saving.start}>
        {saving.busy ? "Saving …" : (props.what ?? "Save")}
      </Button>
      <Button disabled={(draft === undefined && props.onDiscard === undefined) || saving.busy} onClick={dropped}>
        {props.onDiscard === undefined ? "Discard" : "Cancel"}
      </Button>
      <span role="status" class={said === "" ? "good" : "bad"}>
        {said === "" ? (draft === undefined ? saving.note : "") : said}
      </span>
      {saving.clash !== undefined && <Conflict clashes={saving.clash.clashes} choose={saving.choose} />}
    </div>
  );
}
