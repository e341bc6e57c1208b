// SPDX-License-Identifier: Apache-2.0
// Deletes what `task` names, after a question that says what comes of it.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Profile } from "../../api_types";
import { Button } from "../../parts/controls";
import { Dialog } from "../../parts/dialog";
import type { Task } from "./save";
import { useSave } from "./use_save";

interface Props {
  kind: "channel" | "profile";
  name: string;
  task: Task; // as for saving
  profile: Profile;
  done: () => void;
  children: ComponentChildren;
}

export function DeleteButton(props: Props) {
  const [asks, setAsks] = useState(false);
  return (
    <>
      <Button kind="danger" icon="trash" onClick={() => setAsks(true)}>
        Delete {props.kind}
      </Button>
      {asks && <Confirm {...props} close={() => setAsks(false)} />}
    </>
  );
}

function Confirm(props: Props & { close: () => void }) {
  const saving = useSave({ ...props.task, method: "DELETE" }, props.profile, () => {
    props.close();
    props.done();
  });
  return (
    <Dialog title={`Delete ${props.kind} ${props.name}?`} close={props.close}>
      <p>{props.children}</p>
      <p class="bad" role="alert">
        {saving.failure?.problem.detail ?? saving.gone}
      </p>
      <div class="row">
        <Button kind="danger" disabled={saving.busy} onClick={saving.start}>
          Delete
        </Button>
        <Button onClick={props.close}>Cancel</Button>
      </div>
    </Dialog>
  );
}
