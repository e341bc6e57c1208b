// SPDX-License-Identifier: Apache-2.0
// Asks before something is deleted.
import type { ComponentChildren } from "preact";
import type { Profile } from "../../api_types";
import { Button } from "../../parts/controls";
import { Dialog } from "../../parts/dialog";
import type { Task } from "./save";
import { useSave } from "./use_save";

export function Confirm(props: {
  title: string;
  action: string;
  task: Task;
  profile: Profile;
  close: () => void;
  done: () => void;
  children: ComponentChildren;
}) {
  const saving = useSave(props.task, props.profile, () => {
    props.close();
    props.done();
  });
  return (
    <Dialog title={props.title} close={props.close}>
      <p>{props.children}</p>
      <p class="bad" role="alert">
        {saving.failure?.problem.detail ?? saving.gone}
      </p>
      <div class="row">
        <Button kind="danger" disabled={saving.busy} onClick={saving.start}>
          {props.action}
        </Button>
        <Button onClick={props.close}>Cancel</Button>
      </div>
    </Dialog>
  );
}
